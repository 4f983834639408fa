"""OpenAI chat completions: a turn as JSON, and as the chunks of a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, zip_longest
from typing import Any

from tests.stub.billing import Usage
from tests.stub.pieces import pieces
from tests.stub.turns import Call, Turn


def usage_json(usage: Usage, *, reports_writes: bool) -> dict[str, Any]:
    """Usage as chat completions give it."""
    written = {"cache_write_tokens": usage.written} if reports_writes else {}
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.output,
        "total_tokens": usage.prompt + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.read, "audio_tokens": 0, **written},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def finish_reason(turn: Turn) -> str:
    """Why the model stopped."""
    return turn.stop or ("tool_calls" if turn.calls else "stop")


def head(identity: str, model: str, kind: str) -> dict[str, Any]:
    """What every object of one answer says."""
    return {
        "id": identity,
        "object": kind,
        "created": 1_700_000_000,
        "model": model,
        "service_tier": "default",
        "system_fingerprint": "fp_stub",
    }


def answer(turn: Turn, identity: str, model: str, usage: Mapping[str, Any]) -> dict[str, Any]:
    """The whole answer."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": turn.text or (None if turn.calls or turn.refusal is not None else ""),
        "refusal": turn.refusal,
        "annotations": [],
    }
    if turn.calls:
        message["tool_calls"] = [call_json(call) for call in turn.calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(turn)}
    return {**head(identity, model, "chat.completion"), "choices": [choice], "usage": usage}


def call_json(call: Call) -> dict[str, Any]:
    """One call."""
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.json}}


def chunks(
    turn: Turn, identity: str, model: str, usage: Mapping[str, Any], *, includes_usage: bool
) -> Iterator[dict[str, Any]]:
    """The answer in chunks; with `include_usage` each says `usage: null`, and a last one without choices has it."""
    first = {"role": "assistant", "content": None if turn.calls and not turn.text else "", "refusal": None}
    deltas = chain(
        [first],
        ({"content": piece} for piece in pieces(turn.text, turn.sizes)),
        ({"refusal": piece} for piece in pieces(turn.refusal or "", turn.sizes)),
        ({"tool_calls": [delta]} for delta in call_deltas(turn)),
    )
    common = {**head(identity, model, "chat.completion.chunk"), **({"usage": None} if includes_usage else {})}
    for delta in deltas:
        yield {**common, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]}
    last = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": finish_reason(turn)}
    yield {**common, "choices": [last]}
    if includes_usage:
        yield {**common, "choices": [], "usage": usage}


def call_deltas(turn: Turn) -> Iterator[dict[str, Any]]:
    """Deltas of the calls: one call after the other, or in turns."""
    rows = [list(deltas_of(index, call, turn)) for index, call in enumerate(turn.calls)]
    if not turn.interleave:
        return chain.from_iterable(rows)
    return (delta for column in zip_longest(*rows) for delta in column if delta is not None)


def deltas_of(index: int, call: Call, turn: Turn) -> Iterator[dict[str, Any]]:
    """Deltas of one call: id and name first, then the arguments in pieces."""
    yield {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
    for piece in pieces(call.json, turn.sizes):
        yield {"index": index, "function": {"arguments": piece}}
