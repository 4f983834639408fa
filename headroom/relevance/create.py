"""`create_scorer`: a scorer by name."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import Any

from headroom.environment import suggestion
from headroom.errors import ConfigurationError
from headroom.protocols import Scorer
from headroom.relevance.bm25 import BM25Scorer
from headroom.relevance.embedding import EmbeddingScorer, embedding_available
from headroom.relevance.hybrid import HybridScorer

SCORERS: dict[str, type[Scorer]] = {"bm25": BM25Scorer, "embedding": EmbeddingScorer, "hybrid": HybridScorer}


def create_scorer(scorer_type: str | None = None, *, tier: str | None = None, **settings: Any) -> Scorer:
    """A scorer by name.

    Args:
        scorer_type: `bm25` (words, no dependency), `embedding` (meaning) or `hybrid` (both); None takes the best that
            is installed and knows all the settings: hybrid where there are embeddings, else BM25.
        tier: The same under its other documented name.
        **settings: For the scorer's constructor, such as `alpha`.

    Raises:
        ConfigurationError: The name, or a setting, is unknown or out of range.

    >>> create_scorer("bm25").name, create_scorer(scorer_type="hybrid", alpha=0.7).alpha
    ('bm25', 0.7)
    """
    name = scorer_type or tier or best_type(settings)
    if not isinstance(name, str) or name not in SCORERS or (scorer_type and tier and scorer_type != tier):
        raise ConfigurationError(f"scorer_type must be one of {', '.join(SCORERS)}", field="scorer_type", value=name)
    known = settings_of(name)
    for setting in settings:
        if setting not in known:
            hint = suggestion(setting, known)
            raise ConfigurationError(f"{name} has no setting {setting!r}{hint}", field=setting, value=name)
    return SCORERS[name](**settings)


def best_type(settings: Mapping[str, Any]) -> str:
    """The best scorer that is installed and knows all of `settings`."""
    order = ("hybrid", "bm25", "embedding") if embedding_available() else ("bm25", "hybrid", "embedding")
    return next((name for name in order if settings.keys() <= settings_of(name)), order[0])


def settings_of(name: str) -> frozenset[str]:
    """What the constructor of a scorer takes."""
    return frozenset(signature(SCORERS[name]).parameters)
