"""What SQL clients print, as table text."""

from __future__ import annotations

from headroom.compressors.limits import Limits
from headroom.compressors.rows_as_text import Piece
from headroom.compressors.rows_compressor import RowsCompressor
from headroom.compressors.sql_output import read_printed, read_tuples
from headroom.detection.tables import TUPLES
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class SqlCompressor:
    """Compresses boxes, columns and records by value, lists of Python tuples byte for byte."""

    name = "sql"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.rows = RowsCompressor(self.name, "sql_result", read_sql, counter=counter)

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return self.rows.compress(text)

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The rows that matter and a line that counts the others; `exact` where nothing can be left out."""
        return self.rows.select(text, exact, limits, context=context)


def read_sql(text: str) -> list[Piece] | str:
    """The rows of what a SQL client printed."""
    return read_tuples(text) if TUPLES.match(text, len(text) - len(text.lstrip(" \t\r\n"))) else read_printed(text)
