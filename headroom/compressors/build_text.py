"""Output of builds and tests, and stack traces: failures stay, repetition goes."""

from __future__ import annotations

from headroom.compressors.build_lines import build_groups, build_severity
from headroom.compressors.limits import Limits, changed, unchanged
from headroom.compressors.line_choice import select_lines
from headroom.compressors.line_folds import fold, unfold
from headroom.compressors.log_table import encode_log, is_log_table
from headroom.detection import detect
from headroom.detection.build import holds_fold, stack_trace
from headroom.detection.types import Probe
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

# Part of the text that a table of patterns must leave or save more: ids of tests and paths may stand in pieces there,
# and a reader copies them from here into the next command.
TABLE_LEAVES = 0.85
SEEN_AHEAD = 0.5  # part of these savings that patterns promise before they are written, where they come to that
KINDS = ("stack_trace", "build_output")
HIDDEN_FAILURES = 0.1  # part of the distinct lines that report failures and may stand in pieces


class BuildCompressor:
    """Compresses what builds, tests and crashes print.

    Repeated blocks are folded (`line_folds`); where a table of patterns (`log_table`) saves much, it is used on top.
    Both are read back and compared; class `exact`.
    """

    name = "build"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens, kind = self.counter.count_text(text), kind_of(text)
        if holds_fold(text) or is_log_table(text):
            return unchanged(text, tokens, "already_compressed", kind)
        folded = fold(text)
        if folded is not text and unfold(folded) != text:
            return unchanged(text, tokens, "ambiguous_with_folded_lines", kind)
        size = tokens if folded is text else self.counter.count_text(folded)
        wanted = SEEN_AHEAD * (1 - TABLE_LEAVES) * min(size, tokens)
        table = encode_log(folded, counter=self.counter, least_tokens=wanted)
        table_size = self.counter.count_text(table) if table else tokens
        if table_size < TABLE_LEAVES * min(size, tokens) and shows_failures(folded, table):
            strategy = "log_table" if folded is text else "folds+log_table"
            return changed(table, tokens, table_size, kind=kind, strategy=strategy)
        if size < tokens:
            return changed(folded, tokens, size, kind=kind, strategy="folds")
        return unchanged(text, tokens, "no_gain", kind)

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """Failures with their context, the summary and the first of every kind of line; a line counts the others.

        Args:
            exact: What `compress` made of `text`.
        """
        if exact.compressed_tokens <= limits.above_tokens or exact.reason == "already_compressed":
            return exact
        return select_lines(
            text,
            exact,
            limits,
            counter=self.counter,
            question=context,
            kind=exact.kind,
            strategy=f"{exact.strategy}+selection" if exact.strategy else "selection",
            protect=build_groups,
            severity=build_severity,
        )


def kind_of(text: str) -> str:
    """`stack_trace` or `build_output`."""
    known = detect(text).kind.value
    if known in KINDS:
        return known
    found = stack_trace(Probe(text))
    return found.kind.value if found else "build_output"


def shows_failures(text: str, table: str) -> bool:
    """Whether the lines that report failures stand whole in a table of patterns, unless most lines are such."""
    lines = list(dict.fromkeys(text.split("\n")))
    whole = {line.partition("=")[2] for line in table.partition("\n\n")[0].split("\n")}.union(table.split("\n"))
    hidden = sum(line not in whole and build_severity(line) is not None for line in lines)
    if not hidden:
        return True
    failing = hidden + sum(line in whole and build_severity(line) is not None for line in lines)
    return hidden <= HIDDEN_FAILURES * failing or 2 * failing > len(lines)
