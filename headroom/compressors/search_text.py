"""Search results and listings: by file, and where that is too large, the matches that matter."""

from __future__ import annotations

from headroom.compressors.limits import Limits, changed, unchanged
from headroom.compressors.search_groups import choose, decode, encode, form_of, groups_of
from headroom.detection.search import GROUPED
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

KIND = "search_results"


class SearchCompressor:
    """Search results and listings: by file, and where that is too large, the matches that matter."""

    name = "search"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        if GROUPED.match(text):
            return unchanged(text, tokens, "already_compressed", KIND)
        made = encode(text)
        if made is None or len(made) >= len(text) + 40:
            return unchanged(text, tokens, "no_gain", KIND)
        if decode(made) != text:
            return unchanged(text, tokens, "ambiguous_with_own_form", KIND)
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", KIND)
        return changed(made, tokens, size, kind=KIND, strategy="search_groups")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The matches that matter, each file by name where that fits, and counts of the rest."""
        if exact.compressed_tokens <= limits.above_tokens or GROUPED.match(text):
            return exact
        lines = text.removesuffix("\n").split("\n")
        form = form_of(lines)
        groups = groups_of(lines, form)
        if groups is None:
            return exact
        made = choose(groups, form, len(lines), exact, limits, counter=self.counter, question=context)
        return made or exact
