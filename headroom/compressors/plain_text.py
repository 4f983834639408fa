"""Lines of no known kind: whole where possible, else those that matter."""

from __future__ import annotations

from headroom.compressors.limits import unchanged
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class PlainTextCompressor:
    """Lines of no known kind: whole where possible, else those that matter."""

    name = "plain"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return unchanged(text, self.counter.count_text(text), "no_compressor_for_text", "text")
