"""Which blanks stand between the columns of a table, said in a few words and written again.

Each column is as wide as its widest cell, its name included, and aligned left or right: `l3` is a column whose cells
begin below each other, three blanks behind the one before it. `gap 3` says that all are like that but the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from headroom.compressors.rows_as_text import RowTable, texts_of

COLUMNS = "columns"
SIDE = re.compile(r"([lr])([0-9]{1,3})", re.ASCII)
SAMPLE_ROWS, FEW_ROWS = 40, 8
TRIMMED, PADDED, OPEN = "", "padded", "open"  # at the end of a line no blanks; all; those in front of its last cell
CRLF = "crlf"

Sides = list[tuple[str, int]]


def head_of(rows: Sequence[Sequence[str]], source: Sequence[str], odd: Mapping[int, str]) -> str:
    """Head word and how the lines of `source` are padded; the word alone where their bytes would not come back.

    Args:
        rows: The names and the cells of each row that is not odd.
        source: The lines.
        odd: Row to text, for rows that stand as they came.
    """
    end = [CRLF] if source[0].endswith("\r") else []
    shown = [line for row, line in enumerate(source) if row - 1 not in odd]
    sides = sides_of(rows, shown)
    if sides is None:
        return COLUMNS
    widths = widths_of(rows)
    for ending in (TRIMMED, OPEN, PADDED):
        padded = write_lines(rows[:FEW_ROWS], sides, ending, widths)
        if padded != [line.removesuffix("\r") for line in shown[:FEW_ROWS]]:
            continue
        words = [said(sides), *[ending] * bool(ending), *end]
        lines = with_odd(write_lines(rows, sides, ending, widths), odd)
        if [line + "\r" * len(end) for line in lines] == list(source):
            return f"{COLUMNS}({', '.join(words)})"
    return COLUMNS


def sides_of(rows: Sequence[Sequence[str]], lines: Sequence[str]) -> Sides | None:
    """For each column its side and the blanks before it; None where its cells are aligned neither left nor right."""
    places = [cell_places(rows[row], lines[row]) for row in telling(rows)]
    found: Sides = []
    behind = 0
    for column, width in enumerate(widths_of(rows)):
        stand = [row[column] for row in places if row[column] != NOWHERE]
        starts, ends = {start for start, _ in stand}, {end for _, end in stand}
        if not stand or (len(starts) > 1 and len(ends) > 1):
            return None
        start = min(starts) if len(starts) == 1 else max(ends) - width
        if start < behind:
            return None
        found.append(("l" if len(starts) == 1 else "r", start - behind))
        behind = start + width
    return found


def telling(rows: Sequence[Sequence[str]]) -> list[int]:
    """The rows that tell how cells are aligned: the first, and the widest and narrowest cell of each column."""
    found = dict.fromkeys(range(min(len(rows), SAMPLE_ROWS)))
    for cells in zip(*rows, strict=True):
        sizes = list(map(len, cells))
        found |= dict.fromkeys((sizes.index(max(sizes)), sizes.index(min(sizes))))
    return list(found)


NOWHERE = (-1, -1)


def cell_places(cells: Sequence[str], line: str) -> list[tuple[int, int]]:
    """Where each cell stands in its line."""
    found, place = [], 0
    for cell in cells:
        start = line.find(cell, place) if cell else -1
        found.append((start, start + len(cell)) if cell else NOWHERE)
        place = start + len(cell) if cell else place
    return found


def widths_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """The width of each column."""
    return [max(map(len, cells)) for cells in zip(*rows, strict=True)]


def said(sides: Sides) -> str:
    """Sides and blanks in words."""
    first, *others = sides
    if first == ("l", 0) and len(set(others)) == 1 and others[0][0] == "l":
        return f"gap {others[0][1]}"
    return " ".join(f"{side}{blanks}" for side, blanks in sides)


def heard(words: str, columns: int) -> Sides:
    """What `said` said.

    Raises:
        ValueError: It is something else.
    """
    if words.startswith("gap "):
        return [("l", 0), *[("l", int(words[4:]))] * (columns - 1)]
    found = [SIDE.fullmatch(word) for word in words.split(" ")]
    sides = [(side[1], int(side[2])) for side in found if side]
    if len(sides) != len(found) or len(sides) != columns:
        raise ValueError("no padding")
    return sides


def write_lines(rows: Sequence[Sequence[str]], sides: Sides, ending: str, widths: Sequence[int]) -> list[str]:
    """Rows as padded lines."""
    columns = []
    for (side, blanks), width, cells in zip(sides, widths, zip(*rows, strict=True), strict=True):
        lead = " " * blanks
        columns.append([lead + (cell.ljust(width) if side == "l" else cell.rjust(width)) for cell in cells])
    if ending != PADDED and sides[-1][0] == "l":
        columns[-1] = [" " * sides[-1][1] + row[-1] for row in rows]
    lines = list(map("".join, zip(*columns, strict=True)))
    return [line.rstrip(" ") for line in lines] if ending == TRIMMED else lines


def with_odd(lines: Sequence[str], odd: Mapping[int, str]) -> list[str]:
    """Lines, the first of them the names, with the odd ones among them."""
    if not odd:
        return list(lines)
    left = iter(lines)
    found = [next(left)]
    for row in range(len(lines) - 1 + len(odd)):
        found.append(odd[row] if row in odd else next(left))
    return found


def write_columns(table: RowTable) -> str:
    """The lines of a table as they were, without the last line end; "" where its head does not say how."""
    words = table.head[len(COLUMNS) + 1 : -1].split(", ")
    if not words[0]:
        return ""
    cells = [texts_of(values) for values in table.columns]
    rows = [table.names, *map(list, zip(*cells, strict=True))]
    ending = next((word for word in words[1:] if word in (PADDED, OPEN)), TRIMMED)
    lines = write_lines(rows, heard(words[0], len(table.names)), ending, widths_of(rows))
    end = "\r\n" if CRLF in words else "\n"
    return end.join(with_odd(lines, table.odd))
