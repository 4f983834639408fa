"""Counts for vocabularies that are not published: the built-in count times a factor."""

from __future__ import annotations

import math

from headroom.tokenizers.tiktoken_counter import built_in_counter


class ScaledCounter:
    """The built-in count times `factor`, rounded up: an estimate, always marked as one.

    Args:
        name: Vocabulary or family that is estimated.
        factor: Its tokens per o200k_base token; above 0.
    """

    is_exact = False

    def __init__(self, name: str, factor: float) -> None:
        self.name = name
        self.factor = factor

    def __repr__(self) -> str:
        return f"ScaledCounter({self.name!r}, {self.factor})"

    def count_text(self, text: str) -> int:
        """Estimated tokens of `text`; 0 for the empty text only."""
        return math.ceil(built_in_counter().count_text(text) * self.factor)
