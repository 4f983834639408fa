"""Patterns of log lines, mined from the words that differ within a group.

Columns of one value belong to the pattern, and a combination of frequent values gets a pattern of its own where that
pays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from headroom.analysis.failures import failure_word
from headroom.compressors.log_table.groups import Group, Words
from headroom.compressors.log_table.words import is_time

FEWEST_TO_SPLIT = 4  # lines of a group
MOST_CHARS = 20_000
MOST_COLUMNS = 12  # of which combinations are tried
CHARS_PER_TOKEN = 3
MOST_OF_A_GROUP = 5  # combinations with a pattern of their own; more are laborious to look up (formats.md 1.6)
SHARE_OF_VALUES = 4  # a column splits where it has at most a quarter as many values as lines
QUOTED_ABOVE = 5  # lines of a failure from which on the first and the last stand as they came


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line with holes.

    Attributes:
        pieces: The text before the first hole, between holes, and after the last.
        lines: Positions of the lines that it stands for, ascending.
        cells: What fills the holes, by line.
    """

    pieces: tuple[str, ...] = field(repr=False)
    lines: Sequence[int]
    cells: Sequence[Words] = field(repr=False)

    @property
    def holes(self) -> int:
        """Number of holes."""
        return len(self.pieces) - 1


def patterns_of(group: Group, tokens: int) -> Iterator[Pattern]:
    """The patterns of a group: those of combinations of values that pay for their own, and one for the other lines.

    Args:
        tokens: Of the text between the words.
    """
    rest = without_quoted(group)
    columns = rest.columns()
    most = MOST_OF_A_GROUP
    for wanted in combinations(columns, len(rest.lines)):
        if most <= 0 or len(rest.lines) < FEWEST_TO_SPLIT:
            break
        best = frequent(rest, wanted, tokens + tokens // 2 + 2 * len(columns))[:most]
        most -= len(best)
        yield from (pattern_of(rest.part(rows)) for rows in best)
        taken = frozenset(row for rows in best for row in rows)
        rest = rest.part([row for row in range(len(rest.lines)) if row not in taken]) if taken else rest
    if rest.lines:
        yield pattern_of(rest)


def frequent(group: Group, wanted: Sequence[int], tokens: int) -> list[list[int]]:
    """Rows with the same words in the columns `wanted`, where these take more than `tokens`; most tokens first."""
    rows_of: dict[Words, list[int]] = {}
    for row, words in enumerate(group.words):
        rows_of.setdefault(tuple([words[column] for column in wanted]), []).append(row)
    saved = ((len(rows) * sum(map(size, words)), rows) for words, rows in rows_of.items())
    return [rows for _, rows in sorted((one for one in saved if one[0] > tokens), key=lambda one: (-one[0], one[1][0]))]


def without_quoted(group: Group) -> Group:
    """A group without the lines that readers quote: the first and the last that report a failure."""
    rows = range(len(group.lines))
    if failure_word(" ".join(group.between)[:MOST_CHARS]):
        rows = rows[1:-1] if len(rows) >= QUOTED_ABOVE else rows[:0]
    return group if len(rows) == len(group.lines) else group.part(rows)


def combinations(columns: Sequence[Words], rows: int) -> Iterator[list[int]]:
    """Columns that may split a group: all with few values, then without the one that has most, and so on."""
    counts = [(len(set(column)), place) for place, column in enumerate(columns)]
    few = sorted(
        (count, place)
        for count, place in counts
        if 1 < count <= max(2, rows // SHARE_OF_VALUES) and not is_time(columns[place][0])
    )
    places = [place for _, place in few[:MOST_COLUMNS]]
    for stop in range(len(places), 0, -1):
        yield places[:stop]


def size(word: str) -> int:
    """Tokens of a word and the blank before it, about."""
    return len(word) // CHARS_PER_TOKEN + 2


def pattern_of(group: Group) -> Pattern:
    """The pattern with a hole for every column of more than one value, and for times."""
    pieces = [group.between[0]]
    cells: list[Sequence[str]] = []
    for column, after in zip(group.columns(), group.between[1:], strict=True):
        first = column[0]
        if is_time(first) or column.count(first) < len(column):
            ending = common_ending(column)
            cells.append([word[: len(word) - len(ending)] for word in column] if ending else column)
            pieces.append(ending + after)
        else:
            pieces[-1] += first + after
    filled = list(zip(*cells, strict=True)) if cells else [()] * len(group.lines)
    return Pattern(tuple(pieces), group.lines, filled)


def common_ending(column: Words) -> str:
    """The mark at which all words of a column end, `.` or `:`; or ""."""
    ending = column[0][-1:]
    if ending not in (".", ":") or not all(word.endswith(ending) and len(word) > 1 for word in column):
        return ""
    return ending
