"""Search results and listings: by file, and where that is too large, the matches that matter."""

from __future__ import annotations

from headroom.compressors.limits import unchanged
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class SearchCompressor:
    """Search results and listings: by file, and where that is too large, the matches that matter."""

    name = "search"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return unchanged(text, self.counter.count_text(text), "no_gain", "search_results")
