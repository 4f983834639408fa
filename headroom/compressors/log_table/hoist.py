"""What all words of a column begin and end with, said once in the pattern: `port {}` and `56232` to `port 56{}`, `232`.

Words are cut where a part of them ends; what they begin with also
within a number or name, where that saves a token a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_letters, digits

from headroom.compressors.log_table.patterns import Pattern
from headroom.protocols import TokenCounter

FEWEST = 3  # rows
SAMPLE_ROWS = 40  # of a column are measured
DIGITS = re.compile(r"[0-9]*", re.ASCII)
PART = frozenset(ascii_letters + digits)  # what words and numbers are made of


def hoisted(pattern: Pattern, counter: TokenCounter) -> Pattern:
    """The pattern with what its columns have in common in its text."""
    if len(pattern.lines) < FEWEST or not pattern.holes:
        return pattern
    pieces = list(pattern.pieces)
    columns = [list(column) for column in zip(*pattern.cells, strict=True)]
    for place, column in enumerate(columns):
        start, end = cut_of(column, counter)
        if start or end:
            first = column[0]
            pieces[place] += first[:start]
            pieces[place + 1] = first[len(first) - end :] + pieces[place + 1]
            columns[place] = [word[start : len(word) - end] for word in column]
    return Pattern(tuple(pieces), pattern.lines, list(zip(*columns, strict=True)))


def cut_of(column: Sequence[str], counter: TokenCounter) -> tuple[int, int]:
    """How many characters all words of a column begin and end with, as far as they are worth cutting."""
    low, high = min(column), max(column)
    if low == high or " " in "".join(column):
        return 0, 0
    least = min(map(len, column)) - 1
    start = start_worth(column, min(common(low, high), least), counter)
    turned = [word[: start - 1 if start else None : -1] for word in column]
    return start, end_of_parts(column, min(common(min(turned), max(turned)), least - start))


def common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))


def start_worth(column: Sequence[str], start: int, counter: TokenCounter) -> int:
    """`start`, or the end of the part before where a cut within a part saves less than a token a row."""
    whole = start
    while whole and column[0][whole - 1] in PART and any(word[whole] in PART for word in column):
        whole -= 1
    if whole == start or not are_numbered_alike(column, start):
        return whole
    sample = column[:: max(1, len(column) // SAMPLE_ROWS)]
    deep, shallow = (counter.count_text(" ".join([word[at:] for word in sample])) for at in (start, whole))
    return start if deep + len(sample) <= shallow else whole


def are_numbered_alike(column: Sequence[str], start: int) -> bool:
    """Whether a cut within a number leaves equally many digits in all rows: what is cut is worth the same in each."""
    if column[0][start - 1] not in digits:
        return True
    return len({len(found[0]) for word in column if (found := DIGITS.match(word, start))}) == 1


def end_of_parts(column: Sequence[str], end: int) -> int:
    """The part of `end` characters at which no word is cut within a number or name."""
    while end > 0 and column[0][-end] in PART and any(word[-end - 1] in PART for word in column):
        end -= 1
    return max(0, end)
