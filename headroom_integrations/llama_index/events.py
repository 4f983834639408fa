"""Events of LlamaIndex's instrumentation: each compression is one, and its row in the ledger knows the span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.base import BaseEvent
from llama_index_instrumentation.dispatcher import active_instrument_tags
from llama_index_instrumentation.span import active_span_id
from pydantic import Field

from headroom.engine import Engine
from headroom.results import CompressResult, savings_by_reach
from headroom.transforms.contain import contain

THREAD_TAGS = ("thread_id", "session_id", "conversation_id")
"""Tags that name a conversation, as in `instrument_tags({"thread_id": "42"})`; the first one that is there."""
MOST_HANDLES = 32

dispatcher = get_dispatcher(__name__)


class HeadroomCompressionEvent(BaseEvent):
    """Something was compressed, or looked at. Names and sizes, no content.

    Attributes:
        integration: Which surface it served, such as `llama_index.postprocessor`.
        mode: `optimize` or `audit`.
        model: Name of the model it was for, or "".
        tokens_before: Tokens of all texts as they came, by the built-in measure.
        tokens_after: Tokens of all texts as they went out, same measure.
        saved_exact: Tokens saved by exact forms and references.
        saved_reachable: Tokens left out within the model's reach.
        saved_unreachable: Tokens left out beyond it.
        changes: Class of change (`exact`, `left_out` ...) to number of parts.
        skips: Reason to number of parts that went out as they came.
        tools: Tool name to number of its parts.
        handles: What the retrieve tool resolves, the first ones.
        format: Id of the format.
        fingerprint: Of the settings.
        duration_ms: Time spent in headroom.
        records_usage: Whether the row of this compression holds what the provider billed; then nobody else counts it.
        error: Class name of a fault inside, or None.
    """

    integration: str
    mode: str = "optimize"
    model: str = ""
    tokens_before: int = 0
    tokens_after: int = 0
    saved_exact: int = 0
    saved_reachable: int = 0
    saved_unreachable: int = 0
    changes: dict[str, int] = Field(default_factory=dict)
    skips: dict[str, int] = Field(default_factory=dict)
    tools: dict[str, int] = Field(default_factory=dict)
    handles: list[str] = Field(default_factory=list)
    format: str = ""
    fingerprint: str = ""
    duration_ms: float = 0.0
    records_usage: bool = False
    error: str | None = None

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`."""
        return self.tokens_before - self.tokens_after

    @classmethod
    def class_name(cls) -> str:
        """Its name, as traces show it."""
        return "HeadroomCompressionEvent"


def emit(
    result: CompressResult,
    *,
    integration: str,
    mode: str = "optimize",
    records_usage: bool = False,
    error: str | None = None,
) -> dict[str, Any]:
    """Tell the instrumentation of a compression that has just ended; never raises.

        engine.record(result, integration=INTEGRATION, **emit(result, integration=INTEGRATION))

    Call it where the span of the work is current: in the method that LlamaIndex called, or in a thread that took its
    context along.

    Args:
        result: What was done.
        integration: Which surface it served.
        mode: `optimize` or `audit`.
        records_usage: Whether the caller's row holds the provider's usage of the call that follows.
        error: Class name of a fault.

    Returns:
        `run_id` (the span) and `thread_id` (by tag) for the ledger's row; None where there are none.
    """
    with contain("events"):
        dispatcher.event(event_of(result, integration, mode=mode, records_usage=records_usage, error=error))
    return place_now()


def record(engine: Engine, result: CompressResult, *, integration: str, mode: str = "optimize", **facts: Any) -> None:
    """`emit`, and the ledger's row of it; facts that are given win over those of the span. Never raises."""
    found = emit(result, integration=integration, mode=mode, error=facts.get("error"))
    given = {name: value for name, value in facts.items() if value is not None}
    engine.record(result, mode=mode, integration=integration, **{**found, **given})


def event_of(result: CompressResult, integration: str, **more: Any) -> HeadroomCompressionEvent:
    """The event of one result."""
    saved = savings_by_reach(result.notes)
    return HeadroomCompressionEvent(
        integration=integration,
        model=result.model,
        tokens_before=result.tokens_before,
        tokens_after=result.tokens_after,
        saved_exact=saved["exact"],
        saved_reachable=saved["reachable"],
        saved_unreachable=saved["unreachable"],
        changes=dict(Counter(note.change for note in result.notes if note.change)),
        skips=dict(Counter(note.reason for note in result.notes if not note.change and note.reason)),
        tools=dict(Counter(note.tool for note in result.notes if note.tool)),
        handles=list(dict.fromkeys(result.ccr_hashes))[:MOST_HANDLES],
        format=result.format,
        fingerprint=result.fingerprint,
        duration_ms=sum(result.timing.values()),
        **more,
    )


def place_now() -> dict[str, Any]:
    """The span and the conversation of the running work, as a row of the ledger names them."""
    return {"run_id": active_span_id.get(), "thread_id": thread_of(active_instrument_tags.get())}


def thread_of(tags: Mapping[str, Any]) -> str | None:
    """The conversation that tags name, or None."""
    found = next((tags[name] for name in THREAD_TAGS if tags.get(name) is not None), None)
    return None if found is None else str(found)
