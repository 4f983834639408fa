"""Scalars and keys of TOML, and how a string is told from a date or a number that is no number of JSON.

A decimal number keeps its text and is a number; `true` and `false` are themselves. Dates, times, `0xFF`, `1_000`, `+1`,
`inf` and `nan` are their text. A string is its text; where the same text without quotes would be one of those, it
stands between apostrophes: `'1979-05-27'`.
"""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.table.text import NUMBER
from headroom.compressors.table.values import Number

COMMENT = "//"
LITERALS = {"true": True, "false": False}
DAYS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}

TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
ZONE = r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
DIGITS = "[0-9](?:_?[0-9])*"
INTEGER = r"[+-]?(?:0|[1-9](?:_?[0-9])*)"
SCALAR = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:[Tt ]{TIME}{ZONE}?)?|{TIME}"
    r"|0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*"
    rf"|{INTEGER}(?:\.{DIGITS})?(?:[eE][+-]?{DIGITS})?|[+-]?(?:inf|nan)|true|false",
    re.ASCII,
)
WHOLE_SCALAR = re.compile(rf"(?:{SCALAR.pattern})(?=[ \t\r\n,\]}}#]|\Z)", re.ASCII)

TAKEN_STARTS = frozenset("'/-+0123456789in")  # of what is no string without quotes, and of comments

BASIC = re.compile(r'"([^"\\\n]*(?:\\[^\n][^"\\\n]*)*)"')
LITERAL = re.compile(r"'([^'\n]*)'")
LINES_BASIC = re.compile(r'"""(?:\r?\n)?([^"\\]*(?:(?:\\(?s:.)|"(?!""))[^"\\]*)*)("{3,5})')
LINES_LITERAL = re.compile(r"'''(?:\r?\n)?([^']*(?:'(?!'')[^']*)*)('{3,5})")
ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr"\\])|([ \t]*\r?\n[ \t\r\n]*)|)', re.ASCII)
ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
DOT = re.compile(r"[ \t]*\.[ \t]*")
MOST_KEYS = 20  # of one path
COMMENT_KEY = re.compile(r"(?:-?//.*|.*//)?", re.DOTALL)  # the comment behind the key "" would be `//`, too


class TomlError(ValueError):
    """Why a text is not read: one word, as notes use it."""


def read_scalar(text: str, at: int) -> tuple[Any, int]:
    """The scalar at `at`, and the index behind it.

    Raises:
        TomlError: There is none.
    """
    if text[at] in "\"'":
        said, at = read_string(text, at)
        return string_value(said), at
    found = WHOLE_SCALAR.match(text, at)
    if not found:
        raise TomlError("not_toml")
    bare = found[0]
    if found[1]:
        check_date(found[1])
    if bare in LITERALS:
        return LITERALS[bare], found.end()
    return Number(bare) if NUMBER.fullmatch(bare) else bare, found.end()


def check_date(text: str) -> None:
    """Fail where there is no such day.

    Raises:
        TomlError: There is none.
    """
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 29 if month == 2 and is_leap else DAYS.get(month, 0)
    if not year or not 1 <= day <= days:
        raise TomlError("not_toml")


def string_value(text: str) -> str:
    """The value of a string: the text, between apostrophes where it would be taken for something else."""
    if text[:1] not in TAKEN_STARTS:
        return text
    if text.startswith(("'", COMMENT, f"-{COMMENT}")):
        return f"'{text}'"
    if SCALAR.fullmatch(text) and not NUMBER.fullmatch(text) and text not in LITERALS:
        return f"'{text}'"
    return text


def read_string(text: str, at: int) -> tuple[str, int]:
    """Text of the string at `at`, over several lines or not, and the index behind it.

    Raises:
        TomlError: It does not end, or has an escape that TOML 1.0 does not know.
    """
    quote = text[at]
    if text.startswith(quote * 3, at):
        found = (LINES_BASIC if quote == '"' else LINES_LITERAL).match(text, at)
        said = found[1].replace("\r\n", "\n") + found[2][3:] if found else ""
    else:
        found = (BASIC if quote == '"' else LITERAL).match(text, at)
        said = found[1] if found else ""
    if not found:
        raise TomlError("not_toml")
    return ESCAPE.sub(unescaped, said) if quote == '"' and "\\" in said else said, found.end()


def unescaped(found: re.Match[str]) -> str:
    """What an escape stands for.

    Raises:
        TomlError: Nothing.
    """
    code = found[1] or found[2]
    if code:
        number = int(code, 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise TomlError("not_toml")
        return chr(number)
    if found[4] is not None:
        return ""
    if found[3] is None:
        raise TomlError("not_toml")
    return ESCAPES[found[3]]


def read_path(text: str, at: int) -> tuple[list[str], int]:
    """The key at `at`, one name or several with dots between, and the index behind it.

    Raises:
        TomlError: There is none, or it would be taken for a comment.
    """
    found: list[str] = []
    while True:
        key, at = read_key(text, at)
        found.append(key)
        dot = DOT.match(text, at)
        if not dot:
            return found, at
        if len(found) == MOST_KEYS:
            raise TomlError("nested_too_deeply")
        at = dot.end()


def read_key(text: str, at: int) -> tuple[str, int]:
    """One name of a key, and the index behind it."""
    bare = BARE_KEY.match(text, at)
    if bare:
        return bare[0], bare.end()
    if text[at : at + 1] not in ('"', "'") or text.startswith(text[at] * 3, at):
        raise TomlError("not_toml")
    key, at = read_string(text, at)
    if COMMENT_KEY.fullmatch(key):
        raise TomlError("toml_key_like_comment")
    return key, at


def comment_text(line: str) -> str:
    """What a comment says: without the one blank behind its mark; where there is none, with the mark.

    Args:
        line: What stands behind the mark.
    """
    text = line.rstrip(" \t\r")
    return text[1:] if text[:1] == " " and text[1:2] != "#" else f"#{text}"
