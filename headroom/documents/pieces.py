"""Documents of prose as pieces that sentences are chosen from, and what stays of them put together again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from headroom.compressors.sentences import KeptText, choose_sentences
from headroom.protocols import TokenCounter

LEFT_OUT = "[...]"
BLANK_LINES = re.compile(r"(\n[ \t\r]*\n[ \t\r\n]*)")
MOST_ROUNDS = 5  # of choosing again where marks made it too large


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of prose that sentences are chosen from.

    Attributes:
        row: Number of the document that it stands in.
        title: What it is about, or "".
        text: What it says.
        behind: The blank lines behind it, in a document that is taken apart.
    """

    row: int
    title: str = field(repr=False)
    text: str = field(repr=False)
    behind: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDocument:
    """What stays of one document: the text, and how many of its sentences."""

    text: str = field(repr=False)
    shown: int
    total: int


def chosen(pieces: Sequence[Piece], question: str, room: int, counter: TokenCounter) -> dict[int, KeptDocument]:
    """Row of each document to what stays of it, together about `room` tokens."""
    found: dict[int, KeptDocument] = {}
    left = room
    for number in range(1, MOST_ROUNDS + 1):
        found = kept_of(pieces, question, left, counter)
        over = sum(counter.count_text(kept.text) for kept in found.values()) - room
        if over <= 0:
            break
        left = max(left - number * over, 0)  # marks of what does not stay are not counted in the choice
    return found


def kept_of(pieces: Sequence[Piece], question: str, room: int, counter: TokenCounter) -> dict[int, KeptDocument]:
    """One choice within `room` tokens, marks aside."""
    kept = choose_sentences([(piece.title, piece.text) for piece in pieces], question, room, counter)
    found = {}
    for row, members in groupby(zip(pieces, kept, strict=True), key=lambda pair: pair[0].row):
        pairs = list(members)
        shown, total = (sum(getattr(text, name) for _, text in pairs) for name in ("shown", "total"))
        found[row] = KeptDocument(text=joined(pairs), shown=shown, total=total)
    return found


def parts_of(row: int, text: str) -> list[Piece]:
    """The stretches between blank lines; together they are the text."""
    parts = BLANK_LINES.split(text)
    return [Piece(row, "", part, behind) for part, behind in zip(parts[::2], [*parts[1::2], ""], strict=True)]


def joined(pairs: Sequence[tuple[Piece, KeptText]]) -> str:
    """What stays of one document; one mark for each stretch of which nothing does."""
    shown: list[str] = []
    for piece, text in pairs:
        if text.total and not text.shown:
            if not shown or not shown[-1].startswith(LEFT_OUT):
                shown.append(LEFT_OUT + (piece.behind and "\n\n"))
        else:
            shown.append(text.text + piece.behind)
    return "".join(shown).rstrip(" \t\r\n") if len(pairs) > 1 else "".join(shown)
