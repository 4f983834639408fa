"""Tables whose columns are told by blanks alone, as ps, df, kubectl and docker print them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from headroom.detection.columns_layout import WORD, Cells, Layout, layouts_of
from headroom.detection.types import ContentType, Detection, Probe

MOST_BEFORE = 12  # lines that may stand before the first table
LEAST_SHARE = 0.6  # of the lines that are not blank must belong to tables
LEAST_ROWS = 3
LEAST_NARROW_ROWS = 5  # of a table of two columns
PROMISING, FITTING = 0.6, 0.9  # of the rows of a sample, of all of them
SAMPLE_ROWS = 128
FEW_ROWS = (16, 5)  # by which columns are told where those below belong to something else
MOST_TRIES, MOST_TABLES = 50, 200
HEADER_CHARS = 600

# Names of columns hold a letter, `%` or `#`, and none of the marks of sentences, of code and of values.
NAME = r"(?=[^ \n]{0,40}[A-Za-z%#])[A-Za-z0-9_%#/+:.()<>*@&-]{1,40}(?<![.:])"
HEADER = re.compile(rf"(?: *|\|\|/ ){NAME}(?: +{NAME})+ *\r?", re.ASCII)  # dpkg -l begins with `||/`
SHOUTED = re.compile(r"[A-Z0-9_%#/+:.()<>*@& -]+\r?", re.ASCII)
DIGIT = re.compile(r"[0-9]", re.ASCII)
VALUE = re.compile(r"[-+<~$]?[0-9]", re.ASCII)
BLANK = " \t\r"
PADDING = " \r"


@dataclass(slots=True)
class Aligned:
    """A table among lines.

    Attributes:
        place: The line of its names.
        end: The line behind its last row.
        layout: Its columns.
        rows: The cells of each row; None for one that does not fit.
    """

    place: int
    end: int
    layout: Layout = field(repr=False)
    rows: list[Cells | None] = field(repr=False)


def columns(probe: Probe) -> Detection | None:
    """Mostly tables below a line of names, the first of them near the beginning."""
    head = probe.text[: HEADER_CHARS * MOST_BEFORE].split("\n", MOST_BEFORE + 1)[: MOST_BEFORE + 1]
    if not any(map(is_header, head)):
        return None
    lines = probe.sample.split("\n")
    tables = list(aligned_tables(lines))
    if not tables or tables[0].place > MOST_BEFORE:
        return None
    inside = sum(table.end - table.place for table in tables)
    if inside < LEAST_SHARE * len(probe.lines):
        return None
    return Detection(kind=ContentType.COLUMNS, confidence=0.9, reason="columns below their names")


def is_header(line: str) -> bool:
    """Whether a line may be the names of columns: words apart by several blanks, hardly any with digits."""
    return len(line) <= HEADER_CHARS and "  " in line and HEADER.fullmatch(line) is not None and names_hold(line)


def names_hold(line: str) -> bool:
    """Whether few of the words of a line hold digits."""
    words = WORD.findall(line)
    return 4 * sum(DIGIT.search(word) is not None for word in words) <= len(words)


def aligned_tables(lines: Sequence[str]) -> Iterator[Aligned]:
    """The tables among `lines`, in order."""
    row = tries = count = end = 0
    while row < len(lines) and tries < MOST_TRIES and count < MOST_TABLES:
        if not is_header(lines[row]):
            row += 1
            continue
        end = end if row < end else block_end(lines, row)
        table = table_at(lines, row, end)
        if table is None:
            row, tries = row + 1, tries + 1
        else:
            yield table
            row, end, count = table.end, 0, count + 1


def block_end(lines: Sequence[str], place: int) -> int:
    """The line behind the last that may belong to the table whose names stand in line `place`."""
    header = lines[place]
    for row in range(place + 1, len(lines)):
        line = lines[row]
        if not line.strip(BLANK) or line == header or ("  " in line and SHOUTED.fullmatch(line) and is_header(line)):
            return row
    return len(lines)


def table_at(lines: Sequence[str], place: int, end: int) -> Aligned | None:
    """The table below the names in line `place`; None where the lines up to `end` do not stand in columns."""
    header = lines[place].rstrip(PADDING)
    first = place + 1
    if end - first < LEAST_ROWS:
        return None
    step = max(1, (end - first) // SAMPLE_ROWS)
    for sample in (lines[first:end:step], *(lines[first : min(end, first + few)] for few in FEW_ROWS)):
        bodies = [line.rstrip(PADDING) for line in sample]
        for layout in layouts_of(header, bodies):
            if is_sure(layout, header, [layout.cells(line) for line in bodies], PROMISING):
                table = with_rows(lines, place, end, layout)
                if is_sure(layout, header, table.rows):
                    return table
    return None


def with_rows(lines: Sequence[str], place: int, end: int, layout: Layout) -> Aligned:
    """The rows from `place` on; the table ends where two in a row do not fit."""
    rows: list[Cells | None] = []
    for line in lines[place + 1 : end]:
        rows.append(layout.cells(line.rstrip(PADDING)))
        if rows[-1] is None and len(rows) > 1 and rows[-2] is None:
            break
    while rows and rows[-1] is None:
        rows.pop()
    return Aligned(place, place + 1 + len(rows), layout, rows)


def is_sure(layout: Layout, header: str, rows: Sequence[Cells | None], share: float = FITTING) -> bool:
    """Whether these are rows below the names of their columns, and not lines that happen to have blanks in common."""
    fitting = [row for row in rows if row is not None]
    if len(fitting) < LEAST_ROWS or len(fitting) < share * len(rows):
        return False
    is_shouted = SHOUTED.fullmatch(header) is not None
    if len(layout.names) < 3:
        return is_shouted and len(fitting) >= LEAST_NARROW_ROWS and all(layout.names)
    return is_shouted or any(map(is_of_values, layout.names, zip(*fitting, strict=True)))


def is_of_values(name: str, cells: Sequence[str]) -> bool:
    """Whether most of what stands below a name are numbers, sizes or dates, which the name is not."""
    filled = [cell for cell in cells if cell]
    values = sum(VALUE.match(cell) is not None for cell in filled)
    return 2 * len(filled) >= len(cells) and values >= 0.8 * len(filled) and not VALUE.match(name) and name != ""
