"""What of `SmartCrusherConfig` decides which rows stay, as the choice of items reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headroom.config import RelevanceScorerConfig, SmartCrusherConfig
from headroom.errors import ConfigurationError
from headroom.protocols import Scorer
from headroom.relevance import BM25Scorer, EmbeddingScorer, HybridScorer, create_scorer, embedding_available


@dataclass(frozen=True, slots=True)
class RowSettings:
    """The settings of a row choice; see `SmartCrusherConfig` for what each means."""

    keep_first: int
    keep_last: int
    first_fraction: float
    last_fraction: float
    ends_were_set: bool
    preserve_errors: bool
    preserve_change_points: bool
    dedup_identical_items: bool
    min_items_to_analyze: int
    anomaly_std_threshold: float | None

    @classmethod
    def of(cls, config: SmartCrusherConfig) -> RowSettings:
        """From the configured ones; `anomaly_std_threshold` acts only where it was set."""
        was_set = "anomaly_std_threshold" in config.model_fields_set
        return cls(
            keep_first=config.keep_first,
            keep_last=config.keep_last,
            first_fraction=config.first_fraction,
            last_fraction=config.last_fraction,
            ends_were_set=config.ends_were_set,
            preserve_errors=config.preserve_errors,
            preserve_change_points=config.preserve_change_points,
            dedup_identical_items=config.dedup_identical_items,
            min_items_to_analyze=config.min_items_to_analyze,
            anomaly_std_threshold=config.anomaly_std_threshold if was_set else None,
        )


class RowScorer:
    """Scores rows against a question as configured; a score below a threshold that was set counts as no match."""

    def __init__(self, config: SmartCrusherConfig, relevance: RelevanceScorerConfig | None = None) -> None:
        settings = relevance or config.scorer_config()
        self.scorer: Scorer = scorer_of(settings)
        was_set = "relevance_threshold" in {*config.model_fields_set, *config.relevance.model_fields_set}
        self.threshold = settings.relevance_threshold if was_set or relevance else 0.0

    def __call__(self, texts: Sequence[str], question: str) -> Sequence[float]:
        """One score a row; 0 for no match."""
        scores = self.scorer.score_items(texts, question)
        return [score if score >= self.threshold else 0.0 for score in scores] if self.threshold else scores


def scorer_of(config: RelevanceScorerConfig) -> Scorer:
    """The scorer that settings ask for.

    Raises:
        ConfigurationError: It needs an extra that is not installed.
    """
    if config.scorer_type != "bm25" and not embedding_available():
        raise ConfigurationError(
            f"relevance_tier={config.scorer_type!r} needs pip install 'headroom-integrations[relevance]'",
            field="smart_crusher.relevance_tier",
            value=config.scorer_type,
        )
    if config.scorer_type == "bm25":
        return create_scorer("bm25", k1=config.bm25_k1, b=config.bm25_b)
    if config.scorer_type == "embedding":
        return create_scorer("embedding", model=config.embedding_model)
    return HybridScorer(
        config.hybrid_alpha,
        config.adaptive_alpha,
        bm25=BM25Scorer(config.bm25_k1, config.bm25_b),
        embedding=EmbeddingScorer(config.embedding_model),
    )
