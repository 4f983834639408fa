"""Conversations of any shape as Anthropic's API takes them, for counting only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headroom.messages import Message
from headroom.tokenizers.images import image_data
from headroom.tokenizers.loose import as_fields


def count_request(model: str, messages: Sequence[Any], system: Any = None, tools: Any = None) -> dict[str, Any]:
    """Arguments of `messages.count_tokens`: system texts split off, OpenAI's roles and blocks made Anthropic's."""
    read = [fields for message in messages if (fields := as_fields(output(message))) is not None]
    said = [*text_blocks(system), *(block for fields in read if is_system(fields) for block in content_blocks(fields))]
    turns = [turn for fields in read if not is_system(fields) if (turn := turn_of(fields))["content"]]
    request: dict[str, Any] = {"model": model, "messages": turns}
    if said:
        request["system"] = said
    if isinstance(tools, (list, tuple)) and tools:
        request["tools"] = [tool_of(tool) for tool in tools]
    return request


def output(message: Any) -> Any:
    """What a view says; anything else as it is."""
    return message.output if isinstance(message, Message) else message


def is_system(fields: Mapping[str, Any]) -> bool:
    """Whether a message is a system text."""
    return fields.get("role") in ("system", "developer")


def turn_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """One message as Anthropic writes it; several of one role in a row are one turn to the API."""
    role = fields.get("role")
    if role in ("tool", "function"):
        identity = fields.get("tool_call_id") or fields.get("name") or "call"
        result = {"type": "tool_result", "tool_use_id": identity, "content": content_blocks(fields)}
        return {"role": "user", "content": [result]}
    if role == "assistant":
        calls = fields.get("tool_calls") or []
        return {"role": "assistant", "content": [*content_blocks(fields), *map(call_of, calls)]}
    return {"role": "user", "content": content_blocks(fields)}


def content_blocks(fields: Mapping[str, Any]) -> list[Any]:
    """The content of a message as blocks; empty texts are left out, for the API refuses them."""
    return text_blocks(fields.get("content"))


def text_blocks(content: Any) -> list[Any]:
    """A text or blocks as blocks."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content.strip(" \t\r\n") else []
    return list(blocks_of(content)) if isinstance(content, (list, tuple)) else []


def blocks_of(content: Sequence[Any]) -> Iterator[Any]:
    """Blocks, OpenAI's images turned into Anthropic's."""
    for block in content:
        fields = as_fields(block)
        if fields is None:
            yield from text_blocks(block)
        elif fields.get("type") in ("image_url", "input_image"):
            yield {"type": "image", "source": source_of(fields)}
        elif fields.get("type") in ("input_text", "output_text"):
            yield {"type": "text", "text": fields.get("text")}
        else:
            yield block


def source_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Where an image is: in a `data:` URL, or behind one."""
    url = image_data(fields)
    if not isinstance(url, str) or not url.startswith("data:"):
        return {"type": "url", "url": url}
    head, _, data = url.partition(",")
    return {"type": "base64", "media_type": head.removeprefix("data:").partition(";")[0], "data": data}


def call_of(call: Any) -> dict[str, Any]:
    """A tool call; arguments that are no JSON object are kept as a text."""
    fields = as_fields(call) or {}
    function = as_fields(fields.get("function")) or fields
    return {
        "type": "tool_use",
        "id": fields.get("id") or "call",
        "name": function.get("name") or "tool",
        "input": arguments_of(function.get("arguments", function.get("args"))),
    }


def arguments_of(arguments: Any) -> Any:
    """Arguments as an object."""
    if not isinstance(arguments, str):
        return arguments or {}
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        value = arguments
    return value if isinstance(value, dict) else {"arguments": value} if value else {}


def tool_of(tool: Any) -> Any:
    """A tool; OpenAI's functions turned into Anthropic's."""
    function = as_fields((as_fields(tool) or {}).get("function"))
    if function is None:
        return tool
    described = {"description": function["description"]} if function.get("description") else {}
    schema = function.get("parameters") or {"type": "object", "properties": {}}
    return {"name": function.get("name"), **described, "input_schema": schema}
