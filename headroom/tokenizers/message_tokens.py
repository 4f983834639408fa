"""Tokens of chat messages: their texts plus what a provider adds around them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from headroom.protocols import TokenCounter

MESSAGE_TOKENS = 4
LIST_TOKENS = 3
NAME_TOKENS = 1
TOOL_CALL_TOKENS = 10
TOOL_CALL_ID_TOKENS = 2
IMAGE_TOKENS = 85  # OpenAI's price of an image at low detail; the real one depends on its size

# Kinds of content blocks whose data is no text.
BINARY = frozenset({"image_url", "image", "input_image", "input_audio", "audio", "file", "video", "media", "document"})
TEXT_KEYS = ("text", "thinking", "refusal", "input_text", "output_text")


def message_tokens(message: Any, counter: TokenCounter) -> int:
    """Tokens of one message: 4, role, content, name (+1), tool calls (+10 each), tool_call_id (+2).

    Reads the shapes of OpenAI, Anthropic and Google; what it does not know is counted as its compact JSON.
    Never raises on odd content.
    """
    message = getattr(message, "raw", message)
    if not isinstance(message, Mapping):
        return MESSAGE_TOKENS + count_all(loose_texts(message), counter)
    total = MESSAGE_TOKENS + count_all(loose_texts(message.get("role")), counter)
    for key, value in message.items():
        read = FIELDS.get(key)
        if read and value is not None:
            total += read(value, counter)
    return total


def messages_tokens(messages: Any, counter: TokenCounter) -> int:
    """Tokens of a list of messages: the sum, and 3 for the list; a single message counts as a list of one."""
    if isinstance(messages, (str, Mapping)) or not isinstance(messages, Sequence):
        messages = [messages]
    return LIST_TOKENS + sum(message_tokens(message, counter) for message in messages)


def count_all(texts: Iterator[str], counter: TokenCounter) -> int:
    """Tokens of several texts, each on its own."""
    return sum(counter.count_text(text) for text in texts)


def content_tokens(content: Any, counter: TokenCounter) -> int:
    """Tokens of a content: a text, or blocks."""
    if isinstance(content, str):
        return counter.count_text(content)
    if isinstance(content, Sequence) and not isinstance(content, (bytes, bytearray)):
        return sum(block_tokens(block, counter) for block in content)
    return block_tokens(content, counter)


def block_tokens(block: Any, counter: TokenCounter) -> int:
    """Tokens of one content block."""
    if not isinstance(block, Mapping):
        return count_all(loose_texts(block), counter)
    kind = block.get("type")
    if (isinstance(kind, str) and kind in BINARY) or "inlineData" in block or "inline_data" in block:
        return IMAGE_TOKENS
    if kind == "tool_use" or "functionCall" in block or "function_call" in block:
        return call_tokens(block.get("functionCall") or block.get("function_call") or block, counter)
    if kind == "tool_result":
        return content_tokens(block.get("content") or "", counter) + id_tokens(block.get("tool_use_id"), counter)
    for key in TEXT_KEYS:
        if isinstance(block.get(key), str):
            return counter.count_text(block[key])
    return count_all(loose_texts(block), counter)


def call_tokens(call: Any, counter: TokenCounter) -> int:
    """Tokens of one tool call: name, arguments, id, and 10."""
    if not isinstance(call, Mapping):
        return TOOL_CALL_TOKENS + count_all(loose_texts(call), counter)
    function = call.get("function")
    named = function if isinstance(function, Mapping) else call
    arguments = (named.get(key) for key in ("arguments", "input", "args"))
    texts = [named.get("name"), call.get("id"), next((value for value in arguments if value is not None), None)]
    return TOOL_CALL_TOKENS + sum(count_all(loose_texts(value), counter) for value in texts)


def calls_tokens(calls: Any, counter: TokenCounter) -> int:
    """Tokens of a list of tool calls, or of a single one."""
    single = isinstance(calls, (str, Mapping)) or not isinstance(calls, Sequence)
    return sum(call_tokens(call, counter) for call in ([calls] if single else calls))


def name_tokens(name: Any, counter: TokenCounter) -> int:
    """Tokens of an author's name."""
    return NAME_TOKENS + count_all(loose_texts(name), counter)


def id_tokens(identity: Any, counter: TokenCounter) -> int:
    """Tokens of the id of the call that a message answers."""
    return TOOL_CALL_ID_TOKENS + count_all(loose_texts(identity), counter)


FIELDS: dict[str, Callable[[Any, TokenCounter], int]] = {
    "content": content_tokens,
    "parts": content_tokens,
    "name": name_tokens,
    "tool_calls": calls_tokens,
    "function_call": calls_tokens,
    "tool_call_id": id_tokens,
}


def loose_texts(value: Any) -> Iterator[str]:
    """The text of anything: itself, or its compact JSON; nothing for None and for what JSON cannot hold."""
    if isinstance(value, str):
        yield value
    elif value is not None:
        try:
            yield json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=type_name)
        except (TypeError, ValueError, RecursionError):
            return


def type_name(value: Any) -> str:
    """What stands for a value that JSON does not know."""
    return type(value).__name__
