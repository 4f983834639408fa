"""Reads the rows of a table: column by column where rows are plain, cell by cell elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

from headroom.compressors.table.columns import ABSENT, MAP_KEY, Column
from headroom.compressors.table.reader import INLINE_END, Reader
from headroom.compressors.table.rows import flat
from headroom.compressors.table.text import ABSENT_MARK, read_bare

CELL_END = {mark: re.compile(rf"[{re.escape(mark)}]|$") for mark in ", |"}
TUPLE_CELL_END = {mark: re.compile(rf"[{re.escape(mark)})]|$") for mark in ", |"}
NESTED = "([{&*`"  # first characters of cells that plain splitting cannot read


class Grid:
    """The rows of one table.

    Attributes:
        row: Index of the next line to read.
        odd: Row number to value, for rows that do not fit the header.
    """

    def __init__(
        self, lines: list[str], row: int, leaves: list[Column], delimiter: str, names: dict[int, Any], indent: int = 0
    ) -> None:
        self.lines = lines
        self.row = row
        self.leaves = leaves
        self.delimiter = delimiter
        self.names = names
        self.indent = indent
        self.odd: dict[int, Any] = {}
        self.known: dict[str, Any] = {}
        self.not_plain = frozenset({"", delimiter, '"', ABSENT_MARK, *NESTED})

    def read(self, size: int) -> list[list[Any]]:
        """The values of each leaf column."""
        block = next((leaf for leaf in self.leaves if leaf.kind == "block"), None)
        if block is not None:
            return self.read_with_block(size, block)
        shown, heads = self.take(size)
        below = [leaf for leaf in self.leaves if not leaf.hoisted]
        above = [leaf for leaf in self.leaves if leaf.hoisted]
        columns = iter(self.values(below, shown))
        hoisted = iter(zip(*[self.cells(above, head) for head in heads], strict=True) if above else ())
        return [list(next(hoisted)) if leaf.hoisted else next(columns) for leaf in self.leaves]

    def take(self, size: int) -> tuple[list[str], list[str]]:
        """The lines of `size` rows, and for each the line that stands above its run."""
        if self.row + size > len(self.lines):
            raise ValueError("not table text: rows are missing")
        shown: list[str] = []
        heads: list[str] = []
        head = None
        hoists = any(leaf.hoisted for leaf in self.leaves)
        for number in range(size):
            line = self.lines[self.row]
            if hoists and line.startswith("@"):
                head = line[1:]
                self.row += 1
                line = self.lines[self.row]
            self.row += 1
            if line.startswith("!") and not self.indent:
                self.odd[number] = read_inline(line[1:])
                continue
            shown.append(line[self.indent :])
            if hoists:
                if head is None:
                    raise ValueError("not table text: nothing stands above the first row")
                heads.append(head)
        return shown, heads

    def values(self, leaves: Sequence[Column], lines: list[str]) -> list[list[Any]]:
        """The values of `leaves` in `lines`."""
        if not leaves:
            return []
        split = [line.split(self.delimiter) for line in lines]
        if set(map(len, split)) <= {len(leaves)} and lines:
            columns = list(zip(*split, strict=True))
            if all(leaf.kind == "cell" for leaf in leaves) and not any(map(is_nested, columns)):
                return [plain_column(leaf, cells) for leaf, cells in zip(leaves, columns, strict=True)]
        rows = [self.cells(leaves, line) for line in lines]
        return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in leaves]

    def read_with_block(self, size: int, block: Column) -> list[list[Any]]:
        """Rows with rows of their own below them."""
        place = self.leaves.index(block)
        children = flat(block.children)
        rows: list[list[Any]] = []
        hoists = [leaf for leaf in self.leaves if leaf.hoisted]
        head: list[Any] = []
        for number in range(size):
            if hoists and self.lines[self.row].startswith("@"):
                head = self.cells(hoists, self.lines[self.row][1:])
                self.row += 1
            line = self.lines[self.row][self.indent :]
            self.row += 1
            if line.startswith("!") and not self.indent:
                self.odd[number] = read_inline(line[1:])
                continue
            above = iter(head)
            below = iter(self.cells([leaf for leaf in self.leaves if not leaf.hoisted], line))
            row = [next(above) if leaf.hoisted else next(below) for leaf in self.leaves]
            if type(row[place]) is int:
                grid = Grid(self.lines, self.row, children, self.delimiter, self.names, self.indent + 1)
                count = row[place]
                row[place] = records_of(block.children, iter(grid.read(count)), count)
                self.row = grid.row
            rows.append(row)
        return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in self.leaves]

    def cells(self, leaves: Sequence[Column], line: str) -> list[Any]:
        """One row, cell by cell: plain ones by the next delimiter, others as they are nested."""
        reader = Reader([line], self.names)
        delimiter, size = self.delimiter, len(line)
        found = []
        at = 0
        for place, leaf in enumerate(leaves):
            if place:
                if line[at : at + 1] != delimiter:
                    raise ValueError("not table text: a row has too few cells")
                at += 1
            if leaf.kind == "cell" and line[at : at + 1] not in self.not_plain:
                end = line.find(delimiter, at)
                end = size if end < 0 else end
                found.append(line[at:end] if leaf.typed else self.bare(line[at:end]))
                at = end
            else:
                reader.at = at
                found.append(read_cell(reader, leaf, delimiter, CELL_END[delimiter]))
                at = reader.at
        if at != size:
            raise ValueError("not table text: a row has too many cells")
        return found

    def bare(self, text: str) -> Any:
        """The value of a bare cell, remembered."""
        found = self.known.get(text, ABSENT)
        if found is ABSENT:
            found = self.known[text] = read_bare(text)
        return found

    def with_odd(self, records: list[Any]) -> list[Any]:
        """`records` with the odd rows put back in their places."""
        if not self.odd:
            return records
        left = iter(records)
        return [self.odd[i] if i in self.odd else next(left) for i in range(len(records) + len(self.odd))]


def is_nested(cells: Sequence[str]) -> bool:
    """Whether some cell holds more than a plain scalar."""
    return any(cell[0] in NESTED for cell in set(cells) if cell)


def plain_column(leaf: Column, cells: Sequence[str]) -> list[Any]:
    """A column in which each cell is a whole scalar."""
    known = {cell: plain_cell(leaf, cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def plain_cell(leaf: Column, cell: str) -> Any:
    """The value of one whole scalar."""
    if not cell:
        return empty_cell(leaf)
    if cell[0] == '"' or cell == ABSENT_MARK:
        reader = Reader([cell])
        value = read_cell(reader, leaf, ",", CELL_END[","])
        if reader.at != len(cell):
            raise ValueError("not table text: a cell goes on behind its quotes")
        return value
    return cell if leaf.typed else read_bare(cell)


def empty_cell(leaf: Column) -> Any:
    """What goes without saying."""
    if leaf.default is ABSENT and not leaf.optional:
        raise ValueError("not table text: an empty cell in a column that has none")
    return leaf.default


def read_cell(reader: Reader, leaf: Column, delimiter: str, end: re.Pattern[str]) -> Any:
    """The next cell of a row."""
    line = reader.lines[0]
    found = end.match(line, reader.at)
    if found:
        return empty_cell(leaf)
    if leaf.kind == "cell":
        if line[reader.at] == ABSENT_MARK and end.match(line, reader.at + 1):
            reader.at += 1
            return ABSENT
        return reader.value(end, typed=leaf.typed)
    if leaf.kind == "block":
        text = reader.bare(end)
        return int(text) if text != "null" else None
    if line[reader.at] in "&*":
        return named_tuples(reader, leaf, delimiter, end)
    return tuples(reader, leaf, delimiter, end)


def named_tuples(reader: Reader, leaf: Column, delimiter: str, end: re.Pattern[str]) -> Any:
    """A cell in parentheses with a name, or one that was named before."""
    number, defines = reader.name()
    if defines:
        reader.names[number] = tuples(reader, leaf, delimiter, end)
    return reader.names[number]


def tuples(reader: Reader, leaf: Column, delimiter: str, end: re.Pattern[str]) -> Any:
    """An object in parentheses, or several in a row."""
    if reader.peek() != "(":
        return reader.value(end)
    found = []
    while reader.took("("):
        inner = flat(leaf.children)
        values = []
        for place, child in enumerate(inner):
            if place:
                reader.expect(delimiter)
            values.append([read_cell(reader, child, delimiter, TUPLE_CELL_END[delimiter])])
        reader.expect(")")
        found += records_of(leaf.children, iter(values), 1)
    return found[0] if leaf.kind == "tuple" else found


def read_inline(text: str) -> Any:
    """The value of a whole line."""
    reader = Reader([text])
    found = reader.value(INLINE_END)
    if reader.at != len(text):
        raise ValueError("not table text: a line goes on")
    return found


def records_of(
    columns: Sequence[Column], values: Iterator[list[Any]], size: int, map_keys: list[Any] | None = None
) -> list[Any]:
    """Records from the values of their leaf columns, in order; `map_keys` where they are the entries of a map."""
    keys = [column.key for column in columns]
    parts: list[Any] = [part_of(column, values, size) for column in columns]
    for place, column in enumerate(columns):
        if column.kind == "copy":
            is_map_key = map_keys is not None and column.source == MAP_KEY
            parts[place] = map_keys if is_map_key else parts[keys.index(column.source)]
    if not any(column.optional for column in columns):
        return [dict(zip(keys, row, strict=False)) for row in zip(*parts, strict=False)] if size else []
    return [{k: v for k, v in zip(keys, row, strict=False) if v is not ABSENT} for row in zip(*parts, strict=False)]


def part_of(column: Column, values: Iterator[list[Any]], size: int) -> Any:
    """The values of one column, nested ones as records; a copy is filled in later."""
    if column.kind == "constant":
        return repeat(column.values[0], size)
    if column.kind == "group":
        return records_of(column.children, values, size)
    return None if column.kind == "copy" else next(values)
