"""Where the rest of a part can be seen: its numbers and its marker as they hold for the whole text."""

from __future__ import annotations

import json
import re

from headroom.compressors.gaps import GAP, read_gap
from headroom.compressors.mixed_parts import MOST_DEPTH
from headroom.detection import detect
from headroom.detection.types import ContentType
from headroom.markers import find_markers, write_line

BODY = re.compile(
    r"[0-9]+ of [0-9]+ (?P<unit>[^;\n]*?) not shown here; source complete; "
    r"(?P<way>headroom_retrieve\(hash=\"[0-9a-f]{12}\"|handle [0-9a-f]{12})(?:, at=(?P<at>\"(?:[^\"\\\n]|\\.)*\"))?",
)
NUMBERS = re.compile(r"\b(lines?|rows?) ([0-9]+)(?:-([0-9]+))?", re.ASCII)
LINE = re.compile(r"line ([0-9]+)(?:: (.*))?", re.ASCII | re.DOTALL)
# Kinds whose results number lines in gap lines and in what the marker says, and nowhere else.
NUMBERED = frozenset(("log", "build_output", "stack_trace", "text", "git_diff", "mixed"))
PREFIX_CHARS = len("[headroom 0000: ")


def at_line(line: int, path: str = "") -> str:
    """What `at` is for a document that begins in a line of a text, counted from 1, and a list within it.

    >>> at_line(3), at_line(3, "items")
    ('line 3', 'line 3: items')
    """
    return f"line {line}: {path}" if path else f"line {line}"


def read_at_line(at: str) -> tuple[int, str] | None:
    """Line and path of `at_line`; None for any other path.

    >>> read_at_line("line 3: items"), read_at_line("items")
    ((3, 'items'), None)
    """
    found = LINE.fullmatch(at)
    return (int(found[1]), found[2] or "") if found else None


def for_whole(shown: str, original: str, kind: str, first: int, secret: str) -> str:
    """`shown`, a shortened part, with places as they are in the whole text.

    Lines get the numbers that they have there; where rows are counted, or the numbers of lines cannot be told from
    content, the marker names the line in which the part begins instead, and numbers count from there.

    Args:
        original: The part as it came.
        kind: Its type.
        first: Number of its first line in the whole text, counted from 1.
    """
    is_numbered = kind in NUMBERED and not has_gap(original)
    done: list[str] = []
    above: list[str] = []
    for line in shown.split("\n"):
        marker = find_markers(line, secret=secret)
        if not marker:
            above.append(line)
            continue
        by, made = placed_marker(marker[0].line[PREFIX_CHARS:-1], first, is_numbered)
        done += [*shifted_gaps(above, by), write_line(made, secret=secret)]
        above = []
    return "\n".join([*done, *above])


def placed_marker(body: str, first: int, is_numbered: bool) -> tuple[int, str]:
    """By how much the numbers in the lines above a marker are raised, and the marker's new body.

    >>> body = 'headroom_retrieve(hash="0123456789ab")'
    >>> placed_marker(f"5 of 9 lines not shown here; source complete; {body}; 2 like line 4", 3, True)[1][-13:]
    '2 like line 6'
    """
    read = BODY.match(body)
    if not read:
        return 0, body
    if read["unit"] == "lines" and not read["at"]:
        if is_numbered:
            return first - 1, body[: read.end()] + shifted(body[read.end() :], first - 1)
        if first == 1:
            return 0, body
    path = json.loads(read["at"]) if read["at"] else ""
    inner = read_at_line(path)
    place = at_line(first, path) if inner is None else at_line(first - 1 + inner[0], inner[1])
    return 0, f"{body[: read.end('way')]}, at={json.dumps(place, ensure_ascii=False)}{body[read.end() :]}"


def part_at(text: str, line: int) -> tuple[int, int] | None:
    """(start, end) of the document in `text` that begins in a line, counted from 1; None where none does.

    Of documents within documents that begin there it is the innermost: the one that was compressed.
    """
    start, end, found = 0, len(text), None
    for _ in range(MOST_DEPTH + 1):
        detection = detect(text[start:end])
        if detection.kind not in (ContentType.MIXED, ContentType.JSON_IN_TEXT):
            break
        own = line - text.count("\n", 0, start)
        inner = [span for span in detection.spans if reaches(text[start:end], span, own)]
        if not inner:
            break
        start, end = start + inner[-1][0], start + inner[-1][1]
        found = (start, end) if text.count("\n", 0, start) == line - 1 else None
    return found


def reaches(text: str, span: tuple[int, int], line: int) -> bool:
    """Whether a part of `text` begins in a line, counted from 1, or before it and goes on to it."""
    first = text.count("\n", 0, span[0]) + 1
    return first <= line <= first + text.count("\n", *span)


def has_gap(text: str) -> bool:
    """Whether a line of content looks like one that stands for others."""
    return GAP.search(text) is not None


def shifted_gaps(lines: list[str], by: int) -> list[str]:
    """`lines` with the numbers in gap lines raised."""
    return [shifted(line, by) if read_gap(line) else line for line in lines] if by else lines


def shifted(text: str, by: int) -> str:
    """`text` with the numbers of lines in it raised.

    >>> shifted("[lines 48-128 not shown: 79 like line 44]", 2)
    '[lines 50-130 not shown: 79 like line 46]'
    """
    return NUMBERS.sub(lambda found: raised(found, by), text)


def raised(found: re.Match[str], by: int) -> str:
    """One number or range of lines, raised."""
    last = f"-{int(found[3]) + by}" if found[3] else ""
    return f"{found[1]} {int(found[2]) + by}{last}"
