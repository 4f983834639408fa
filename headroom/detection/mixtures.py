"""Several documents in one text: wrapped output, sections, fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from headroom.detection.mixtures_frames import framed
from headroom.detection.mixtures_sections import fenced, sections
from headroom.detection.mixtures_tags import tagged
from headroom.detection.types import ContentType, Detection, Probe

LEAST_CHARS = 200  # of the parts together
# What may be table text of ours behind a label, to be read before it is believed; JSON has quotes there. Objects only
# with a table in them, or in a line that is much of the text.
LABEL = r"^(?:\ufeff|[^\[{\n]{0,300}:[ \t]*)?"
ROWS = re.compile(LABEL + r"(?:lines)?\[[0-9]+[ |\t,;]?\]\{[^ \n]", re.ASCII | re.MULTILINE)
OBJECT = re.compile(LABEL + r"\{[A-Za-z_][A-Za-z0-9_.\-]*(?::[^ \t\n=/]|[\[{][^ \n\"])[^\n]*", re.ASCII | re.MULTILINE)
INNER_ROWS = re.compile(r"[:,({]\[[0-9]+[ |\t,;]?\]\{[^ \n]", re.ASCII)
# How their first brackets look, wherever they stand: much faster to look for.
ROWS_BEGIN = re.compile(r"\[[0-9]+[ |\t,;]?\]\{[^ \n]", re.ASCII)
OBJECT_BEGINS = re.compile(r"\{[A-Za-z_][A-Za-z0-9_.\-]*(?::[^ \t\n=/]|[\[{][^ \n\"])", re.ASCII)
OBJECT_CHARS = 8000  # within which its first table begins
LEAST_SHARE = 0.2
MOST_TRIES = 64
READERS = (("tags", tagged), ("frame", framed), ("sections", sections), ("fences", fenced))


def mixed(probe: Probe) -> Detection | None:
    """Parts of different kinds: output that a program of agents wrapped, sections, fenced blocks.

    Also a text that seems to hold table text already. `spans` are the parts; everything else is theirs who wrapped it
    and stands between the parts in whole lines.
    """
    for name, read in READERS:
        spans = read(probe.text)
        if spans and sum(end - start for start, end in spans) >= LEAST_CHARS:
            return Detection(kind=ContentType.MIXED, confidence=0.9, reason=name, spans=spans)
    if holds_table(probe.text):
        return Detection(kind=ContentType.JSON_IN_TEXT, confidence=0.6, reason="table text")
    return None


def holds_table(text: str) -> bool:
    """Whether table text seems to stand in `text`."""
    if "]{" in text and any(lines_with(text, ROWS_BEGIN, ROWS)):
        return True
    return any(
        len(line[0]) >= LEAST_SHARE * len(text)
        or INNER_ROWS.search(text, line.start(), line.start() + OBJECT_CHARS) is not None
        for line in islice(lines_with(text, OBJECT_BEGINS, OBJECT), MOST_TRIES)
    )


def lines_with(text: str, begins: re.Pattern[str], whole: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches of `whole` at beginnings of lines, each of which holds one of `begins`."""
    place = 0
    while found := begins.search(text, place):
        line = whole.match(text, text.rfind("\n", place, found.start()) + 1 or place)
        if line:
            yield line
        place = text.find("\n", found.start()) + 1
        if place == 0:
            return
