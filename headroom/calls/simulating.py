"""What a call would be, without making it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headroom.calls.controls import split
from headroom.calls.host import Host
from headroom.calls.preparing import prepare
from headroom.calls.shapes import Shape
from headroom.catalog import estimate_cost
from headroom.errors import ValidationError
from headroom.messages import read_messages
from headroom.results import CompressResult, SimulationResult
from headroom.waste import block_breakdown, cache_alignment_score, measure_waste, stable_prefix_hash


def simulate(host: Host, shape: Shape, arguments: dict[str, Any]) -> SimulationResult:
    """The plan for a call in `optimize` mode: nothing is sent, stored or recorded.

    Raises:
        ConfigurationError: A `headroom_*` argument is refused.
        ValidationError: There are no messages.
    """
    controls, given = split(arguments)
    controls = replace(controls, facts={**controls.facts, "dry_run": True})
    prepared = prepare(host, shape, given, controls)
    if prepared is None:
        raise ValidationError("there are no messages in this call", field="messages")
    done = shape.conversation(prepared.arguments) or []
    return planned(host, prepared.result, prepared.conversation, done)


def planned(host: Host, result: CompressResult, conversation: list[Any], done: list[Any]) -> SimulationResult:
    """`result` as a plan, with what the conversation wastes."""
    views, counter = read_messages(conversation), host.engine.counter
    return SimulationResult(
        tokens_before=result.tokens_before,
        tokens_after=result.tokens_after,
        transforms_applied=result.transforms_applied,
        messages_optimized=done,
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
