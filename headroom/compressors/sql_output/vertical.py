"""Records with one field a line: `name = value`, psql's expanded form, MySQL's `\\G`."""

from __future__ import annotations

import re

from headroom.compressors.sql_output.printed import BLANKS, Printed
from headroom.detection.tables import FIELD

RECORD = re.compile(r"-\[ RECORD [0-9]+ \][-+]* *\r?", re.ASCII)
STARS = re.compile(r"\*{10,} [0-9]+\. row \*{10,} *\r?", re.ASCII)
EXPANDED_FIELD = re.compile(r"([^|\n]*?) *\| ?([^\n]*)")
STAR_FIELD = re.compile(r" *([^ \t:][^:\n]*): ?([^\n]*)")


def counted(lines: list[str], place: int) -> Printed | None:
    """Records each under a line that counts them."""
    head, field = (RECORD, EXPANDED_FIELD) if RECORD.fullmatch(lines[place]) else (STARS, STAR_FIELD)
    if not head.fullmatch(lines[place]):
        return None
    records: list[list[tuple[str, str]]] = []
    spans: list[tuple[int, int]] = []
    row = place
    while row < len(lines) and head.fullmatch(lines[row]):
        first, fields = row, []
        row += 1
        while row < len(lines) and not head.fullmatch(lines[row]) and (found := field.fullmatch(lines[row])):
            fields.append((found[1].strip(BLANKS), found[2].strip(BLANKS)))
            row += 1
        records.append(fields)
        spans.append((first, row))
    return like_records(records, spans, place)


def fields(lines: list[str], place: int) -> Printed | None:
    """Records of `name = value`, the signs below each other, a blank line between records."""
    if not FIELD.match(lines[place]):
        return None
    records: list[list[tuple[str, str]]] = []
    spans: list[tuple[int, int]] = []
    row = place
    while row < len(lines) and FIELD.match(lines[row]):
        first, found = row, []
        while row < len(lines) and (match := FIELD.match(lines[row])):
            found.append((match[1], lines[row][match.end() :].removesuffix("\r")))
            row += 1
        records.append(found)
        spans.append((first, row))
        if row + 1 < len(lines) and not lines[row].strip(BLANKS):
            row += 1
    return like_records(records, spans, place)


def like_records(records: list[list[tuple[str, str]]], spans: list[tuple[int, int]], place: int) -> Printed | None:
    """The records as a table, where all have the same names in the same order."""
    names = [name for name, _ in records[0]]
    if not names or any([name for name, _ in record] != names for record in records):
        return None
    rows = [[value for _, value in record] for record in records]
    return Printed(names, rows, spans, (place, place), place, spans[-1][1])
