"""How much each item tells: surprise, extremes, first of its kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any

from headroom.analysis.changes import local_residuals
from headroom.analysis.columns import Column, is_number, numbers_of
from headroom.analysis.coverage import by_score_and_novelty, extremes_per_bucket, in_turn
from headroom.analysis.failures import is_state
from headroom.analysis.outliers import extremes, gaps, is_monotone, outlier_bits
from headroom.analysis.rarity import FEW_VALUES, excess_surprisal, magnitude, novel_word_bits, shape

OTHER_COLUMNS = 0.15  # what a surprise is worth beside the greatest one of the same item
PRESENCE, SHAPE, STATE, NUMBER, TELLING_STATE = 1.5, 0.8, 1.2, 0.8, 2.0  # weights of formats.md 2.1
SHORTEST_SERIES = 60  # numbers
MOST_SERIES = 4
SERIES_BUCKETS = 24
MOST_BUCKETS = 192
SHORTEST_BUCKET = 20  # numbers
WORTH = 1.0  # bits below which an item is not called surprising


@dataclass(slots=True)
class Tally:
    """Surprise per item as columns are read: the greatest, the sum, and where the greatest comes from."""

    best: dict[int, float] = field(default_factory=dict)
    total: dict[int, float] = field(default_factory=dict)
    reason: dict[int, str] = field(default_factory=dict)

    def add(self, item: int, bits: float, reason: str) -> None:
        """Count `bits` for `item`."""
        self.total[item] = self.total.get(item, 0.0) + bits
        if bits > self.best.get(item, 0.0):
            self.best[item], self.reason[item] = bits, reason

    def scores(self) -> dict[int, float]:
        """The greatest surprise of each item and 0.15 of the others."""
        return {item: best + OTHER_COLUMNS * (self.total[item] - best) for item, best in self.best.items()}


def surprising(columns: Sequence[Column]) -> tuple[list[int], dict[int, str]]:
    """Items by excess surprisal with repeated reasons discounted, and the reason of each."""
    tally = Tally()
    lone: list[tuple[int, str]] = []
    for column in columns:
        if len(column.cells) == 1:
            lone.append((column.rows[0], f"only {column.path}"))
        else:
            for item, bits, reason in surprises(column):
                tally.add(item, bits, reason)
    # a key that no other record has; unless many records have such keys, as where ids are keys
    having = {item for item, _ in lone}
    usual = excess_surprisal(Counter(item in having for item in range(columns[0].records)))
    for item, reason in lone if True in usual else ():
        tally.add(item, PRESENCE * usual[True], reason)
    scores = {item: score for item, score in tally.scores().items() if score >= WORTH}
    return by_score_and_novelty(scores, tally.reason), tally.reason


def surprises(column: Column) -> Iterable[tuple[int, float, str]]:
    """Item, bits and reason of every cell of a column that surprises."""
    yield from presence(column)
    counts = Counter(column.cells)
    if len(counts) < 2:
        return
    if 2 * len(counts) <= len(column.cells):
        weight = TELLING_STATE if is_state(column.path) else NUMBER if is_number(column.cells[0]) else STATE
        yield from cells_with(column, excess_surprisal(counts), weight, f"rare {column.path}")
    yield from unusual_shapes(column, counts)
    yield from far_numbers(column)
    yield from novel_words(column, counts)


def presence(column: Column) -> Iterable[tuple[int, float, str]]:
    """Surprise that a value is there, is missing, is null or of another type."""
    kinds: Counter[Any] = Counter(map(type, column.cells))
    missing = column.records - len(column.cells) if column.is_flat else 0
    if missing > 0:
        kinds["absent"] = missing
    bits = excess_surprisal(kinds)
    if "absent" in bits:
        yield from ((row, PRESENCE * bits["absent"], f"no {column.path}") for row in column.absent())
    if len(bits) > ("absent" in bits):
        for row, value in zip(column.rows, column.cells, strict=True):
            if type(value) in bits:
                yield row, PRESENCE * bits[type(value)], f"unusual {column.path}"


def unusual_shapes(column: Column, counts: Counter[Any]) -> Iterable[tuple[int, float, str]]:
    """Surprise of character classes and of sizes of numbers."""
    shapes = {
        value: (magnitude if is_number(value) else shape)(value[:80]) for value in counts if isinstance(value, str)
    }
    tally: Counter[str] = Counter()
    for value, form in shapes.items():
        tally[form] += counts[value]
    if len(tally) > 1:
        bits = excess_surprisal(tally)
        by_value = {value: bits[form] for value, form in shapes.items() if form in bits}
        yield from cells_with(column, by_value, SHAPE, f"unusual {column.path}")


def far_numbers(column: Column) -> Iterable[tuple[int, float, str]]:
    """Surprise of numbers far from the rest; in a column that only rises or falls, of the steps between them."""
    positions, numbers = numbers_of(column)
    if is_monotone(numbers):
        steps = outlier_bits(gaps(numbers))
        yield from ((column.rows[positions[i + 1]], bits, f"gap in {column.path}") for i, bits in steps.items())
    else:
        far = outlier_bits(numbers)
        yield from ((column.rows[positions[i]], bits, f"unusual {column.path}") for i, bits in far.items())


def novel_words(column: Column, counts: Counter[Any]) -> Iterable[tuple[int, float, str]]:
    """Surprise of texts with words that no other text of the column has."""
    texts = [value for value in counts if type(value) is str and " " in value]
    if len(texts) > 4:
        bits = {texts[i]: found for i, found in novel_word_bits([text[:400] for text in texts]).items()}
        yield from cells_with(column, bits, 1.0, f"new words in {column.path}")


def cells_with(column: Column, bits: dict[Any, float], weight: float, reason: str) -> Iterable[tuple[int, float, str]]:
    """The cells whose value is in `bits`."""
    if bits:
        for row, value in zip(column.rows, column.cells, strict=True):
            if value in bits:
                yield row, weight * bits[value], reason


def column_extremes(columns: Sequence[Column]) -> tuple[list[int], dict[int, str]]:
    """Items with the largest and smallest number of each column; ids and time stamps, which only rise, come last."""
    early: list[list[tuple[int, str]]] = [[], []]
    late: list[tuple[int, str]] = []
    for column in columns:
        positions, numbers = numbers_of(column)
        if len(set(numbers)) < 2:
            continue
        high, low = extremes(numbers)
        ends = [
            (column.rows[positions[high]], f"max {column.path}"),
            (column.rows[positions[low]], f"min {column.path}"),
        ]
        if is_monotone(numbers):
            late += ends
        else:
            early[0].append(ends[0])
            early[1].append(ends[1])
    found = [*early[0], *early[1], *late]
    reasons: dict[int, str] = {}
    for item, reason in found:
        reasons.setdefault(item, reason)
    return list(reasons), reasons


def first_of_each_value(columns: Sequence[Column]) -> list[int]:
    """Items that show a value of a column of at most 12 values for the first time, column by column in turn."""
    firsts: list[list[int]] = []
    for column in columns:
        if 2 <= len(set(column.cells)) <= FEW_VALUES:
            seen: dict[Any, int] = {}
            for row, value in zip(column.rows, column.cells, strict=True):
                seen.setdefault(value, row)
            firsts.append(list(seen.values()))
    return in_turn(*firsts)


def series_points(columns: Sequence[Column]) -> list[int]:
    """Items that draw the curve of each measured column: half bucket extremes, half what stands out locally.

    Measured best on labelled series (formats.md 2.2). Only for tables with few measured columns.
    """
    measured = [
        ([column.rows[position] for position in numbers_of(column)[0]], numbers_of(column)[1])
        for column in columns
        if is_measured(column)
    ]
    if len(measured) > MOST_SERIES:
        return []
    curves = []
    for rows, numbers in measured:
        residuals = local_residuals(numbers)
        curve = outline(numbers)
        local = nlargest(len(curve), range(len(numbers)), key=lambda i: (round(residuals[i], 9), -i))
        curves.append([rows[i] for i in in_turn(curve, local)])
    return in_turn(*curves)


def is_measured(column: Column) -> bool:
    """Whether a column holds many different numbers that go up and down."""
    numbers = numbers_of(column)[1] if column.is_flat else []
    return len(numbers) >= SHORTEST_SERIES and not is_monotone(numbers) and 4 * len(set(numbers)) >= len(numbers)


def is_series(columns: Sequence[Column]) -> bool:
    """Whether a table holds measured numbers and, beside them, at most the time of each."""
    return sum(not is_measured(column) for column in columns) <= 1


def outline(numbers: Sequence[float]) -> list[int]:
    """Positions of bucket extremes: of few long buckets first, then of ever shorter ones, as far as a budget goes."""
    found = extremes_per_bucket(numbers, SERIES_BUCKETS)
    buckets = 2 * SERIES_BUCKETS
    while buckets <= MOST_BUCKETS and buckets * SHORTEST_BUCKET <= len(numbers):
        found += extremes_per_bucket(numbers, buckets)
        buckets *= 2
    return list(dict.fromkeys(found))
