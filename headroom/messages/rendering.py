"""A stretch of a conversation as one text, and the handle that names it.

What a window drops is named by the handle of everything from the first message behind the leading system messages to
the last one dropped. Each message is rendered by itself, so that the text of a stretch is that of its messages one
after the other, and every beginning of a conversation can be tried for a handle in one pass.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from headroom.messages.google import unread
from headroom.messages.message import Message
from headroom.messages.wire import as_mapping, content_once, is_list, json_text, mapping_text

HANDLE_DIGITS = 12
READ_BLOCKS = frozenset({"tool_use", "tool_result"})
WORDS = ("thinking", "text", "refusal")  # where other blocks hold what can be read


def render_turns(messages: Sequence[Message]) -> str:
    """Messages as they came, as one text: that of each, one after the other.

    >>> from headroom.messages import read_messages
    >>> print(render_turns(read_messages([{"role": "user", "content": "Hello"}])), end="")
    ### user
    Hello
    """
    return "".join(map(render_message, messages))


def render_message(message: Message) -> str:
    """One message as it came: a heading for each text and each call, and the text below it, to the byte."""
    return "".join(f"### {heading}\n{text}\n" if text else f"### {heading}\n" for heading, text in pieces(message))


def pieces(message: Message) -> Iterator[tuple[str, str]]:
    """Heading and text of all that a message holds."""
    if message.role is None:
        yield f"not read: {message.reason}", json_text(message.raw) if isinstance(message.raw, Mapping) else ""
    role = message.role or "unknown"
    for part in message.source or message.parts:
        yield f"result of call {part.tool_call_id or ''}" if part.kind == "tool_result" else role, part.text
    for call in message.tool_calls:
        yield f"call {call.id or ''}: {call.name}", call.arguments
    if message.role is not None:
        yield from other_blocks(message.raw, role)


def other_blocks(raw: Any, role: str) -> Iterator[tuple[str, str]]:
    """What stands beside the texts: thinking and cited text in words, everything else by its kind."""
    wire = None if type(raw) is dict and type(raw.get("content")) is str else as_mapping(raw)
    if wire and "content" not in wire:
        yield from other_parts(wire.get("parts"), role)
    content = content_once(wire) if wire else None
    for block in content if is_list(content) else ():
        fields = as_mapping(block)
        if fields is None or mapping_text(fields) is not None or fields.get("type") in READ_BLOCKS:
            continue
        text = next((fields[key] for key in WORDS if isinstance(fields.get(key), str)), "")
        yield f"{role}: {fields.get('type')}", text


def other_parts(parts: Any, role: str) -> Iterator[tuple[str, str]]:
    """The same of a Google content."""
    for part in parts if is_list(parts) else ():
        fields = as_mapping(part)
        found = None if fields is None else unread(fields)
        if found is not None:
            yield f"{role}: {found[0]}", found[1]


def leading_system(messages: Sequence[Message]) -> int:
    """How many system messages a conversation begins with."""
    return next((place for place, message in enumerate(messages) if message.role != "system"), len(messages))


class RunningHandle:
    """The handle of a text that grows; the same as `markers.handle_of` gives for the whole text.

    >>> RunningHandle().after("abc")
    '903d1971280c'
    """

    def __init__(self, *, namespace: str = "", secret: str = "") -> None:
        self.hmac = hmac.new(secret.encode("utf-8", "surrogatepass"), digestmod=sha256)
        self.hmac.update(namespace.encode("utf-8", "surrogatepass") + b"\0")

    def after(self, text: str) -> str:
        """The handle of all that was given so far, with `text` behind it."""
        self.hmac.update(text.encode("utf-8", "surrogatepass"))
        return self.hmac.copy().hexdigest()[:HANDLE_DIGITS]


def prefix_handle(messages: Sequence[Message], *, namespace: str = "", secret: str = "") -> str:
    """The handle of all of `messages` together."""
    running = RunningHandle(namespace=namespace, secret=secret)
    handle = running.after("")
    for message in messages:
        handle = running.after(render_message(message))
    return handle


def prefix_of_handle(handle: str, messages: Sequence[Message], *, namespace: str = "", secret: str = "") -> str | None:
    """The text of the beginning of a conversation that `handle` names; None where it names none.

    Args:
        messages: The conversation as it came, not as it was sent. A beginning starts behind the leading system
            messages or, where a window was told not to keep those, with the first.
    """
    for start in dict.fromkeys((leading_system(messages), 0)):
        running = RunningHandle(namespace=namespace, secret=secret)
        for end in range(start, len(messages)):
            if hmac.compare_digest(running.after(render_message(messages[end])), handle):
                return render_turns(messages[start : end + 1])
    return None
