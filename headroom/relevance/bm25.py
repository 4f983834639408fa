"""BM25 over the items at hand: which of them hold the rare words of the question. No dependencies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.errors import ConfigurationError
from headroom.relevance.checks import check_asked, require, require_between
from headroom.relevance.postings import postings
from headroom.relevance.score import RelevanceScore
from headroom.relevance.tokens import query_terms, terms

# Share of the score that coverage decides; the rest is how often and in how short an item.
COVERAGE_SHARE = 0.9
# Questions hold words that no item has ("look up", a name resolved before): they count, but little.
UNKNOWN_SHARE = 0.25
MOST, LEAST_SCORE = 1e9, 1e-9
VARIANTS = {"okapi": "BM25Okapi", "l": "BM25L", "plus": "BM25Plus"}


def idf(documents_with_term: int, documents: int) -> float:
    """Weight of a term by how rare it is; always positive.

    Robertson-Sparck Jones weight in the "1 +" form Lucene uses: ln(1 + (N - n + 0.5) / (n + 0.5)). Without the 1 it
    is negative for n > N/2.

    Args:
        documents_with_term: n, between 0 and N.
        documents: N, at least 1.

    >>> round(idf(documents_with_term=1, documents=3), 3)
    0.981
    """
    return math.log(1 + (documents - documents_with_term + 0.5) / (documents_with_term + 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Where the terms of a question occur.

    Attributes:
        terms: The question's distinct terms.
        items: For each term, item number to number of occurrences.
        weights: For each term, its `idf` over the items.
    """

    terms: list[str] = field(repr=False)
    items: list[dict[int, int]]
    weights: list[float]

    @property
    def total(self) -> float:
        """What an item that holds every term covers; terms that no item holds count a quarter."""
        return sum(
            weight if items else weight * UNKNOWN_SHARE
            for weight, items in zip(self.weights, self.items, strict=True)
        )  # fmt: skip


def find_matches(items: Sequence[str], query: str) -> Matches:
    """Look for the terms of `query` in `items`."""
    wanted = query_terms(query)
    found = postings(items, wanted)
    return Matches(terms=wanted, items=found, weights=[idf(len(held), max(1, len(items))) for held in found])


def plain_bm25(items: Sequence[str], matches: Matches, k1: float = 1.5, b: float = 0.75) -> list[float]:
    """BM25 of each item, 0 and up; lengths are in characters.

    Sum over the terms of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length)).
    """
    mean = sum(map(len, items)) / len(items) or 1.0 if items else 1.0
    scores = [0.0] * len(items)
    for held, weight in zip(matches.items, matches.weights, strict=True):
        for item, count in held.items():
            scores[item] += weight * count * (k1 + 1) / (count + k1 * (1 - b + b * len(items[item]) / mean))
    return scores


class BM25Scorer:
    """Scores items by the question's terms they hold (Robertson and Zaragoza 2009, "1 +" idf as in Lucene).

    Two differences: lengths are counted in characters, so that nothing but the question's terms is looked for; and
    scores are normalised: nine tenths are the idf-weighted share of the question's terms that the item holds, one
    tenth its BM25. So a full match is 0.9 to 1 and no match is 0, whatever the number of items.

    Args:
        k1: How late repetition stops to count; at 0 it counts not at all.
        b: How much long items are marked down, 0 to 1.
        normalize_score: False gives plain BM25 divided by `max_score`, at most 1.
        max_score: See `normalize_score`; above 0.
        variant: `okapi`, `l` or `plus` take BM25 from rank-bm25 (extra `relevance`); None is our own.

    Raises:
        ConfigurationError: A value is out of range, or rank-bm25 is not installed.

    >>> one, other = BM25Scorer().score_items(["gateway timeout", "all is well"], "gateway timeout")
    >>> one > 0.9, other == 0, one.matched_terms
    (True, True, ['gateway', 'timeout'])
    """

    name = "bm25"

    def __init__(
        self,
        k1: float = 1.5,
        b: float = 0.75,
        normalize_score: bool = True,
        max_score: float = 10.0,
        variant: str | None = None,
    ) -> None:
        require_between("k1", k1, 0, MOST)
        require_between("b", b, 0, 1)
        require_between("max_score", max_score, LEAST_SCORE, MOST)
        is_known = variant is None or (isinstance(variant, str) and variant in VARIANTS)
        require(is_known, "variant must be okapi, l, plus or None", "variant", variant)
        if variant is not None:
            require(k1 > 0, "k1 must be above 0 where a variant is named", "k1", k1)
            rank_bm25_class(variant)  # refused now rather than at the first score
        self.k1 = k1
        self.b = b
        self.normalize_score = normalize_score
        self.max_score = max_score
        self.variant = variant

    def score_items(self, items: Sequence[str], query: str) -> list[RelevanceScore]:
        """Scores aligned with `items`, each 0 to 1.

        Each is a float that carries `reason` and `matched_terms`.

        Raises:
            ValidationError: `items` is no list of texts, or `query` no text.
        """
        check_asked(items, query)
        matches = find_matches(items, query)
        plain = self.plain_scores(items, matches)
        covered = [0.0] * len(items)
        names: dict[int, list[str]] = {}
        for term, held, weight in zip(matches.terms, matches.items, matches.weights, strict=True):
            for item in held:
                covered[item] += weight
                names.setdefault(item, []).append(term)
        scores = self.normalised(plain, covered, matches.total) if self.normalize_score else self.capped(plain)
        of = f" of {len(matches.terms)} terms"
        nothing = RelevanceScore(0.0, f"bm25: 0{of}")
        return [
            RelevanceScore(score, f"bm25: {len(names.get(item, ()))}{of}", names.get(item))
            if score or item in names
            else nothing
            for item, score in enumerate(scores)
        ]

    def score_batch(self, items: Sequence[str], context: str) -> list[RelevanceScore]:
        """`score_items` under its other documented name."""
        return self.score_items(items, context)

    def score(self, item: str, context: str) -> RelevanceScore:
        """Score of a single item."""
        return self.score_items([item], context)[0]

    def plain_scores(self, items: Sequence[str], matches: Matches) -> list[float]:
        """BM25 of each item, our own or that of the variant."""
        if self.variant is None:
            return plain_bm25(items, matches, self.k1, self.b)
        corpus = [terms(item) for item in items]
        if not any(corpus):
            return [0.0] * len(items)
        ranker = rank_bm25_class(self.variant)(corpus, k1=self.k1, b=self.b)
        return [float(score) for score in ranker.get_scores(matches.terms)]

    def normalised(self, plain: Sequence[float], covered: Sequence[float], total: float) -> list[float]:
        """Coverage, refined by BM25 in proportion to the best; 0 without a match."""
        best = max(plain, default=0.0)
        return [
            part / total * (COVERAGE_SHARE + (1 - COVERAGE_SHARE) * max(0.0, score) / best if best > 0 else 1.0)
            if part
            else 0.0
            for score, part in zip(plain, covered, strict=True)
        ]

    def capped(self, plain: Sequence[float]) -> list[float]:
        """Plain BM25 as a share of `max_score`."""
        return [score / self.max_score for score in plain]


def rank_bm25_class(variant: str) -> type:
    """The class of rank-bm25 that computes `variant`."""
    try:
        import rank_bm25
    except ImportError as error:
        raise ConfigurationError(
            'BM25Scorer(variant=...) needs rank-bm25: pip install "headroom-integrations[relevance]"',
            field="variant",
            value=variant,
        ) from error
    return getattr(rank_bm25, VARIANTS[variant])  # type: ignore[no-any-return]
