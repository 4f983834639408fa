"""Google generativelanguage: a turn as JSON, and as the chunks of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.stub.billing import Usage
from tests.stub.pieces import pieces
from tests.stub.seals import Seals
from tests.stub.turns import Call, Thinking, Turn


def usage_json(usage: Usage) -> dict[str, Any]:
    """Usage as Gemini gives it; thoughts are counted beside the candidates."""
    figures = {
        "promptTokenCount": usage.prompt,
        "cachedContentTokenCount": usage.read,
        "candidatesTokenCount": usage.output - usage.reasoning,
        "thoughtsTokenCount": usage.reasoning,
    }
    return {**{key: n for key, n in figures.items() if n}, "totalTokenCount": usage.prompt + usage.output}


def parts(turn: Turn, seals: Seals) -> list[dict[str, Any]]:
    """The parts of the answer; the first call after a thought carries the seal of the thoughts."""
    made: list[dict[str, Any]] = []
    seal = {"thoughtSignature": seals.seal(turn.thoughts)} if turn.thoughts else {}
    for part in turn.parts:
        if isinstance(part, Call):
            called = {"id": part.id, "name": part.name, "args": json.loads(part.json or "{}")}
            made.append({"functionCall": called, **seal})
            seal = {}
        elif isinstance(part, Thinking):
            made += [] if part.redacted else [{"text": part.text, "thought": True}]
        else:
            made.append({"text": part.text})
    return made


def chunk(made: list[dict[str, Any]], identity: str, model: str, usage: Usage, finish: str | None) -> dict[str, Any]:
    """One response object."""
    candidate: dict[str, Any] = {"content": {"parts": made, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {
        "candidates": [candidate],
        "usageMetadata": usage_json(usage),
        "modelVersion": model,
        "responseId": identity,
    }


def answer(turn: Turn, identity: str, model: str, usage: Usage, seals: Seals) -> dict[str, Any]:
    """The whole answer."""
    return chunk(parts(turn, seals), identity, model, usage, turn.stop or "STOP")


def chunks(turn: Turn, identity: str, model: str, usage: Usage, seals: Seals) -> Iterator[dict[str, Any]]:
    """The answer in chunks; function calls come whole, usage in each."""
    split = [piece for part in parts(turn, seals) for piece in split_part(part, turn)] or [{"text": ""}]
    for piece in split[:-1]:
        yield chunk([piece], identity, model, replace(usage, output=0, reasoning=0), None)
    yield chunk(split[-1:], identity, model, usage, turn.stop or "STOP")


def split_part(part: dict[str, Any], turn: Turn) -> Iterator[dict[str, Any]]:
    """A text in pieces, anything else as it is."""
    if "text" not in part:
        yield part
        return
    for piece in pieces(part["text"], turn.sizes):
        yield {**part, "text": piece}
