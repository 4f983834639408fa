"""What compressing would do, as a plan: with what the conversation wastes, and what it would save in dollars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headroom.catalog import estimate_cost
from headroom.engine import Engine
from headroom.results import CompressResult, SimulationResult
from headroom.waste import block_breakdown, cache_alignment_score, measure_waste, stable_prefix_hash


def planned(engine: Engine, result: CompressResult, given: Sequence[Any], sent: Sequence[Any]) -> SimulationResult:
    """`result`, made in a dry run, as a plan.

    Args:
        engine: What made it.
        result: What was done.
        given: The messages as they came.
        sent: The list that would go out.
    """
    views, counter = list(map(engine.pipeline.reader.read, given)), engine.counter
    return SimulationResult(
        tokens_before=result.tokens_before,
        tokens_after=result.tokens_after,
        transforms_applied=result.transforms_applied,
        messages_optimized=list(sent),
        came=given,
        notes=result.notes,
        waste_signals=measure_waste(views, counter=counter),
        block_breakdown=block_breakdown(views, counter),
        stable_prefix_hash=stable_prefix_hash(views),
        cache_alignment_score=cache_alignment_score(views),
        estimated_savings=estimated(result.model, result.tokens_saved),
    )


def estimated(model: str, tokens_saved: int) -> str:
    """Dollars per request at the uncached input price, as text."""
    dollars = estimate_cost(max(tokens_saved, 0), 0, model) if model else None
    return "N/A per request" if dollars is None else f"${dollars:.4f} per request"
