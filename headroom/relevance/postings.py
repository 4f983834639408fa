"""In which items the terms of a question occur, and how often: by substring search, no index."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from headroom.relevance.letters import fold
from headroom.relevance.tokens import is_boundary, query_terms

SEPARATOR = "\n"


class ItemText:
    """Items as one text, to be searched for one term after the other.

    Attributes:
        starts: Offset of each item in the text.
    """

    def __init__(self, items: Sequence[str]) -> None:
        self.text = SEPARATOR.join(items)
        self.folded = fold(self.text)
        self.starts = list(accumulate((len(item) + 1 for item in items), initial=0))[:-1]

    def occurrences(self, term: str) -> dict[int, int]:
        """Item number to how often it holds `term` as whole words or camelCase pieces; ascending, no zeros.

        Args:
            term: A folded term without line ends, not empty.
        """
        found: dict[int, int] = {}
        place = self.folded.find(term)
        while place >= 0:
            end = place + len(term)
            if is_boundary(self.text, place) and is_boundary(self.text, end):
                item = bisect_right(self.starts, place) - 1
                found[item] = found.get(item, 0) + 1
            else:
                end = place + 1
            place = self.folded.find(term, end)
        return found


def postings(items: Sequence[str], terms: Sequence[str]) -> list[dict[int, int]]:
    """For each term, item number to number of occurrences. Linear in the text for each term."""
    text = ItemText(items)
    return [text.occurrences(term) for term in terms]


def rarest_terms(query: str, items: Sequence[str]) -> list[tuple[str, list[int]]]:
    """The terms of a question that the fewest items hold (at least one), each with the numbers of those items.

    Empty where no item holds any; several where they are equally rare.

    >>> rarest_terms("status of order A-17", ["order A-16 status ok", "order A-17 status ok"])
    [('a-17', [1]), ('17', [1])]
    """
    terms = query_terms(query)
    found = [(term, list(items_of)) for term, items_of in zip(terms, postings(items, terms), strict=True) if items_of]
    fewest = min((len(items_of) for _, items_of in found), default=0)
    return [(term, items_of) for term, items_of in found if len(items_of) == fewest]
