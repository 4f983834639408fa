"""Log lines by what stands between the words that may differ.

One mask groups real logs as well as Drain does: .763 against .732 on the sixteen systems of loghub (formats.md 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.compressors.gaps import read_gap
from headroom.compressors.log_table.words import VARIABLE

FEWEST_CHARS, MOST_CHARS = 8, 20_000  # shorter and longer lines stay as they are

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines with the same text between their variable words.

    Attributes:
        between: The text before the first word, between words, and after the last.
        lines: Positions of the lines, ascending.
        words: The variable words of each line.
    """

    between: tuple[str, ...] = field(repr=False)
    lines: list[int] = field(default_factory=list)
    words: list[Words] = field(default_factory=list, repr=False)

    def columns(self) -> list[Words]:
        """The words by place."""
        return list(zip(*self.words, strict=True))

    def part(self, rows: Sequence[int]) -> Group:
        """Some of its rows."""
        return Group(self.between, [self.lines[row] for row in rows], [self.words[row] for row in rows])


def groups_of(lines: Sequence[str]) -> list[Group]:
    """Lines by what stands between their variable words, in order of first appearance; gap lines stay as they are."""
    found: dict[tuple[str, ...], Group] = {}
    for place, line in enumerate(lines):
        if FEWEST_CHARS <= len(line) <= MOST_CHARS and (line[0] != "[" or read_gap(line) is None):
            parts = VARIABLE.split(line)
            between = tuple(parts[::2])
            group = found.get(between)
            if group is None:
                group = found[between] = Group(between)
            group.lines.append(place)
            group.words.append(tuple(parts[1::2]))
    return list(found.values())
