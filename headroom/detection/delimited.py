"""Whether lines are rows of cells with a mark between them, and which mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

SAMPLE_CHARS = 16_384
END_CHARS = 4_096
TYPED_ROWS = 120  # rows looked at for what columns hold
MARKS = ",\t;|"
MOST_AROUND = 5  # lines before the first row, and behind the last, that are none
LONGEST_NAME = 80
MOST_COLUMNS = 400
ODD_SHARE = 50  # one row in so many may have another number of cells

TYPED = re.compile(
    r"[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?%?|[+-]?\.[0-9]+|"
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[ T][0-9:.+Z-]+)?"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?|[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{20,40}|true|false|True|False|TRUE|FALSE|"
    r"NULL|null|NA|N/A|NaN|nan|None",
    re.ASCII,
)
NO_NAME = re.compile(r"[{}=<>\[\]]|://|\A[-+*#>@]|[.;:!?]\Z")
LETTER = re.compile(r"[A-Za-z_\u0080-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Delimited:
    """How the rows of a text are written.

    Attributes:
        mark: What stands between two cells.
        start: Offset of the first row; what stands before it is no row.
        width: Number of cells of a row.
        has_header: Whether the first row names the columns.
    """

    mark: str
    start: int
    width: int
    has_header: bool


def cell_pattern(mark: str) -> re.Pattern[str]:
    """One cell: in quotes, or bare; and what ends it."""
    end = rf"{re.escape(mark)}|\r?\n|\Z"
    return re.compile(rf'(?:("[^"]*(?:""[^"]*)*")|([^"{re.escape(mark)}\r\n][^{re.escape(mark)}\r\n]*|))({end})')


CELLS = {mark: cell_pattern(mark) for mark in MARKS}


def rows_in(text: str, mark: str) -> list[list[str]]:
    """All rows of `text`, each cell as it stands there, quotes included; a carriage return ends no cell.

    Raises:
        ValueError: A quote is not closed, or text follows one.
    """
    if '"' not in text:
        return [line.removesuffix("\r").split(mark) for line in text.split("\n")]
    rows: list[list[str]] = []
    row: list[str] = []
    found = CELLS[mark].findall(text)
    for quoted, bare, end in found:
        row.append(quoted or bare)
        if end != mark:
            rows.append(row)
            row = []
    if found and found[-1] == ("", "", "") and found[-2:-1] and found[-2][2] == "":
        rows.pop()  # the empty match behind a last cell that the end of the text ends
    if sum(map(len, chain.from_iterable(found))) != len(text):
        raise ValueError("a quote that is not closed, or text behind one")
    return rows


def sniff(text: str) -> Delimited | None:
    """How the rows of a text are written, from its beginning and end; None where it holds no rows."""
    sample = text[:SAMPLE_CHARS]
    if len(sample) < len(text):
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1]
    if "\n" not in sample:
        sample = sample.replace("\r", "\n")  # as old Macs end lines
    if "\n" not in sample:
        return None
    for mark in MARKS:
        found = rows_with(sample, mark) if mark in sample else None
        if found and (len(sample) == len(text) or ends_alike(text, found)):
            return found
    return None


def rows_with(sample: str, mark: str) -> Delimited | None:
    """The same for one mark."""
    start = first_row(sample, mark)
    if start is None:
        return None
    try:
        rows = rows_in(sample[start:].removesuffix("\n").removesuffix("\r"), mark)
    except ValueError:
        return None
    width = len(rows[0])
    if not 2 <= width <= MOST_COLUMNS:
        return None
    while len(rows) > 2 and len(rows[-1]) != width:
        rows.pop()
    alike = [row for row in rows if len(row) == width]
    if len(alike) < 3 or (len(rows) - len(alike)) * ODD_SHARE > len(rows) or is_prose(sample[start:], mark, alike):
        return None
    has_header = header_of(alike, mark)
    return None if has_header is None else Delimited(mark, start, width, has_header)


def first_row(sample: str, mark: str) -> int | None:
    """Offset of the first line that has as many marks as the one behind it, among the first few lines."""
    start = 1 if sample.startswith("\ufeff") else 0
    for _ in range(MOST_AROUND + 1):
        end = sample.find("\n", start)
        if end < 0:
            return None
        stop = sample.find("\n", end + 1)
        count = sample.count(mark, start, end)
        if count and (count == sample.count(mark, end + 1, stop) or '"' in sample[start:stop]):
            return start
        start = end + 1
    return None


def is_prose(sample: str, mark: str, rows: Sequence[Sequence[str]]) -> bool:
    """Whether this reads as sentences, code or a table in bars rather than as rows of data."""
    indented = sum(row[0][:1] in (" ", "\t", "(", "{", "[") for row in rows[1:])
    spaced = sum(cell[:1] == " " for row in rows for cell in row[1:])
    return (
        indented * 4 > len(rows)
        or 2 * spaced > len(rows) * (len(rows[0]) - 1)
        or (mark == "|" and sample.startswith("|"))
    )


def header_of(rows: Sequence[Sequence[str]], mark: str) -> bool | None:
    """Whether the first row names the columns; None where these are no rows of data.

    A header shows by a column of numbers or dates below a name, or by names above many short cells. Rows without a
    header need three columns or more, half of them numbers, dates or ids, but not all of them numbers.
    """
    body = list(islice(rows, 1, TYPED_ROWS))
    columns = list(zip(*body, strict=True))
    typed = sum(map(is_typed, columns))
    if can_be_names(rows[0]):
        if typed or (mark == "\t" and len(body) > 2):
            return True
        short = sum(map(len, (cell for row in body for cell in row))) <= 24 * len(body) * len(columns)
        return True if len(columns) > 2 and len(body) > 2 and short else None
    mixed = len(columns) > 2 and len(body) > 3 and len(columns) <= 2 * typed < 2 * len(columns)
    return False if mixed and mark != "|" else None


def can_be_names(cells: Sequence[str]) -> bool:
    """Whether cells can be the names of columns: short, different, no numbers; the first or last may be empty."""
    names = [cell.strip('"') for cell in cells]
    filled = [name for name in names if name]
    if len(filled) < max(1, len(names) - 1) or (len(filled) < len(names) and names[0] and names[-1]):
        return False
    if len(set(filled)) * 10 < len(filled) * 9:
        return False
    return all(
        len(name) <= LONGEST_NAME and LETTER.search(name) and not TYPED.fullmatch(name) and not NO_NAME.search(name)
        for name in filled
    )


def is_typed(cells: Sequence[str]) -> bool:
    """Whether four of five filled cells are numbers, dates, ids or literals."""
    filled = [cell.strip('"') for cell in cells if cell and cell != '""']
    return bool(filled) and 5 * sum(TYPED.fullmatch(cell) is not None for cell in filled) >= 4 * len(filled)


def ends_alike(text: str, found: Delimited) -> bool:
    """Whether the last lines of a long text have as many cells as its first ones."""
    tail = text[-END_CHARS:].split("\n")[1:-1]
    if '"' in text[-END_CHARS:] or not tail:
        return True
    return 2 * sum(line.count(found.mark) == found.width - 1 for line in tail) > len(tail)
