"""Reads the tables that a SQL client printed, and what stands around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from headroom.compressors.rows_as_text import Piece, RowTable, values_of
from headroom.compressors.sql_output.grids import bars, bordered, box, dashed, ruled
from headroom.compressors.sql_output.printed import BLANKS, Printed, is_whole
from headroom.compressors.sql_output.vertical import counted, fields
from headroom.detection.tables import BARS, BOX_TOP, DASHES, RULE

MARKDOWN = "md"
MOST_TABLES = 200


def read_printed(text: str) -> list[Piece] | str:
    """The tables of `text` and the lines around them, or the reason why there are none."""
    lines = text.split("\n")
    return pieces_of(text, lines, printed_tables(lines))


def pieces_of(text: str, lines: Sequence[str], tables: Iterable[Printed]) -> list[Piece] | str:
    """Tables that were found among the lines of `text`, and the text around them; the reason why there are none."""
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    pieces: list[Piece] = []
    place = 0
    for found in tables:
        pieces += [text[place : starts[found.start]], as_rows(found, starts)]
        place = starts[found.end] - 1
    return [piece for piece in [*pieces, text[place:]] if piece != ""] if pieces else "no_rows"


def printed_tables(lines: list[str]) -> Iterator[Printed]:
    """The tables among lines, in order."""
    row = count = 0
    while row < len(lines) and count < MOST_TABLES:
        found = table_at(lines, row)
        if found is None:
            row += 1
            continue
        if BARS.fullmatch(lines[row + 1]):
            found.head = MARKDOWN
        yield found
        row, count = found.end, count + 1


def table_at(lines: list[str], row: int) -> Printed | None:
    """The table that begins in line `row`; None where there is none, or its rows differ."""
    line = lines[row]
    first = line.lstrip(" ")[:1]
    following = lines[row + 1] if row + 1 < len(lines) else ""
    found: Printed | None = None
    if not first or not following:
        return None
    if BOX_TOP.fullmatch(line):
        found = box(lines, row)
    elif first == "+":
        found = bordered(lines, row)
    elif BARS.fullmatch(following):
        found = bars(lines, row)
    elif RULE.fullmatch(following):
        found = ruled(lines, row)
    elif DASHES.fullmatch(following):
        found = dashed(lines, row)
    elif first in "-*" and line.strip(BLANKS)[:3] in ("-[ ", "***"):
        found = counted(lines, row)
    elif " = " in line:
        found = fields(lines, row)
    return found if found and is_whole(found) else None


def as_rows(found: Printed, starts: Sequence[int]) -> RowTable:
    """A printed table as values, with the places of its rows."""
    columns = [values_of(cells) for cells in zip(*found.rows, strict=True)]
    spans = [(starts[first], starts[behind] - 1) for first, behind in found.lines]
    header = (starts[found.header[0]], max(starts[found.header[0]], starts[found.header[1]] - 1))
    return RowTable(found.head, found.names, columns, found.odd, spans, header)
