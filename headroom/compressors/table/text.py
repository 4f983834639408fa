"""Which strings stand bare in the table text, and how the others are quoted.

Writer and reader share these rules; both take them from here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from headroom.compressors.table.values import Number, Pairs, dump_json, parse_json, quote, scalar_json

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|NaN|-?Infinity", re.ASCII)
NUMBER_STARTS = frozenset("-0123456789NI")
LITERALS: dict[str, Any] = {"null": None, "true": True, "false": False}
ABSENT_MARK = "~"
SHORT_KEY_CHARS = 64  # keys come again and again
LEAST_EMBEDDED_CHARS = 8
MOST_EMBEDDED_DEPTH = 20  # strings of JSON within strings of JSON end somewhere

# Anything here must be quoted wherever it stands: control characters and lone surrogates.
UNSAFE = "\x00-\x1f\x7f\ud800-\udfff"
STARTERS = r"\"`(\[{&*!@~#"  # a cell that begins so is not a bare string

# Bare strings by the character that ends them. A bare string neither begins nor ends with a blank.
BARE_INLINE = re.compile(rf"(?![ {STARTERS}])[^,{{}}\[\]()\"{UNSAFE}]*[^,{{}}\[\]()\"{UNSAFE} ]")
BARE_CELL = {
    delimiter: re.compile(rf"(?![ {STARTERS}])[^{re.escape(delimiter)}{UNSAFE}]*[^{re.escape(delimiter)}{UNSAFE} ]")
    for delimiter in ", |"
}
BARE_IN_TUPLE = {
    delimiter: re.compile(rf"(?![ {STARTERS}])[^{re.escape(delimiter)}(){UNSAFE}]*[^{re.escape(delimiter)}(){UNSAFE} ]")
    for delimiter in ", |"
}
BARE_KEY = re.compile(rf"(?![ {STARTERS}])[^,:=$?{{}}\[\]()@\"{UNSAFE}]*[^,:=$?{{}}\[\]()@\"{UNSAFE} ]")


def is_ambiguous(text: str) -> bool:
    """Whether a bare `text` would be read as a number or a literal."""
    return text in LITERALS or (text[:1] in NUMBER_STARTS and NUMBER.fullmatch(text) is not None)


def key_text(key: str) -> str:
    """A key as it stands before `:` or in a header."""
    return short_key_text(key) if len(key) <= SHORT_KEY_CHARS else written_key(key)


def written_key(key: str) -> str:
    """The same, without remembering."""
    return key if BARE_KEY.fullmatch(key) else quote(key)


short_key_text = lru_cache(maxsize=4096)(written_key)


def bare_or_quoted(text: str, bare: re.Pattern[str], *, typed: bool = False) -> str:
    """`text` itself where that is safe, else a JSON string; `typed` when every bare cell is a string anyway.

    A string that is itself JSON without blanks stands as JSON between backticks, so that nothing is escaped.
    """
    if bare.fullmatch(text) and (typed or not is_ambiguous(text)):
        return text
    return (embedded(text) if text[:1] in ("{", "[") else "") or quote(text)


def embedded(text: str) -> str:
    """`text` as JSON between backticks, or "" where that would not give back its bytes."""
    if len(text) < LEAST_EMBEDDED_CHARS or text[-1] not in "}]":
        return ""
    try:
        value = parse_json(text)
    except ValueError:
        return ""
    if depth_above(value, MOST_EMBEDDED_DEPTH) or dump_json(value) != text:
        return ""
    return f"`{inline_text(value)}`"


def depth_above(value: Any, most: int) -> bool:
    """Whether containers nest deeper than `most`."""
    if not isinstance(value, (dict, list)):
        return False
    if most == 0:
        return True
    inner = value.values() if type(value) is dict else [v for _, v in value] if type(value) is Pairs else value
    return any(depth_above(item, most - 1) for item in inner)


def inline_text(value: Any) -> str:
    """Any value on one line: JSON with quotes only where they are needed."""
    kind = type(value)
    if kind is str:
        return bare_or_quoted(value, BARE_INLINE)
    if kind is Number:
        return str(value)
    if kind is dict or kind is Pairs:
        items = value.items() if kind is dict else value
        return "{" + ",".join([f"{key_text(key)}:{inline_text(inner)}" for key, inner in items]) + "}"
    if kind is list:
        if set(map(type, value)) == {Number}:
            return f"[{','.join(value)}]"
        return "[" + ",".join(map(inline_text, value)) + "]"
    return scalar_text(value, BARE_INLINE)


def scalar_text(value: Any, bare: re.Pattern[str], *, typed: bool = False) -> str:
    """Text of a value that is neither object nor array."""
    return bare_or_quoted(value, bare, typed=typed) if type(value) is str else scalar_json(value)


def read_bare(text: str) -> Any:
    """The value of a bare text: number, literal, else string.

    Raises:
        ValueError: There is no text; an empty string is quoted.
    """
    if text[:1] in NUMBER_STARTS and NUMBER.fullmatch(text):
        return Number(text)
    if text in LITERALS:
        return LITERALS[text]
    if not text:
        raise ValueError("not table text: nothing where a value should be")
    return text
