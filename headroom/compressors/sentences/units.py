"""A text as pieces that stay or go whole: sentences, headings, items of lists, tables, blocks of code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from headroom.analysis.sentences import sentence_spans

HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+[^\n]*)?\r?$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
ITEM = re.compile(r"[ \t]{0,12}(?:[-*+\u2022]|[0-9]{1,3}[.)])[ \t]+[^ \t\r\n]")
ROW = re.compile(r"[ \t]{0,3}\|")
BLANK = re.compile(r"[ \t\r]*")
RULE = re.compile(r"[ \t]{0,3}\|?[ \t]*:?-+:?[ \t]*(?:[|+][ \t]*:?-+:?[ \t]*)*\|?[ \t]*\r?")
UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*\r?")
FRONT_MATTER = re.compile(r"(?:---|\+\+\+)[ \t]*\r?")
LONG_CHARS = 1000  # a longer sentence over several lines is none: each line stands alone
SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a text; all of them together are the text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last; the blanks and empty lines behind it are its own.
        kind: `sentence`, `heading`, `table`, `code` or `blank`.
        level: Of a heading, 1 to 6; else 0.
        paragraph: Number of the paragraph that it stands in, from 0.
    """

    start: int
    end: int
    kind: str = SENTENCE
    level: int = 0
    paragraph: int = 0


def units_of(text: str) -> list[Unit]:
    """The units of `text`, in order, without gaps.

    >>> [(unit.kind, unit.end) for unit in units_of("# A\\n\\nOne. Two.\\n")]
    [('heading', 5), ('sentence', 10), ('sentence', 15)]
    """
    return Splitter(text).split()


class Splitter:
    """Goes through the lines of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = line_spans(text)
        self.units: list[Unit] = []
        self.paragraph = 0

    def split(self) -> list[Unit]:
        """All units."""
        row = self.front_matter()
        while row < len(self.lines):
            kind, level, end = self.block(row)
            self.add(row, end, kind, level)
            row = end
        return self.units

    def front_matter(self) -> int:
        """Number of lines that a header between two rules takes."""
        if not self.lines or not self.matches(FRONT_MATTER, 0):
            return 0
        for row in range(1, min(len(self.lines), 60)):
            if self.matches(FRONT_MATTER, row):
                self.add(0, row + 1, "code", 0)
                return row + 1
        return 0

    def block(self, row: int) -> tuple[str, int, int]:
        """Kind and level of the block that begins at `row`, and the row behind it."""
        start = self.lines[row][0]
        if self.is_blank(row):
            return "blank", 0, row + 1
        if heading := HEADING.match(self.text[start : self.lines[row][1]]):
            return "heading", len(heading[1]), row + 1
        if fence := FENCE.match(self.text, start):
            return "code", 0, self.fence_end(row, fence[1])
        if ROW.match(self.text, start):
            return "table", 0, self.rows_while(row, ROW)
        end = self.paragraph_end(row)
        if end == row + 2 and (underline := self.matches(UNDERLINE, row + 1)):
            return "heading", 1 if underline[1][0] == "=" else 2, end
        return SENTENCE, 0, end

    def fence_end(self, row: int, mark: str) -> int:
        """The row behind a block of code; one that is not closed goes to the end."""
        for end in range(row + 1, len(self.lines)):
            closing = FENCE.match(self.text, self.lines[end][0])
            if closing and closing[1].startswith(mark):
                return end + 1
        return len(self.lines)

    def rows_while(self, row: int, pattern: re.Pattern[str]) -> int:
        """The row behind lines that `pattern` matches."""
        while row < len(self.lines) and pattern.match(self.text, self.lines[row][0]):
            row += 1
        return row

    def paragraph_end(self, row: int) -> int:
        """The row behind a paragraph, or behind one item of a list."""
        end = row + 1
        while end < len(self.lines):
            start = self.lines[end][0]
            if self.is_blank(end) or ITEM.match(self.text, start) or ROW.match(self.text, start):
                break
            if FENCE.match(self.text, start) or HEADING.match(self.text[start : self.lines[end][1]]):
                break
            end += 1
            if self.matches(UNDERLINE, end - 1):
                break
        return end

    def add(self, row: int, end: int, kind: str, level: int) -> None:
        """Add the units of the lines from `row` to before `end`; an empty line belongs to what stands before it."""
        start, stop = self.lines[row][0], self.line_end(end - 1)
        if kind == "blank" and self.units:
            last = self.units.pop()
            self.units.append(Unit(last.start, stop, last.kind, last.level, last.paragraph))
            return
        if kind == SENTENCE:
            for begun, ended in sentence_spans(self.text[start:stop]):
                self.add_sentence(start + begun, start + ended)
        else:
            self.units.append(Unit(start, stop, kind, level, self.paragraph))
        self.paragraph += 1

    def add_sentence(self, start: int, end: int) -> None:
        """Add a sentence."""
        while end - start > LONG_CHARS and (feed := self.text.find("\n", start, end - 1)) >= 0:
            self.units.append(Unit(start, feed + 1, SENTENCE, 0, self.paragraph))
            start = feed + 1
        self.units.append(Unit(start, end, SENTENCE, 0, self.paragraph))

    def is_blank(self, row: int) -> bool:
        """Whether a line is empty."""
        start, end = self.lines[row]
        return BLANK.fullmatch(self.text, start, end) is not None

    def matches(self, pattern: re.Pattern[str], row: int) -> re.Match[str] | None:
        """What `pattern` makes of a whole line."""
        return pattern.fullmatch(self.text, *self.lines[row])

    def line_end(self, row: int) -> int:
        """Offset behind a line and its line feed."""
        return min(self.lines[row][1] + 1, len(self.text))


def rows_of(text: str, unit: Unit) -> tuple[int, list[Unit]]:
    """Offset behind the header of a table, and its rows; a unit without header and rows is its only row.

    >>> text = "| a |\\n|---|\\n| 1 |\\n| 2 |"
    >>> rows_of(text, units_of(text)[0])[0]
    12
    """
    if unit.kind != "table":
        return unit.start, [unit]
    shown = text[unit.start : unit.end]
    spans = [(start, end) for start, end in line_spans(shown) if not BLANK.fullmatch(shown, start, end)]
    if len(spans) < 4 or not RULE.fullmatch(shown, *spans[1]):
        return unit.start, [unit]
    starts = [start for start, _ in spans[2:]]
    rows = [
        Unit(unit.start + start, unit.start + end, unit.kind, unit.level, unit.paragraph)
        for start, end in zip(starts, [*starts[1:], len(shown)], strict=True)
    ]
    return rows[0].start, rows


def line_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each line, without its line feed; none for what follows the last one."""
    spans, start = [], 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        spans.append((start, end))
        start = end + 1
    return spans
