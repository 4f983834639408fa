"""An original as units that pages are made of: its rows or lines, or its characters where rows leave something out."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from headroom.retrieval.rows import as_numbered, rows_of

MOST_LEAD = 64  # characters outside the rows that are no more than brackets, blanks and rulers


@dataclass(frozen=True, slots=True)
class Source:
    """A text in units.

    Attributes:
        text: What `spans` are places in.
        unit: `rows`, `lines` or `characters`; of characters there is one unit, the text.
        spans: (start, end) of each unit.
        values: The parsed rows; empty for lines and characters.
        head: What names the columns of the rows, or "".
    """

    text: str = field(repr=False)
    unit: str
    spans: list[tuple[int, int]] = field(repr=False)
    values: list[Any] = field(default_factory=list, repr=False)
    head: str = field(default="", repr=False)

    @property
    def total(self) -> int:
        """Number of units; of characters where those are meant."""
        return len(self.text) if self.unit == "characters" else len(self.spans)

    def unit_text(self, place: int) -> str:
        """One unit, as it stands in the text."""
        start, end = self.spans[place]
        return self.text[start:end]

    def unit_chars(self, place: int) -> int:
        """Length of a unit."""
        start, end = self.spans[place]
        return end - start


@dataclass(frozen=True, slots=True)
class Sources:
    """The ways to read one original.

    Attributes:
        apart: Its rows or lines, each for itself.
        together: The same, each up to where the next begins, so that together they are the text; None where more than
            brackets and blanks stands around them.
        whole: What the whole is given as: `together`, else its characters.
    """

    apart: Source
    together: Source | None
    whole: Source


def characters(text: str) -> Source:
    """The text as one unit."""
    return Source(text, "characters", [(0, len(text))])


def sources_of(text: str, at: str = "") -> Sources:
    """The ways to read `text`.

    Raises:
        KeyError: There is no list at `at`.
    """
    numbered = as_numbered(text)
    table = rows_of(numbered, at)
    base = numbered if table.source is None else table.source
    apart = Source(base, table.unit, table.spans, table.values, table.head)
    together = None
    if base == text and covers(text, table.spans, table.head):
        starts = [0, *(start for start, _ in table.spans[1:]), len(text)]
        together = Source(text, table.unit, list(pairwise(starts)), table.values, table.head)
    return Sources(apart, together, together or characters(text))


def covers(text: str, spans: list[tuple[int, int]], head: str) -> bool:
    """Whether nothing of weight stands before, between and behind these spans, and they stand in order."""
    if not spans or spans[0][0] > 2 * len(head) + MOST_LEAD or len(text) - spans[-1][1] > MOST_LEAD:
        return False
    return all(0 <= start - end <= MOST_LEAD for (_, end), (start, _) in pairwise(spans))
