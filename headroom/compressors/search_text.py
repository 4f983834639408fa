"""Search results and listings: by file, and where that is too large, the matches that matter."""

from __future__ import annotations

from headroom.compressors.limits import Limits, changed, unchanged
from headroom.compressors.line_choice import select_lines
from headroom.compressors.line_folds import fold, unfold
from headroom.compressors.search_groups import (
    choose,
    decode,
    decode_listing,
    encode,
    encode_listing,
    form_of,
    groups_of,
)
from headroom.detection.build import holds_fold
from headroom.detection.search import GROUPED, LISTED, is_note
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

KIND = "search_results"
HEAD_CHARS = 60  # of the first line; blanks for marks make a text no shorter, but lighter


class SearchCompressor:
    """Search results and listings: by file, and where that is too large, the matches that matter."""

    name = "search"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        if GROUPED.match(text) or LISTED.match(text):
            return unchanged(text, tokens, "already_compressed")
        if holds_fold(text):
            return unchanged(text, tokens, "already_compressed")
        made = encode(text)
        if made is None:
            return self.folded(text, tokens)
        size = self.counter.count_text(made) if len(made) < len(text) + HEAD_CHARS else tokens
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", KIND)
        if decode(made) != text:
            return unchanged(text, tokens, "ambiguous_with_own_form", KIND)
        return changed(made, tokens, size, kind=KIND, strategy="search_groups")

    def folded(self, text: str, tokens: int) -> CompressionResult:
        """A list: paths stay whole; what entries of `ls -l` share, and lines repeated at once, are written once."""
        made = encode_listing(text)
        if made is not None and decode_listing(made) == text and (size := self.counter.count_text(made)) < tokens:
            return changed(made, tokens, size, kind="file_list", strategy="long_listing")
        made = fold(text)
        size = tokens if made is text else self.counter.count_text(made)
        if size >= tokens or unfold(made) != text:
            return unchanged(text, tokens, "no_gain")
        return changed(made, tokens, size, kind="file_list", strategy="folds")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The matches that matter, each file by name where that fits, and counts of the rest."""
        if exact.compressed_tokens <= limits.above_tokens or GROUPED.match(text) or LISTED.match(text):
            return exact
        lines = text.removesuffix("\n").split("\n")
        form = form_of(lines)
        groups = groups_of(lines, form)
        if groups is None:
            return self.lines(text, exact, limits, context)
        made = choose(groups, form, len(lines), exact, limits, counter=self.counter, question=context)
        return made or exact

    def lines(self, text: str, exact: CompressionResult, limits: Limits, context: str) -> CompressionResult:
        """The lines that matter, of a listing or of the matches of one file."""
        strategy = f"{exact.strategy}+selection" if exact.strategy else "selection"
        return select_lines(
            text,
            exact,
            limits,
            counter=self.counter,
            question=context,
            kind=exact.kind,
            strategy=strategy,
            severity=note_of,
        )


def note_of(line: str) -> str | None:
    """Whether a program says of itself what went wrong; not what the lines of a source file say."""
    return "note" if is_note(line) else None
