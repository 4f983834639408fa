"""Tables with one line a row: boxes, bars, rules and columns below dashes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headroom.compressors.sql_output.printed import BLANKS, Printed, cells_between, one_line_rows
from headroom.detection.tables import BARS, BORDER, BOX_TOP, DASHES, ROWS_FOOT, RULE

BOX_CELLS = "│┃║"
ESCAPED_BAR = re.compile(r"(?<!\\)\|")


def box(lines: list[str], place: int) -> Printed | None:
    """A box of line characters: top, names, rule, rows, bottom."""
    if not BOX_TOP.fullmatch(lines[place]) or place + 3 >= len(lines):
        return None
    mark = lines[place + 1].lstrip(BLANKS)[:1]
    if mark not in BOX_CELLS or mark == "":
        return None
    return framed(lines, place, mark, "├┝┣╠╞└╰┗╚╘")


def bordered(lines: list[str], place: int) -> Printed | None:
    """A box of `+---+`."""
    if not BORDER.fullmatch(lines[place]) or place + 3 >= len(lines) or not lines[place + 1].startswith("|"):
        return None
    return framed(lines, place, "|", "+")


def framed(lines: list[str], place: int, mark: str, rules: str) -> Printed | None:
    """Names and rows between rules; a rule between rows is none of them."""
    if lines[place + 2][:1] not in rules:
        return None
    names = cells_between(lines[place + 1], mark)
    rows, found = [], []
    row = place + 3
    while row < len(lines) and lines[row][:1] in (mark, *rules):
        if lines[row][:1] == mark:
            rows.append(cells_between(lines[row], mark))
            found.append((row, row + 1))
        row += 1
    return Printed(names, rows, found, (place, place + 3), place, row)


def bars(lines: list[str], place: int) -> Printed | None:
    """A Markdown table; what is escaped in a cell stays so."""
    if place + 2 >= len(lines) or not BARS.fullmatch(lines[place + 1]) or "|" not in lines[place]:
        return None
    row = place + 2
    while row < len(lines) and lines[row].lstrip(" ").startswith("|"):
        row += 1
    rows = [bar_cells(line) for line in lines[place + 2 : row]]
    return Printed(bar_cells(lines[place]), rows, one_line_rows(rows, place + 2), (place, place + 2), place, row)


def bar_cells(line: str) -> list[str]:
    """The cells of a line of a Markdown table."""
    inner = line.strip(BLANKS).removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip(BLANKS) for cell in (ESCAPED_BAR.split(inner) if "\\" in inner else inner.split("|"))]


def ruled(lines: list[str], place: int) -> Printed | None:
    """Names, a rule of `----+----`, rows, as psql aligns them."""
    if place + 3 >= len(lines) or not RULE.fullmatch(lines[place + 1]):
        return None
    names = [name.strip(BLANKS) for name in lines[place].split("|")]
    rows = []
    for line in lines[place + 2 :]:
        if ROWS_FOOT.match(line) or line.count("|") < len(names) - 1:
            break
        rows.append([cell.strip(BLANKS) for cell in line.split("|")])
    return Printed(names, rows, one_line_rows(rows, place + 2), (place, place + 2), place, place + 2 + len(rows))


def dashed(lines: list[str], place: int) -> Printed | None:
    """Names, dashes below each, rows in columns as wide as the dashes."""
    if place + 3 >= len(lines) or not DASHES.fullmatch(lines[place + 1]):
        return None
    starts = [run.start() for run in re.finditer("-+", lines[place + 1])]
    rows = []
    for line in lines[place + 2 :]:
        cells = list(slices(line, starts))
        if not line.strip(BLANKS) or len(cells) < len(starts):
            break
        rows.append(cells)
    return Printed(
        list(slices(lines[place], starts)),
        rows,
        one_line_rows(rows, place + 2),
        (place, place + 2),
        place,
        place + 2 + len(rows),
    )


def slices(line: str, starts: list[int]) -> Iterator[str]:
    """The cells of a line in columns; none where a cell runs into the next."""
    for start, end in zip(starts, [*starts[1:], len(line)], strict=True):
        if end < len(line) and line[end - 1] != " " and end != starts[0]:
            return
        yield line[start:end].strip(BLANKS)
