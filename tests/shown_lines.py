"""Reads back which lines a shortened text shows, and holds them against the original: for tests only."""

from __future__ import annotations

import re

from headroom.compressors.gaps import read_gap
from headroom.compressors.log_table import decode_log, is_log_table

MARKER = re.compile(r"\[headroom [0-9a-f]{4}: ([0-9]+) of ([0-9]+) lines not shown here; source complete; [^\n]*\]")


def check_lines(text: str, source: str) -> list[int]:
    """The lines (from 0) that `text` shows; fails unless each stands in its place and each other is in a gap."""
    body, _, last = text.rpartition("\n")
    marker = MARKER.fullmatch(last)
    assert marker, "no marker line at the end"
    lines = source.removesuffix("\n").split("\n")
    shown: list[int] = []
    place = 0
    for line in (decode_log(body) if is_log_table(body) else body).split("\n"):
        gap = read_gap(line)
        if gap and (place >= len(lines) or line != lines[place]):
            assert gap[0] == place + 1 <= gap[1]
            place = gap[1]
            continue
        assert line == lines[place]
        shown.append(place)
        place += 1
    assert place == len(lines) == int(marker[2])
    assert len(shown) == int(marker[2]) - int(marker[1])
    return shown
