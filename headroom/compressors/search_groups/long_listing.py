"""`ls -l`: the owner, group and date that most entries share are said once, and the columns are not padded.

[ls -l, where not said: root root, May  6  2025]
total 184
drwxrwxrwx 8 4096 .git
drwxr-xr-x 1 4096 Apr 10 03:36 ..
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

DATE = (
    r"[A-Z][a-z]{2} [ 0-9][0-9] (?: [0-9]{4}|[0-9]{2}:[0-9]{2})"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9.]{2,12} [+-][0-9]{4})?"
)
RIGHTS = r"[-dlbcpsD][rwxsStT-]{9}[.+@]?"
SIZE = r"[0-9][0-9.]{0,20}[BKMGTP]?"
FULL = re.compile(rf"({RIGHTS})( +)([0-9]{{1,9}}) (\S{{1,64}} +\S{{1,64}})( +)({SIZE}) ({DATE}) (.+)", re.ASCII)
SHORT = re.compile(rf"({RIGHTS}) ([0-9]{{1,9}}) ({SIZE}) (?:({DATE}) )?(.+)", re.ASCII)
HEAD = re.compile(
    rf"\[ls -l, where not said: (\S+ +\S+?)(?:, ({DATE}))?(?:; columns end at ([0-9]{{1,3}}), ([0-9]{{1,3}}))?\]",
    re.ASCII,
)
FEWEST = 3  # entries that share what is said once

Entry = tuple[str, str, str, str, str, str]
"""Rights, links, owner with group, size, date, name."""


def entry_of(line: str) -> Entry | None:
    """A line as `ls -l` prints it; None where it is none."""
    found = FULL.fullmatch(line)
    return (found[1], found[3], found[4], found[6], found[7], found[8]) if found else None


def encode_listing(text: str) -> str | None:
    """`text` with what most entries share said once; None where there are few or they share nothing."""
    lines = text.split("\n")
    entries = [entry_of(line) for line in lines]
    owners = Counter(entry[2] for entry in entries if entry)
    if not owners or (owner := owners.most_common(1)[0])[1] < FEWEST:
        return None
    date = Counter(entry[4] for entry in entries if entry and entry[2] == owner[0]).most_common(1)[0]
    default = date[0] if date[1] >= FEWEST else ""
    head = f"[ls -l, where not said: {owner[0]}{', ' * bool(default)}{default}"
    rows = [
        short(entry, default) if entry and entry[2] == owner[0] else line
        for entry, line in zip(entries, lines, strict=True)
    ]
    made = "\n".join([f"{head}]", *rows])
    if decode_listing(made) == text:
        return made
    return "\n".join([f"{head}; columns end at {columns_of(lines, owner[0])}]", *rows])


def columns_of(lines: Sequence[str], owner: str) -> str:
    """Where the links end in the line, and the size behind the owner, in a listing that was cut out of a wider one."""
    found = next(match for match in map(FULL.fullmatch, lines) if match and match[4] == owner)
    return f"{found.end(3)}, {found.end(6) - found.end(4)}"


def short(entry: Entry, default: str) -> str:
    """An entry without what is said above."""
    rights, links, _, size, date, name = entry
    return f"{rights} {links} {size} {name}" if date == default else f"{rights} {links} {size} {date} {name}"


def decode_listing(text: str) -> str | None:
    """The text that `encode_listing` was given; None where `text` is not of its making."""
    first, newline, rest = text.partition("\n")
    head = HEAD.fullmatch(first)
    if head is None or not newline:
        return None
    lines = rest.split("\n")
    entries = [entry_of(line) or entry_of_short(line, head[1], head[2] or "") for line in lines]
    restored: list[str] = []
    for is_run, places in groupby(range(len(lines)), key=lambda place: entries[place] is not None):
        run = list(places)
        if not is_run:
            restored += [lines[place] for place in run]
            continue
        found = [entry for place in run if (entry := entries[place])]
        columns = (int(head[3]), int(head[4])) if head[3] else columns_for(found)
        restored += padded(found, *columns)
    return "\n".join(restored)


def entry_of_short(line: str, owner: str, default: str) -> Entry | None:
    """An entry of ours, with what is said above; None where it is none."""
    found = SHORT.fullmatch(line)
    if found is None or not (found[4] or default):
        return None
    return found[1], found[2], owner, found[3], found[4] or default, found[5]


def columns_for(entries: Sequence[Entry]) -> tuple[int, int]:
    """Where the links end in the line, and the size behind the owner, in a whole folder; BSD has two blanks there."""
    gap = 2 if "  " in entries[0][2] else 1
    rights, links, size = (max(len(entry[column]) for entry in entries) for column in (0, 1, 3))
    return rights + 1 + links, gap + size


def padded(entries: Sequence[Entry], links_end: int, size_width: int) -> Iterator[str]:
    """Entries of one folder in columns: numbers to the right, owners to the left."""
    width = max(len(entry[2]) for entry in entries)
    for rights, links, owner, size, date, name in entries:
        yield f"{rights}{links:>{max(0, links_end - len(rights))}} {owner:<{width}}{size:>{size_width}} {date} {name}"
