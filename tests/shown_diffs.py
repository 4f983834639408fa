"""Reads a shortened diff line by line against its original: every line is shown, or named by a gap."""

from __future__ import annotations

import re

from headroom.compressors.diff_headings import header_of
from headroom.compressors.gaps import read_gap
from headroom.detection.diffs import is_heading

MARKER = re.compile(
    r"\[headroom [0-9a-f]{4}: ([0-9]+) of ([0-9]+) lines not shown here; source complete; "
    r"(?:headroom_retrieve\(hash=\"|handle )[0-9a-f]{12}[^\n]*\]"
)


def check_shown_diff(shown: str, original: str) -> set[int]:
    """Rows of `original` (from 0) that are not shown; fails unless all others stand there, in order and unaltered."""
    body, _, last = shown.rpartition("\n")
    marker = MARKER.fullmatch(last)
    assert marker, last[:200]
    lines = original.removesuffix("\n").split("\n")
    row = 0
    hidden: set[int] = set()
    for line in body.split("\n"):
        gap = read_gap(line)
        if row < len(lines) and lines[row] == line:
            row += 1
        elif gap:
            assert gap[0] == row + 1, f"gap at {gap[0]} where line {row + 1} is due"
            hidden.update(range(row, gap[1]))
            row = gap[1]
        else:
            row = after_heading(line, lines, row)
    assert row == len(lines)
    assert (len(hidden), len(lines)) == (int(marker[1]), int(marker[2]))
    assert hidden
    return hidden


def after_heading(line: str, lines: list[str], row: int) -> int:
    """Row after the lines that a heading stands for."""
    assert is_heading(line), f"line {row + 1} is due"
    for has_hunk in (True, False):
        header = header_of(line, has_hunk=has_hunk)
        if lines[row : row + len(header)] == header:
            return row + len(header)
    raise AssertionError(f"a heading for other lines than line {row + 1} and those after it")
