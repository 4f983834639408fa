"""`TextCompressor`: plain text by hand: so many lines, or of prose the passages that answer a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from headroom.analysis.coverage import in_turn
from headroom.compressors.plain_text import PlainTextCompressor, is_prose
from headroom.compressors.prose_text import ProseCompressor
from headroom.config.compressors import TextCompressorConfig
from headroom.detection import ContentType, detect
from headroom.results import CompressionResult
from headroom.transforms.public_compressor import ByHand, Made, Task
from headroom.transforms.public_lines import LineLimits, select_so_many
from headroom.transforms.public_result import TextCompressionResult, line_count

PARAGRAPHS = (ContentType.PROSE, ContentType.MARKDOWN)
HEADING = re.compile(r"#{1,6} [^\n]|[A-Z][A-Z0-9 .:_/-]{2,60}\r?$", re.ASCII)
LEAST_PROSE_TOKENS = 300
PROSE_SHARE = 3  # a third of prose stays where nobody said how much, but not less than this


class TextCompressor(ByHand[TextCompressorConfig, TextCompressionResult]):
    """Keeps both ends, headings, failures and what fits the question."""

    name = "text_compressor"
    config_type = TextCompressorConfig
    result_type = TextCompressionResult

    def made(self, task: Task) -> Made:
        """What becomes of a text that holds no marker of ours."""
        text = task.text
        exact = PlainTextCompressor(counter=self.counter).compress(text)
        if exact.reason == "already_compressed":
            return Made(exact)
        is_paragraphs = detect(text).kind in PARAGRAPHS or is_prose(text)
        if is_paragraphs and task.question and (made := self.passages(task, exact)):
            return Made(made)
        return Made(self.lines(task, exact))

    def passages(self, task: Task, exact: CompressionResult) -> CompressionResult | None:
        """The passages that answer the question; None where the text is small, or nothing says what does."""
        wanted = self.config.target_tokens or max(LEAST_PROSE_TOKENS, exact.compressed_tokens // PROSE_SHARE)
        if exact.compressed_tokens <= wanted:
            return None
        prose = ProseCompressor(counter=self.counter)
        made = prose.select(task.text, exact, replace(self.limits(task), tokens=wanted), context=task.question)
        return made if made.change == "left_out" else None

    def lines(self, task: Task, exact: CompressionResult) -> CompressionResult:
        """So many lines; `exact` where there are no more."""
        if line_count(task.text) <= self.config.max_lines:
            return exact
        wanted = LineLimits(
            most_lines=self.config.max_lines, first=self.leading(task.text.removesuffix("\n").split("\n"))
        )
        made, _ = select_so_many(
            task.text, exact, self.limits(task), wanted, counter=self.counter, question=task.question, kind=exact.kind
        )
        return made

    def leading(self, lines: Sequence[str]) -> list[int]:
        """Lines that go before others: both ends, then headings."""
        count = len(lines)
        last = range(count - 1, max(-1, count - 1 - self.config.keep_last_lines), -1)
        ends = in_turn(range(min(self.config.keep_first_lines, count)), last)
        headings = [place for place, line in enumerate(lines) if HEADING.match(line)]
        return list(dict.fromkeys([*ends, *headings]))
