"""Values behind `=`: scalars, arrays over one line or several, inline tables."""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.toml_values.places import Places
from headroom.compressors.toml_values.scalars import (
    COMMENT,
    TomlError,
    comment_text,
    read_path,
    read_scalar,
    string_value,
)

MOST_DEPTH = 20
BLANKS = re.compile(r"[ \t]*")
GAP = re.compile(r"[ \t\r\n]*")
EQUALS = re.compile(r"[ \t]*=[ \t]*")
LINE = re.compile(r"[^\r\n]*")
PLAIN_PAIR = re.compile(r'([A-Za-z0-9_-]+)[ \t]*=[ \t]*"([^"\\\n]*)"[ \t]*([,}])', re.ASCII)  # most are so
BEHIND = f"-{COMMENT}"  # the comment behind a table, as its own entry; or an item of a list


def read_value(text: str, at: int, places: Places | None, depth: int = 0) -> tuple[Any, int]:
    """The value at `at`, and the index behind it.

    Raises:
        TomlError: There is none.
    """
    first = text[at : at + 1]
    if first not in ("[", "{"):
        if not first:
            raise TomlError("not_toml")
        return read_scalar(text, at)
    if depth == MOST_DEPTH:
        raise TomlError("nested_too_deeply")
    if first == "[":
        return ArrayReader(text, at + 1, places, depth + 1).read()
    return read_table(text, at + 1, places, depth + 1)


class ArrayReader:
    """Reads the items of one array.

    Attributes:
        found: The items; comments are items of their own, or entries of the table they stand above or behind.
        spans: Where each item stands.
        above: Comments that stand above the next item.
        above_at: Where they begin and end.
    """

    def __init__(self, text: str, at: int, places: Places | None, depth: int) -> None:
        self.text = text
        self.at = at
        self.places = places
        self.depth = depth
        self.found: list[Any] = []
        self.spans: list[tuple[int, int]] = []
        self.above: list[str] = []
        self.above_at = (0, 0)

    def read(self) -> tuple[list[Any], int]:
        """The array, and the index behind it."""
        text = self.text
        is_beside = has_item = False  # an item stands in this line; no comma stands behind it yet
        while True:
            gap = GAP.match(text, self.at)
            is_beside = is_beside and not (gap and "\n" in gap[0])
            self.at = gap.end() if gap else self.at
            first = text[self.at : self.at + 1]
            if first == "#":
                self.comment(is_beside=is_beside)
            elif first == "]":
                return self.done()
            elif first == ",":
                if not has_item:
                    raise TomlError("not_toml")
                has_item = False
                self.at += 1
            elif has_item:
                raise TomlError("not_toml")
            else:
                self.item()
                is_beside = has_item = True

    def item(self) -> None:
        """One item."""
        start = self.at
        value, self.at = read_value(self.text, start, self.places, self.depth)
        if self.above and type(value) is dict:
            value = {COMMENT: self.comments(), **value}
        elif self.above:
            self.add(f"{COMMENT} {self.comments()}", self.above_at)
        self.found.append(value)
        self.spans.append((start, self.at))

    def comment(self, *, is_beside: bool) -> None:
        """The comment that begins here."""
        start = self.at
        line = LINE.match(self.text, start + 1)
        self.at = line.end() if line else start
        text = comment_text(self.text[start + 1 : self.at])
        if not is_beside:
            self.above_at = (self.above_at[0] if self.above else start), self.at
            self.above.append(text)
        elif type(self.found[-1]) is dict:
            self.found[-1][BEHIND] = text
        else:
            self.add(f"{BEHIND} {text}", (start, self.at))

    def add(self, text: str, span: tuple[int, int]) -> None:
        """An item that is a comment."""
        self.found.append(text)
        self.spans.append(span)

    def comments(self) -> str:
        """The comments above, as one text."""
        text = "\n".join(self.above)
        self.above.clear()
        return text

    def done(self) -> tuple[list[Any], int]:
        """The array, and the index behind it."""
        if self.above:
            self.add(f"{COMMENT} {self.comments()}", self.above_at)
        if self.places is not None:
            self.places.items[id(self.found)] = self.spans
        return self.found, self.at + 1


def read_table(text: str, at: int, places: Places | None, depth: int) -> tuple[dict[str, Any], int]:
    """The inline table whose first entry stands at `at`, and the index behind it."""
    found: dict[str, Any] = {}
    dotted: set[int] = set()  # tables that keys with dots made
    at = skip(text, at)
    if text[at : at + 1] == "}":
        return found, at + 1
    while True:
        pair = PLAIN_PAIR.match(text, at)
        if pair and pair[1] not in found:
            found[pair[1]] = string_value(pair[2])
            at = pair.end()
        else:
            at = skip(text, add_entry(found, dotted, text, at, places, depth)) + 1
        last = text[at - 1 : at]
        if last == "}":
            return found, at
        if last != ",":
            raise TomlError("not_toml")
        at = skip(text, at)


def add_entry(table: dict[str, Any], dotted: set[int], text: str, at: int, places: Places | None, depth: int) -> int:
    """Put one entry of an inline table into it, and give the index behind it."""
    path, at = read_path(text, at)
    value, at = read_value(text, equals(text, at), places, depth)
    for key in path[:-1]:
        inner = table.get(key)
        if inner is None:
            inner = table[key] = {}
            dotted.add(id(inner))
        elif id(inner) not in dotted:
            raise TomlError("toml_repeated_keys")
        table = inner
    if path[-1] in table:
        raise TomlError("toml_repeated_keys")
    table[path[-1]] = value
    return at


def equals(text: str, at: int) -> int:
    """Index behind the `=` that follows a key.

    Raises:
        TomlError: None follows.
    """
    found = EQUALS.match(text, at)
    if not found:
        raise TomlError("not_toml")
    return found.end()


def skip(text: str, at: int) -> int:
    """Index of the next character that is no blank."""
    found = BLANKS.match(text, at)
    return found.end() if found else at
