"""OpenAI Responses: a turn as JSON, and as the events of a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from tests.stub.billing import Usage
from tests.stub.pieces import pieces
from tests.stub.seals import Seals
from tests.stub.turns import Call, Refusal, Thinking, Turn

Event = dict[str, Any]
ECHOED = ("instructions", "metadata", "previous_response_id", "prompt_cache_key", "max_output_tokens", "user")


def usage_json(usage: Usage) -> dict[str, Any]:
    """Usage as Responses give it."""
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": usage.read, "cache_write_tokens": usage.written},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.prompt + usage.output,
    }


def items(turn: Turn, body: Mapping[str, Any], new_id: Callable[[str], str], seals: Seals) -> list[dict[str, Any]]:
    """The output items; what follows a reasoning item needs it from then on."""
    sealed = "reasoning.encrypted_content" in (body.get("include") or ())
    made: list[dict[str, Any]] = []
    for part in turn.parts:
        if isinstance(part, Thinking):
            item: dict[str, Any] = {"id": new_id("rs"), "type": "reasoning", "summary": []}
            item["summary"] = [] if part.redacted else [{"type": "summary_text", "text": part.text}]
            made.append({**item, **({"encrypted_content": seals.seal(part.text)} if sealed else {})})
            continue
        item = call_item(part, new_id) if isinstance(part, Call) else message_item(part.text, part, new_id)
        if made and made[-1]["type"] == "reasoning":
            seals.needs[item["id"]] = made[-1]["id"]
        made.append(item)
    return made


def call_item(call: Call, new_id: Callable[[str], str]) -> dict[str, Any]:
    """A function call."""
    return {
        "id": new_id("fc"),
        "type": "function_call",
        "status": "completed",
        "arguments": call.json,
        "call_id": call.id,
        "name": call.name,
    }


def message_item(text: str, part: object, new_id: Callable[[str], str]) -> dict[str, Any]:
    """A message with one part."""
    if isinstance(part, Refusal):
        content: dict[str, Any] = {"type": "refusal", "refusal": text}
    else:
        content = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"id": new_id("msg"), "type": "message", "status": "completed", "role": "assistant", "content": [content]}


def answer(
    output: list[dict[str, Any]], identity: str, body: Mapping[str, Any], usage: Usage | None, status: str
) -> dict[str, Any]:
    """The response object; without usage while it is being made."""
    cut_short = status == "incomplete"
    return {
        "id": identity,
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut_short else None,
        "model": body["model"],
        "output": output,
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "reasoning": body.get("reasoning") or {"effort": None, "summary": None},
        "service_tier": "default",
        "store": body.get("store") is not False,
        "temperature": body.get("temperature", 1.0),
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": [{"strict": True, **tool} for tool in body.get("tools") or ()],
        "top_p": body.get("top_p", 1.0),
        "truncation": body.get("truncation") or "disabled",
        "usage": None if usage is None else usage_json(usage),
        **{name: body[name] for name in ECHOED if name in body},
    }


def events(
    turn: Turn, output: list[dict[str, Any]], identity: str, body: Mapping[str, Any], usage: Usage
) -> Iterator[Event]:
    """The answer in events, numbered."""
    numbers = count()
    for event in unnumbered(turn, output, identity, body, usage):
        yield {**event, "sequence_number": next(numbers)}


def unnumbered(
    turn: Turn, output: list[dict[str, Any]], identity: str, body: Mapping[str, Any], usage: Usage
) -> Iterator[Event]:
    """The answer in events."""
    begun = answer([], identity, body, None, "in_progress")
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(output):
        yield {"type": "response.output_item.added", "output_index": index, "item": started(item)}
        yield from CONTENTS[item["type"]](item, {"item_id": item["id"], "output_index": index}, turn)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    status = turn.stop or "completed"
    yield {"type": f"response.{status}", "response": answer(output, identity, body, usage, status)}


def started(item: dict[str, Any]) -> dict[str, Any]:
    """An item before its content."""
    if item["type"] == "reasoning":
        return {**item, "summary": []}
    blank = {"arguments": ""} if item["type"] == "function_call" else {"content": []}
    return {**item, **blank, "status": "in_progress"}


def reasoning_events(item: dict[str, Any], at: dict[str, Any], turn: Turn) -> Iterator[Event]:
    """The summaries."""
    for index, summary in enumerate(item["summary"]):
        place = {**at, "summary_index": index}
        kind = "response.reasoning_summary"
        yield {"type": f"{kind}_part.added", **place, "part": {"type": "summary_text", "text": ""}}
        for piece in pieces(summary["text"], turn.sizes):
            yield {"type": f"{kind}_text.delta", **place, "delta": piece}
        yield {"type": f"{kind}_text.done", **place, "text": summary["text"]}
        yield {"type": f"{kind}_part.done", **place, "part": summary}


def call_events(item: dict[str, Any], at: dict[str, Any], turn: Turn) -> Iterator[Event]:
    """The arguments of a call."""
    for piece in pieces(item["arguments"], turn.sizes):
        yield {"type": "response.function_call_arguments.delta", **at, "delta": piece}
    done = {"arguments": item["arguments"], "name": item["name"]}
    yield {"type": "response.function_call_arguments.done", **at, **done}


def message_events(item: dict[str, Any], at: dict[str, Any], turn: Turn) -> Iterator[Event]:
    """The one part of a message."""
    part, place = item["content"][0], {**at, "content_index": 0}
    key, kind = ("refusal", "refusal") if part["type"] == "refusal" else ("text", "output_text")
    logprobs: dict[str, Any] = {"logprobs": []} if kind == "output_text" else {}
    yield {"type": "response.content_part.added", **place, "part": {**part, key: ""}}
    for piece in pieces(part[key], turn.sizes):
        yield {"type": f"response.{kind}.delta", **place, "delta": piece, **logprobs}
    yield {"type": f"response.{kind}.done", **place, key: part[key], **logprobs}
    yield {"type": "response.content_part.done", **place, "part": part}


CONTENTS = {"reasoning": reasoning_events, "function_call": call_events, "message": message_events}
