"""Records to columns: every scalar of every record, by the dotted path it stands at.

Works on the values of `parse_json`, told by their type alone: a number is a subclass of `str` that holds its source
text, an object that repeats a key is a subclass of `list` that holds pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from headroom.analysis.failures import failure_word

PLAIN_ITEMS = 16  # of a list of scalars or of lists, such as a polygon, the first ones stand for the rest
TUPLE_ITEMS = 300  # records that are lists of at most this many values are read as table rows
NUMERIC_TEXT = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{1,18})?|\.\d{1,18})", re.ASCII)


@dataclass(slots=True, eq=False)
class Column:
    """The cells at one path, in order of the records.

    Attributes:
        path: Keys joined by dots; `[]` after a key whose value is a list. "" for records that are scalars.
        rows: Record of each cell, from 0, ascending; a record may have several cells where the path holds `[]`.
        cells: Strings, numbers (a subclass of `str`), booleans, None; `()` for an empty object or list.
        records: How many records there are.
    """

    path: str
    records: int
    rows: list[int] = field(default_factory=list, repr=False)
    cells: list[Any] = field(default_factory=list, repr=False)
    memo: tuple[list[int], list[float]] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Last key of the path."""
        return self.path.rsplit(".", 1)[-1].replace("[]", "")

    @property
    def is_flat(self) -> bool:
        """Whether a record has at most one cell here."""
        return "[]" not in self.path

    def absent(self) -> list[int]:
        """Records without a cell here."""
        present = set(self.rows)
        return [row for row in range(self.records) if row not in present]


def is_number(value: Any) -> bool:
    """Whether `value` is the text of a JSON number."""
    return isinstance(value, str) and type(value) is not str


def columns_of(records: Sequence[Any]) -> list[Column]:
    """All columns, in order of first appearance.

    >>> [(column.path, column.cells) for column in columns_of([{"a": {"b": "x"}}, {"a": {"b": "y"}, "c": ["z"]}])]
    [('a.b', ['x', 'y']), ('c[]', ['z'])]
    """
    gathered = Gathered(len(records))
    rows_are_lists = all(type(record) is list and len(record) <= TUPLE_ITEMS for record in records)
    for row, record in enumerate(records):
        if rows_are_lists:
            record = {str(position): value for position, value in enumerate(record)}
        gathered.add("", row, record)
    return list(gathered.columns.values())


class Gathered:
    """Columns as they come together.

    Attributes:
        records: How many records there are.
        columns: Columns by path.
        paths: For each path of an object, the paths of its members by key.
    """

    def __init__(self, records: int) -> None:
        self.records = records
        self.columns: dict[str, Column] = {}
        self.paths: dict[str, dict[str, str]] = {}

    def add(self, path: str, row: int, value: Any) -> None:
        """All cells of `value`, which stands at `path`."""
        if not value or not isinstance(value, (dict, list)):
            self.cell(path, row, value)
        elif type(value) is list:
            self.items(path + "[]", row, value)
        else:
            self.members(path, row, value.items() if isinstance(value, dict) else value)

    def members(self, path: str, row: int, members: Iterable[tuple[str, Any]]) -> None:
        """The cells of an object."""
        paths = self.paths.get(path)
        if paths is None:
            paths = self.paths[path] = {}
        for key, inner in members:
            below = paths.get(key)
            if below is None:
                below = paths[key] = f"{path}.{key}" if path else key
            if inner and isinstance(inner, (dict, list)):
                self.add(below, row, inner)
            else:
                self.cell(below, row, inner)

    def items(self, path: str, row: int, items: list[Any]) -> None:
        """The cells of a list; of one of plain items only the first."""
        first = len(items) if isinstance(items[0], dict) else PLAIN_ITEMS
        for inner in items[:first]:
            self.add(path, row, inner)
        for inner in items[first:]:
            if isinstance(inner, dict) or (type(inner) is str and failure_word(inner)):
                self.add(path, row, inner)

    def cell(self, path: str, row: int, value: Any) -> None:
        """One cell."""
        column = self.columns.get(path)
        if column is None:
            column = self.columns[path] = Column(path, self.records)
        column.rows.append(row)
        column.cells.append(() if isinstance(value, (dict, list)) else value)


def to_number(value: Any) -> float | None:
    """The number that a cell holds, as a number or as its text; None for anything else, NaN and Infinity included."""
    if not isinstance(value, str) or not (is_number(value) or NUMERIC_TEXT.fullmatch(value)):
        return None
    number = float(value)
    return number if isfinite(number) else None


def numbers_of(column: Column) -> tuple[list[int], list[float]]:
    """Positions in `column.cells` of numbers, and their values; empty where less than half of the filled cells do."""
    if column.memo is None:
        column.memo = read_numbers(column.cells)
    return column.memo


def read_numbers(cells: Sequence[Any]) -> tuple[list[int], list[float]]:
    """`numbers_of` of a list of cells."""
    by_value = {value: to_number(value) for value in set(cells)}
    numbers = [by_value[value] for value in cells]
    found = [i for i, number in enumerate(numbers) if number is not None]
    empty = sum(map(cells.count, (None, "", ()))) if found else 0
    if not found or 2 * len(found) < len(cells) - empty:
        return [], []
    return found, [number for number in numbers if number is not None]
