"""Reads rows that came as something else than JSON, back from table text and from shortened tables: for tests only."""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.columns_padding import COLUMNS
from headroom.compressors.columns_text import read_columns
from headroom.compressors.delimited_text import read_rows
from headroom.compressors.rows_as_text import Piece, RowTable, read_pieces
from headroom.compressors.sql_text import read_sql
from tests.shown import MARKER, Part, PartReader, check_whole


def plain(pieces: list[Piece] | str) -> list[Any]:
    """Pieces as plain values, with the type of each cell."""
    assert not isinstance(pieces, str)
    return [
        (piece.head, piece.names, [[(type(v).__name__, str(v)) for v in column] for column in piece.columns], piece.odd)
        if isinstance(piece, RowTable)
        else piece
        for piece in pieces
    ]


def rows_before(text: str) -> list[Any]:
    """What CSV or a Markdown table says."""
    return plain(read_rows(text))


def sql_before(text: str) -> list[Any]:
    """What a SQL client printed."""
    return plain(read_sql(text))


def columns_before(text: str) -> list[Any]:
    """What the table of a command says; its padding is no value."""
    return [(COLUMNS, *piece[1:]) if isinstance(piece, tuple) else piece for piece in plain(read_columns(text))]


def columns_after(text: str) -> list[Any]:
    """What table text says, whatever padding its head tells."""
    return [(COLUMNS, *piece[1:]) if isinstance(piece, tuple) else piece for piece in rows_after(text)]


def rows_after(text: str) -> list[Any]:
    """What table text says."""
    return plain(read_pieces(text))


def check_shown_rows(text: str, source: str) -> list[tuple[Part, list[Any]]]:
    """Read the shortened `text` of `source`; fail unless it tells the truth about it."""
    return check_pieces(text, read_rows(source))


def check_shown_sql(text: str, source: str) -> list[tuple[Part, list[Any]]]:
    """The same for what a SQL client printed."""
    return check_pieces(text, read_sql(source))


def check_shown_columns(text: str, source: str) -> list[tuple[Part, list[Any]]]:
    """The same for the tables of commands."""
    return check_pieces(text, read_columns(source))


def check_pieces(text: str, pieces: list[Piece] | str) -> list[tuple[Part, list[Any]]]:
    """Each table that is shown in part, with all of its rows."""
    assert not isinstance(pieces, str)
    body, _, last = text.rpartition("\n")
    marker = MARKER.fullmatch(last)
    assert marker, last[:200]
    cuts = []
    for place, piece in enumerate(pieces):
        if isinstance(piece, str):
            wanted = piece.removesuffix("\n") if place == len(pieces) - 1 else piece
            assert body.startswith(wanted)
            body = body[len(wanted) :]
            continue
        reader = PartReader(body.split("\n"))
        shown = reader.value(re.compile(r"[,\]}]|$"))
        check_whole(shown, piece.records())
        left = reader.lines[reader.row :]
        body = "\n".join([left[0][reader.at :], *left[1:]]) if left else ""
        body = "\n" + body if left and reader.at == 0 else body
        if isinstance(shown, Part):
            cuts.append((shown, piece.records()))
    assert body == ""
    total = sum(part.total for part, _ in cuts)
    assert (int(marker[1]), int(marker[2])) == (total - sum(len(part.items) for part, _ in cuts), total)
    return cuts
