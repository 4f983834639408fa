"""Where the columns of a table stand that has nothing but blanks between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

Cells = list[str]
Span = tuple[int, int]

WORD = re.compile(r"[^ ]+")
APART = re.compile(r" {2,}")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table.

    Attributes:
        names: Their names.
        gutters: (start, end) of the blanks between each two columns; empty where cells are two blanks apart instead.
        starts: Where each column begins; likewise.
        has_words: Whether each name is one word, so that rows that run over are told by their words.
        by_words: Whether each cell is one word, and none is empty.
    """

    names: tuple[str, ...] = field(repr=False)
    gutters: tuple[Span, ...] = ()
    starts: tuple[int, ...] = ()
    has_words: bool = False
    by_words: bool = False

    def cells(self, line: str) -> Cells | None:
        """The cells of a line without blanks at its end; None where it does not fit."""
        if not self.gutters:
            cells = WORD.findall(line) if self.by_words else APART.split(line.strip(" "))
            return cells if len(cells) == len(self.names) else None
        cells, place = [], 0
        for start, end in self.gutters:
            between = line[start:end]
            cut = start if not between.strip(" ") else cut_of(line, start, end)
            if cut < 0:
                return self.words(line)
            cells.append(line[place:cut].strip(" "))
            place = cut
        cells.append(line[place:].strip(" "))
        return cells

    def words(self, line: str) -> Cells | None:
        """The cells of a line that runs over: its words, the last of them with all that follows."""
        found = list(WORD.finditer(line))[: len(self.names)] if self.has_words else []
        if len(found) < len(self.names):
            return None
        for word, start, behind in zip(found, self.starts, [*self.starts[1:], len(line) + 1], strict=True):
            if word.start() >= behind or word.end() <= start:
                return None
        return [*(word[0] for word in found[:-1]), line[found[-1].start() :]]


def cut_of(line: str, start: int, end: int) -> int:
    """The one blank between two cells that reach into the gutter; -1 where that is not sure."""
    between = line[start:end]
    left = between.find(" ")
    right = between.rfind(" ")
    if left < 0 or between[left:right].strip(" "):
        return -1
    if (left > 0 and line[start - 1 : start] in ("", " ")) or (
        right < len(between) - 1 and line[end : end + 1] in ("", " ")
    ):
        return -1
    return start + left


def layout_of(header: str, rows: Sequence[str]) -> Layout | None:
    """The columns that stand apart and below a name; None where names run into each other.

    A few rows may run over into the next column: passing over none, some or more, whatever makes most rows fit, then
    gives most names and fewest columns without.
    """
    width = len(header)
    counts = [
        len(rows) - column.count(" ") for column in zip(*(line[:width].ljust(width) for line in rows), strict=True)
    ]
    found: dict[Layout, tuple[int, int]] = {}
    for allowed in sorted({0, len(rows) // 20, (len(rows) + 9) // 10}):
        layout = layout_from(header, [count > allowed for count in counts])
        if layout and layout not in found:
            fitting = sum(layout.cells(line) is not None for line in rows)
            found[layout] = fitting, len(layout.names) - 2 * layout.names.count("")
    return max(found, key=lambda layout: found[layout]) if found else None


def layout_from(header: str, taken: Sequence[bool]) -> Layout | None:
    """The columns of rows that have something but blanks where `taken` says so."""
    runs = [
        Run(start, end, header[start:end].strip(" "), any(taken[start:end]))
        for start, end in runs_of([is_taken or header[place] != " " for place, is_taken in enumerate(taken)])
    ]
    runs = merged(runs, header)
    if len(runs) < 2 or any(APART.search(run.name) for run in runs):
        return None
    return Layout(
        tuple(run.name for run in runs),
        tuple((one.end, other.start) for one, other in pairwise(runs)),
        tuple(run.start for run in runs),
        all(run.name and " " not in run.name for run in runs),
    )


class Run(NamedTuple):
    """A stretch without a gutter.

    Attributes:
        start: Its first character.
        end: The one behind its last.
        name: What stands there in the line of names.
        is_filled: Whether cells stand there.
    """

    start: int
    end: int
    name: str
    is_filled: bool


def runs_of(flags: Sequence[bool]) -> list[Span]:
    """Where flags are set without a gap."""
    return [found.span() for found in WORD.finditer("".join("x" if flag else " " for flag in flags))]


def merged(runs: Sequence[Run], header: str) -> list[Run]:
    """Runs as columns: names of two words belong together, cells without a name to what stands nearer to them."""
    found: list[Run] = []
    for place, run in enumerate(runs):
        last = found[-1] if found else None
        if last is None:
            found.append(run)
        elif not last.name and len(found) > 1:  # waits for what stands behind it
            found[-1] = Run(last.start, run.end, run.name, is_filled=True)
        elif not run.name and not is_of_next(last, run, runs[place + 1 :], header):
            found[-1] = Run(last.start, run.end, last.name, is_filled=True)
        elif last.name and run.name and not run.is_filled and not is_lone_name(run, header):
            found[-1] = Run(last.start, run.end, f"{last.name} {run.name}", last.is_filled)
        else:
            found.append(run)
    return found


def is_of_next(before: Run, run: Run, behind: Sequence[Run], header: str) -> bool:
    """Whether cells without a name belong to the column behind them: it is nearer, or as near and aligned right."""
    named = next((other for other in behind if other.name), None)
    if named is None:
        return False
    left, right = run.start - before.end, behind[0].start - run.end
    if left != right:
        return right < left
    if header[before.start] != " " and header[before.end - 1] == " ":
        return False
    return header[named.start] == " " or header[before.start] == " "


def is_lone_name(run: Run, header: str) -> bool:
    """Whether a run is a name without cells below it, two blanks or more behind the name before it."""
    return bool(run.name) and not run.is_filled and header[run.start - 2 : run.start].strip(" ") == ""


def layouts_of(header: str, rows: Sequence[str]) -> Iterator[Layout]:
    """What the columns may be, likeliest first."""
    aligned = layout_of(header, rows)
    names = WORD.findall(header)
    is_clean = aligned is not None and all(is_plain(aligned.cells(line)) for line in rows)
    if not is_clean and all(len(WORD.findall(line)) == len(names) for line in rows):
        yield Layout(tuple(names), by_words=True)
    if aligned:
        yield aligned
    names = APART.split(header.strip(" "))
    if len(names) > 2:
        yield Layout(tuple(names))


def is_plain(cells: Cells | None) -> bool:
    """Whether no cell but the last holds a blank."""
    return cells is not None and not any(" " in cell for cell in cells[:-1])
