"""An explanation as plain text: both sides beside each other where it is wide enough, else one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headroom.results.explained import Explained, Explanation

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
UNSHOWABLE = re.compile("[\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
LEAST_BESIDE = 100  # columns from which on both sides stand beside each other
BAR = " │ "
MARKER = "[headroom"  # how the line begins that counts what was left out


def shown(text: object) -> str:
    """Text with control characters made visible; no page, terminal or file is upset by it.

    >>> shown("a" + chr(27))
    'a␛'
    """
    visible = CONTROL.sub(lambda match: chr(0x2400 + ord(match[0])) if match[0] != "\x7f" else "\u2421", str(text))
    return UNSHOWABLE.sub("\ufffd", visible)


def heading(part: Explained) -> str:
    """The first line about a part: `message 3, list_issues, json_array: 4211 -> 595 tokens, same values (table)`."""
    note = part.note
    reason = f" ({note.reason})" if note.reason else ""
    sizes = f"{note.tokens_before} -> {note.tokens_after}" if note.change else str(note.tokens_before)
    place = f"message {note.message_index}" + (f".{note.part_index}" if note.part_index else "")
    title = ", ".join(name for name in (note.tool, note.kind) if name)
    return shown(f"{place}, {title}: {sizes} tokens, {part.class_name}{reason}")


def facts(part: Explained) -> list[str]:
    """The lines below it: how to get back what is missing, what would change it."""
    found = [("back", part.way_back), ("hint", part.note.hint)]
    return [shown(f"{name}: {text}") for name, text in found if text]


def written(explanation: Explanation) -> Iterator[str]:
    """All lines."""
    for part in explanation.parts:
        yield heading(part)
        yield from (f"  {line}" for line in facts(part))
        if explanation.with_texts and part.has_sides:
            yield from sides(part, explanation.width, explanation.lines)
            yield ""
    yield total(explanation)


def total(explanation: Explanation) -> str:
    """The sizes of the whole conversation."""
    before, after = explanation.tokens_before, explanation.tokens_after
    saved = 100 * (before - after) / before if before else 0.0
    return f"{before} -> {after} tokens, {saved:.1f} % saved"


def sides(part: Explained, width: int, most: int) -> Iterator[str]:
    """The text before and after."""
    if width < LEAST_BESIDE:
        yield from (f"- {line}" for line in cut(part.before, most, width - 2))
        yield from (f"+ {line}" for line in cut(part.after, most, width - 2))
        return
    column = (width - len(BAR)) // 2
    left, right = cut(part.before, most, column), cut(part.after, most, column)
    yield f"{'as it came':<{column}}{BAR}as it is sent"
    for one, other in zip_longest(left, right, fillvalue=""):
        yield f"{one:<{column}}{BAR}{other}".rstrip()


def cut(text: str | None, most: int, width: int) -> Sequence[str]:
    """The first lines of a text, long ones wrapped, and how much follows; the marker at its end stays."""
    if text is None:
        return ["(its message is not sent)"]
    lines = [shown(line.replace("\t", "    ")) for line in text.split("\n")]
    marker = list(wrapped(lines.pop(), width)) if len(lines) > 1 and lines[-1].startswith(MARKER) else []
    found: list[str] = []
    for place, line in enumerate(lines):
        rows = list(wrapped(line, width))
        room = most - len(found)
        found += rows[:room]
        if len(rows) > room:
            rest = len(lines) - place - 1
            more = f"{rest} more lines" if rest else f"{len(line) - room * width} more characters"
            return [*found, f"... {more}", *marker]
    return [*found, *marker]


def wrapped(line: str, width: int) -> Iterator[str]:
    """A line in pieces that fit."""
    yield line[:width]
    for start in range(width, len(line), width):
        yield line[start : start + width]
