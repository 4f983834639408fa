"""Lines of no known kind: whole where possible, else those that matter."""

from __future__ import annotations

import re

from headroom.compressors.limits import Limits, changed, unchanged
from headroom.compressors.line_choice import select_lines
from headroom.compressors.line_folds import fold, unfold
from headroom.compressors.log_table import encode_log, is_log_table
from headroom.compressors.log_table.groups import groups_of
from headroom.detection import detect
from headroom.detection.build import holds_fold
from headroom.detection.types import ContentType
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

FEWEST_LINES = 20
PROSE_CHARS = 240  # of a line in the mean; text of longer ones is paragraphs, or no lines at all
TABLE_LEAVES = 0.85  # part of the text that a table of patterns must leave or save more: it is harder to read
LEAST_SAVED = 100  # tokens
ALIKE = 0.15  # part of the characters that other lines said before, between their numbers
LINES_A_PATTERN = 16  # at least: lines of many patterns, such as those of code, are laborious to look up
KNOWN_AGAIN = (ContentType.LOG, ContentType.BUILD_OUTPUT)  # whose compressors leave a table of patterns as it is
KEYED = re.compile(r"[ \t]*(?:- )?[A-Za-z_][A-Za-z0-9_.-]*:(?:[ \r]|$)", re.ASCII)  # lines of settings, to be edited
MOST_KEYED = 0.5
SAMPLE_LINES = 150  # at the beginning, and in the middle


class PlainTextCompressor:
    """Folds repeated blocks of lines, and says what like lines share once where that saves much.

    Where lines may be left out, keeps those that matter, except of prose.
    """

    name = "plain"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        if holds_fold(text) or is_log_table(text):
            return unchanged(text, tokens, "already_compressed")
        folded = fold(text)
        size = tokens if folded is text else self.counter.count_text(folded)
        if folded is not text and unfold(folded) != text:
            return unchanged(text, tokens, "no_compressor_for_text")
        table = self.table(folded, min(size, tokens))
        if table:
            strategy = "log_table" if folded is text else "folds+log_table"
            return changed(table, tokens, self.counter.count_text(table), kind="text", strategy=strategy)
        if size >= tokens:
            return unchanged(text, tokens, "no_compressor_for_text")
        return changed(folded, tokens, size, kind="text", strategy="folds")

    def table(self, text: str, tokens: int) -> str:
        """The lines as patterns and what fills them, where that leaves few of so many tokens; else ""."""
        table = encode_log(text, counter=self.counter) if are_alike(text) else ""
        patterns = table.partition("\n\n")[0].count("\n")
        if not table or patterns * LINES_A_PATTERN > text.count("\n") or detect(table).kind not in KNOWN_AGAIN:
            return ""
        return table if self.counter.count_text(table) <= min(TABLE_LEAVES * tokens, tokens - LEAST_SAVED) else ""

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The lines that matter, and a line that counts the others; `exact` for prose.

        Args:
            exact: What `compress` made of `text`.
        """
        if exact.compressed_tokens <= limits.above_tokens or is_log_table(text) or is_prose(text):
            return exact
        strategy = f"{exact.strategy}+selection" if exact.strategy else "selection"
        return select_lines(
            text,
            exact,
            limits,
            counter=self.counter,
            question=context,
            kind="text",
            strategy=strategy,
            encode=self.shorter if "log_table" in exact.strategy else None,
        )

    def shorter(self, text: str) -> str:
        """Chosen lines as patterns and what fills them, or as they are."""
        made = encode_log(text, counter=self.counter, is_whole=False)
        return made if made and self.counter.count_text(made) < self.counter.count_text(text) else text


def are_alike(text: str) -> bool:
    """Whether many lines differ in little but their numbers; looks at some of them."""
    lines = text.split("\n")
    if len(lines) < FEWEST_LINES:
        return False
    middle = max(SAMPLE_LINES, len(lines) // 2)
    lines = [*lines[:SAMPLE_LINES], *lines[middle : middle + SAMPLE_LINES]]
    if sum(KEYED.match(line) is not None for line in lines) > MOST_KEYED * len(lines):
        return False
    again = sum((len(group.lines) - 1) * sum(map(len, group.between)) for group in groups_of(lines))
    return again >= ALIKE * sum(map(len, lines)) > 0


def is_prose(text: str) -> bool:
    """Whether a text is paragraphs rather than lines: few lines, or long ones."""
    lines = sum(line.strip(" \t\r") != "" for line in text.split("\n"))
    return lines < FEWEST_LINES or len(text) > PROSE_CHARS * lines
