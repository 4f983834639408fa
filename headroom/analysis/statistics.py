"""What a table says as a whole: per column its extremes, or its values and how often each stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.analysis.columns import Column, columns_of, numbers_of
from headroom.analysis.coverage import in_turn
from headroom.analysis.outliers import extremes
from headroom.analysis.rarity import FEW_VALUES

LONGEST_VALUE = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStatistics:
    """One column of all records, those left out included.

    Attributes:
        path: Keys joined by dots; `[]` after a key whose value is a list; "" for records that are scalars.
        count: Cells that hold something other than null.
        minimum: Smallest number, as its source text; None where the column holds no numbers.
        maximum: Largest number, likewise.
        values: The distinct values with their counts, most frequent first; empty where there are more than 12.
    """

    path: str
    count: int
    minimum: str | None = field(default=None, repr=False)
    maximum: str | None = field(default=None, repr=False)
    values: tuple[tuple[str, int], ...] = field(default=(), repr=False)


def column_statistics(
    records: Sequence[Any], kept: Collection[int] = (), columns: Sequence[Column] | None = None
) -> list[ColumnStatistics]:
    """Statistics of the columns that have something to tell, most useful first.

    Useful is what the kept records do not show: columns with values or extremes among the records left out come
    first, short ones before long ones, lists of values and extremes in turn. Columns that hold one value only, and
    texts that are long or all differ, are not listed.

    Args:
        records: All records of the table.
        kept: Those that are shown, by position.
        columns: `columns_of(records)`, where the caller has them.
    """
    shown = frozenset(kept)
    told = []
    for column in columns_of(records) if columns is None else columns:
        statistics = statistics_of(column)
        if statistics:
            visible = {cell_text(cell) for row, cell in zip(column.rows, column.cells, strict=True) if row in shown}
            told.append((facts_of(statistics) <= visible, statistics))
    told.sort(key=lambda entry: ("[]" in entry[1].path, len(line_of(entry[1]))))
    lists = [i for i, (known, statistics) in enumerate(told) if statistics.values and not known]
    ranges = [i for i, (known, statistics) in enumerate(told) if not statistics.values and not known]
    rest = [i for i, (known, _) in enumerate(told) if known]
    return [told[i][1] for i in in_turn(lists, ranges) + rest]


def statistics_of(column: Column) -> ColumnStatistics | None:
    """Statistics of one column, None where it has none worth telling."""
    counts = Counter(column.cells)
    if len(counts) < 2:
        return None
    filled = len(column.cells) - counts[None] - counts[()]
    values = value_counts(counts) if len(counts) < len(column.cells) else ()
    low, high = number_range(column)
    if not values and low is None:
        return None
    return ColumnStatistics(path=column.path, count=filled, minimum=low, maximum=high, values=values)


def value_counts(counts: Counter[Any]) -> tuple[tuple[str, int], ...]:
    """At most 12 short values with their counts, most frequent first; () where they are more or long."""
    if len(counts) > FEW_VALUES or any(len(cell_text(value)) > LONGEST_VALUE for value in counts):
        return ()
    return tuple((cell_text(value), n) for value, n in counts.most_common())


def number_range(column: Column) -> tuple[str | None, str | None]:
    """Source texts of the smallest and largest number, None where the column is not one of numbers."""
    positions, numbers = numbers_of(column)
    if not numbers:
        return None, None
    highest, lowest = extremes(numbers)
    return str(column.cells[positions[lowest]]), str(column.cells[positions[highest]])


def cell_text(value: Any) -> str:
    """A cell as a table shows it."""
    if isinstance(value, str):
        return str(value)
    return {None: "null", True: "true", False: "false"}.get(value, "[]")


def facts_of(statistics: ColumnStatistics) -> frozenset[str]:
    """The texts that a reader would look for."""
    if statistics.values:
        return frozenset(text for text, _ in statistics.values)
    return frozenset(text for text in (statistics.minimum, statistics.maximum) if text is not None)


def line_of(statistics: ColumnStatistics) -> str:
    """The statistics as text: `status: ok 97, failed 3` or `size: 4 to 9120`.

    >>> line_of(ColumnStatistics(path="status", count=3, values=(("ok", 2), ("bad", 1))))
    'status: ok 2, bad 1'
    """
    if statistics.values:
        return f"{statistics.path}: " + ", ".join(f"{plain(text)} {count}" for text, count in statistics.values)
    return f"{statistics.path}: {statistics.minimum} to {statistics.maximum}"


def plain(text: str) -> str:
    """A value as it stands in a list of them: in quotes where its end could not be told.

    >>> plain("ok"), plain("New York, NY"), plain("")
    ('ok', '"New York, NY"', '""')
    """
    is_clear = text and "," not in text and text[-1] not in "0123456789 " and text[0] not in '" '
    return text if is_clear or (text[:1] in "-0123456789" and " " not in text and "," not in text) else f'"{text}"'
