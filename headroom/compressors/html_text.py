"""Web pages: text with structure where leaving out is allowed."""

from __future__ import annotations

from headroom.compressors.limits import unchanged
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class HtmlCompressor:
    """Web pages: text with structure where leaving out is allowed."""

    name = "html"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return unchanged(text, self.counter.count_text(text), "no_gain", "html")
