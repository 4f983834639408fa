"""One score, with what it rests on."""

from __future__ import annotations

from typing import Any


class RelevanceScore(float):
    """How well an item fits a question, 0 to 1; a float that knows its reason.

    Attributes:
        reason: What the score rests on, such as `bm25: 2 of 3 terms`; holds no content.
        matched_terms: Terms of the question that the item holds.
    """

    __slots__ = ("matched_terms", "reason")

    reason: str
    matched_terms: list[str]

    def __new__(cls, score: float = 0.0, reason: str = "", matched_terms: list[str] | None = None) -> RelevanceScore:
        """A score; values outside 0 to 1 are clamped."""
        self = super().__new__(cls, min(1.0, max(0.0, score)))
        self.reason = reason
        self.matched_terms = [] if matched_terms is None else matched_terms
        return self

    def __repr__(self) -> str:
        return f"RelevanceScore({float(self):.3f}, {self.reason!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return RelevanceScore, (float(self), self.reason, self.matched_terms)

    @property
    def score(self) -> float:
        """The score itself."""
        return float(self)
