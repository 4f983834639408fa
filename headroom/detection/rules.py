"""One function per kind: what a text must show to be taken for it."""

from __future__ import annotations

import re
from itertools import pairwise

from headroom.detection.json_reading import HEAD_CHARS, broken_at, document_end, documents, skip_blanks
from headroom.detection.types import ContentType, Detection, Probe

CLOSING = {"[": "]", "{": "}"}
KIND_OF = {"[": ContentType.JSON_ARRAY, "{": ContentType.JSON_OBJECT}
# Between two documents; within one only in a string.
JOINT = re.compile(r"[}\]][ \t\r\n]*[{\[]")
# So many brackets open at once, at the beginning, that a reader may give up; how many it bears depends on the Python.
TOO_DEEP = re.compile(r"(?:[\[{][^\[\]{}]{0,200}){100}")
STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)', re.DOTALL)  # brackets in it open nothing
DEEP_CHARS = 1 << 16
SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null", re.ASCII)
SCALAR_CHARS = 400
OTHER_LITERAL = re.compile(r"['(A-Za-z_/]", re.ASCII)  # None, True, 'text', datetime(...), a comment

# JSON in prose: the first bracket of a line, at its beginning or after "label:"; not indented and not after a quoted
# key, which is the inside of JSON that could not be read.
OPENED = re.compile(r"""\{[ \t\r\n]*["}]|\[[ \t\r\n]*(?:[]\[{"0-9-]|true|false|null)""", re.ASCII)
BEFORE = re.compile(r"""\ufeff?|[^\s\[{"'][^\[{\n]*""", re.ASCII)
LABEL = re.compile(r"[^\"']:[ \t]*\Z")
MIN_SPAN_CHARS = 64
MIN_SHARE = 0.5  # less is JSON quoted in code, documentation or a diff, which have their own rules
MAX_SPANS = 32  # more are the lines of a log
MAX_TRIES = 64  # each may cost as much as reading to the end of the text, so that this bounds the work


def empty(probe: Probe) -> Detection | None:
    """Nothing but blanks."""
    return Detection(kind=ContentType.PLAIN_TEXT, reason="blank") if probe.end == 0 else None


def json_scalar(probe: Probe) -> Detection | None:
    """One JSON string, number or literal."""
    if probe.first == '"' == probe.last:
        whole = document_end(probe.text, probe.start) == probe.end
    else:
        whole = probe.end - probe.start <= SCALAR_CHARS and bool(SCALAR.fullmatch(probe.text, probe.start, probe.end))
    return Detection(kind=ContentType.JSON_SCALAR, reason="one JSON scalar") if whole else None


def json_container(probe: Probe) -> Detection | None:
    """One or more JSON arrays or objects from the first character on, whole or cut off."""
    if probe.first not in CLOSING or is_too_deep(probe):
        return None
    stop = min(probe.start + HEAD_CHARS, probe.end)
    head = probe.text[:stop]
    if stop < probe.end and broken_at(head, probe.start) == stop and ends_as_it_began(probe):
        return Detection(kind=KIND_OF[probe.first], confidence=0.9, reason="reads as JSON, ends as it began")
    return read_all(probe)


def is_too_deep(probe: Probe) -> bool:
    """Whether so many brackets open at once that reading may fail; colour codes in strings are none."""
    if not TOO_DEEP.match(probe.text, probe.start):
        return False
    return TOO_DEEP.match(STRING.sub('""', probe.text[probe.start : probe.start + DEEP_CHARS])) is not None


def ends_as_it_began(probe: Probe) -> bool:
    """Whether the last character closes the first, and no second document seems to follow."""
    return probe.last == CLOSING[probe.first] and JOINT.search(probe.text) is None


def read_all(probe: Probe) -> Detection | None:
    """The same, by reading all of it."""
    spans = documents(probe.text, probe.start, probe.end)
    stop = skip_blanks(probe.text, spans[-1][1]) if spans else probe.start
    if stop < probe.end:
        return json_truncated(probe, spans, stop)
    if len(spans) == 1:
        return Detection(kind=KIND_OF[probe.first], reason="one JSON document")
    return several(probe.text, spans)


def json_truncated(probe: Probe, spans: list[tuple[int, int]], stop: int) -> Detection | None:
    """JSON up to where it is cut off or broken, most of the text or much of it; not Python or JavaScript literals."""
    if probe.text[stop] not in CLOSING:
        return None
    text = probe.text[: probe.end]
    broken = broken_at(text, stop)
    if broken is None or OTHER_LITERAL.match(text, broken):
        return None
    if broken < probe.end and broken - probe.start < min(HEAD_CHARS, max(MIN_SPAN_CHARS, len(text) // 2)):
        return None
    return Detection(
        kind=ContentType.JSON_TRUNCATED, confidence=0.8, reason="JSON that breaks off", spans=merged(spans)
    )


def several(text: str, spans: list[tuple[int, int]]) -> Detection:
    """Documents one after the other: JSON lines where each has a line of its own."""
    apart = all("\n" in text[before[1] : after[0]] for before, after in pairwise(spans))
    flat = all(text.find("\n", start, end) < 0 for start, end in spans)
    kind = ContentType.JSON_LINES if apart and flat else ContentType.JSON_DOCUMENTS
    return Detection(kind=kind, reason=f"{len(spans)} JSON documents", spans=tuple(spans))


def merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Documents that follow each other, as one stretch."""
    return ((spans[0][0], spans[-1][1]),) if spans else ()


def json_in_text(probe: Probe) -> Detection | None:
    """JSON of some size, at least half of the text, among lines of something else."""
    spans: list[tuple[int, int]] = []
    place = 0
    for _ in range(MAX_TRIES):
        start = next_opening(probe.text, place)
        if start is None or len(spans) > MAX_SPANS:
            break
        found = documents(probe.text, start, probe.end)
        end = found[-1][1] if found else start
        if end - start >= MIN_SPAN_CHARS:
            spans.append((start, end))
        place = next_line(probe.text, end)
    covered = sum(end - start for start, end in spans)
    if not spans or len(spans) > MAX_SPANS or covered < MIN_SHARE * (probe.end - probe.start):
        return None
    return Detection(kind=ContentType.JSON_IN_TEXT, reason=f"JSON in {len(spans)} places", spans=tuple(spans))


def next_opening(text: str, place: int) -> int | None:
    """Offset of the next bracket that may begin JSON, in the lines from `place` on."""
    while opened := OPENED.search(text, place):
        before = BEFORE.fullmatch(text, text.rfind("\n", place, opened.start()) + 1 or place, opened.start())
        label = before[0].strip("\ufeff") if before else '"'
        if not label or LABEL.search(label):
            return opened.start()
        place = next_line(text, opened.start())
    return None


def next_line(text: str, place: int) -> int:
    """Offset of the next line's first character, or the end of the text."""
    return text.find("\n", place) + 1 or len(text)
