"""The line that stands where lines were left out: which, and what they were."""

from __future__ import annotations

import re

GAP = re.compile(r"\[lines? ([0-9]+)(?:-([0-9]+))? not shown(?:: [^\n]*)?\]", re.ASCII)


def gap_line(first: int, last: int, detail: str = "") -> str:
    """The line for the lines `first` to `last` of the original, counted from 1.

    Args:
        detail: What they were, such as `79 like line 44`; one line or "".

    >>> gap_line(48, 128, "79 like line 44"), gap_line(7, 7)
    ('[lines 48-128 not shown: 79 like line 44]', '[line 7 not shown]')
    """
    lines = f"lines {first}-{last}" if last > first else f"line {first}"
    return f"[{lines} not shown: {detail}]" if detail else f"[{lines} not shown]"


def read_gap(line: str) -> tuple[int, int] | None:
    """First and last line that a gap line stands for, counted from 1; None for any other line."""
    found = GAP.fullmatch(line)
    return (int(found[1]), int(found[2] or found[1])) if found else None
