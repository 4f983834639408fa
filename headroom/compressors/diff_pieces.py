"""What of a diff stays or goes as a whole: hunks, parts of new or deleted files, paragraphs of messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headroom.compressors.diff_parts import Between, FileDiff, Piece, piece

LEAST_LINES = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One piece and where it belongs.

    Attributes:
        part: Number of the part it stands in.
        number: Number within it, from 0.
        piece: Its lines.
        file: The file, or None for text between files.
    """

    part: int
    number: int
    piece: Piece
    file: FileDiff | None


def items_of(lines: Sequence[str], parts: Sequence[FileDiff | Between], most_chars: int) -> list[Item]:
    """All pieces, in order.

    Args:
        most_chars: Characters from which on the text of a new or deleted file is divided.
    """
    found: list[Item] = []
    for number, part in enumerate(parts):
        if isinstance(part, Between):
            pieces = [Piece(start, end, 0, 0) for start, end in paragraphs(lines, part.head, part.end)]
            found += [Item(number, place, made, None) for place, made in enumerate(pieces)]
        else:
            pieces = [made for hunk in part.hunks for made in divided(lines, hunk, most_chars)]
            found += [Item(number, place, made, part) for place, made in enumerate(pieces)]
    return found


def divided(lines: Sequence[str], hunk: Piece, most_chars: int) -> list[Piece]:
    """A hunk, whole; the text of a new or deleted file, which has one side only, in parts that end at empty lines."""
    size = sum(len(line) + 1 for line in lines[hunk.start : hunk.end])
    if size <= 2 * most_chars or hunk.added + hunk.removed != changed_lines(lines, hunk) or hunk.added * hunk.removed:
        return [hunk]
    return [piece(lines, start, end) for start, end in stretches(lines, hunk, most_chars)]


def changed_lines(lines: Sequence[str], hunk: Piece) -> int:
    """Lines of a hunk without its first, and without what git says of a missing last line end."""
    return sum(not line.startswith("\\ ") for line in lines[hunk.start + 1 : hunk.end])


def stretches(lines: Sequence[str], hunk: Piece, most_chars: int) -> Iterator[tuple[int, int]]:
    """(start, end) of parts of about `most_chars` characters, divided at empty lines where there are any."""
    start, size, empty = hunk.start, 0, 0
    for row in range(hunk.start, hunk.end):
        size += len(lines[row]) + 1
        if size > most_chars and row - start >= LEAST_LINES and not lines[row].startswith("\\ "):
            cut = empty if empty - start >= LEAST_LINES else row
            yield start, cut
            start, size = cut, sum(len(line) + 1 for line in lines[cut : row + 1])
        if lines[row][1:] in ("", "\r"):
            empty = row + 1
    yield start, hunk.end


def paragraphs(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """(start, end) of what empty lines divide, each with the empty lines after it."""
    place = start
    for row in range(start, end):
        is_break = row > place and not lines[row - 1].strip(" \t\r") and lines[row].strip(" \t\r")
        if is_break:
            yield place, row
            place = row
    if place < end:
        yield place, end
