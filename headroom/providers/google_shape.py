"""Conversations of any shape as Google's API takes them, for counting only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from headroom.messages import Message, ToolCall, read_message, tool_names
from headroom.protocols import TokenCounter
from headroom.tokenizers.loose import as_fields
from headroom.tokenizers.message_tokens import FILES, IMAGES, block_tokens


def to_contents(messages: Sequence[Any]) -> list[Any]:
    """Contents of a conversation; those that are Google's already stay as they are.

    System texts become contents, which costs the same within a few tokens. Images and files are left out; see
    `left_out_tokens`.
    """
    views = [message if isinstance(message, Message) else read_message(message) for message in messages]
    calls = tool_names(views)
    contents = []
    for view in views:
        if (as_fields(view.raw) or {}).get("parts") is not None:
            contents.append(view.raw)
        elif parts := list(parts_of(view, calls)):
            contents.append({"role": "model" if view.role == "assistant" else "user", "parts": parts})
    return contents


def parts_of(view: Message, calls: dict[str, ToolCall]) -> Iterator[dict[str, Any]]:
    """What one message says, as Google's parts; empty texts are left out, for the API refuses them."""
    for part in view.parts:
        if part.kind == "tool_result":
            call = calls.get(part.tool_call_id or "")
            name = (call.name if call else view.name) or "tool"
            yield {"function_response": {"name": name, "response": {"output": part.text}}}
        elif part.text:
            yield {"text": part.text}
    for call in view.tool_calls:
        yield {"function_call": {"name": call.name or "tool", "args": arguments_of(call.arguments)}}


def left_out_tokens(messages: Sequence[Any], counter: TokenCounter) -> int:
    """Tokens of the images and files in `messages` that are not Google's already."""
    return sum(binary_tokens((as_fields(message) or {}).get("content"), counter) for message in messages)


def binary_tokens(content: Any, counter: TokenCounter) -> int:
    """Tokens of the images and files in blocks, also within tool results."""
    total = 0
    for fields in map(as_fields, content if isinstance(content, (list, tuple)) else ()):
        if fields is not None and fields.get("type") == "tool_result":
            total += binary_tokens(fields.get("content"), counter)
        elif fields is not None and fields.get("type") in IMAGES | FILES:
            total += block_tokens(fields, counter)
    return total


def arguments_of(arguments: str) -> dict[str, Any]:
    """Arguments as an object."""
    try:
        value = json.loads(arguments) if arguments else {}
    except (ValueError, RecursionError):
        value = arguments
    return value if isinstance(value, dict) else {"arguments": value}
