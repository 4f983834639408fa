"""How a text is cut into the deltas of a stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle


def pieces(text: str, sizes: Sequence[int]) -> Iterator[str]:
    """The text in pieces of these lengths, repeated; nothing for the empty text."""
    start = 0
    for size in cycle(sizes):
        if start >= len(text):
            return
        yield text[start : start + size]
        start += size
