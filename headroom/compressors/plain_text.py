"""Lines of no known kind: whole where possible, else those that matter."""

from __future__ import annotations

from headroom.compressors.limits import Limits, changed, unchanged
from headroom.compressors.line_choice import select_lines
from headroom.compressors.line_folds import fold, unfold
from headroom.detection.build import holds_fold
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

FEWEST_LINES = 20
PROSE_CHARS = 240  # of a line in the mean; text of longer ones is paragraphs, or no lines at all


class PlainTextCompressor:
    """Folds repeated blocks of lines; where lines may be left out, keeps those that matter, except of prose."""

    name = "plain"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        if holds_fold(text):
            return unchanged(text, tokens, "already_compressed")
        folded = fold(text)
        size = tokens if folded is text else self.counter.count_text(folded)
        if size >= tokens or unfold(folded) != text:
            return unchanged(text, tokens, "no_compressor_for_text")
        return changed(folded, tokens, size, kind="text", strategy="folds")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The lines that matter, and a line that counts the others; `exact` for prose.

        Args:
            exact: What `compress` made of `text`.
        """
        if exact.compressed_tokens <= limits.above_tokens or is_prose(text):
            return exact
        strategy = f"{exact.strategy}+selection" if exact.strategy else "selection"
        return select_lines(text, exact, limits, counter=self.counter, question=context, kind="text", strategy=strategy)


def is_prose(text: str) -> bool:
    """Whether a text is paragraphs rather than lines: few lines, or long ones."""
    lines = sum(line.strip(" \t\r") != "" for line in text.split("\n"))
    return lines < FEWEST_LINES or len(text) > PROSE_CHARS * lines
