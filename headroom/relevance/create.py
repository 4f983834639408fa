"""`create_scorer`: a scorer by name."""

from __future__ import annotations

from typing import Any

from headroom.errors import ConfigurationError
from headroom.protocols import Scorer
from headroom.relevance.bm25 import BM25Scorer
from headroom.relevance.embedding import EmbeddingScorer, embedding_available
from headroom.relevance.hybrid import HybridScorer

SCORERS: dict[str, type[Scorer]] = {"bm25": BM25Scorer, "embedding": EmbeddingScorer, "hybrid": HybridScorer}


def create_scorer(scorer_type: str | None = None, *, tier: str | None = None, **settings: Any) -> Scorer:
    """A scorer by name.

    Args:
        scorer_type: `bm25`, `embedding` or `hybrid`; None takes the best that is installed.
        tier: The same under its other documented name.
        **settings: For the scorer's constructor.

    Raises:
        ConfigurationError: The name, or a setting, is unknown.

    >>> create_scorer("bm25").name
    'bm25'
    """
    name = scorer_type or tier or best_type(settings)
    if name not in SCORERS or (scorer_type and tier and scorer_type != tier):
        raise ConfigurationError(f"scorer_type must be one of {', '.join(SCORERS)}", field="scorer_type", value=name)
    try:
        return SCORERS[name](**settings)
    except TypeError as error:
        raise ConfigurationError(f"{name}: unknown setting", field=", ".join(settings), value=name) from error


def best_type(settings: dict[str, Any]) -> str:
    """Hybrid where embeddings are installed or its settings are given, else BM25."""
    return "hybrid" if embedding_available() or settings.keys() & {"alpha", "adaptive"} else "bm25"
