"""One output before and after, shown in a report because the caller passed it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from headroom.results import ChangeClass

SHOWN_CHARS = 6000
MARKER_START = "[headroom"
SHARED_LINES = 0.2  # from this share of lines on, the two sides are the same kind of text and can be compared

LineClass = Literal["same", "exact", "by_reference", "display", "left_out", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One output before and after. Holds content, so a report has it only where the caller passes it.

    Attributes:
        title: What it is, for people.
        tool: Name of the tool, or None.
        kind: Detected content type.
        change: Class of the change; None when nothing changed.
        tokens_before: Size as it came, in tokens of the built-in measure.
        tokens_after: Size as it goes out, same measure.
        before: The text as it came.
        after: The text as it goes out.
    """

    title: str = field(repr=False)
    tool: str | None = None
    kind: str = "text"
    change: ChangeClass | None = None
    tokens_before: int = 0
    tokens_after: int = 0
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a sample as it is shown.

    Attributes:
        lines: Each line with its class.
        shown_chars: Characters shown, from the start.
        total_chars: Characters there are.
    """

    lines: list[tuple[LineClass, str]] = field(repr=False)
    shown_chars: int
    total_chars: int

    @property
    def is_cut(self) -> bool:
        """Whether more exists than is shown."""
        return self.shown_chars < self.total_chars


def sides(sample: Sample) -> tuple[Side, Side]:
    """Both sides of `sample`, their lines classed over the whole texts, then cut to what is shown."""
    before, after = sample.before.split("\n"), sample.after.split("\n")
    known_before, known_after = set(before), set(after)
    shared = sum(line in known_before for line in after if line.strip())
    comparable = sample.change == "left_out" and shared >= SHARED_LINES * len(after)
    old: list[tuple[LineClass, str]] = [
        ("gone" if comparable and line.strip() and line not in known_after else "same", line) for line in before
    ]
    new = [(class_of(line, sample.change, known_before), line) for line in after]
    return cut(old, sample.before), cut(new, sample.after)


def class_of(line: str, change: ChangeClass | None, before: set[str]) -> LineClass:
    """What became of one line of the new text."""
    if line.startswith(MARKER_START):
        return "by_reference" if change == "by_reference" else "left_out"
    if change is None or line in before or not line.strip():
        return "same"
    return change if change in ("by_reference", "display") else "exact"


def cut(lines: list[tuple[LineClass, str]], text: str) -> Side:
    """The lines within the first `SHOWN_CHARS` characters of `text`."""
    shown = list(first_chars(lines, SHOWN_CHARS))
    return Side(lines=shown, shown_chars=min(len(text), SHOWN_CHARS), total_chars=len(text))


def first_chars(lines: list[tuple[LineClass, str]], room_chars: int) -> Iterator[tuple[LineClass, str]]:
    """Lines until `room_chars` are used up, newlines counted; the last one may be shortened."""
    for kind, line in lines:
        if room_chars <= 0:
            return
        yield kind, line[:room_chars]
        room_chars -= len(line) + 1
