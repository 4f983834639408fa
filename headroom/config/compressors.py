"""Settings of the compressors of single content types, for those who use one of them by hand."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from pydantic import AfterValidator, Field

from headroom.config.settings import Settings, Synonym


class SearchCompressorConfig(Settings):
    """How many search results stay. What the question names exactly, and what a program says of its own failures, stay
    beyond it.

    Attributes:
        max_results: Matches shown at most; also as `max_total_matches`.
        max_matches_per_file: Matches shown of one file at most; None is no such limit.
        max_files: Files of which matches are shown at most; the others are counted. None is no such limit.
        preserve_file_diversity: Show one match of each file in turn with what fits the question; else what fits it
            goes first.
        relevance_threshold: Score from which a match counts as fitting the question, 0 to 1; acts only when it was set.
    """

    max_results: int = Field(50, ge=1)
    max_matches_per_file: int | None = Field(None, ge=1)
    max_files: int | None = Field(None, ge=1)
    preserve_file_diversity: bool = True
    relevance_threshold: float = Field(0.3, ge=0, le=1)
    max_total_matches = Synonym[int]("max_results")


class LogCompressorConfig(Settings):
    """How many lines of a log, a build or a test run stay.

    One line of every kind of failure stays whatever the limits say, with a count of those like it; so do failing
    tests, summaries, outliers and what the question names.

    Attributes:
        max_lines: Lines shown at most; also as `max_total_lines`.
        max_errors: Failures shown at most, beyond one of each kind.
        max_warnings: Warnings shown at most.
        max_stack_traces: Stack traces shown at most, beyond one of each kind.
        max_stack_trace_lines: Accepted, without effect; also as `stack_trace_max_lines`.
        context_lines: Lines shown on each side of a failure; 0 keeps it alone. Also as `error_context_lines`.
        min_lines: Shorter texts lose no line; also as `min_lines_for_ccr`.
    """

    max_lines: int = Field(100, ge=1)
    max_errors: int = Field(10, ge=0)
    max_warnings: int = Field(5, ge=0)
    max_stack_traces: int = Field(3, ge=0)
    max_stack_trace_lines: int = Field(20, ge=1)
    context_lines: int = Field(3, ge=0)
    min_lines: int = Field(50, ge=0)
    max_total_lines = Synonym[int]("max_lines")
    stack_trace_max_lines = Synonym[int]("max_stack_trace_lines")
    error_context_lines = Synonym[int]("context_lines")
    min_lines_for_ccr = Synonym[int]("min_lines")


class DiffCompressorConfig(Settings):
    """What of a diff stays: every changed line that a person wrote, unless a limit was set.

    Attributes:
        max_context_lines: Unchanged lines shown on each side of a changed one.
        max_hunks_per_file: Hunks shown of one file at most; cuts hunks that people wrote only when it was set.
        max_files: Files of which hunks are shown at most; cuts files that people wrote only when it was set. All files
            are named or counted.
        min_lines: Shorter diffs lose no line; also as `min_lines_for_ccr`.
    """

    max_context_lines: int = Field(2, ge=0)
    max_hunks_per_file: int = Field(10, ge=0)
    max_files: int = Field(20, ge=0)
    min_lines: int = Field(50, ge=0)
    min_lines_for_ccr = Synonym[int]("min_lines")


class TextCompressorConfig(Settings):
    """What of plain text stays: both ends, headings, failures, and what fits the question.

    Attributes:
        max_lines: Lines shown at most; also as `max_total_lines`.
        keep_first_lines: Lines at the beginning that go before others.
        keep_last_lines: Lines at the end that go before others.
        target_tokens: Size of prose of which the passages that answer the question stay; None takes a third of it.
    """

    max_lines: int = Field(50, ge=1)
    keep_first_lines: int = Field(10, ge=0)
    keep_last_lines: int = Field(10, ge=0)
    target_tokens: int | None = Field(None, ge=1)
    max_total_lines = Synonym[int]("max_lines")


class DocstringMode(str, Enum):
    """What stays of the documentation of functions and classes."""

    FULL = "full"
    FIRST_LINE = "first_line"
    REMOVE = "remove"


class CodeCompressorConfig(Settings):
    """How source code becomes an outline: imports, types, signatures and decorators stay, bodies go.

    Attributes:
        docstring_mode: What stays of documentation.
        target_compression_rate: Part of the tokens that is to stay; the largest bodies go first, until it is reached.
        max_body_lines: Lines at the beginning of a body that stay, in whole statements.
        preserve_error_handlers: Keep what handles errors: `except`, `catch` and what stands with them.
        min_tokens_for_compression: Code with fewer tokens is left alone; also as `min_tokens`.
        fallback_to_llmlingua: Accepted, without effect; also as `fallback_to_kompress`.
    """

    docstring_mode: DocstringMode = DocstringMode.FIRST_LINE
    target_compression_rate: float = Field(0.2, ge=0, le=1)
    max_body_lines: int = Field(5, ge=0)
    preserve_error_handlers: bool = True
    min_tokens_for_compression: int = Field(100, ge=0)
    fallback_to_llmlingua: bool = True
    min_tokens = Synonym[int]("min_tokens_for_compression")
    fallback_to_kompress = Synonym[bool]("fallback_to_llmlingua")


def names_of_tools(names: set[str]) -> set[str]:
    """`names`, if none is empty."""
    if "" in names:
        raise ValueError("must not hold an empty name")
    return names


class ContentRouterConfig(Settings):
    """Which content types the router compresses; `HeadroomConfig` sets everything else.

    Attributes:
        enable_code_aware: Show source code as an outline, where leaving out is allowed; needs the extra `code`.
        enable_smart_crusher: Compress JSON.
        enable_search_compressor: Compress search results and listings.
        enable_log_compressor: Compress logs, builds and test runs.
        enable_html_extractor: Compress web pages.
        enable_kompress: Accepted, without effect.
        enable_image: Accepted, without effect.
        skip_user_messages: Leave what users wrote as it came.
        exclude_tools: Names or globs of tools whose results stay as they came.
        mixed_content_threshold: Accepted, without effect.
        min_section_tokens: Accepted, without effect.
        protect_recent_code: Accepted, without effect.
        protect_analysis_context: Accepted, without effect.
        min_ratio: Accepted, without effect.
    """

    enable_code_aware: bool = False
    enable_smart_crusher: bool = True
    enable_search_compressor: bool = True
    enable_log_compressor: bool = True
    enable_html_extractor: bool = True
    enable_kompress: bool = True
    enable_image: bool = True
    skip_user_messages: bool = True
    exclude_tools: Annotated[set[str], AfterValidator(names_of_tools)] = Field(default_factory=set)
    mixed_content_threshold: int = Field(2, ge=0)
    min_section_tokens: int = Field(20, ge=0)
    protect_recent_code: int = Field(4, ge=0)
    protect_analysis_context: bool = True
    min_ratio: float = Field(0.85, ge=0, le=1)
