"""Logs: lines as a table of patterns, and where that is too large, the lines that matter."""

from __future__ import annotations

from headroom.compressors.limits import Limits, changed, unchanged
from headroom.compressors.line_choice import select_lines
from headroom.compressors.log_table import encode_log, is_log_table
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class LogCompressor:
    """Compresses logs.

    The exact form is the text of `log_table/encode`, read back and compared before it is used; class `exact`: every
    line comes back byte for byte, and every time, number, path and id stands whole in its line.
    """

    name = "log"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        if is_log_table(text):
            return unchanged(text, tokens, "already_compressed", "log")
        made = encode_log(text, counter=self.counter)
        if not made:
            return unchanged(text, tokens, "no_gain", "log")
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", "log")
        return changed(made, tokens, size, kind="log", strategy="log_table")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The lines that matter, as patterns where that is shorter, and a line that counts the others.

        Args:
            exact: What `compress` made of `text`.
        """
        if exact.compressed_tokens <= limits.above_tokens or is_log_table(text):
            return exact
        return select_lines(
            text,
            exact,
            limits,
            counter=self.counter,
            question=context,
            kind="log",
            strategy="log_table+selection" if exact.strategy else "selection",
            encode=self.shorter,
        )

    def shorter(self, text: str) -> str:
        """Chosen lines as patterns and rows, or as they are."""
        made = encode_log(text, counter=self.counter, is_whole=False)
        return made if made and self.counter.count_text(made) < self.counter.count_text(text) else text
