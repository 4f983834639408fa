"""Reads mixed texts back part by part, and holds what is shown of them against the original: for tests only."""

from __future__ import annotations

import re
from collections.abc import Callable

from headroom.compressors.by_type import compressors_by_kind
from headroom.compressors.mixed import spans_of
from headroom.compressors.mixed_parts import kind_of
from headroom.compressors.mixed_places import read_at_line
from headroom.detection.mixtures import mixed
from headroom.detection.types import Probe
from headroom.markers import find_markers, write_line
from headroom.tokenizers import built_in_counter

KNOWN = compressors_by_kind(built_in_counter())
GAP = re.compile(r"\[lines? [0-9]+(?:-[0-9]+)? not shown(?:: [^\n]*)?\]")
NUMBER = re.compile(r"\b(lines?|rows?) ([0-9]+)(?:-([0-9]+))?")
AT = re.compile(r", at=\"(line [0-9]+(?:: (?:[^\"\\]|\\.)*)?)\"")
JSON_KINDS = ("json_array", "json_object", "json_lines", "json_documents")


def around(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    """What stands before, between and behind the parts."""
    starts = [0, *(end for _, end in spans)]
    return [text[start:end] for start, end in zip(starts, [*(start for start, _ in spans), len(text)], strict=True)]


def parts_of(text: str, kind: str = "mixed") -> tuple[tuple[int, int], ...]:
    """Places of the parts."""
    return tuple(spans_of(text, kind))


def read_part(shown: str, decoders: dict[str, Callable[[str], str]]) -> str:
    """The original of one exact part, found from what is shown alone: the one that is written as this."""
    if (found := mixed(Probe(shown))) and kind_of(shown) == "mixed":
        shown = rebuilt(shown, [read_part(shown[a:b], decoders) for a, b in found.spans], found.spans)
    for name, decode in decoders.items():
        try:
            source = decode(shown) if name != "mixed" else shown
        except (ValueError, AssertionError, IndexError, KeyError):
            continue
        compressor = KNOWN.get(kind_of(source))
        if source != shown and compressor is not None and compressor.compress(source).compressed == shown:
            return source
    return shown


def rebuilt(text: str, parts: list[str], spans: tuple[tuple[int, int], ...]) -> str:
    """`text` with other parts."""
    outside = around(text, spans)
    return "".join(piece for pair in zip(outside, [*parts, ""], strict=True) for piece in pair)


def read_exact(text: str, decoders: dict[str, Callable[[str], str]]) -> str:
    """The original of a mixed text whose parts are all exact."""
    spans = parts_of(text)
    return rebuilt(text, [read_part(text[a:b], decoders) for a, b in spans], spans)


def said_before(text: str) -> tuple[list[str], list[str]]:
    """What stands around the parts, and each part as its own compressor writes it."""
    spans = parts_of(text)
    parts = [text[start:end] for start, end in spans]
    return around(text, spans), [KNOWN[kind_of(part)].compress(part).compressed for part in parts]


def said_after(text: str) -> tuple[list[str], list[str]]:
    """The same of a text that was written."""
    spans = parts_of(text)
    return around(text, spans), [text[start:end] for start, end in spans]


def check_parts(text: str, source: str, checks: dict[str, Callable[[str, str], object]], kind: str) -> int:
    """Check each part of the shortened `text` of `source`; how many of them are shown in part."""
    spans = parts_of(source, kind)
    outside = around(source, spans)
    assert text.startswith(outside[0])
    place, count = len(outside[0]), 0
    for number, (start, end) in enumerate(spans):
        following = outside[number + 1]
        stop = text.index(following, place) if number + 1 < len(spans) else len(text) - len(following)
        shown, original = text[place:stop], source[start:end]
        place = stop + len(following)
        if find_markers(shown):
            count += 1
            check_part(shown, original, source.count("\n", 0, start), checks)
    assert place == len(text)
    return count


def check_part(shown: str, original: str, above: int, checks: dict[str, Callable[[str, str], object]]) -> None:
    """Check one part that is shown in part, with its places counted within it."""
    own = within(shown, above)
    kind = kind_of(original)
    checks[kind](own if kind == "mixed" else without_line(own.removesuffix("\n")), original)


def within(shown: str, above: int) -> str:
    """A shortened part with its places counted within it; those above a marker that names a line are already."""
    done: list[str] = []
    gaps: list[str] = []
    for line in shown.split("\n"):
        if not find_markers(line):
            gaps.append(line)
            continue
        body = line.partition(": ")[2][:-1]
        at = AT.search(body)
        done += gaps if at else [lowered(gap, above) if GAP.fullmatch(gap) else gap for gap in gaps]
        done.append(write_line(at_lowered(body, at, above) if at else lowered(body, above)))
        gaps = []
    return "\n".join([*done, *gaps])


def at_lowered(body: str, at: re.Match[str], above: int) -> str:
    """A marker that names a line of the whole text."""
    found = read_at_line(at[1])
    assert found
    assert found[0] > above
    return body[: at.start()] + at[0].replace(f"line {found[0]}", f"line {found[0] - above}", 1) + body[at.end() :]


def without_line(text: str) -> str:
    """A shortened part with a marker that names no line, as its own compressor writes it."""
    rest, _, last = text.rpartition("\n")
    body = last.partition(": ")[2][:-1]
    at = AT.search(body)
    if at is None:
        return text
    found = read_at_line(at[1])
    assert found
    assert found[0] == 1
    path = f', at="{found[1]}"' if found[1] else ""
    return f"{rest}\n{write_line(body[: at.start()] + path + body[at.end() :])}"


def lowered(text: str, by: int) -> str:
    """Numbers of lines as they are within a part."""
    return NUMBER.sub(lambda n: f"{n[1]} {int(n[2]) - by}" + (f"-{int(n[3]) - by}" if n[3] else ""), text)
