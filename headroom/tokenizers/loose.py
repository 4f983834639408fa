"""Tokens of values of no known shape: their compact JSON, without what is no text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from headroom.messages.wire import as_mapping
from headroom.protocols import TokenCounter

DEEPEST = 50
BASE64 = re.compile(r"(?:data:[\w/+.;=-]{1,100},)?[A-Za-z0-9+/_=-]{256}", re.ASCII)


def as_fields(value: Any) -> Mapping[str, Any] | None:
    """A mapping, or the fields of an object of an SDK; None for anything else, also for what cannot be asked."""
    if isinstance(value, dict) or value is None or isinstance(value, str):
        return value if isinstance(value, dict) else None
    try:
        return as_mapping(value)
    except (TypeError, ValueError, AttributeError, LookupError, RuntimeError):
        return None


def count_loose(value: Any, counter: TokenCounter) -> int:
    """Tokens of the text of anything that a model reads as text, such as the arguments of a call."""
    return sum(counter.count_text(text) for text in loose_texts(value))


def count_unknown(value: Any, counter: TokenCounter) -> int:
    """Tokens of a block of no known kind.

    Long base64 within it counts as nothing: it is an image, a file or a signature, and none of them is read as text.
    """
    return count_loose(without_base64(value), counter)


def loose_texts(value: Any) -> Iterator[str]:
    """The text of anything: itself, or its compact JSON; nothing for None and for what JSON cannot hold."""
    if isinstance(value, str):
        yield value
    elif value is not None:
        try:
            yield json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
        except (TypeError, ValueError, RecursionError):
            return


def without_base64(value: Any, depth: int = 0) -> Any:
    """A JSON value with "" in place of long base64; what is deeper than `DEEPEST` comes as it is."""
    if isinstance(value, str):
        return "" if BASE64.match(value) else value
    if depth > DEEPEST:
        return value
    if isinstance(value, list):
        return [without_base64(member, depth + 1) for member in value]
    fields = as_fields(value)
    if fields is None:
        return value
    return {key: without_base64(member, depth + 1) for key, member in fields.items()}


def plain(value: Any) -> Any:
    """What stands for a value that JSON does not know: its fields, or the name of its type."""
    fields = as_fields(value)
    return type(value).__name__ if fields is None else dict(fields)
