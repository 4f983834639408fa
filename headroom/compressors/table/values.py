"""JSON text to values and back, with nothing lost: number text, duplicate keys and key order survive.

A value is None, True, False, `str`, `Number`, `list`, `dict`, or `Pairs` for an object that repeats a key.
"""

from __future__ import annotations

import json
import json.decoder
import re
from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 60  # far below the recursion limit of every Python, so that all of them decide alike


class Number(str):
    """A JSON number as its source text: `1.10`, `1e5` and `10**40` stay what they were; also NaN and Infinity."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Number({str(self)!r})"


class Pairs(list[Any]):
    """An object in which a key stands more than once: a list of (key, value)."""

    __slots__ = ()


def to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Pairs:
    """A dict, or `Pairs` where a dict would lose a repeated key."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Pairs(pairs)


DECODER = json.JSONDecoder(
    object_pairs_hook=to_object, parse_int=Number, parse_float=Number, parse_constant=Number, strict=True
)

py_or_c_scanstring = getattr(json.decoder, "scanstring")  # noqa: B009  absent from the type stubs


def parse_json(text: str) -> Any:
    """The value of one JSON document.

    Raises:
        ValueError: `text` is not JSON, or nests deeper than any sensible document.

    >>> parse_json('[1.10, true]')
    [Number('1.10'), True]
    """
    try:
        return DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def scan_string(text: str, start: int) -> tuple[str, int]:
    """The JSON string whose first character stands at `start`, behind its quote, and the index behind it.

    Raises:
        ValueError: It does not end, or holds a control character.
    """
    found: tuple[str, int] = py_or_c_scanstring(text, start, True)
    return found


def dump_json(value: Any) -> str:
    """The shortest JSON text of `value`; reading it gives `value` again."""
    return "".join(dump_pieces(value))


def dump_pieces(value: Any) -> Iterable[str]:
    """`dump_json` piece by piece."""
    if isinstance(value, (dict, Pairs)):
        lead = "{"
        for key, inner in value.items() if isinstance(value, dict) else value:
            yield f"{lead}{quote(key)}:"
            yield from dump_pieces(inner)
            lead = ","
        yield "{}" if lead == "{" else "}"
    elif isinstance(value, list):
        lead = "["
        for inner in value:
            yield lead
            yield from dump_pieces(inner)
            lead = ","
        yield "[]" if lead == "[" else "]"
    else:
        yield scalar_json(value)


def scalar_json(value: Any) -> str:
    """JSON text of a value that is neither object nor array."""
    if type(value) is Number:
        return str(value)
    if type(value) is str:
        return quote(value)
    return {None: "null", True: "true", False: "false"}[value]


QUOTE = json.JSONEncoder(ensure_ascii=False).encode
SURROGATE = re.compile("[\ud800-\udfff]")


def quote(text: str) -> str:
    r"""A JSON string; lone surrogates, which no file can hold, are written as \ud800.

    >>> quote('a"b')
    '"a\\"b"'
    """
    quoted = QUOTE(text)
    if quoted.isascii():
        return quoted
    return SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
