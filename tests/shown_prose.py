"""Holds shown pages and passages against their originals: for tests only."""

from __future__ import annotations

import html
import re

from headroom.compressors.gaps import read_gap
from headroom.markers import find_markers

MARK = re.compile(r"\[(?:[0-9]+ [a-z ]+(?:, )?)+?(?: of lines? ([0-9]+)(?:-([0-9]+))?)? not shown\] ?")
WORD = re.compile(r"\w+")
OURS = "title description author published address image Links input choice button x and more link targets not listed"
OURS_TOO = "passages sentence sentences shown heading headings table tables block blocks of code"
OUR_WORDS = {*OURS.split(), *OURS_TOO.split()}


def check_passages(text: str, source: str) -> None:
    """Fail unless `text` is passages of `source` in order, marks in between, and the marker's figures are right."""
    body, marker = apart(text)
    place = 0
    for piece in pieces_of(body):
        found = source.find(piece, place)
        assert found >= 0, f"not in the original, or out of order: {piece[:80]!r}"
        place = found + len(piece)
    counts = re.match(r"([0-9]+) of ([0-9]+) passages not shown here", marker)
    assert counts
    assert 0 < int(counts[1]) < int(counts[2])


def pieces_of(body: str) -> list[str]:
    """What stands between marks, without blanks at both ends."""
    pieces = [""]
    for line in body.split("\n"):
        gap = read_gap(line.strip(" \t\r"))
        if gap:
            assert 1 <= gap[0] <= gap[1]
            pieces.append("")
            continue
        first, *rest = [part for number, part in enumerate(MARK.split(line)) if number % 3 == 0]
        pieces[-1] += first
        pieces += rest
        pieces[-1] += "\n"
    return [piece.strip(" \t\r\n") for piece in pieces if piece.strip(" \t\r\n")]


def check_page(text: str, source: str) -> None:
    """Fail unless every word of `text` stands in the page, and the marker's figures are right."""
    body, marker = apart(text)
    words = set(WORD.findall(html.unescape(html.unescape(source.replace("\0", "")))))
    strange = [word for word in WORD.findall(body) if word not in words | OUR_WORDS and not word.isdecimal()]
    assert len(strange) <= len(body) // 200, strange[:10]  # words of pieces that tags cut apart
    counts = re.match(r"([0-9]+) of ([0-9]+) characters of the page not shown here", marker)
    assert counts
    assert int(counts[2]) == len(source)


def apart(text: str) -> tuple[str, str]:
    """What is shown, and what the marker at the end says."""
    marker = find_markers(text)[-1]
    assert text.endswith(marker.line)
    return text[: marker.start].rstrip("\n"), marker.line.partition(": ")[2]
