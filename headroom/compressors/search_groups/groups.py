"""Search results and path lists as groups of units: what stays or goes together, with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from headroom.compressors.search_groups.encode import ascends, write_entry
from headroom.compressors.search_groups.forms import LINE, Form
from headroom.compressors.search_groups.read import MOST_PATH_CHARS, NUMBER, SEPARATOR, Block, Entry, read_blocks
from headroom.detection.search import COUNTED, LONG_ENTRY, is_note, looks_like_path

LONGEST_UNIT = 12  # lines; longer stretches of context are cut between two matches


@dataclass(slots=True)
class Unit:
    """Lines that stay or go together.

    Attributes:
        row: The first of them in the text, counted from 1.
        shown: The lines as they are shown.
        count: Lines of the text it stands for.
        matches: Matches among them.
    """

    row: int
    shown: list[str] = field(repr=False)
    count: int = 1
    matches: int = 1


@dataclass(slots=True)
class Group:
    """What the text says of one file, or one line that is about no file.

    Attributes:
        path: The file; None for a line that is no match.
        first: Its first line in the text, counted from 1.
        last: Its last line.
        units: Its lines; empty where the line is the path itself.
        label: The line that stands for a group without units.
        weight: Matches in the file, as the text counts or shows them.
    """

    path: str | None
    first: int
    last: int
    units: list[Unit] = field(default_factory=list, repr=False)
    label: str = field(default="", repr=False)
    weight: int = 1


def groups_of(lines: Sequence[str], form: Form | None) -> list[Group] | None:
    """The lines as groups; None where they are not about files."""
    if form is None:
        return listed_paths(lines)
    if form.name == LINE:
        return headed_groups(lines, form)
    found, row = [], 1
    for block in read_blocks(lines, form):
        if block.path is not None or block.entries[0][2].rstrip("\r"):
            found.append(group_of(block, row, form))
        row += len(block.entries)
    return found


def group_of(block: Block, row: int, form: Form) -> Group:
    """A block as a group that begins at line `row`."""
    last = row + len(block.entries) - 1
    if block.path is None:
        return Group(None, row, last, label=block.entries[0][2])
    units = list(units_of(block.entries, row, form))
    return Group(block.path, row, last, units, weight=sum(unit.matches for unit in units))


def units_of(entries: Sequence[Entry], row: int, form: Form) -> Iterator[Unit]:
    """Entries as units: each match by itself, equal ones together, or with the context around it."""
    if form.context:
        yield from stretches(entries, row, form)
        return
    alike: dict[tuple[str, str], Unit] = {}
    numbers: dict[tuple[str, str], list[str]] = {}
    joins = form.numbered and ascends(entries)
    for place, (number, mark, text) in enumerate(entries):
        key = (mark, text) if joins else (mark, f"{place} {text}")
        numbers.setdefault(key, []).append(number)
        unit = alike.setdefault(key, Unit(row + place, [text], 0, 0))
        unit.count += 1
        unit.matches += number != "" or not form.numbered
    for key, unit in alike.items():
        if form.numbered:
            unit.shown = [write_entry((",".join(numbers[key]), key[0], unit.shown[0]), form.spared)]
        yield unit


def stretches(entries: Sequence[Entry], row: int, form: Form) -> Iterator[Unit]:
    """Matches with the context around them, cut at separators, and before a match where they are long."""
    unit: Unit | None = None
    for place, entry in enumerate(entries):
        is_match = entry[1] == ":" or not form.numbered
        if entry[1] == SEPARATOR:
            if unit:
                unit.count += 1
                yield unit
            unit = None
            continue
        if unit and len(unit.shown) >= LONGEST_UNIT:
            yield unit
            unit = None
        if unit is None:
            unit = Unit(row + place, [], 0, 0)
        unit.shown.append(write_entry(entry, form.spared) if form.numbered else entry[2])
        unit.count += 1
        unit.matches += is_match
    if unit:
        yield unit


def headed_groups(lines: Sequence[str], form: Form) -> list[Group] | None:
    """Numbered lines below paths; None where no path stands above."""
    found: list[Group] = []
    run: list[Entry] = []
    for row, line in enumerate([*lines, ""], 1):
        entry = NUMBER.match(line)
        if entry and found and found[-1].path is not None:
            run.append((entry[1], entry[2], line[entry.end() :]))
            continue
        if line.rstrip("\r") == SEPARATOR and run:
            run.append(("", SEPARATOR, ""))
            continue
        if run:
            group = found[-1]
            group.units = list(units_of(run, group.first + 1, form))
            group.last = group.first + len(run)
            group.weight = sum(unit.matches for unit in group.units)
            run = []
        if line.rstrip("\r"):
            is_path = len(line) <= MOST_PATH_CHARS and looks_like_path(line.rstrip("\r"))
            found.append(Group(line.rstrip("\r") if is_path else None, row, row, label=line))
    return found if sum(bool(group.units) for group in found) > len(found) / 2 else None


def listed_paths(lines: Sequence[str]) -> list[Group] | None:
    """One path a line, with or without a count of matches; None where most lines are none."""
    found = []
    for row, line in enumerate(lines, 1):
        bare = line.rstrip("\r")
        if not bare:
            continue
        counted = COUNTED.match(line)
        path = counted[1] if counted else bare
        is_path = (
            looks_like_path(path) and len(path) <= MOST_PATH_CHARS and not (is_note(bare) or LONG_ENTRY.match(bare))
        )
        weight = int(re.findall(r"[0-9]+", line, re.ASCII)[-1]) if counted else 1
        found.append(Group(path if is_path else None, row, row, label=bare, weight=weight))
    return found if found and sum(group.path is not None for group in found) >= 0.7 * len(found) else None
