"""What a message shows that a later one may name: the values of its calls' arguments, and tool results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from headroom.messages import Message
from headroom.references import label_of

LEAST_VALUE_CHARS = 200
DEEPEST = 3


@lru_cache(maxsize=20_000)
def call_label(name: str, arguments: str) -> str:
    """A tool call in words."""
    return label_of(name, arguments)


@lru_cache(maxsize=2_000)
def argument_texts(name: str, arguments: str) -> tuple[tuple[str, str], ...]:
    """Label and text of each long string among a call's arguments, such as a file that it writes."""
    if len(arguments) < LEAST_VALUE_CHARS:
        return ()
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return ()
    call = call_label(name, arguments)
    return tuple((f"{path} in {call}", text) for path, text in strings_in(value, "", DEEPEST))


def strings_in(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Path and text of each long string."""
    if isinstance(value, str) and len(value) >= LEAST_VALUE_CHARS and path:
        yield path, value
    elif isinstance(value, dict) and depth:
        for key, inner in value.items():
            yield from strings_in(inner, f"{path}.{key}" if path else key, depth - 1)
    elif isinstance(value, list) and depth:
        for place, inner in enumerate(value):
            yield from strings_in(inner, f"{path}[{place}]", depth - 1)


def call_sources(message: Message) -> Iterator[tuple[str, str]]:
    """Label and text of what a message's calls show."""
    for call in message.tool_calls:
        yield from argument_texts(call.name, call.arguments)


def result_label(name: str | None, arguments: str | None) -> str:
    """A tool result in words: the call that it answers, where that is known."""
    return call_label(name or "tool", arguments) if arguments is not None else f"{name or 'tool'} result"
