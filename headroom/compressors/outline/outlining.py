"""A source file with its declarations, and in place of each body a comment that names its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.compressors.limits import Limits
from headroom.compressors.outline.cuts import Cut, cuts_of
from headroom.compressors.outline.grammars import GRAMMARS, parse
from headroom.compressors.outline.languages import language_of
from headroom.compressors.outline.trees import count_errors
from headroom.detection.code import gutter_ends
from headroom.markers import left_out_line
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

LINES_PER_ERROR = 200  # a text that parses worse is not taken for the language
COMMENTS = {"python": "#"}  # of the others: //


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is left of a source text when bodies are left out.

    Attributes:
        text: The outline; the text itself where `reason` says why there is none.
        language: What it was read as; "" where that is not known.
        lines_total: Lines of the text.
        lines_shown: How many of them the outline shows.
        reason: Why nothing was left out, or "".
    """

    text: str = field(repr=False)
    language: str = ""
    lines_total: int = 0
    lines_shown: int = 0
    reason: str = ""


def outline(text: str, language: str | None = None) -> Outline:
    """The outline of a source text; it parses as well as the text does.

    Kept to the byte are imports, types, constants, signatures, first lines of documentation; every stretch that is
    left out is a comment with its line numbers, counted in `text` from 1. Views with line numbers keep those of the
    lines that stay.

    Args:
        language: A key of `GRAMMARS`; None goes by the text.
    """
    lines = text.removesuffix("\n").split("\n")
    code, gutter = without_numbers(lines)
    language = language or language_of("\n".join(code)) or ""
    cuts, reason = verified_cuts(code, language)
    if reason == "does_not_parse" and language == "javascript":
        language = "tsx"  # whose types stand in few of its lines
        cuts, reason = verified_cuts(code, language)
    return Outline(
        text=text if reason else "\n".join(applied(lines, cuts, gutter)),
        language=language,
        lines_total=len(lines),
        lines_shown=len(lines) - sum(cut.hidden for cut in cuts),
        reason=reason,
    )


def without_numbers(lines: Sequence[str]) -> tuple[list[str], list[int]]:
    """The code of each line, and where it begins; all 0 where lines are not numbered."""
    gutter = gutter_ends(lines) or [0] * len(lines)
    return [line[start:] for line, start in zip(lines, gutter, strict=True)], gutter


def verified_cuts(code: Sequence[str], language: str) -> tuple[list[Cut], str]:
    """What to leave out, and the reason why nothing is."""
    root = parse(encoded(code), language) if language in GRAMMARS else None
    if root is None:
        return [], f"no_grammar_for_{language}" if language else "language_not_known"
    errors = count_errors(root)
    if root.type == "ERROR" or errors > 1 + len(code) // LINES_PER_ERROR:
        return [], "does_not_parse"
    cuts = cuts_of(root, code, language, COMMENTS.get(language, "//"))
    if not cuts:
        return [], "nothing_to_leave_out"
    again = parse(encoded(applied(code, cuts, [0] * len(code))), language)
    if again is None or count_errors(again) > errors:
        return [], "outline_would_not_parse"
    return cuts, ""


def encoded(code: Sequence[str]) -> bytes:
    """UTF-8 bytes; lone surrogates, which it has no bytes for, become question marks."""
    return "\n".join(code).encode("utf-8", "replace")


def applied(lines: Sequence[str], cuts: Sequence[Cut], gutter: Sequence[int]) -> list[str]:
    """The lines with the cuts in their places; a line that is rewritten keeps its number."""
    made: list[str] = []
    row = 0
    for cut in cuts:
        made += lines[row : cut.start]
        number = lines[cut.start][: gutter[cut.start]] if cut.rewrites else ""
        made += [f"{number}{cut.lines[0]}", *cut.lines[1:]]
        row = cut.end
    return [*made, *lines[row:]]


def outline_text(text: str, exact: CompressionResult, limits: Limits, counter: TokenCounter) -> CompressionResult:
    """The outline of `text` with a marker line, as a result of class `left_out`; `exact` where that is not smaller.

    The marker is a comment of the language, so that the whole still parses.
    """
    found = outline(text)
    if found.reason:
        return exact
    mark = COMMENTS.get(found.language, "//")
    marker = left_out_line(
        shown=found.lines_shown,
        total=found.lines_total,
        unit="lines",
        handle=limits.handle,
        by_tool=limits.by_tool,
        secret=limits.secret,
    )
    made = f"{found.text}\n{mark} {marker}"
    size = counter.count_text(made)
    if size >= exact.compressed_tokens:
        return exact
    return CompressionResult(
        compressed=made,
        original_tokens=exact.original_tokens,
        compressed_tokens=size,
        exact_tokens=exact.compressed_tokens,
        kind="source_code",
        change="left_out",
        strategy="outline",
        items_total=found.lines_total,
        items_kept=found.lines_shown,
    )
