"""What an engine is built from: the steps of its pipeline, its store of originals, what was learnt."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from headroom.config import HeadroomConfig
from headroom.errors import ConfigurationError
from headroom.protocols import OriginalStore, TokenCounter, Transform
from headroom.storage import MemoryOriginals, open_original_store
from headroom.transforms.cache_aligner import CacheAligner
from headroom.transforms.clearing import Clearing
from headroom.transforms.content_router import ContentRouter
from headroom.transforms.intelligent_context import IntelligentContextManager
from headroom.transforms.rolling_window import RollingWindow
from headroom.transforms.tool_crusher import ToolCrusher


def steps_of(
    config: HeadroomConfig,
    counter: TokenCounter,
    originals: OriginalStore | None,
    *,
    feedback: Any = None,
    summarize_fn: Callable[..., str] | None = None,
) -> list[Transform]:
    """What is done to a conversation, in order; each step but the first does nothing unless a call or setting asks."""
    window: Transform = RollingWindow(config.rolling_window, settings=config, originals=originals)
    if config.intelligent_context.enabled:
        least = config.intelligent_context.toin_confidence_threshold
        toin = learnt(feedback, least) if config.intelligent_context.toin_integration else None
        window = IntelligentContextManager(
            config.intelligent_context, toin, summarize_fn=summarize_fn, settings=config, originals=originals
        )
    clearing = [Clearing(config, counter=counter, originals=originals)] if config.clear_old_results else []
    crusher = config.smart_crusher
    hints = learnt(feedback, crusher.toin_confidence_threshold) if crusher.use_feedback_hints else None
    router = ContentRouter(config, counter=counter, originals=originals, hints=hints)
    limits: list[Transform] = []
    if config.tool_crusher.enabled:
        secret = config.secret.get_secret_value()
        limits = [ToolCrusher(config.tool_crusher, counter=counter, originals=originals, secret=secret)]
    return [*limits, router, CacheAligner(config.cache_aligner, counter=counter), *clearing, window]


def limited(originals: OriginalStore | None, config: HeadroomConfig) -> OriginalStore | None:
    """The store of originals; the one in memory, which a process shares, holds as much as was set last."""
    if isinstance(originals, MemoryOriginals):
        if "store_max_entries" in config.ccr.model_fields_set:
            originals.max_entries = config.ccr.store_max_entries
        if "store_ttl_seconds" in config.ccr.model_fields_set:
            originals.retention_s = config.ccr.store_ttl_seconds
    return originals


@lru_cache(maxsize=64)
def originals_of(place: str) -> OriginalStore | None:
    """The store that a setting names, one per process and name; None where originals stay in the conversation."""
    return None if place == "conversation" else open_original_store(place)


def checked_feedback(feedback: Any) -> Any:
    """`feedback`, if it can say how much tools matter; None as it is.

    Raises:
        ConfigurationError: It cannot.
    """
    if feedback is None or callable(getattr(feedback, "importance", None)):
        return feedback
    raise ConfigurationError(
        "feedback must have importance(tool), as headroom.telemetry.get_toin() gives it",
        field="feedback",
        value=type(feedback).__name__,
    )


def learnt(feedback: Any, least_confidence: float) -> Any:
    """What was learnt until now: an engine goes by that all along, so that its bytes stay."""
    snapshot = getattr(feedback, "snapshot", None)
    return snapshot(least_confidence=least_confidence) if callable(snapshot) else feedback
