"""Tokens of chat messages: their texts plus what a provider adds around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom.messages import Message
from headroom.messages.wire import content_once
from headroom.protocols import TokenCounter
from headroom.tokenizers.image_rules import PLAIN, ImageRule
from headroom.tokenizers.loose import as_fields, count_loose, count_unknown

MESSAGE_TOKENS = 4
LIST_TOKENS = 3
NAME_TOKENS = 1
TOOL_CALL_TOKENS = 10
TOOL_CALL_ID_TOKENS = 2
IMAGE_TOKENS = PLAIN.unknown  # OpenAI's price of an image at low detail; the real one depends on its size
FILE_TOKENS = 2000  # a sound, a film, or a document with some pages: how long they are is not read

# Kinds of content blocks that are an image, and others whose data is no text.
IMAGES = frozenset({"image_url", "image", "input_image", "computer_screenshot"})
FILES = frozenset(
    {"input_audio", "audio", "file", "input_file", "video", "video_url", "input_video", "media", "document"}
)
INLINE_KEYS = ("inlineData", "inline_data")
MIME_KEYS = ("mime_type", "mimeType", "media_type")
TEXT_KEYS = ("text", "thinking", "refusal", "input_text", "output_text")


def message_tokens(message: Any, counter: TokenCounter) -> int:
    """Tokens of one message: 4, role, content, name (+1), tool calls (+10 each), tool_call_id (+2).

    Reads the shapes of OpenAI (chat, and items of Responses), Anthropic, Bedrock and Google, as dicts or as objects of
    their SDKs; what it does not know is counted as its compact JSON. An image counts by `counter.image_rule` where the
    counter has one, else as with gpt-4o; base64 never counts as text. Never raises on odd content.
    """
    message = message.output if isinstance(message, Message) else getattr(message, "raw", message)
    fields = as_fields(message)
    if fields is None:
        return MESSAGE_TOKENS + count_loose(message, counter)
    if "role" not in fields and isinstance(fields.get("type"), str):
        return MESSAGE_TOKENS + item_tokens(fields, counter)
    total = MESSAGE_TOKENS + count_loose(fields.get("role"), counter)
    for key, value in fields.items():
        read = FIELDS.get(key)
        if read and value is not None:
            total += read(content_once(fields) if key == "content" else value, counter)
    return total


def messages_tokens(messages: Any, counter: TokenCounter) -> int:
    """Tokens of a list of messages: the sum, and 3 for the list; a single message counts as a list of one."""
    if isinstance(messages, (str, Mapping)) or not isinstance(messages, Sequence):
        messages = [messages]
    return LIST_TOKENS + sum(message_tokens(message, counter) for message in messages)


def item_tokens(item: Mapping[str, Any], counter: TokenCounter) -> int:
    """Tokens of an item of the Responses API, or of a block that stands alone."""
    if "call_id" in item and "output" in item:
        return content_tokens(item["output"], counter) + id_tokens(item["call_id"], counter)
    if item["type"] in ("function_call", "custom_tool_call"):
        return call_tokens({**item, "id": item.get("call_id")}, counter)
    return block_tokens(item, counter)


def content_tokens(content: Any, counter: TokenCounter) -> int:
    """Tokens of a content: a text, or blocks."""
    if isinstance(content, str):
        return counter.count_text(content)
    if isinstance(content, Sequence) and not isinstance(content, (bytes, bytearray)):
        return sum(block_tokens(block, counter) for block in content)
    return block_tokens(content, counter)


def block_tokens(block: Any, counter: TokenCounter) -> int:
    """Tokens of one content block."""
    fields = as_fields(block)
    if fields is None:
        return count_unknown(block, counter)
    kind = fields.get("type")
    known = kind if isinstance(kind, str) else ""
    inline = next((found for key in INLINE_KEYS if (found := as_fields(fields.get(key))) is not None), None)
    if known in IMAGES or inline is not None or as_fields(fields.get("image")) is not None:
        return picture_tokens(fields, inline, counter)
    if known in FILES:
        return file_tokens(fields, counter)
    for key in CALL_KEYS:
        if fields.get(key):
            return call_tokens(fields[key], counter)
    if known == "tool_use":
        return call_tokens(fields, counter)
    if known == "tool_result":
        return result_tokens(fields, counter)
    if "toolResult" in fields:
        return result_tokens(as_fields(fields["toolResult"]) or {}, counter)
    for key in ANSWER_KEYS:
        if (answer := as_fields(fields.get(key))) is not None:
            return answer_tokens(answer, counter)
    if "json" in fields:  # of Bedrock: what a tool answered, as a value
        return count_loose(fields, counter)
    text = next((fields[key] for key in TEXT_KEYS if isinstance(fields.get(key), str)), None)
    return count_unknown(fields, counter) if text is None else counter.count_text(text)


def picture_tokens(fields: Mapping[str, Any], inline: Mapping[str, Any] | None, counter: TokenCounter) -> int:
    """Tokens of an image; Google writes sounds, films and documents in the same way."""
    mime = next((inline[key] for key in MIME_KEYS if key in inline), "") if inline else ""
    if isinstance(mime, str) and mime and not mime.startswith("image/"):
        return FILE_TOKENS
    return rule_of(counter).tokens(fields)


def file_tokens(fields: Mapping[str, Any], counter: TokenCounter) -> int:
    """Tokens of a document that is text, or of any other file."""
    source = as_fields(fields.get("source")) or {}
    if source.get("type") == "text":
        return content_tokens(source.get("data") or "", counter)
    if source.get("type") == "content":
        return content_tokens(source.get("content") or "", counter)
    return FILE_TOKENS


def result_tokens(result: Mapping[str, Any], counter: TokenCounter) -> int:
    """Tokens of a tool's answer within a user message: Anthropic's or Bedrock's."""
    identity = result.get("tool_use_id") or result.get("toolUseId")
    return content_tokens(result.get("content") or "", counter) + id_tokens(identity, counter)


