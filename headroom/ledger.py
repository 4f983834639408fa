"""The ledger's row for one call: names and sizes, no content."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from headroom.catalog import estimate_cost
from headroom.results import CompressResult, Note, RequestMetrics, savings_by_reach
from headroom.scope import current_scope


def metrics_row(result: CompressResult, *, mode: str, **facts: Any) -> RequestMetrics:
    """The ledger's row for one result. Holds names and sizes, no content."""
    saved = savings_by_reach(result.notes)
    scope = current_scope()
    return RequestMetrics(
        **{
            "request_id": uuid.uuid4().hex,
            "timestamp": datetime.now(timezone.utc),
            "model": result.model,
            "mode": mode,
            "tokens_input_before": result.tokens_before,
            "tokens_input_after": result.tokens_after,
            "saved_exact": saved["exact"],
            "saved_reachable": saved["reachable"],
            "saved_unreachable": saved["unreachable"],
            "cost_before": cost_of(result.model, result.tokens_before),
            "cost_after": cost_of(result.model, result.tokens_after),
            "transforms_applied": result.transforms_applied,
            "by_kind": sums((note.kind, note) for note in result.notes),
            "by_tool": sums((note.tool or "", note) for note in result.notes),
            "skips": skips(result.notes),
            "duration_ms": sum(result.timing.values()),
            "format": result.format,
            "fingerprint": result.fingerprint,
            "turns_dropped": result.turns_dropped,
            "tool_units_dropped": result.tool_units_dropped,
            "tenant": scope.tenant,
            **facts,
        }
    )


def unbilled(result: CompressResult) -> CompressResult:
    """`result` of a call that failed before anything was billed, as the ledger counts it: sizes, and nothing saved."""
    return replace(
        result,
        tokens_after=result.tokens_before,
        notes=[note for note in result.notes if note.change is None],
        transforms_applied=[],
        turns_dropped=0,
        tool_units_dropped=0,
    )


def cost_of(model: str, input_tokens: int) -> float | None:
    """Dollars for input tokens, uncached; None where the model or its price is not known."""
    return estimate_cost(input_tokens, 0, model) if model else None


def sums(named: Iterable[tuple[str, Note]]) -> Mapping[str, list[int]]:
    """Name to parts, tokens before and tokens after."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, note in named:
        row = found[name]
        row[0] += 1
        row[1] += note.tokens_before
        row[2] += note.tokens_after
    return dict(found)


def skips(notes: Sequence[Note]) -> dict[str, int]:
    """Reason to number of parts that went out as they came."""
    found: dict[str, int] = defaultdict(int)
    for note in notes:
        if note.change is None:
            found[note.reason] += 1
    return dict(found)
