"""Reads table text back into the value it was written from, to the last detail.

The grammar is the one `encode` tells of; plain JSON without blanks between its parts reads the same.
"""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.table.columns import Column
from headroom.compressors.table.read_rows import Grid, records_of
from headroom.compressors.table.reader import INLINE_END, Reader
from headroom.compressors.table.rows import flat
from headroom.compressors.table.values import to_object

HEADER_KEY_END = re.compile(r"[,=$?@{\[()}\]]")
HEADER_VALUE_END = re.compile(r"[,\]})]|$")


def decode(text: str) -> Any:
    """The value that `text` was written from.

    Raises:
        ValueError: `text` is not table text.

    >>> decode("[2]{a,b=1}\\n3\\n4")
    [{'a': Number('3'), 'b': Number('1')}, {'a': Number('4'), 'b': Number('1')}]
    """
    lines = text.split("\n")
    found, row, at = decode_from(lines, 0)
    if not ends_there(lines, row, at) or row + (at > 0) < len(lines):
        raise ValueError(f"not table text: line {row + 1} goes on")
    return found


def ends_there(lines: list[str], row: int, at: int) -> bool:
    """Whether a line ends where reading ended: a table ends before the first character of the next line."""
    return at == 0 or at == len(lines[row])


def decode_from(lines: list[str], row: int, at: int = 0) -> tuple[Any, int, int]:
    """The value that begins in line `row`, and the line and character at which it ends.

    A value whose last line is a row of a table ends at character 0 of the line behind it.

    Raises:
        ValueError: There is none.
    """
    reader = TableReader(lines)
    reader.row, reader.at, reader.first = row, at, row
    try:
        found = reader.value(INLINE_END)
    except (IndexError, KeyError, RecursionError, StopIteration) as error:
        raise ValueError(f"not table text: {type(error).__name__}") from None
    return found, reader.row, reader.at


class TableReader(Reader):
    """Reads documents: values with tables among them."""

    def table(self, size: int, delimiter: str, *, is_map: bool) -> Any:
        """Header, then `size` rows."""
        form = "map" if is_map else "lists" if self.peek() == "[" else "list"
        columns = [self.column()] if form == "lists" else self.columns("{", "}")
        if self.at != len(self.lines[self.row]):
            raise ValueError(f"not table text: a header goes on in line {self.row + 1}")
        leaves = flat(columns)
        if is_map:
            leaves = [Column("", "cell", [], typed=True), *leaves]
        grid = Grid(self.lines, self.row + 1, leaves, delimiter, self.names)
        values = grid.read(size)
        self.row, self.at = grid.row, 0
        if form == "lists":
            return values[0]
        keys = values[0] if is_map else None
        records = records_of(columns, iter(values[1:] if is_map else values), size - len(grid.odd), keys)
        return to_object(list(zip(values[0], records, strict=True))) if is_map else grid.with_odd(records)

    def columns(self, opening: str, closing: str) -> list[Column]:
        """The columns between two brackets of a header."""
        self.expect(opening)
        found = [self.column()]
        while self.took(","):
            found.append(self.column())
        self.expect(closing)
        return found

    def column(self) -> Column:
        """One column of a header."""
        key = "" if self.peek() == "[" else self.key(HEADER_KEY_END)
        mark = self.peek()
        if self.took("="):
            if self.took("*"):
                return Column(key, "copy", [], source=self.key(HEADER_KEY_END))
            return Column(key, "constant", [self.value(HEADER_VALUE_END)])
        if mark and mark in "{([":
            return self.nested_column(key, mark)
        return self.cell_column(key)

    def nested_column(self, key: str, mark: str) -> Column:
        """A column of objects."""
        if self.lines[self.row].startswith("[]{", self.at):
            self.at += 2
            found = Column(key, "block", [], self.columns("{", "}"))
        elif mark == "{":
            found = Column(key, "group", [], self.columns("{", "}"))
        else:
            closing = ")" if mark == "(" else "]"
            found = Column(key, "tuple" if mark == "(" else "tuples", [], self.columns(mark, closing))
        found.optional = self.took("?")
        return found

    def cell_column(self, key: str) -> Column:
        """A column of plain cells, with its flags."""
        found = Column(key, "cell", [])
        found.typed = self.took("$")
        found.hoisted = self.took("@")
        found.optional = self.took("?")
        if found.optional and self.took("="):
            found.default = self.value(HEADER_VALUE_END)
        return found
