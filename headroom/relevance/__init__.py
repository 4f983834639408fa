"""Which items fit a question."""

from headroom.relevance.bm25 import BM25Scorer, find_matches, plain_bm25
from headroom.relevance.create import create_scorer
from headroom.relevance.embedding import EmbeddingScorer, embedding_available
from headroom.relevance.hybrid import HybridScorer
from headroom.relevance.postings import postings, rarest_terms
from headroom.relevance.score import RelevanceScore
from headroom.relevance.tokens import query_terms, terms

__all__ = [
    "BM25Scorer",
    "EmbeddingScorer",
    "HybridScorer",
    "RelevanceScore",
    "create_scorer",
    "embedding_available",
    "find_matches",
    "plain_bm25",
    "postings",
    "query_terms",
    "rarest_terms",
    "terms",
]
