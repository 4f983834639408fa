"""Logs: lines as a table of patterns, and where that is too large, the lines that matter."""

from __future__ import annotations

from dataclasses import replace

from headroom.compressors.limits import Limits, changed, unchanged
from headroom.compressors.line_choice import select_lines
from headroom.compressors.log_table import encode_dense, encode_log, is_log_table
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

WORTH = 0.95  # of the exact form: less is won by leaving nothing out


class LogCompressor:
    """Compresses logs.

    The exact form is the text of `log_table/encode`, read back and compared before it is used; class `exact`: every
    line comes back byte for byte, and every time, number, path and id stands whole in its line.
    """

    name = "log"
    strategy = "log_table"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        if is_log_table(text):
            return unchanged(text, tokens, "already_compressed", "log")
        made = self.encode(text, is_whole=True)
        if not made:
            return unchanged(text, tokens, "no_gain", "log")
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", "log")
        return changed(made, tokens, size, kind="log", strategy=self.strategy)

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
            strategy=f"{self.strategy}+selection" if exact.strategy else "selection",
            encode=self.shorter,
        )

    def shorter(self, text: str) -> str:
        """Chosen lines as patterns and rows, or as they are."""
        made = self.encode(text, is_whole=False)
        return made if made and self.counter.count_text(made) < self.counter.count_text(text) else text

    def encode(self, text: str, *, is_whole: bool) -> str:
        """The text as patterns and rows; "" where none pays."""
        return encode_log(text, counter=self.counter, is_whole=is_whole)


class DenseLogCompressor(LogCompressor):
    """Compresses logs further: dates are said once above lines, and what the words of a column share in its pattern.

    Class `exact`, too, but a time, path or id does not stand whole in its line any more; so it is asked for.
    """

    name = "log_dense"
    strategy = "log_dense"

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The same; a few lines share less than all of them, so that sizes are guessed from the form that is not dense.

        Args:
            exact: What `compress` made of `text`.
        """
        if exact.compressed_tokens <= limits.above_tokens or is_log_table(text):
            return exact
        usual = encode_log(text, counter=self.counter) or text
        guessed = replace(exact, compressed_tokens=self.counter.count_text(usual))
        found = super().select(text, guessed, limits, context=context)
        if found is guessed or found.compressed_tokens > WORTH * exact.compressed_tokens:
            return exact
        return replace(found, exact_tokens=exact.compressed_tokens)

    def encode(self, text: str, *, is_whole: bool) -> str:
        """The text with dates, patterns and rows; "" where nothing pays."""
        return encode_dense(text, counter=self.counter, is_whole=is_whole)
