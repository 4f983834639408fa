"""Reads values that stand on one line: JSON, with quotes only where they are needed."""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.table.text import read_bare
from headroom.compressors.table.values import MAX_DEPTH, dump_json, scan_string, to_object

INLINE_END = re.compile(r"[,\]}]|$")
KEY_END = re.compile(r":")
LIST_HEAD = re.compile(r"\[([0-9]+)([ |]?)\](?=\{|\[\]\{)", re.ASCII)
MAP_HEAD = re.compile(r"\{([0-9]+)([ |]?)\}(?=\{)", re.ASCII)
FLAT_LIST = re.compile(r"[^\[\]{}\"`&*,][^\[\]{}\"`&*]*\]")  # bare items only
NAME = re.compile(r"[&*]([0-9]+)", re.ASCII)
BARE_MEMBER = re.compile(r"([^\":}][^:]*):([^\"{\[`&*,\]}][^,\]}]*)(\}|,(?!\}))")  # and what divides it from the next


class Reader:
    """A place in table text: the line and the character next to be read.

    Attributes:
        lines: All lines.
        row: Index of the current line.
        at: Index of the next character in it.
        names: Values by the number after `&`.
    """

    def __init__(self, lines: list[str], names: dict[int, Any] | None = None) -> None:
        self.lines = lines
        self.row = 0
        self.at = 0
        self.first = 0  # the line in which reading began
        self.depth = 0
        self.names: dict[int, Any] = {} if names is None else names

    def peek(self) -> str:
        """The next character, or "" at the end of the line."""
        return self.lines[self.row][self.at : self.at + 1] if self.row < len(self.lines) else ""

    def expect(self, wanted: str) -> None:
        """Read exactly `wanted`."""
        if not self.lines[self.row].startswith(wanted, self.at):
            raise ValueError(f"not table text: {wanted!r} expected in line {self.row + 1}")
        self.at += len(wanted)

    def value(self, end: re.Pattern[str], *, typed: bool = False) -> Any:
        """Any value; a bare one goes up to `end` and is a string if `typed`."""
        first = self.peek()
        if first == '"':
            found, self.at = scan_string(self.lines[self.row], self.at + 1)
            return found
        if first in ("{", "["):
            return self.container(first)
        if first == "`":
            return self.embedded()
        if first in ("&", "*"):
            return self.named(end, typed)
        text = self.bare(end)
        return text if typed else read_bare(text)

    def bare(self, end: re.Pattern[str]) -> str:
        """Characters up to `end`; none is an error, since empty strings are quoted."""
        line = self.lines[self.row]
        found = end.search(line, self.at)
        stop = found.start() if found else len(line)
        if stop == self.at:
            raise ValueError(f"not table text: nothing where a value should be, line {self.row + 1}")
        start, self.at = self.at, stop
        return line[start:stop]

    def name(self) -> tuple[int, bool]:
        """The number of a name, and whether its value follows."""
        found = NAME.match(self.lines[self.row], self.at)
        if not found:
            raise ValueError(f"not table text: a name expected in line {self.row + 1}")
        self.at = found.end()
        if found[0].startswith("&"):
            self.expect(" ")
            return int(found[1]), True
        return int(found[1]), False

    def named(self, end: re.Pattern[str], typed: bool) -> Any:
        """A value with a name, or one that was named before."""
        number, defines = self.name()
        if defines:
            self.names[number] = self.value(end, typed=typed)
        return self.names[number]

    def embedded(self) -> str:
        """A string that holds JSON."""
        self.at += 1
        text = dump_json(self.container(self.peek()))
        self.expect("`")
        return text

    def container(self, first: str) -> Any:
        """An object, a list or a table."""
        head = (MAP_HEAD if first == "{" else LIST_HEAD).match(self.lines[self.row], self.at)
        self.depth += 1
        if self.depth > 4 * MAX_DEPTH:
            raise ValueError("not table text: nested too deeply")
        if head:
            self.at = head.end()
            found = self.table(int(head[1]), head[2] or ",", is_map=first == "{")
        else:
            self.at += 1
            found = self.object() if first == "{" else self.list()
        self.depth -= 1
        return found

    def object(self) -> Any:
        """Members up to `}`."""
        pairs: list[tuple[str, Any]] = []
        while self.peek() != "}":
            bare = BARE_MEMBER.match(self.lines[self.row], self.at) if self.row < len(self.lines) else None
            if bare:
                pairs.append((bare[1], read_bare(bare[2])))
                self.at = bare.end()
                if bare[3] == "}":
                    return to_object(pairs)
                continue
            key = self.key(KEY_END)
            self.expect(":")
            pairs.append((key, self.value(INLINE_END)))
            self.divide("}")
        self.at += 1
        return to_object(pairs)

    def list(self) -> list[Any]:
        """Items up to `]`."""
        line = self.lines[self.row]
        flat = FLAT_LIST.match(line, self.at)
        if flat:
            self.at = flat.end()
            return list(map(read_bare, flat[0][:-1].split(",")))
        items: list[Any] = []
        while self.peek() != "]":
            items.append(self.value(INLINE_END))
            self.divide("]")
        self.at += 1
        return items

    def divide(self, closing: str) -> None:
        """What stands between two members: a comma, or the line end of a table."""
        if self.at == 0 and self.row > self.first:
            return
        if self.peek() != closing:
            self.expect(",")
            if self.peek() == closing:
                raise ValueError("not table text: a comma before the end")

    def key(self, end: re.Pattern[str]) -> str:
        """A key, bare or quoted."""
        if self.peek() == '"':
            found, self.at = scan_string(self.lines[self.row], self.at + 1)
            return found
        return self.bare(end)

    def took(self, mark: str) -> bool:
        """Read `mark` if it comes next."""
        if self.peek() != mark:
            return False
        self.at += 1
        return True

    def table(self, size: int, delimiter: str, *, is_map: bool) -> Any:
        """A table; there is none within a line."""
        raise ValueError(f"not table text: a table within line {self.row + 1}")