def answer_tokens(answer: Mapping[str, Any], counter: TokenCounter) -> int:
    """Tokens of a tool's answer as Google writes it: a value, and images beside it."""
    said = {key: value for key, value in answer.items() if key != "parts" and value is not None}
    return count_loose(said, counter) + content_tokens(answer.get("parts") or "", counter)


def call_tokens(call: Any, counter: TokenCounter) -> int:
    """Tokens of one tool call: name, arguments, id, and 10."""
    fields = as_fields(call)
    if fields is None:
        return TOOL_CALL_TOKENS + count_loose(call, counter)
    named = next((inner for key in ("function", "custom") if (inner := as_fields(fields.get(key))) is not None), fields)
    arguments = (named.get(key) for key in ("arguments", "input", "args"))
    identity = fields.get("id") or fields.get("toolUseId")
    values = [named.get("name"), identity, next((value for value in arguments if value is not None), None)]
    return TOOL_CALL_TOKENS + sum(count_loose(value, counter) for value in values)


def calls_tokens(calls: Any, counter: TokenCounter) -> int:
    """Tokens of a list of tool calls, or of a single one."""
    single = isinstance(calls, (str, Mapping)) or not isinstance(calls, Sequence)
    return sum(call_tokens(call, counter) for call in ([calls] if single else calls))


def name_tokens(name: Any, counter: TokenCounter) -> int:
    """Tokens of an author's name."""
    return NAME_TOKENS + count_loose(name, counter)


def id_tokens(identity: Any, counter: TokenCounter) -> int:
    """Tokens of the id of the call that a message answers."""
    return TOOL_CALL_ID_TOKENS + count_loose(identity, counter)


def rule_of(counter: TokenCounter) -> ImageRule:
    """How `counter` counts images."""
    rule = getattr(counter, "image_rule", None)
    return rule if isinstance(rule, ImageRule) else PLAIN


ANSWER_KEYS = ("functionResponse", "function_response")
CALL_KEYS = ("functionCall", "function_call", "toolUse")
FIELDS: dict[str, Callable[[Any, TokenCounter], int]] = {
    "content": content_tokens,
    "parts": content_tokens,
    "name": name_tokens,
    "tool_calls": calls_tokens,
    "function_call": calls_tokens,
    "tool_call_id": id_tokens,
}
