"""Anthropic messages: a turn as JSON, and as the events of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.stub.billing import Usage
from tests.stub.pieces import pieces
from tests.stub.seals import Seals
from tests.stub.turns import Call, Part, Refusal, Text, Thinking, Turn

Event = dict[str, Any]


def usage_json(usage: Usage) -> dict[str, Any]:
    """Usage as messages give it: `input_tokens` are those neither read nor written."""
    return {
        "input_tokens": usage.plain,
        "cache_creation_input_tokens": usage.written + usage.written_1h,
        "cache_read_input_tokens": usage.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.written,
            "ephemeral_1h_input_tokens": usage.written_1h,
        },
        "output_tokens": usage.output,
        "service_tier": "standard",
    }


def stop_reason(turn: Turn) -> str:
    """Why the model stopped."""
    return turn.stop or ("refusal" if turn.refusal is not None else "tool_use" if turn.calls else "end_turn")


def block_json(part: Part, seals: Seals) -> dict[str, Any]:
    """One content block."""
    if isinstance(part, Call):
        return {"type": "tool_use", "id": part.id, "name": part.name, "input": json.loads(part.json or "{}")}
    if isinstance(part, Thinking):
        if part.redacted:
            return {"type": "redacted_thinking", "data": seals.seal(part.text)}
        return {"type": "thinking", "thinking": part.text, "signature": seals.signature(part.text)}
    return {"type": "text", "text": part.text}


def answer(turn: Turn, identity: str, model: str, usage: Usage, seals: Seals) -> dict[str, Any]:
    """The whole answer."""
    return {
        "id": identity,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block_json(part, seals) for part in turn.parts],
        "stop_reason": stop_reason(turn),
        "stop_sequence": None,
        "usage": usage_json(usage),
    }


def events(turn: Turn, identity: str, model: str, usage: Usage, seals: Seals) -> Iterator[Event]:
    """The answer in events."""
    started = {**answer(Turn(), identity, model, usage, seals), "stop_reason": None}
    started["usage"] = {**usage_json(usage), "output_tokens": min(usage.output, 1)}
    yield {"type": "message_start", "message": started}
    for index, part in enumerate(turn.parts):
        yield {"type": "content_block_start", "index": index, "content_block": empty(block_json(part, seals))}
        if index == 0:
            yield {"type": "ping"}
        for delta in deltas(part, turn, seals):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": stop_reason(turn), "stop_sequence": None}
    totals = {key: value for key, value in usage_json(usage).items() if key.endswith("_tokens")}
    yield {"type": "message_delta", "delta": ended, "usage": totals}
    yield {"type": "message_stop"}


def empty(block: dict[str, Any]) -> dict[str, Any]:
    """A block as it starts: its text comes later, redacted data at once."""
    blank = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {key: blank.get(key, value) for key, value in block.items()}


def deltas(part: Part, turn: Turn, seals: Seals) -> Iterator[dict[str, Any]]:
    """What follows the start of a block."""
    if isinstance(part, (Text, Refusal)):
        yield from ({"type": "text_delta", "text": piece} for piece in pieces(part.text, turn.sizes))
    elif isinstance(part, Call):
        yield {"type": "input_json_delta", "partial_json": ""}
        text = "" if part.json == "{}" else part.json  # a call without arguments streams nothing
        yield from ({"type": "input_json_delta", "partial_json": piece} for piece in pieces(text, turn.sizes))
    elif not part.redacted:
        yield from ({"type": "thinking_delta", "thinking": piece} for piece in pieces(part.text, turn.sizes))
        yield {"type": "signature_delta", "signature": seals.signature(part.text)}
