"""One page of an original: whole units as long as there is room, a unit larger than a page in pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from headroom.protocols import TokenCounter
from headroom.retrieval.sources import Source

Piece = tuple[int, int, int]
"""Unit, first character within it and the one behind the last."""

ENDS = (re.compile(r"\n"), re.compile(r"[ ,;\t]"))  # where a piece may end, the best first
FIRST_CHARS = 8  # per token, in the first try of how much fits
MOST_TRIES = 24


@dataclass(frozen=True, slots=True)
class Page:
    """A part of an original, exactly as it stands there.

    Attributes:
        text: The part; its pieces one after the other.
        shown: What of the units it holds, in order.
        rest: What was wanted and does not stand here.
    """

    text: str = field(repr=False)
    shown: Sequence[Piece]
    rest: Sequence[Piece]


def page_of(source: Source, wanted: Sequence[Piece], most_tokens: int, counter: TokenCounter) -> Page:
    """As much of `wanted` from its beginning as `most_tokens` hold, but one character at least.

    Counters are additive within a few tokens only: whoever has a hard limit counts the page and asks for a smaller one.
    """
    shown: list[Piece] = []
    size = 0
    for piece in wanted:
        if size and size >= most_tokens:
            break
        text = text_of(source, piece)
        tokens = counter.count_text(text) + 1 if len(text) <= most_tokens * 200 else most_tokens + 1
        if size + tokens > most_tokens:
            if not shown or (tokens > most_tokens and 2 * size < most_tokens):
                shown.append(cut_piece(piece, text, max(1, most_tokens - size - 1), counter))
            break
        shown.append(piece)
        size += tokens
    return Page(joined(source, shown), shown, rest_of(wanted, shown))


def rest_of(wanted: Sequence[Piece], shown: Sequence[Piece]) -> Sequence[Piece]:
    """What of `wanted` is not shown: what stands behind, and the rest of a piece that was cut."""
    place, _, end = wanted[len(shown) - 1]
    behind = wanted[len(shown) :]
    return [(place, shown[-1][2], end), *behind] if shown[-1][2] < end else behind


def text_of(source: Source, piece: Piece) -> str:
    """What a piece says."""
    place, start, end = piece
    base = source.spans[place][0]
    return source.text[base + start : base + end]


def joined(source: Source, pieces: Sequence[Piece]) -> str:
    """Several pieces, each on a line of its own unless it goes on where the one before ends."""
    texts: list[str] = []
    reached = -1
    for place, start, end in pieces:
        base = source.spans[place][0]
        if texts and reached != base + start and not texts[-1].endswith("\n"):
            texts.append("\n")
        texts.append(source.text[base + start : base + end])
        reached = base + end
    return "".join(texts)


def cut_piece(piece: Piece, text: str, most_tokens: int, counter: TokenCounter) -> Piece:
    """The beginning of a piece that fits, up to the end of a line or word where one is near."""
    size = longest(text, lambda part: counter.count_text(part) <= most_tokens, FIRST_CHARS * most_tokens)
    for ends in ENDS:
        found = [match.end() for match in ends.finditer(text, size // 2, size)]
        if found and size < len(text):
            size = found[-1]
            break
    return piece[0], piece[1], piece[1] + size


def longest(text: str, fits: Callable[[str], bool], guess: int) -> int:
    """Length of about the longest beginning that fits, at least 1; tries grow from `guess`, then halve."""
    good, bad = 0, len(text) + 1
    size = min(guess, len(text))
    for _ in range(MOST_TRIES):
        if fits(text[:size]):
            good = size
        else:
            bad = size
        if good >= len(text) or bad - good <= max(1, good // 64):
            break
        size = min(2 * good, len(text)) if bad > len(text) else (good + bad) // 2
    return max(1, good)
