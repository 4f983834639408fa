"""What a text can be, and what detection says about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

BLANKS = " \t\n\r"  # white space of JSON; not str.strip(), which knows more of it
# Of a larger text the rules that look at lines see this much of its beginning and of its end.
HEAD_CHARS, TAIL_CHARS = 48_000, 16_000


class ContentType(str, Enum):
    """Kinds of text. The values stand in notes and reports."""

    JSON_ARRAY = "json_array"
    JSON_OBJECT = "json_object"
    JSON_SCALAR = "json_scalar"
    JSON_LINES = "json_lines"
    JSON_DOCUMENTS = "json_documents"
    JSON_IN_TEXT = "json_in_text"
    JSON_TRUNCATED = "json_truncated"
    MIXED = "mixed"
    SEARCH_RESULTS = "search_results"
    FILE_LIST = "file_list"
    LOG = "log"
    BUILD_OUTPUT = "build_output"
    STACK_TRACE = "stack_trace"
    GIT_DIFF = "git_diff"
    SOURCE_CODE = "source_code"
    HTML = "html"
    XML = "xml"
    YAML = "yaml"
    TOML = "toml"
    CSV = "csv"
    MARKDOWN_TABLE = "markdown_table"
    SQL_RESULT = "sql_result"
    COLUMNS = "columns"
    PYTHON_LITERAL = "python_literal"
    MARKDOWN = "markdown"
    PROSE = "prose"
    PLAIN_TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What a text was taken for.

    Attributes:
        kind: Its kind.
        confidence: 1.0 when all of the text was looked at, less when its beginning and end were; 0 to 1.
        reason: What gave it away; holds no content.
        spans: (start, end) of the JSON within the text, in characters: one for each document of `json_lines` and
            `json_documents`, one for each stretch of documents of `json_in_text` and `json_truncated`; else empty.
    """

    kind: ContentType
    confidence: float = 1.0
    reason: str = ""
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def content_type(self) -> ContentType:
        """`kind` under its documented name."""
        return self.kind

    @property
    def metadata(self) -> dict[str, Any]:
        """`reason` and `spans` as a dict."""
        return {"reason": self.reason, "spans": list(self.spans)}


class Probe:
    """A text and what several rules want to know of it, worked out once.

    Attributes:
        text: The text.
        shared: What one rule found out and another wants to know, by name.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.shared: dict[str, list[str]] = {}

    @cached_property
    def start(self) -> int:
        """Offset of the first character that is not blank; the length of a blank text."""
        return len(self.text) - len(self.text.lstrip(BLANKS))

    @cached_property
    def end(self) -> int:
        """Offset after the last character that is not blank; 0 for a blank text."""
        return len(self.text.rstrip(BLANKS))

    @property
    def first(self) -> str:
        """The first character that is not blank, or ""."""
        return self.text[self.start : self.start + 1]

    @property
    def last(self) -> str:
        """The last character that is not blank, or ""."""
        return self.text[self.end - 1 : self.end] if self.end else ""

    @cached_property
    def sample(self) -> str:
        """The text; of a large one its beginning and its end, both in whole lines."""
        text = self.text
        if len(text) <= HEAD_CHARS + TAIL_CHARS:
            return text
        head = text[: text.rfind("\n", 0, HEAD_CHARS) + 1]
        return head + text[text.find("\n", len(text) - TAIL_CHARS) + 1 or len(text) :]

    @cached_property
    def lines(self) -> list[str]:
        """The lines of `sample` that are not blank."""
        return [line for line in self.sample.split("\n") if line.strip(" \t\r")]


def reaches(least: float, lines: Sequence[str], holds: Callable[[str], object]) -> bool:
    """Whether something holds for at least so many of the lines; looks no further than it must.

    >>> reaches(2, ["a", "bb", "cc"], lambda line: len(line) == 2)
    True
    """
    missing = len(lines) - least
    if missing < 0:
        return False
    for line in lines:
        if not holds(line):
            missing -= 1
            if missing < 0:
                return False
    return True
