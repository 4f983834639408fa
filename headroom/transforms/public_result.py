"""What the compressors of single content types give back: the result of every compressor, and documented names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headroom.results import CompressionResult
from headroom.results.values import savings_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedText(CompressionResult):
    """A text that was compressed by hand.

    Attributes:
        original: The text as it came, the same object.
        handle: Handle of the original where something was left out, else None. `headroom.retrieve(handle,
            messages=...)` finds it in the messages it came in.
    """

    original: str = field(default="", repr=False)
    handle: str | None = None

    @property
    def ccr_hash(self) -> str | None:
        """`handle`, under its documented name."""
        return self.handle

    @property
    def tokens_before(self) -> int:
        """`original_tokens`, under the name that other results use."""
        return self.original_tokens

    @property
    def tokens_after(self) -> int:
        """`compressed_tokens`, under the name that other results use."""
        return self.compressed_tokens

    @property
    def savings_percent(self) -> float:
        """Share of tokens saved, 0 to 100."""
        return savings_percent(self.compressed_tokens, self.original_tokens)

    @property
    def original_line_count(self) -> int:
        """Lines of the text as it came."""
        return line_count(self.original)

    @property
    def compressed_line_count(self) -> int:
        """Lines of what goes out, what is said of the others included."""
        return line_count(self.compressed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCompressionResult(CompressedText):
    """Search results that were compressed.

    Attributes:
        original_match_count: Matches, or paths of a list.
        compressed_match_count: Those that are shown.
        files_affected: Files that the results name.
    """

    original_match_count: int = 0
    compressed_match_count: int = 0
    files_affected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCompressionResult(CompressedText):
    """A log, a build or a test run that was compressed.

    Attributes:
        format_detected: What printed it, such as `pytest` or `npm`; `log`, `stack_trace` or `generic` where that is
            not known.
        stats: Counts: `lines`, `lines_kept`, `errors`, `errors_kept`, `warnings`, `warnings_kept`, `stack_traces`,
            `stack_traces_kept`.
    """

    format_detected: str = "generic"
    stats: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffCompressionResult(CompressedText):
    """A diff that was compressed.

    Attributes:
        files_affected: Files that it changes.
        additions: Lines added.
        deletions: Lines removed.
        hunks_total: Hunks of all files.
        hunks_kept: Those of which every changed line is shown.
    """

    files_affected: int = 0
    additions: int = 0
    deletions: int = 0
    hunks_total: int = 0
    hunks_kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCompressionResult(CompressedText):
    """A plain text that was compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCompressionResult(CompressedText):
    """Source code that was compressed.

    Attributes:
        language: What it was read as; "" where that is not known.
        syntax_valid: Whether what goes out parses as well as what came in; it always does.
    """

    language: str = ""
    syntax_valid: bool = True


def line_count(text: str) -> int:
    """Lines of a text; a line feed at its end ends the last one.

    >>> line_count("a\\nb\\n"), line_count("a\\nb"), line_count("")
    (2, 2, 0)
    """
    return text.count("\n") + (text != "" and not text.endswith("\n"))
