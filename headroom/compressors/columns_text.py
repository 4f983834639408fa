"""Tables whose columns are told by blanks, as table text."""

from __future__ import annotations

from headroom.compressors.columns_padding import head_of
from headroom.compressors.limits import Limits
from headroom.compressors.rows_as_text import Piece
from headroom.compressors.rows_compressor import RowsCompressor
from headroom.compressors.sql_output.printed import Printed, one_line_rows
from headroom.compressors.sql_output.read import pieces_of
from headroom.detection.columns import Aligned, aligned_tables
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class ColumnsCompressor:
    """Compresses tables of commands: byte for byte where the head can say which blanks stood there, else by value."""

    name = "columns"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.rows = RowsCompressor(self.name, "columns", read_columns, counter=counter)

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return self.rows.compress(text)

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The rows that matter and a line that counts the others; `exact` where nothing can be left out."""
        return self.rows.select(text, exact, limits, context=context)


def read_columns(text: str) -> list[Piece] | str:
    """The tables of `text` and the lines around them, or the reason why there are none."""
    lines = text.split("\n")
    return pieces_of(text, lines, (printed(table, lines) for table in aligned_tables(lines)))


def printed(found: Aligned, lines: list[str]) -> Printed:
    """A table as it was found, with what its writer needs to know."""
    first = found.place + 1
    source = lines[found.place : found.end]
    odd = {row: source[row + 1].removesuffix("\r") for row, cells in enumerate(found.rows) if cells is None}
    rows = [cells for cells in found.rows if cells is not None]
    names = list(found.layout.names)
    return Printed(
        names,
        rows,
        one_line_rows(found.rows, first),
        (found.place, first),
        found.place,
        found.end,
        head_of([names, *rows], source, odd),
        odd,
    )
