"""Which strings stand bare in the table text, and how the others are quoted.

Writer and reader share these rules; both take them from here.
"""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.table.values import Number, quote, scalar_json

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|NaN|-?Infinity", re.ASCII)
LITERALS: dict[str, Any] = {"null": None, "true": True, "false": False}
ABSENT_MARK = "~"

# Anything here must be quoted wherever it stands: control characters and lone surrogates.
UNSAFE = "\x00-\x1f\x7f\ud800-\udfff"
STARTERS = r"\"(\[{&*!@~#"  # a cell that begins so is not a bare string

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
    return text in LITERALS or NUMBER.fullmatch(text) is not None


def key_text(key: str) -> str:
    """A key as it stands before `:` or in a header."""
    return key if BARE_KEY.fullmatch(key) else quote(key)


def bare_or_quoted(text: str, bare: re.Pattern[str], *, typed: bool = False) -> str:
    """`text` itself where that is safe, else a JSON string; `typed` when every bare cell is a string anyway."""
    if bare.fullmatch(text) and (typed or not is_ambiguous(text)):
        return text
    return quote(text)


def scalar_text(value: Any, bare: re.Pattern[str], *, typed: bool = False) -> str:
    """Text of a value that is neither object nor array."""
    return bare_or_quoted(value, bare, typed=typed) if type(value) is str else scalar_json(value)


def read_bare(text: str) -> Any:
    """The value of a bare text: number, literal, else string."""
    if text in LITERALS:
        return LITERALS[text]
    return Number(text) if NUMBER.fullmatch(text) else text
