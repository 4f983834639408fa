"""Lists and maps in brackets, on one line."""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.yaml_values.scalars import (
    COMMENT,
    YamlError,
    check_plain,
    plain_value,
    quoted_value,
    read_quoted,
)

PLAIN = re.compile(r"[^,\[\]{}\"']+")
MOST_DEPTH = 20


def read_flow(line: str, at: int, depth: int = 0) -> tuple[Any, int]:
    """The list or map at `at`, and the index behind it.

    Raises:
        YamlError: It does not end in this line, or is not simple.
    """
    if depth > MOST_DEPTH:
        raise YamlError("nested_too_deeply")
    closing = "]" if line[at] == "[" else "}"
    is_map = closing == "}"
    items: list[Any] = []
    keys: list[str] = []
    at = skip(line, at + 1)
    while line[at : at + 1] != closing:
        if is_map:
            key, at = flow_key(line, at)
            keys.append(key)
        value, at = flow_value(line, at, depth)
        if not is_map:
            check_item(value)
        items.append(value)
        at = skip(line, at)
        if line[at : at + 1] == ",":
            at = skip(line, at + 1)
        elif line[at : at + 1] != closing:
            raise YamlError("yaml_lines_in_brackets")
    if len(set(keys)) < len(keys):
        raise YamlError("yaml_repeated_keys")
    return (dict(zip(keys, items, strict=True)) if is_map else items), at + 1


def skip(line: str, at: int) -> int:
    """Index of the next character that is no blank."""
    while line[at : at + 1] == " ":
        at += 1
    return at


def flow_key(line: str, at: int) -> tuple[str, int]:
    """A key, and the index behind its colon."""
    if line[at : at + 1] in ("'", '"'):
        text, at = read_quoted(line, at)
        at = skip(line, at)
        if line[at : at + 2] != ": ":
            raise YamlError("yaml_not_simple")
        return key_of(text, is_quoted=True), skip(line, at + 1)
    end = line.find(": ", at)
    text = line[at:end].rstrip(" ") if end > at else ""
    if not text or not PLAIN.fullmatch(text):
        raise YamlError("yaml_not_simple")
    return key_of(text, is_quoted=False), skip(line, end + 1)


def flow_value(line: str, at: int, depth: int) -> tuple[Any, int]:
    """A value, and the index behind it."""
    first = line[at : at + 1]
    if first in ("'", '"'):
        text, at = read_quoted(line, at)
        return quoted_value(text), at
    if first in ("[", "{"):
        return read_flow(line, at, depth + 1)
    found = PLAIN.match(line, at)
    if not found:
        raise YamlError("yaml_not_simple")
    text = found[0].rstrip(" ")
    if not text or text in ("-", "?", ":"):
        raise YamlError("yaml_not_simple")
    check_plain(text)
    if ":" in text and text.startswith(":"):
        raise YamlError("yaml_not_simple")
    return plain_value(text), at + len(text)


def check_item(value: Any) -> None:
    """Fail where an item of a list would be taken for a comment.

    Raises:
        YamlError: It would.
    """
    if type(value) is str and value.startswith((COMMENT, f"-{COMMENT}")):
        raise YamlError("yaml_not_simple")


def key_of(text: str, *, is_quoted: bool) -> str:
    """A key as it stands in the value.

    Raises:
        YamlError: It is not simple.
    """
    if COMMENT in text:
        raise YamlError("yaml_not_simple")
    if is_quoted:
        return quoted_value(text) if plain_value_or_text(text) == text else f"'{text}'"
    check_plain(text)
    return text


def plain_value_or_text(text: str) -> Any:
    """The value of `text` without quotes; `text` where there is none."""
    try:
        found = plain_value(text)
    except YamlError:
        return text
    return text if type(found) is str else None
