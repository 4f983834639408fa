"""A diff as files with hunks, and what stands between them, all by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.compressors.diff_generated import generated_by_content, generated_by_path
from headroom.detection.diffs import HUNK, header_end, hunk_end

NAMES = re.compile(r"diff --(?:git|cc|combined) (?:\"?a/)?(.*)|Index: (.*)|diff -(.*)", re.DOTALL)
NEW_SIDE = re.compile(r"(?:\+\+\+ |rename to |copy to )\"?(?:b/)?([^\t]*?)\"?[\t\r]?", re.DOTALL)
OLD_SIDE = re.compile(r"--- \"?(?:a/)?([^\t]*?)\"?(?:\t.*)?\r?", re.DOTALL)
CONFLICT = re.compile(r"[+ -]{1,3}(?:<<<<<<<|>>>>>>>)(?: |\r?\Z)")
NOTHING = "/dev/null"
STATES = (("new file", "new file"), ("deleted file", "deleted"), ("rename from", "renamed"), ("Binary", "binary"))
STATE_CHARS = 16
HEAD_LINES = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of lines that stays or goes as a whole: a hunk, or part of the text of a new or deleted file.

    Attributes:
        start: Row of its first line, from 0.
        end: Row after its last line.
        added: Lines that begin with +.
        removed: Lines that begin with -.
    """

    start: int
    end: int
    added: int
    removed: int


@dataclass(slots=True)
class FileDiff:
    """What a diff says of one file.

    Attributes:
        start: Row of its first line, from 0.
        body: Row after its header.
        end: Row after its last line.
        path: The file's name after the change; before it where it was deleted.
        state: `new file`, `deleted`, `renamed`, `binary`, or "".
        hunks: Its hunks, in order.
        is_generated: Whether nobody wrote it by hand.
    """

    start: int
    body: int
    end: int
    path: str = field(repr=False)
    state: str = ""
    hunks: list[Piece] = field(default_factory=list)
    is_generated: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """Lines that belong to no file: a commit with its message, or output around a diff.

    Attributes:
        start: Row of its first line, from 0.
        end: Row after its last line.
        head: Row after the lines that always stay: who, when, and the first line of the message.
    """

    start: int
    end: int
    head: int


def parts_of(lines: Sequence[str]) -> list[FileDiff | Between]:
    """All lines of a diff, in order."""
    parts: list[FileDiff | Between] = []
    row = start = 0
    while row < len(lines):
        body = header_end(lines, row)
        end = body or hunk_end(lines, row)
        if not end:
            row += 1
            continue
        if start < row:
            parts.append(between(lines, start, row))
        file = file_at(lines, row, body or row)
        parts.append(file)
        row = start = file.end
    if start < len(lines):
        parts.append(between(lines, start, len(lines)))
    return parts


def between(lines: Sequence[str], start: int, end: int) -> Between:
    """The lines between two files; up to the second empty line they always stay, but few of them."""
    empty = [row for row in range(start, min(end, start + HEAD_LINES)) if not lines[row].strip(" \t\r")]
    inner = [row for row in empty if row > start]
    return Between(start, end, min(end, inner[1] + 1 if len(inner) > 1 else start + HEAD_LINES))


def file_at(lines: Sequence[str], row: int, body: int) -> FileDiff:
    """The file whose header stands at `row` and ends at `body`, with its hunks."""
    file = FileDiff(row, body, body, path_of(lines[row:body]), state_of(lines[row:body]))
    while file.end < len(lines):
        end = hunk_end(lines, file.end)
        if not end:
            break
        file.hunks.append(piece(lines, file.end, end))
        file.end = end
    if lines[body - 1 : body] == ["GIT binary patch"]:
        file.end = binary_end(lines, body)
        file.state = "binary"
    first = file.hunks[0] if file.hunks else None
    changes = [line for hunk in file.hunks for line in lines[hunk.start + 1 : hunk.end]]
    starts_file = first is not None and re.match(r"@@ -[01][, ]", lines[first.start]) is not None
    file.is_generated = generated_by_path(file.path) or generated_by_content(changes, starts_file)
    return file


def binary_end(lines: Sequence[str], row: int) -> int:
    """Row after a binary patch: one or two blocks that begin with their size and end with an empty line."""
    while row < len(lines) and lines[row].startswith(("literal ", "delta ")):
        while row < len(lines) and lines[row]:
            row += 1
        row += 1
    return min(row, len(lines))


def piece(lines: Sequence[str], start: int, end: int) -> Piece:
    """The lines from `start` to `end`, counted by sign; the first one is not a changed line if a hunk begins there."""
    body = lines[start + 1 : end] if HUNK.match(lines[start]) else lines[start:end]
    return Piece(start, end, sum(line[:1] == "+" for line in body), sum(line[:1] == "-" for line in body))


def path_of(header: Sequence[str]) -> str:
    """The path that a header names; "" where it names none."""
    for pattern in (NEW_SIDE, OLD_SIDE):
        for line in header[1:] if len(header) > 1 else ():
            found = pattern.fullmatch(line)
            if found and found[1] not in ("", NOTHING):
                return found[1]
    for line in header[:1]:
        if line.startswith("--- ") and (found := OLD_SIDE.fullmatch(line)):
            return found[1]
        if found := NAMES.fullmatch(line):
            return half(next(filter(None, found.groups()), ""))
    return ""


def half(names: str) -> str:
    """`x` of `x b/x`; else all of it."""
    middle = (len(names) - 3) // 2
    return names[:middle] if names[middle : middle + 3] == " b/" and names[middle + 3 :] == names[:middle] else names


def state_of(header: Sequence[str]) -> str:
    """What is unusual about a file, in a word or two."""
    starts = [line[:STATE_CHARS] for line in header]
    return next((told for begin, told in STATES if any(start.startswith(begin) for start in starts)), "")


def has_conflict(lines: Sequence[str], hunk: Piece) -> bool:
    """Whether a hunk holds the markers of a merge that nobody resolved."""
    return any(CONFLICT.match(line) for line in lines[hunk.start : hunk.end])
