"""Which units of an original a request selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from headroom.errors import ValidationError
from headroom.relevance.tokens import query_terms
from headroom.retrieval.asked import Asked, Span
from headroom.retrieval.filters import folded, matching, searched
from headroom.retrieval.pages import Piece
from headroom.retrieval.sources import Source, Sources, characters

BEFORE_CHARS = 200  # shown before what was searched for, in a unit larger than a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a request selects.

    Attributes:
        source: The units it is about.
        wanted: What of them is to be shown, in order.
        matching: How many match `where` and `search`; None where all are meant.
        is_literal: Whether they hold the words searched for as they stand.
        rows: Rows of the original where its characters are meant.
    """

    source: Source
    wanted: Sequence[Piece]
    matching: int | None = None
    is_literal: bool = True
    rows: int = 0


def choose(text: str, sources: Sources, asked: Asked, page_chars: int) -> Chosen:
    """What `asked` selects of `text`.

    Args:
        page_chars: Units longer than this are shown from what was searched for on.

    Raises:
        ValidationError: The request does not fit this original.
    """
    spans = asked.spans
    if spans is not None and spans[0].first < 0:
        if any(span.first >= 0 for span in spans) or asked.where is not None or asked.search is not None:
            raise ValidationError(
                'ask for rows or for characters of the text, such as rows="chars 4001-", not for both'
            )
        source = characters(text)
        cuts = [Span(0, 1, span.start, span.end) for span in spans]
        return Chosen(source=source, wanted=pieces(source, cuts), rows=rows_in(sources))
    if asked.where is not None or asked.search is not None:
        return matched(sources.apart, asked, page_chars)
    if spans is None and not asked.at:
        rows = rows_in(sources) if sources.whole.unit == "characters" else 0
        return Chosen(source=sources.whole, wanted=pieces(sources.whole, [Span(0)]), rows=rows)
    source = sources.together or sources.apart
    return Chosen(source=source, wanted=pieces(source, spans or [Span(0)]))


def rows_in(sources: Sources) -> int:
    """How many rows the original has; 0 where it has lines."""
    return sources.apart.total if sources.apart.unit == "rows" else 0


def pieces(source: Source, spans: Sequence[Span]) -> list[Piece]:
    """The units and pieces of units that spans name, in order; whole units once."""
    found: list[Piece] = []
    reached = 0
    for span in spans:
        last = len(source.spans) if span.last is None else min(span.last, len(source.spans))
        if span.start or span.end is not None:
            for place in range(span.first, last):
                size = source.unit_chars(place)
                end = size if span.end is None else min(span.end, size)
                found += [(place, span.start, end)] if span.start < end else []
        else:
            found += [(place, 0, source.unit_chars(place)) for place in range(max(span.first, reached), last)]
            reached = max(reached, last)
    return found


def matched(source: Source, asked: Asked, page_chars: int) -> Chosen:
    """The units that match `where` and `search`; of these, the ones among `rows`.

    The search goes over all of them, so that its answer does not depend on the page.
    """
    places = list(range(len(source.spans)))
    if asked.where is not None:
        if source.unit != "rows":
            raise ValidationError('this original has lines, no columns: use search="words" or rows="1-50"')
        places = matching(asked.where, source.values)
    is_literal = True
    if asked.search is not None:
        texts = [source.unit_text(place) for place in places]
        places = [places[found] for found in searched(texts, asked.search)]
        is_literal = any(folded(asked.search) in folded(source.unit_text(place)) for place in places[:1])
    found = pieces(source, asked.spans or [Span(0)])
    kept = set(places)
    wanted = [piece for piece in found if piece[0] in kept]
    chosen = Chosen(source=source, wanted=wanted, matching=len(places), is_literal=is_literal or not places)
    return chosen if asked.search is None else around(chosen, asked.search, page_chars)


def around(chosen: Chosen, search: str, page_chars: int) -> Chosen:
    """The same, where units longer than a page begin a little before what was searched for, or are passed over."""
    source, wanted = chosen.source, []
    words = [folded(search)] if chosen.is_literal else query_terms(search)
    for place, start, end in chosen.wanted:
        if end - start > page_chars:
            text = folded(source.unit_text(place))
            hits = [hit for hit in (text.find(word, start, end) for word in words) if hit >= 0]
            if not hits and start:
                continue
            start = max(start, min(hits, default=0) - BEFORE_CHARS)
        wanted.append((place, start, end))
    return replace(chosen, wanted=wanted)
