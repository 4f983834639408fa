"""Prose: whole, or the sentences that answer a question where the caller set a size."""

from __future__ import annotations

from headroom.analysis.literals import without_common_words
from headroom.compressors.limits import Limits, unchanged
from headroom.compressors.sentences.passages import choose_passages
from headroom.markers import left_out_line
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

REASON = "prose_stays_without_a_question"
MARKER_TOKENS = 60
GROUPED_ABOVE = 2  # times the wanted size that what the question names may take


class ProseCompressor:
    """Markdown and plain paragraphs; the kind in its results is what detection said.

    Nothing shorter gives prose back, and without a question no way of choosing sentences was better than taking the
    first ones (formats.md 4); so it stays whole unless the caller set a size and it is known what is looked for.
    """

    name = "prose"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """`text` itself."""
        return unchanged(text, self.counter.count_text(text), REASON)

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The sentences, tables and blocks of code that answer `context`, below their headings."""
        if not limits.is_asked or not without_common_words(context):
            return exact
        budget = max(limits.tokens - MARKER_TOKENS, limits.tokens // 4)
        found = choose_passages(text, context, budget, self.counter, named_tokens=GROUPED_ABOVE * limits.tokens)
        if found is None:
            return exact
        marker = left_out_line(
            shown=found.shown,
            total=found.total,
            unit="passages",
            handle=limits.handle,
            by_tool=limits.by_tool,
            secret=limits.secret,
        )
        shown = f"{found.text}\n\n{marker}"
        size = self.counter.count_text(shown)
        if size >= exact.compressed_tokens:
            return exact
        return CompressionResult(
            compressed=shown,
            original_tokens=exact.original_tokens,
            compressed_tokens=size,
            exact_tokens=exact.compressed_tokens,
            kind=exact.kind,
            change="left_out",
            strategy="sentences",
            items_total=found.total,
            items_kept=found.shown,
        )
