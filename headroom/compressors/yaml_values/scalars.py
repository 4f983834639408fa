"""Scalars of YAML: what is plain, what is quoted, and how both are told apart in a value.

A plain scalar keeps its text: a number stays the number text, `true`, `false` and `null` are themselves (`~` and
nothing are null, too), `yes`, `0o17`, `1_000`, dates and everything else are their text. A quoted scalar is its text;
where the same text without quotes might be read as something else, it stands between apostrophes: `'yes'`.
"""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.table.text import NUMBER, NUMBER_STARTS
from headroom.compressors.table.values import Number

COMMENT = "//"
LITERALS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
# What some reader of YAML 1.1 or 1.2 takes for something else than a string.
OTHER = re.compile(
    r"~|=|<<|(?i:y|n|yes|no|on|off|true|false|null)"
    r"|[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(?::[0-5]?[0-9])*)"
    r"|[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?i:inf)|\.(?i:nan)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?",
    re.ASCII,
)
NOT_PLAIN = tuple(",[]{}#&*!|>'\"%@`")  # a plain scalar does not begin so
NEEDS_MORE = tuple("-?:")  # it may begin so, if something follows
SINGLE = re.compile(r"'((?:[^']|'')*)'")
DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.ASCII)
ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


class YamlError(ValueError):
    """Why a text is not read: one word, as notes use it."""


def plain_value(text: str) -> Any:
    """The value of a plain scalar.

    Raises:
        YamlError: It is none, or one with an anchor, alias or tag.
    """
    if text in LITERALS:
        return LITERALS[text]
    if text[0] in NUMBER_STARTS and text[0] not in "NI" and NUMBER.fullmatch(text) and text != "-Infinity":
        return Number(text)
    check_plain(text)
    return text


def check_plain(text: str) -> None:
    """Fail where a scalar without quotes would not be read as one line of text.

    Raises:
        YamlError: It would not.
    """
    if text.startswith(NOT_PLAIN) or (text.startswith(NEEDS_MORE) and text[1:2] in ("", " ")):
        raise YamlError("yaml_anchors_or_tags" if text[0] in "&*!" else "yaml_not_simple")
    if ": " in text or text.endswith(":") or " #" in text or text == "<<":
        raise YamlError("yaml_not_simple")


def quoted_value(text: str) -> str:
    """The value of a quoted scalar with the text `text`."""
    if OTHER.fullmatch(text) and not NUMBER.fullmatch(text) and text not in LITERALS:
        return f"'{text}'"
    return f"'{text}'" if text == "~" or text.startswith(("'", COMMENT, f"-{COMMENT}")) else text


def read_quoted(line: str, at: int) -> tuple[str, int]:
    """Text of the quoted scalar at `at`, and the index behind it.

    Raises:
        YamlError: It does not end in this line, or has an escape that YAML does not know.
    """
    single = line[at] == "'"
    found = (SINGLE if single else DOUBLE).match(line, at)
    if not found:
        raise YamlError("yaml_lines_in_quotes")
    text = found[1].replace("''", "'") if single else ESCAPE.sub(unescaped, found[1])
    return text, found.end()


def unescaped(found: re.Match[str]) -> str:
    """The character that an escape stands for.

    Raises:
        YamlError: There is none.
    """
    code = found[1] or found[2]
    char = chr(int(code, 16)) if code else ESCAPES.get(found[3], "")
    if not char or "\ud800" <= char <= "\udfff":
        raise YamlError("yaml_not_simple")
    return char
