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

BEFORE_CHARS, BEHIND_CHARS = 200, 800  # shown around what was searched for, in a unit larger than a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a request selects.

    Attributes:
        source: The units it is about.
        wanted: What of them is to be shown, in order.
        matching: How many match `where` and `search`; None where all are meant.
        is_literal: Whether they hold the words searched for as they stand.
        rows: Rows of the original where its characters are meant.
        is_elsewhere: Whether the words searched for stand outside the rows, too.
    """

    source: Source
    wanted: Sequence[Piece]
    matching: int | None = None
    is_literal: bool = True
    rows: int = 0
    is_elsewhere: bool = False


def choose(text: str, sources: Sources, asked: Asked, page_chars: int) -> Chosen:
    """What `asked` selects of `text`.

    Args:
        page_chars: Units longer than this are shown from what was searched for on.

    Raises:
        ValidationError: The request does not fit this original.
    """
    spans = asked.spans
    if spans is not None and spans[0].first < 0:
        return in_text(text, sources, asked)
    if asked.where is not None or asked.search is not None:
        chosen = matched(sources.apart, asked, page_chars)
        more = outside(text, sources, asked)
        is_found = chosen.matching and chosen.is_literal
        return in_text(text, sources, asked) if more and not is_found else replace(chosen, is_elsewhere=more)
    if spans is None and not asked.at:
        rows = rows_in(sources) if sources.whole.unit == "characters" else 0
        return Chosen(source=sources.whole, wanted=pieces(sources.whole, [Span(0)]), rows=rows)
    goes_on = spans is None or reaches_end(spans[-1], len(sources.apart.spans))
    source = sources.together if goes_on and sources.together else sources.apart
    return Chosen(source=source, wanted=pieces(source, spans or [Span(0)]))


def reaches_end(span: Span, units: int) -> bool:
    """Whether a span goes on to the end of the text, whatever stands behind its last row."""
    return span.last is None or (span.last >= units and span.start > 0 and span.end is None)


def outside(text: str, sources: Sources, asked: Asked) -> bool:
    """Whether what is searched for in all rows stands in the text around them, too."""
    if asked.search is None or asked.where is not None or asked.spans is not None or sources.together is not None:
        return False
    word, rows = folded(asked.search), sources.apart
    within = sum(folded(rows.unit_text(place)).count(word) for place in range(len(rows.spans)))
    return folded(text).count(word) > within


def in_text(text: str, sources: Sources, asked: Asked) -> Chosen:
    """Characters of the whole text; those around the words searched for.

    Raises:
        ValidationError: Rows or comparisons are asked for in the same breath.
    """
    spans = asked.spans or [Span(-1)]
    if asked.where is not None or (asked.spans and any(span.first >= 0 for span in spans)):
        raise ValidationError('ask for characters of the text alone, such as rows="chars 4001-"')
    source = characters(text)
    wanted = pieces(source, [Span(0, 1, span.start, span.end) for span in spans])
    rows = rows_in(sources)
    if asked.search is None:
        return Chosen(source=source, wanted=wanted, rows=rows)
    word = folded(asked.search)
    found = [(0, *window) for _, start, end in wanted for window in windows(folded(text), [word], start, end)]
    return Chosen(source=source, wanted=found, matching=folded(text).count(word), rows=rows)


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
    """The same, where of units longer than a page only what stands around the words searched for is wanted."""
    source = chosen.source
    wanted: list[Piece] = []
    words = [folded(search)] if chosen.is_literal else query_terms(search)
    for place, start, end in chosen.wanted:
        if end - start <= page_chars:
            wanted.append((place, start, end))
        else:
            text = folded(source.unit_text(place))
            wanted += [(place, *window) for window in windows(text, words, start, end)]
    return replace(chosen, wanted=wanted)


def windows(text: str, words: Sequence[str], start: int, end: int) -> list[tuple[int, int]]:
    """(start, end) of what stands around each of `words` in a stretch of `text`, in order; none overlap."""
    hits: list[int] = []
    for word in filter(None, words):
        hit = text.find(word, max(0, start - len(word) + 1), end)
        while hit >= 0:
            hits.append(hit)
            hit = text.find(word, hit + len(word), end)
    found: list[tuple[int, int]] = []
    for hit in sorted(hits):
        low, high = max(start, hit - BEFORE_CHARS), min(end, hit + BEHIND_CHARS)
        if found and low <= found[-1][1]:
            low = found.pop()[0]
        found.append((low, high))
    return found
