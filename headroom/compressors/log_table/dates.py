"""Dates that lines of a log share, said once above them: `@=2016-12-19 16:32` and `[@:00,946] INFO ...`.

How much of a time is said above (the day, the hour, the minute or the second) is what takes the fewest tokens for the
whole log, by the shortest path through its lines (Viterbi's algorithm; the lengths are estimates).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.compressors.gaps import read_gap
from headroom.compressors.log_table.words import MONTH

MARKS = ("@", "^", "~", "`", "§")
WITHIN_CHARS = 200  # of a line stands its time
LEAST_CHARS = 10  # of a date that is cut wherever it stands in its line
DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? "
DATE = (
    r"(?:[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}|[0-9]{2}[-/.][0-9]{2}(?:[-/.][0-9]{2,4})?|[0-9]{8}"
    rf"|(?:{DAY})?{MONTH} {{1,2}}[0-9]{{1,2}}(?:,? [0-9]{{4}})?|(?:{DAY})?[0-9]{{1,2}}[/ -]{MONTH}[/ -][0-9]{{2,4}})"
)
STAMP = re.compile(
    rf"(?<![0-9A-Za-z.:/-])(?:({DATE})(?: - |[T :_-]))?([0-9]{{1,2}})(:[0-9]{{2}})(:[0-9]{{2}})([.,:][0-9]{{2,9}})?"
    r"(?![0-9:])",
    re.ASCII,
)
TOKENS = re.compile(r"[0-9]{1,3}|[A-Za-z]+|[^0-9A-Za-z]", re.ASCII)
LEVELS = range(4)  # day, hour, minute, second
NONE = 4  # nothing is cut
LINE_TOKENS = 3  # of the line that says a date, without the date
FAR = 1 << 40

Cuts = tuple[str, str, str, str]  # what may be said above, by level; "" where that is too little


@dataclass(frozen=True, slots=True)
class Dated:
    """Lines with a mark in place of what is said above them.

    Attributes:
        lines: The lines.
        said: Positions of lines, and what is said above each of them.
    """

    lines: list[str] = field(repr=False)
    said: dict[int, str] = field(repr=False)


@dataclass(slots=True)
class Run:
    """Lines, one after the other, of the same second.

    Attributes:
        cuts: What may be said above.
        tails: Tokens that are left of each time, by level; the last is the whole time.
        places: The lines, and where in each the time begins.
    """

    cuts: Cuts
    tails: tuple[int, ...]
    places: list[tuple[int, int]]


def mark_for(text: str) -> str:
    """A character that the text does not hold; "" where it holds all of them."""
    return next((mark for mark in MARKS if mark not in text), "")


def dated(lines: Sequence[str], mark: str) -> Dated:
    """The lines with what is said above them cut, where that pays; else as they are."""
    runs = runs_of(lines)
    made = list(lines)
    said: dict[int, str] = {}
    current = ""
    for run, level in zip(runs, levels_of(runs), strict=True):
        if level == NONE:
            continue
        cut = run.cuts[level]
        if cut != current:
            said[run.places[0][0]] = current = cut
        for place, start in run.places:
            made[place] = without(lines[place], cut, start, mark)
    return Dated(made, said)


def without(line: str, cut: str, start: int, mark: str) -> str:
    """A line with the mark in place of its date."""
    made = f"{line[:start]}{mark}{line[start + len(cut) :]}"
    made = made.replace(cut, mark) if len(cut) >= LEAST_CHARS else made
    return line if made.startswith(f"{mark}=") else made


def runs_of(lines: Sequence[str]) -> list[Run]:
    """The lines with a time, those of the same second together."""
    runs: list[Run] = []
    for place, line in enumerate(lines):
        found = STAMP.search(line, 0, WITHIN_CHARS)
        if found is None or (line[0] == "[" and read_gap(line) is not None):
            continue
        start = found.start()
        second = line[start : found.end(4)]
        if not runs or runs[-1].cuts[3] != second or bool(found[5]) != (runs[-1].tails[3] > 0):
            runs.append(run_of(found))
        runs[-1].places.append((place, start))
    return runs


def run_of(found: re.Match[str]) -> Run:
    """A run that begins with the line of a time."""
    text = found[0]
    ends = [found.end(group) - found.start() for group in (1, 2, 3, 4)]
    if text[ends[0] :].startswith(" "):
        ends[0] = found.start(2) - found.start()  # the blank goes with the day, so that one word is left
    day, hour, minute, second = (text[:end] for end in ends)
    tails = (*(tokens_of(text[end:].lstrip(":.,T")) for end in ends), tokens_of(text))
    return Run((day, hour, minute, second) if found[1] else ("", "", minute, second), tails, [])


def tokens_of(text: str) -> int:
    """Tokens of a time, about."""
    return len(TOKENS.findall(text))


def levels_of(runs: Sequence[Run]) -> list[int]:
    """How much of each run's time is said above it."""
    costs = [FAR] * NONE + [0]
    steps: list[list[int]] = []
    before: Cuts = ("", "", "", "")
    for run in runs:
        best = min(range(NONE + 1), key=costs.__getitem__)
        made, step = [], []
        for level in LEVELS:
            cut = run.cuts[level]
            again = costs[best] + tokens_of(cut) + LINE_TOKENS if cut else FAR
            stays = cut == before[level] and costs[level] <= again
            step.append(level if stays else best)
            made.append((costs[level] if stays else again) + run.tails[level] * len(run.places))
        step.append(best)
        made.append(costs[best] + run.tails[NONE] * len(run.places))
        costs, before = made, run.cuts
        steps.append(step)
    return walked_back(costs, steps)


def walked_back(costs: Sequence[int], steps: Sequence[Sequence[int]]) -> list[int]:
    """The levels that lead to the least cost."""
    level = min(range(NONE + 1), key=costs.__getitem__)
    found = []
    for step in reversed(steps):
        found.append(level)
        level = step[level]
    return found[::-1]
