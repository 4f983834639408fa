"""Delimited rows and Markdown tables as table text."""

from __future__ import annotations

from headroom.compressors.delimited import read_delimited
from headroom.compressors.limits import Limits
from headroom.compressors.rows_as_text import Piece
from headroom.compressors.rows_compressor import RowsCompressor
from headroom.compressors.sql_output import read_printed
from headroom.detection.tables import BARS
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

MOST_LINES_BEFORE = 64


class DelimitedCompressor:
    """Compresses CSV and its kin, byte for byte where their quotes follow a rule; Markdown tables by value.

    Args:
        dense: Say the date of time stamps once for all rows that follow each other.
    """

    name = "delimited"

    def __init__(self, *, counter: TokenCounter, dense: bool = False) -> None:
        self.delimited = RowsCompressor(self.name, "csv", read_delimited, counter=counter, dense=dense)
        self.bars = RowsCompressor("bars", "markdown_table", read_printed, counter=counter, dense=dense)

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return self.of(text).compress(text)

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The rows that matter and a line that counts the others; `exact` where nothing can be left out."""
        return self.of(text).select(text, exact, limits, context=context)

    def of(self, text: str) -> RowsCompressor:
        """What reads `text`."""
        return self.bars if has_bars(text) else self.delimited


def has_bars(text: str) -> bool:
    """Whether a Markdown table begins in the first lines."""
    return any(BARS.fullmatch(line) for line in text.split("\n", MOST_LINES_BEFORE)[:MOST_LINES_BEFORE])


def read_rows(text: str, *, with_places: bool = False) -> list[Piece] | str:
    """The rows of CSV or of Markdown tables."""
    return read_printed(text) if has_bars(text) else read_delimited(text, with_places=with_places)
