"""Lines that belong together: a line and what continues it, such as the frames of a stack trace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

INDENTED = re.compile(r"[ \t]+[^ \t\r]", re.ASCII)
CONTINUES = re.compile(
    r"[ \t]*(?:[0-9]+ +\| |at [A-Za-z_$<][^ ]*[(.]|Caused by: |\.\.\. [0-9]+ (?:more|common)|#[0-9]+ "
    r"|goroutine [0-9]+ \[)",
    re.ASCII,
)
TRACEBACK = "Traceback (most recent call last)"
CAUSE = re.compile(r"[ \t]*(?:Caused by: |Suppressed: |[A-Za-z_][A-Za-z0-9_.$]*(?:Error|Exception)\b)", re.ASCII)
SHORT_RECORD = 12  # lines up to which a record is one item
FIRST_LINES, LAST_LINES, MOST_CAUSES = 4, 4, 6
FRAME = re.compile(r"[ \t|]*(?:File \"|at [^\n]*[(:]|#[0-9]+ )", re.ASCII)
LIBRARY = re.compile(
    r"site-packages|dist-packages|node_modules|/lib/python|<frozen |node:|internal/|/rustc/|/\.cargo/|/vendor/"
    r"|(?:\bat (?:java|javax|jdk|sun|com\.sun|scala|kotlin"
    r"|org\.(?:apache|junit|springframework|hibernate|gradle|eclipse)"
    r"|System|Microsoft)\.)",
    re.ASCII,
)
MOST_OWN = 6  # frames
MOST_INDENTED = 0.7  # of the lines: from here on, being indented says nothing


def records_of(lines: Sequence[str]) -> list[tuple[int, ...]]:
    """The lines as items, each the positions of its lines.

    A line with what continues it is one item; of a long one its first and last lines and its causes are, and each of
    the others stands alone. Blank lines are in no item.
    """
    items: list[tuple[int, ...]] = []
    for start, stop in spans(lines):
        items += pieces(lines, start, stop)
    return items


def spans(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of every record."""
    blank = [not line.strip(" \t\r") for line in lines]
    indented = [INDENTED.match(line) is not None for line in lines]
    by_indent = sum(indented) <= MOST_INDENTED * (len(lines) - sum(blank))
    start, is_trace = -1, False
    for place, line in enumerate(lines):
        if blank[place]:
            if start >= 0:
                yield start, place
            start = -1
            continue
        told = (indented[place] and (by_indent or is_trace)) or CONTINUES.match(line) is not None
        follows = start >= 0 and told
        ends_trace = is_trace and start >= 0 and not follows and indented[place - 1]
        if start >= 0 and not follows and not ends_trace:
            yield start, place
            start = -1
        is_trace = (is_trace and start >= 0 and not ends_trace) or TRACEBACK in line
        start = place if start < 0 else start
    if start >= 0:
        yield start, len(lines)


def pieces(lines: Sequence[str], start: int, stop: int) -> Iterator[tuple[int, ...]]:
    """The items of one record."""
    if stop - start <= SHORT_RECORD:
        yield (start,) if stop == start + 1 else tuple(range(start, stop))
        return
    causes = [place for place in range(start, stop) if CAUSE.match(lines[place])]
    causes = causes[:MOST_CAUSES] + causes[-1:]
    near = [at for cause in causes for at in range(cause, min(cause + 2, stop))]
    ends = [*range(start, start + FIRST_LINES), *range(stop - LAST_LINES, stop)]
    core = sorted(dict.fromkeys([*ends, *near, *own_frames(lines, start, stop)]))
    yield tuple(core)
    taken = frozenset(core)
    yield from ((place,) for place in range(start, stop) if place not in taken)


def own_frames(lines: Sequence[str], start: int, stop: int) -> list[int]:
    """The last frames of a trace that are in no library, with the line of code below; none where all are such."""
    frames = [place for place in range(start, stop) if FRAME.match(lines[place])]
    own = [place for place in frames if not LIBRARY.search(lines[place])]
    if len(own) == len(frames):
        return []
    below = [place + 1 for place in own[-MOST_OWN:] if place + 1 < stop and not FRAME.match(lines[place + 1])]
    return [*own[-MOST_OWN:], *below]
