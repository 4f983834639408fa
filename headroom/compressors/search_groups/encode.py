"""Search results by file: each path once above its lines, as `rg --heading` prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from headroom.compressors.search_groups.forms import Form
from headroom.compressors.search_groups.read import BARE_NUMBER, NUMBER, Block, Entry, form_of, read_blocks

BLANK = " \t"
DIGITS = "0123456789"  # a blank before them costs as much as the mark, and is harder to read
ONE_BLANK = re.compile(r" (?![ \t])")  # would be taken for the one that stands for the mark
# A line that is no match, but would be read as one.
LIKE_ENTRY = re.compile(r"\\|[0-9]", re.ASCII)


def encode(text: str) -> str | None:
    """`text` by file, with a line above that says how it was written; None where it is written in no known way."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    form = form_of(lines)
    if form is None:
        return None
    made = write_blocks(read_blocks(lines, form), form) if form.by_file else write_lines(lines, form)
    return f"{form.head}\n{made}{text[len(body) :]}"


def write_blocks(blocks: Sequence[Block], form: Form) -> str:
    """Each block as a paragraph: its path and its lines, or the one line that is no match."""
    return "\n\n".join(
        block.entries[0][2] if block.path is None else "\n".join([block.path, *written(block.entries, form)])
        for block in blocks
    )


def written(entries: Sequence[Entry], form: Form) -> Iterable[str]:
    """The lines of one file; equal texts are written once behind all their numbers."""
    if not form.numbered:
        return [text for _, _, text in entries]
    if form.context or not has_equal(entries) or not ascends(entries):
        return [write_entry(entry, form.spared) for entry in entries]
    numbers: dict[tuple[str, str], list[str]] = {}
    for number, mark, text in entries:
        numbers.setdefault((mark, text), []).append(number)
    return [write_entry((",".join(alike), mark, text), form.spared) for (mark, text), alike in numbers.items()]


def has_equal(entries: Sequence[Entry]) -> bool:
    """Whether two lines have the same text."""
    return len({text for _, _, text in entries}) < len(entries)


def place_of(number: str) -> tuple[int, int]:
    """Line and column of a number such as `12` or `12:5`."""
    line, _, column = number.partition(":")
    return int(line), int(column or 0)


def ascends(entries: Sequence[Entry]) -> bool:
    """Whether the numbers ascend, so that their order tells the order of the lines."""
    last = (-1, -1)
    for number, _, _ in entries:
        place = place_of(number) if number else last
        if place <= last:
            return False
        last = place
    return True


def write_entry(entry: Entry, spared: str) -> str:
    """A numbered line. The mark behind the number is left away where a blank can stand for it.

    >>> write_entry(("12", ":", "    return"), ":"), write_entry(("12", ":", "import os"), ":")
    ('12    return', '12 import os')
    """
    number, mark, text = entry
    if mark != spared or not text or text[0] in DIGITS or ONE_BLANK.match(text):
        return f"{number}{mark}{text}"
    return f"{number}{text}" if text[0] in BLANK else f"{number} {text}"


def write_lines(lines: Sequence[str], form: Form) -> str:
    """Numbered lines of one file, or below paths that stand as they are."""
    made: list[str] = []
    run: list[Entry] = []
    pattern = BARE_NUMBER if form.context else NUMBER
    for line in lines:
        found = pattern.match(line)
        if found:
            run.append((found[1], found[2], line[found.end() :]))
            continue
        made += written(run, form)
        run = []
        made.append(f"\\{line}" if LIKE_ENTRY.match(line) else line)
    made += written(run, form)
    return "\n".join(made)
