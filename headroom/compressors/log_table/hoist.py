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
LETTERS = frozenset(ascii_letters)
PART = LETTERS | frozenset(digits)  # what words and numbers are made of


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
    return start, whole_parts(turned, min(common(min(turned), max(turned)), least - start))


def common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))


def whole_parts(column: Sequence[str], end: int) -> int:
    """The last place up to `end` at which no name or number is cut: `user` of `user17` is a name of its own."""
    first = column[0]
    while end > 0 and first[end - 1] in PART and any(word[end] in PART for word in column):
        if is_name(first, end) and all(word[end] in digits for word in column):
            break
        end -= 1
    return max(0, end)


def is_name(text: str, end: int) -> bool:
    """Whether what ends there consists of letters."""
    start = end
    while start and text[start - 1] in LETTERS:
        start -= 1
    return start < end and (start == 0 or text[start - 1] not in digits)


def start_worth(column: Sequence[str], start: int, counter: TokenCounter) -> int:
    """`start`, or the end of the part before where a cut within a part saves less than a token a row."""
    whole = whole_parts(column, start)
    if whole < start and column[0][start - 1] in digits:
        start = start_in_number(column, whole, start)
    if whole == start:
        return whole
    sample = column[:: max(1, len(column) // SAMPLE_ROWS)]
    deep, shallow = (counter.count_text(" ".join([word[at:] for word in sample])) for at in (start, whole))
    return start if deep + len(sample) <= shallow else whole


def start_in_number(column: Sequence[str], whole: int, start: int) -> int:
    """The last place up to `start` that leaves three digits, or six and so on, in all rows; else `whole`.

    Three digits are a token; and where all rows leave equally many, what is cut is worth the same in each.
    """
    lengths = {len(found[0]) for word in column if (found := DIGITS.match(word, start))}
    if len(lengths) > 1:
        return whole
    wanted = -max(lengths, default=0) % 3
    while wanted and start > whole and column[0][start - 1] in digits:
        start, wanted = start - 1, wanted - 1
    return start
