"""Reads delimited rows: CSV, TSV, semicolons, bars."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

from headroom.compressors.delimited.write import OTHER_STYLE, STYLES, head_of, rows_text
from headroom.compressors.rows_as_text import Piece, RowTable, values_of
from headroom.detection.delimited import MOST_AROUND, ODD_SHARE, Delimited, rows_in, sniff


def read_delimited(text: str, *, with_places: bool = False) -> list[Piece] | str:
    """The rows of `text` and what stands around them, or the reason why they are not read.

    Args:
        with_places: Whether the table tells where in `text` its rows stand.
    """
    found = sniff(text)
    if found is None:
        return "no_rows"
    end = end_of_lines(text, found.start)
    if not end:
        return "mixed_line_ends"
    return (None if with_places else even_rows(text, found, end)) or any_rows(text, found, end, with_places)


def even_rows(text: str, found: Delimited, end: str) -> list[Piece] | None:
    """The same where no cell is quoted and every row has all of its cells: cut once, then taken by columns."""
    stop = len(text) - len(end) * text.endswith(end)
    source = text[found.start : stop]
    cells = source.replace(end, found.mark).split(found.mark)
    if '"' in source or len(cells) != found.width * (source.count(end) + 1):
        return None
    first = int(found.has_header)
    columns = [values_of(cells[place :: found.width][first:]) for place in range(found.width)]
    table = RowTable("", cells[: found.width] if first else numbered(found.width), columns)
    if rows_text(table, found.mark, end, "", has_header=found.has_header) != source:
        return None  # some rows have more cells, others fewer
    table.head = head_of(found.mark, end, "", has_header=found.has_header)
    return around(text, found.start, table, stop, end)


def numbered(width: int) -> list[str]:
    """Names for columns that have none."""
    return [f"c{place + 1}" for place in range(width)]


def around(text: str, start: int, table: RowTable, stop: int, end: str) -> list[Piece]:
    """The text before the rows, their table, and the text behind them."""
    after = "\n" + text[stop + len(end) :] if text.startswith(end, stop) else text[stop:]
    return [piece for piece in (text[:start], table, after) if piece != ""]


def any_rows(text: str, found: Delimited, end: str, with_places: bool) -> list[Piece] | str:
    """The same with quotes, and with rows that have too few or too many cells."""
    try:
        rows = rows_in(text[found.start :] if end != "\r" else text[found.start :].replace("\r", "\n"), found.mark)
    except ValueError:
        return "quotes_not_closed"
    stop = len(text)
    behind = 0
    while rows and len(rows[-1]) != found.width:
        stop -= raw_chars(rows.pop()) + len(end)
        behind += 1
    if behind > MOST_AROUND or len(rows) < 2:
        return "rows_differ"
    widths = set(map(len, rows))
    starts = row_starts(found.start, rows, len(end)) if with_places or len(widths) > 1 else []
    return with_table(text, found, rows, starts, end, stop)


def end_of_lines(text: str, start: int) -> str:
    """What ends every line from `start` on; "" where they differ."""
    lines = text.count("\n", start)
    returns = text.count("\r", start)
    if not returns:
        return "\n"
    if not lines:
        return "\r"
    return "\r\n" if lines == returns == text.count("\r\n", start) else ""


def raw_chars(row: Sequence[str]) -> int:
    """Characters of a row as it stands in the text, without its end."""
    return sum(map(len, row)) + len(row) - 1


def row_starts(start: int, rows: Sequence[Sequence[str]], end_chars: int) -> list[int]:
    """Offset of each row, and the one at which a row behind the last would start."""
    return list(accumulate((raw_chars(row) + end_chars for row in rows), initial=start))


def with_table(
    text: str, found: Delimited, rows: list[list[str]], starts: list[int], end: str, stop: int
) -> list[Piece] | str:
    """The text before the rows, their table, and the text behind them."""
    spans = [(start, following - len(end)) for start, following in pairwise(starts)]
    header = rows[0] if found.has_header else numbered(found.width)
    first = int(found.has_header)
    body, odd = rows[first:], {}
    if spans:
        odd = {i: text[slice(*spans[first + i])] for i, row in enumerate(body) if len(row) != found.width}
        body = [row for row in body if len(row) == found.width]
    if len(odd) * ODD_SHARE > len(rows) or len(body) < 2:
        return "rows_differ"
    columns = [values_of_cells(cells) for cells in zip(*body, strict=True)]
    names = [unquoted(name) for name in header]
    table = RowTable("", names, columns, odd, spans[first:], spans[0] if first and spans else (0, 0))
    source = text[found.start : stop]
    style = next(
        (s for s in STYLES if source == rows_text(table, found.mark, end, s, has_header=found.has_header)), None
    )
    table.head = head_of(found.mark, end, OTHER_STYLE if style is None else style, has_header=found.has_header)
    return around(text, found.start, table, stop, end)


def values_of_cells(cells: Sequence[str]) -> list[Any]:
    """Cells as values; `""` in quotes is an empty string, nothing at all an empty cell."""
    if not any(cell[:1] == '"' for cell in cells):
        return values_of(cells)
    values = values_of([unquoted(cell) for cell in cells])
    return (
        ["" if cell == '""' else value for cell, value in zip(cells, values, strict=True)] if '""' in cells else values
    )


def unquoted(cell: str) -> str:
    """A cell without its quotes."""
    return cell[1:-1].replace('""', '"') if cell[:1] == '"' else cell
