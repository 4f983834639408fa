"""BM25 and embeddings together; BM25 alone where there are no embeddings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.relevance.bm25 import BM25Scorer
from headroom.relevance.checks import require_between
from headroom.relevance.embedding import EmbeddingScorer, embedding_available
from headroom.relevance.score import RelevanceScore

UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.ASCII | re.IGNORECASE)
LONG_NUMBER = re.compile(r"\b[0-9]{4,}\b", re.ASCII)
HOST = re.compile(r"[A-Za-z0-9]@[A-Za-z0-9]|\b[A-Za-z0-9-]{1,63}\.[A-Za-z0-9-]{1,63}\.[A-Za-z]{2,24}\b", re.ASCII)

# Without embeddings a match of one word may be all there is.
LONE_MATCH = 0.3
SECOND_MATCH = 0.2


class HybridScorer:
    """Words and meaning together: `alpha` times the BM25 score plus `1 - alpha` times the embedding score.

    `alpha=1` is words alone, `alpha=0` is meaning alone, 0.5 is half of each. With `adaptive`, which is on by default,
    the question may raise the share of the words, and it stays between 0.3 and 0.9: for words or meaning alone give
    `adaptive=False`. The share that was used stands in each score's `reason`.

    Where sentence-transformers is not installed it is BM25 alone, whatever `alpha` says: any match scores at least
    0.3, one of two or more terms at least 0.5.

    Args:
        alpha: Share of the words, 0 to 1.
        adaptive: Raise the share, to at least so much, where the question holds what embeddings do not see: a UUID
            0.85; two or more numbers of at least four digits 0.75, one 0.65; a host name or e-mail address 0.6.
        bm25: Used instead of `BM25Scorer()`.
        embedding: Used instead of `EmbeddingScorer()`, whatever is installed.

    Raises:
        ConfigurationError: `alpha` is out of range.
    """

    name = "hybrid"

    def __init__(
        self,
        alpha: float = 0.5,
        adaptive: bool = True,
        bm25: BM25Scorer | None = None,
        embedding: EmbeddingScorer | None = None,
    ) -> None:
        require_between("alpha", alpha, 0, 1)
        self.alpha = alpha
        self.adaptive = adaptive
        self.bm25 = bm25 or BM25Scorer()
        self.embedding = embedding or (EmbeddingScorer() if embedding_available() else None)

    def score_items(self, items: Sequence[str], query: str) -> list[RelevanceScore]:
        """Scores aligned with `items`, each 0 to 1.

        Each is a float that carries `reason` and `matched_terms`.

        Raises:
            ValidationError: `items` is no list of texts, or `query` no text.
            ConfigurationError: The model of the embedding cannot be loaded.
        """
        words = self.bm25.score_items(items, query)
        if self.embedding is None:
            return [lone(score) for score in words]
        meanings = self.embedding.score_items(items, query)
        share = adapted(self.alpha, query) if self.adaptive else self.alpha
        return [
            RelevanceScore(share * word + (1 - share) * meaning, f"{share:.2f} {word.reason}", word.matched_terms)
            for word, meaning in zip(words, meanings, strict=True)
        ]

    def score_batch(self, items: Sequence[str], context: str) -> list[RelevanceScore]:
        """`score_items` under its other documented name."""
        return self.score_items(items, context)

    def score(self, item: str, context: str) -> RelevanceScore:
        """Score of a single item."""
        return self.score_items([item], context)[0]


def lone(score: RelevanceScore) -> RelevanceScore:
    """A BM25 score that has to stand alone."""
    least = LONE_MATCH * bool(score.matched_terms) + SECOND_MATCH * (len(score.matched_terms) > 1)
    return RelevanceScore(max(score, least), score.reason, score.matched_terms)


def adapted(alpha: float, query: str) -> float:
    """Share of BM25 for a question.

    >>> adapted(0.5, "state of 4711"), adapted(0.5, "what went wrong")
    (0.65, 0.5)
    """
    numbers = len(LONG_NUMBER.findall(query))
    if UUID.search(query):
        alpha = max(alpha, 0.85)
    elif numbers:
        alpha = max(alpha, 0.75 if numbers > 1 else 0.65)
    elif HOST.search(query):
        alpha = max(alpha, 0.6)
    return min(0.9, max(0.3, alpha))
