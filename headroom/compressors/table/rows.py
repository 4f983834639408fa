"""Records seen as a table: which columns have cells, which mark divides them, what stands above a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import ne
from typing import Any

from headroom.compressors.table.columns import (
    ABSENT,
    Column,
    cell_column,
    columns_of,
    fits,
    is_default,
    key_order,
    mark_copies,
    weight,
)
from headroom.compressors.table.values import Number

LEAST_ROWS = 2
LEAST_KEYED_ROWS = 3
MOST_HOISTED = 3
WORD_COST = {" ": 0, ",": 2, "|": 3}  # in fifths of a token, for a word behind the mark


@dataclass(slots=True)
class Rows:
    """A list or map of like objects, seen as a table.

    Attributes:
        size: Number of rows.
        columns: The header.
        leaves: The columns that have a cell in each row, in order; objects in every row are replaced by theirs.
        form: `list`, `map` (the first cell is the key) or `lists` (a list of lists of objects).
        delimiter: What stands between two cells: a comma, a blank or a bar.
        odd: Row number to value, for rows that do not fit the header.
        hoisted: The columns whose value stands above its rows.
        block: The rows below rows, where a column has `kind == "block"`.
        lengths: For each row, how many rows of `block` are its own.
    """

    size: int
    columns: list[Column]
    leaves: list[Column]
    form: str = "list"
    delimiter: str = ","
    odd: dict[int, Any] = field(default_factory=dict)
    hoisted: list[Column] = field(default_factory=list)
    block: Rows | None = None
    lengths: list[int] = field(default_factory=list)


def rows_of_list(values: list[Any]) -> Rows | None:
    """The table that a list makes, or None: of objects, or of lists of objects."""
    if len(values) < LEAST_ROWS:
        return None
    records = [value for value in values if type(value) is dict]
    if not records:
        return rows_of_lists(values)
    if 2 * len(records) < len(values) or not any(records):
        return None
    odd: dict[int, Any] = {}
    order = key_order(records)
    places = {key: place for place, key in enumerate(order)}
    shapes = {keys: fits(keys, places) for keys in dict.fromkeys(map(tuple, records))}
    if len(records) < len(values) or not all(shapes.values()):
        odd = {i: v for i, v in enumerate(values) if type(v) is not dict or not shapes[tuple(v)]}
        records = [value for i, value in enumerate(values) if i not in odd]
        order = []
    are_many = len(records) >= LEAST_ROWS and 2 * len(records) >= len(values)
    columns = columns_of(records, order=order) if are_many else None
    if not columns:
        return None
    mark_copies(columns)
    return finished(Rows(len(values), columns, flat(columns), odd=odd))


def rows_of_lists(values: list[Any]) -> Rows | None:
    """The table that a list of lists of objects makes, or None."""
    if any(type(value) is not list for value in values):
        return None
    objects = [item for value in values for item in value]
    if len(objects) < LEAST_ROWS or any(type(item) is not dict for item in objects) or not any(objects):
        return None
    children = columns_of(objects)
    if children is None:
        return None
    lists = Column("", "block", values, children)
    return finished(Rows(len(values), [lists], [lists], form="lists"))


def rows_of_map(values: dict[str, Any]) -> Rows | None:
    """The table that an object of like objects makes, or None."""
    records = list(values.values())
    if len(records) < LEAST_KEYED_ROWS or any(type(value) is not dict for value in records) or not any(records):
        return None
    columns = columns_of(records)
    if columns is None:
        return None
    mark_copies(columns, list(values))
    keys = cell_column("", list(values), {str}, optional=False)
    keys.default, keys.typed = ABSENT, True
    return finished(Rows(len(values), columns, [keys, *flat(columns)], form="map"))


def flat(columns: Sequence[Column]) -> list[Column]:
    """The columns that have a cell in each row."""
    found: list[Column] = []
    for column in columns:
        if column.kind == "group":
            found += flat(column.children)
        elif column.kind not in ("constant", "copy"):
            found.append(column)
    return found


def finished(rows: Rows) -> Rows:
    """With delimiter, hoisted columns and the rows below chosen."""
    rows.delimiter = choose_delimiter(rows.leaves)
    rows.hoisted = choose_hoisted(rows)
    return with_block(rows)


def with_block(rows: Rows) -> Rows:
    """With the rows below rows, and those below them."""
    for column in rows.leaves:
        if column.kind == "block":
            rows.lengths = [len(value) if type(value) is list else 0 for value in column.values]
            below = Rows(sum(rows.lengths), column.children, flat(column.children), delimiter=rows.delimiter)
            rows.block = with_block(below)
    return rows


def every_leaf(leaves: Sequence[Column]) -> Iterator[Column]:
    """All columns with cells, those within cells and below rows included."""
    for column in leaves:
        yield column
        if column.children:
            yield from every_leaf(flat(column.children))


def choose_delimiter(leaves: Sequence[Column]) -> str:
    """The mark that costs fewest tokens: a blank joins the word behind it, but texts with blanks then need quotes.

    Where cells can be empty it is no blank: readers would have to count them.
    """
    quoted = {",": 0, "|": 0}
    columns = list(every_leaf(leaves))
    if not any(column.optional or column.default is not ABSENT for column in columns):
        quoted[" "] = 0
    words = 0
    for column in columns:
        for text, count in column.counts.items():
            if not is_default(text, column):
                words += count
                for mark in quoted:
                    if mark in text:
                        quoted[mark] += count
    return min(quoted, key=lambda mark: (5 * quoted[mark] + WORD_COST[mark] * words, mark != ","))


def choose_hoisted(rows: Rows) -> list[Column]:
    """Columns whose value stays the same over long runs: it stands once above each run."""
    candidates = [leaf for leaf in rows.leaves if leaf.kind == "cell" and leaf.key and len(leaf.values) >= 4]
    ranked = sorted(((runs([leaf]), place) for place, leaf in enumerate(candidates)))
    chosen: list[Column] = []
    gain = 0
    for count, place in ranked:
        leaf = candidates[place]
        if 2 * count > len(leaf.values) or len(chosen) == MOST_HOISTED or len(chosen) + 2 > len(rows.leaves):
            break
        more = hoisting_gain([*chosen, leaf])
        if more > gain:
            chosen, gain = [*chosen, leaf], more
    for leaf in chosen:
        leaf.hoisted = True
        leaf.default = ABSENT  # what stands above many rows is said, even where it is the usual value
    return [leaf for leaf in rows.leaves if leaf.hoisted]


def runs(leaves: Sequence[Column]) -> int:
    """Number of runs of equal rows over `leaves`; the number of rows where values are not of one plain type."""
    for leaf in leaves:
        kinds = set(map(type, leaf.values))
        if kinds not in ({str}, {Number}):
            return len(leaf.values)
    together = list(zip(*(leaf.values for leaf in leaves), strict=True))
    return 1 + sum(1 for changed in map(ne, together, islice(together, 1, None)) if changed)


def hoisting_gain(leaves: Sequence[Column]) -> int:
    """About how many tokens are saved when `leaves` stand above their runs; each run costs a line."""
    size = len(leaves[0].values)
    cells = sum(1 if is_default(v, leaf) else weight(v) + 1 for leaf in leaves for v in leaf.values) // size
    return (size - runs(leaves)) * cells - 2 * runs(leaves)
