"""How small a text should become where something may be left out, and what can choose what stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isqrt
from typing import Protocol, runtime_checkable

from headroom.compressors.item_choice.settings import ChoiceSettings, Scores
from headroom.results import ChangeClass, CompressionResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How small a text should become, and how its reader can see the rest.

    Attributes:
        tokens: Size that a selection fills, in tokens; errors, anomalies and matches may pass it (law 4).
        above_tokens: Selection starts where the exact form is larger than this.
        most_items: Rows that stay at most, errors and matches aside; None for no such limit.
        handle: Handle of the original.
        is_asked: Whether the caller set `tokens`; else larger texts may fill more.
        by_tool: Whether the reader can call the retrieve tool.
        secret: Key of the marker's check.
        settings: What decides which rows matter; None takes the defaults.
        scores: How well rows fit a question; None goes by literals alone.
    """

    tokens: int
    above_tokens: int
    handle: str
    is_asked: bool = False
    by_tool: bool = False
    most_items: int | None = None
    secret: str = field(default="", repr=False)
    settings: ChoiceSettings | None = None
    scores: Scores | None = None


@runtime_checkable
class Selector(Protocol):
    """A compressor that can also leave something out.

    Pure, like `compress`; the result has class `left_out` and ends with one marker line, or is `exact` itself.
    """

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """What matters of `text`, and a line that counts the rest; `exact` where nothing can be left out.

        Args:
            exact: What `compress` made of `text`.
            context: What the reader is looking for, or "".
        """
        ...


def filled_by(exact_tokens: int, limits: Limits) -> int:
    """Tokens that a selection fills: what was asked for, else more for larger texts, by the fourth root.

    Whole numbers only, so that every machine rounds alike; it never falls as texts grow (no cliff).
    """
    if limits.is_asked:
        return limits.tokens
    return max(limits.tokens, isqrt(isqrt(exact_tokens * limits.tokens**3)))


def unchanged(text: str, tokens: int, reason: str, kind: str = "text") -> CompressionResult:
    """`text` as it came, with the reason."""
    return CompressionResult(
        compressed=text, original_tokens=tokens, compressed_tokens=tokens, exact_tokens=tokens, kind=kind, reason=reason
    )


def changed(
    made: str, tokens: int, made_tokens: int, *, kind: str, strategy: str, change: ChangeClass = "exact"
) -> CompressionResult:
    """`made` in place of a text of `tokens` tokens, with nothing left out."""
    return CompressionResult(
        compressed=made,
        original_tokens=tokens,
        compressed_tokens=made_tokens,
        exact_tokens=made_tokens,
        kind=kind,
        change=change,
        strategy=strategy,
    )
