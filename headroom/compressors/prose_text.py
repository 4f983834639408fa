"""Prose: whole, or the sentences that answer a question."""

from __future__ import annotations

from headroom.compressors.limits import unchanged
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class ProseCompressor:
    """Prose: whole, or the sentences that answer a question."""

    name = "prose"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return unchanged(text, self.counter.count_text(text), "no_gain", "prose")
