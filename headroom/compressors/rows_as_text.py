"""Rows that came as something else than JSON, as table text: a head word, then the table of `table/encode`.

    csv[288 ]{timestamp{date@,time},value}       288 rows of a CSV file; a date stands once above its times
    @2014-04-01
    00:00:00 69.88

Works column by column, because there are many rows and few columns. Text before and after a table stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.stamps import joined_stamps, split_stamps
from headroom.compressors.table.anchors import Anchors
from headroom.compressors.table.columns import ABSENT, Column, column, mark_copies
from headroom.compressors.table.decode import TableReader
from headroom.compressors.table.lines import Table
from headroom.compressors.table.read_rows import Grid, plain_column
from headroom.compressors.table.rows import Rows, finished, flat
from headroom.compressors.table.text import LITERALS, NUMBER
from headroom.compressors.table.values import Number
from headroom.detection.tables import HEAD


@dataclass(slots=True)
class RowTable:
    """A table whose rows all have the same columns.

    Attributes:
        head: Head word, with what the writer of the original needs to know in parentheses.
        names: Names of the columns; they may repeat or be empty.
        columns: The values of each column: str, Number, bool, None, or `ABSENT` for an empty cell.
        odd: Row number, from 0, to the text of a row that does not fit; such rows are not in `columns`.
        spans: (start, end) of each row in the original, odd ones included; empty for a table that was read back.
        header: (start, end) of what stands once above the rows.
    """

    head: str
    names: list[str] = field(repr=False)
    columns: list[list[Any]] = field(repr=False)
    odd: dict[int, str] = field(default_factory=dict, repr=False)
    spans: Sequence[tuple[int, int]] = field(default=(), repr=False, compare=False)
    header: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.columns[0]) + len(self.odd)

    def is_same(self, other: RowTable) -> bool:
        """Whether both say the same to the last detail."""
        return (
            (self.head, self.names, self.odd) == (other.head, other.names, other.odd)
            and self.columns == other.columns
            and all(map(same_types, self.columns, other.columns))
        )

    def records(self) -> list[Any]:
        """Rows as objects, empty cells left out; a name that repeats gets its number."""
        names = [name if name not in self.names[:i] else f"{name} ({i + 1})" for i, name in enumerate(self.names)]
        found: list[Any] = [dict(zip(names, row, strict=True)) for row in zip(*self.columns, strict=True)]
        if any(ABSENT in values for values in self.columns):
            found = [{name: value for name, value in row.items() if value is not ABSENT} for row in found]
        left = iter(found)
        return [self.odd[i] if i in self.odd else next(left) for i in range(self.size)] if self.odd else found


Piece = str | RowTable
WORDS = {**LITERALS, "": ABSENT}
SPECIAL = re.compile(rf"^(?:{NUMBER.pattern}|null|true|false|)$", re.ASCII | re.MULTILINE)  # cells that are no strings
NESTED_CELLS = re.compile(r"^[(\[{&*`]", re.MULTILINE)
NOT_PLAIN = re.compile(r"^(?:[\"~]|$)", re.MULTILINE)  # cells in quotes, absent or empty
MOST_MISSES = 16  # head words with no table behind them; each may cost as much as reading to the end


def same_types(one: list[Any], other: list[Any]) -> bool:
    """Whether equal values are also of the same type: a Number is equal to its text."""
    kinds = set(map(type, one))
    return kinds == set(map(type, other)) and (len(kinds) == 1 or list(map(type, one)) == list(map(type, other)))


def values_of(texts: Sequence[str]) -> list[Any]:
    """Cells as values, each of which tells its text again: numbers, literals, `ABSENT` for nothing, else strings."""
    joined = "\n".join(texts)
    special = SPECIAL.findall(joined)
    if not special:
        return list(texts)
    if len(special) == len(texts) and joined.count("\n") == len(texts) - 1 and WORDS.keys().isdisjoint(special):
        return list(map(Number, texts))
    distinct = frozenset(texts)
    known = {text: WORDS[text] if text in WORDS else Number(text) for text in special if text in distinct}
    return [known.get(text, text) for text in texts]


def texts_of(values: Sequence[Any]) -> list[str]:
    """The texts of cells again."""
    if set(map(type, values)) <= {str, Number}:
        return list(values)
    return [value if isinstance(value, str) else LITERAL_TEXTS.get(value, "") for value in values]


LITERAL_TEXTS = {value: text for text, value in LITERALS.items()}


def write_table(table: RowTable, *, dense: bool = False) -> str:
    """Head word and table text of one table, without a last line end."""
    columns = [column_of(name, values, dense=dense) for name, values in zip(table.names, table.columns, strict=True)]
    mark_copies(columns)
    made = Table(finished(Rows(table.size, columns, flat(columns), odd=dict(table.odd))))
    anchors = Anchors()
    lines = list(made.lines(anchors))
    if anchors.start_naming():
        lines = list(made.lines(anchors))
    return "\n".join([table.head + made.header(), *lines])


def column_of(name: str, values: list[Any], *, dense: bool) -> Column:
    """The column that says `values` most briefly; with `dense`, dates apart from times where that saves much."""
    if all(value is ABSENT for value in values):
        return Column(name, "cell", values, optional=True)
    parts = split_stamps(values) if dense else None
    if parts is None:
        return column(name, values, as_block=False)
    return Column(
        name, "group", values, [column("date", parts[0], as_block=False), column("time", parts[1], as_block=False)]
    )


def write_pieces(pieces: Sequence[Piece], *, dense: bool = False) -> str:
    """Texts as they are, tables as table text.

    Args:
        dense: Say the date of a time stamp once for all rows that follow each other; then no stamp stands whole.
    """
    return "".join(piece if isinstance(piece, str) else write_table(piece, dense=dense) for piece in pieces)


def read_pieces(text: str) -> list[Piece]:
    """The pieces that `write_pieces` wrote; a text without tables is one piece."""
    found: list[Piece] = []
    lines = text.split("\n")
    row = start = place = misses = 0  # start: where line `row` starts; place: where the next piece does
    for head in HEAD.finditer(text):
        if head.start() < place or misses == MOST_MISSES:
            continue
        row += text.count("\n", start, head.start())
        start = head.start()
        reader = ColumnReader(lines)
        try:
            table = reader.read(head["head"], row, head.end("head") - start)
        except ValueError:
            misses += 1
            continue
        found += [text[place : head.start("head")], table]
        start += sum(map(len, lines[row : reader.row])) + reader.row - row
        row, place = reader.row, start - 1
    return [piece for piece in [*found, text[place:]] if piece != ""]


class ColumnReader(TableReader):
    """Reads a table column by column."""

    def read(self, head: str, row: int, at: int) -> RowTable:
        """The table whose header begins there.

        Raises:
            ValueError: There is none.
        """
        self.row, self.at, self.first = row, at, row
        try:
            self.value(re.compile("$"))
        except (IndexError, KeyError, RecursionError, StopIteration) as error:
            raise ValueError(f"not table text: {type(error).__name__}") from None
        self.found.head = head
        return self.found

    def table(self, size: int, delimiter: str, *, is_map: bool) -> Any:
        """Header, then `size` rows."""
        columns = self.columns("{", "}")
        if is_map or self.at != len(self.lines[self.row]):
            raise ValueError("not table text: a header goes on")
        grid = FlatGrid(self.lines, self.row + 1, flat(columns), delimiter, self.names)
        values = grid.read(size)
        self.row, self.at = grid.row, 0
        odd = {row: value for row, value in grid.odd.items() if type(value) is str}
        if len(odd) < len(grid.odd):
            raise ValueError("not table text: a row of another kind")
        names = [column.key for column in columns]
        self.found = RowTable("", names, columns_from(columns, iter(values), size - len(odd)), odd)


class FlatGrid(Grid):
    """Reads rows without rows below them; what stands above many rows is read once."""

    def read(self, size: int) -> list[list[Any]]:
        """The values of each leaf column."""
        if any(leaf.kind != "cell" for leaf in self.leaves):
            raise ValueError("not table text: nested cells")
        shown, heads = self.take(size)
        above = [leaf for leaf in self.leaves if leaf.hoisted]
        columns = iter(self.values([leaf for leaf in self.leaves if not leaf.hoisted], shown))
        known = {head: self.cells(above, head) for head in dict.fromkeys(heads)}
        hoisted = iter([[known[head][place] for head in heads] for place in range(len(above))])
        return [next(hoisted) if leaf.hoisted else next(columns) for leaf in self.leaves]

    def take(self, size: int) -> tuple[list[str], list[str]]:
        """The lines of `size` rows, and for each the line that stands above its run."""
        shown = self.lines[self.row : self.row + size]
        if any(leaf.hoisted for leaf in self.leaves) or len(shown) < size or any(line[:1] == "!" for line in shown):
            return super().take(size)
        self.row += size
        return shown, []

    def values(self, leaves: Sequence[Column], lines: list[str]) -> list[list[Any]]:
        """The values of `leaves` in `lines`; all bare lines at once, the others cell by cell."""
        mark, width = self.delimiter, len(leaves)
        even = [line.count(mark) == width - 1 and '"' not in line for line in lines]
        bare = lines if all(even) else [line for line, is_even in zip(lines, even, strict=True) if is_even]
        cells = mark.join(bare).split(mark)
        columns = [cells[place::width] for place in range(width)]
        if not bare or not width or any(NESTED_CELLS.search("\n".join(column)) for column in columns):
            return super().values(leaves, lines)
        read = [bare_column(leaf, column) for leaf, column in zip(leaves, columns, strict=True)]
        if bare is lines:
            return read
        others = super().values(leaves, [line for line, is_even in zip(lines, even, strict=True) if not is_even])
        return [merged(one, other, even) for one, other in zip(read, others, strict=True)]


def merged(one: Sequence[Any], other: Sequence[Any], from_one: Sequence[bool]) -> list[Any]:
    """Values of two columns in the order of their lines."""
    ones, others = iter(one), iter(other)
    return [next(ones) if is_one else next(others) for is_one in from_one]


def bare_column(leaf: Column, cells: Sequence[str]) -> list[Any]:
    """The values of a column without nested cells."""
    if NOT_PLAIN.search("\n".join(cells)):
        return plain_column(leaf, cells)
    return list(cells) if leaf.typed else values_of(cells)


def columns_from(columns: Sequence[Column], values: Iterator[list[Any]], size: int) -> list[list[Any]]:
    """The values of each column; dates and times joined, constants repeated, copies filled in.

    Raises:
        ValueError: A column is nested, or copies one that is not there.
    """
    found: list[list[Any]] = []
    for leaf in columns:
        if leaf.kind == "constant":
            found.append(leaf.values * size)
        elif leaf.kind == "copy":
            sources = [other.key for other in columns[: len(found)]]
            if leaf.source not in sources:
                raise ValueError("not table text: a copy of nothing")
            found.append(list(found[sources.index(leaf.source)]))
        elif leaf.kind == "group":
            found.append(joined_stamps(leaf.children, columns_from(leaf.children, values, size)))
        else:
            found.append(next(values))
    return found
