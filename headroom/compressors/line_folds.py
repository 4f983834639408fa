"""Blocks of lines that are repeated at once: written once, with how often.

    Retrying in 1 s
    connection refused
    [the 2 lines above, 40 times more]

The idea of run-length coding, over whole lines. A text that holds such a line already is never folded, so that what is
read back is never in doubt and no header is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom.detection.build import FOLD, holds_fold

LONGEST_BLOCK = 200  # lines
LEAST_CHARS = 60  # saved by a fold; a fold line takes some ten tokens
MOST_CHARS = 100_000_000  # read back


def fold(text: str) -> str:
    """`text` with repeated blocks folded; `text` itself where there are none, or where it looks folded.

    >>> fold("a line of some length that comes often\\n" * 4)
    'a line of some length that comes often\\n[the line above, 3 times more]\\n'
    """
    if holds_fold(text):
        return text
    lines = text.split("\n")
    pieces: list[str] = []
    last: dict[str, int] = {}
    place = plain = 0  # `plain`: lines shown since the last fold, which a fold may speak of
    while place < len(lines):
        line = lines[place]
        size = place - last.get(line, place)
        times = repeats(lines, place, size) if 0 < size <= plain and size <= LONGEST_BLOCK else 0
        if times and worth(lines, place, size * times):
            pieces.append(fold_line(size, times))
            place += size * times
            plain = 0
            continue
        last[line] = place
        pieces.append(line)
        place += 1
        plain += 1
    return "\n".join(pieces) if len(pieces) < len(lines) else text


def repeats(lines: Sequence[str], place: int, size: int) -> int:
    """How often the `size` lines before `place` come again from there on."""
    end = place
    while end < len(lines) and lines[end] == lines[end - size]:
        end += 1
    return (end - place) // size


def worth(lines: Sequence[str], place: int, count: int) -> bool:
    """Whether leaving out `count` lines from `place` on pays for the line that stands for them."""
    chars = 0
    for line in lines[place : place + count]:
        chars += len(line) + 1
        if chars >= LEAST_CHARS:
            return True
    return False


def fold_line(size: int, times: int) -> str:
    """The line that stands for `times` more of the `size` lines above."""
    block = "line" if size == 1 else f"{size} lines"
    return f"[the {block} above, {'once' if times == 1 else f'{times} times'} more]"


def unfold(text: str) -> str:
    """What `fold` was given.

    Raises:
        ValueError: A fold speaks of lines that are not there, or would come to more than 100 MB.
    """
    lines: list[str] = []
    chars = 0
    for line in text.split("\n"):
        found = FOLD.fullmatch(line) if line.startswith("[the ") else None
        if not found:
            lines.append(line)
            continue
        size, times = int(found[1] or 1), int(found[2] or 1)
        if size > len(lines):
            raise ValueError("a fold speaks of lines that are not there")
        block = lines[-size:]
        chars += times * (sum(map(len, block)) + size)
        if chars > MOST_CHARS:
            raise ValueError("folds come to more than 100 MB")
        lines += block * times
    return "\n".join(lines)
