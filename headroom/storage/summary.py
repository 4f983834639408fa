"""Sums over ledger rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from headroom.results import RequestMetrics, ratio

NOT_SENT = "simulate"  # a simulation sends nothing, so it saves nothing
UNKNOWN = "unknown"


def summarise(rows: Iterable[RequestMetrics]) -> dict[str, Any]:
    """Totals of `rows`, and the same by integration, model, mode, tenant, tool and kind; zeros for no rows.

    `avg_compression_ratio` is all tokens after over all tokens before (1.0 for none), so that large calls weigh
    more. Costs are dollars for input at uncached prices, over the calls whose price is known
    (`requests_with_price`). Simulated calls count in `simulate_count` only.
    """
    every = list(rows)
    sent = [row for row in every if row.mode != NOT_SENT]
    before, after = sum(row.tokens_input_before for row in sent), sum(row.tokens_input_after for row in sent)
    return {
        "total_requests": len(sent),
        "total_tokens_before": before,
        "total_tokens_after": after,
        "total_tokens_saved": before - after,
        "total_tokens_output": sum(row.tokens_output or 0 for row in sent),
        "total_cached_tokens": sum(row.cached_tokens or 0 for row in sent),
        "avg_compression_ratio": ratio(after, before),
        "avg_tokens_saved": (before - after) / len(sent) if sent else 0.0,
        "saved_exact": sum(row.saved_exact for row in sent),
        "saved_reachable": sum(row.saved_reachable for row in sent),
        "saved_unreachable": sum(row.saved_unreachable for row in sent),
        **costs(sent),
        "audit_count": sum(row.mode == "audit" for row in sent),
        "optimize_count": sum(row.mode == "optimize" for row in sent),
        "simulate_count": len(every) - len(sent),
        "error_count": sum(row.error is not None for row in sent),
        "by_integration": group(sent, "integration"),
        "by_model": group(sent, "model"),
        "by_mode": group(sent, "mode"),
        "by_tenant": group([row for row in sent if row.tenant], "tenant"),
        "by_tool": parts(row.by_tool for row in sent),
        "by_kind": parts(row.by_kind for row in sent),
        "skips": counts(row.skips for row in sent),
    }


def costs(rows: Iterable[RequestMetrics]) -> dict[str, float | int]:
    """Dollars before and after, over the rows that have both."""
    pairs = [(r.cost_before, r.cost_after) for r in rows if r.cost_before is not None and r.cost_after is not None]
    before, after = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return {
        "total_cost_before_usd": float(before),
        "total_cost_after_usd": float(after),
        "total_cost_saved_usd": float(before - after),
        "requests_with_price": len(pairs),
    }


def group(rows: Iterable[RequestMetrics], field: str) -> dict[str, dict[str, float | int]]:
    """Requests, tokens and dollars saved by the values of `field`, most tokens saved first."""
    members: dict[str, list[RequestMetrics]] = {}
    for row in rows:
        members.setdefault(str(getattr(row, field) or UNKNOWN), []).append(row)
    sums = {name: group_sums(group_rows) for name, group_rows in members.items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1]["tokens_saved"], item[0])))


def group_sums(rows: list[RequestMetrics]) -> dict[str, float | int]:
    """The figures of one group."""
    return {
        "requests": len(rows),
        "tokens_before": sum(row.tokens_input_before for row in rows),
        "tokens_after": sum(row.tokens_input_after for row in rows),
        "tokens_saved": sum(row.tokens_saved for row in rows),
        "cost_saved_usd": costs(rows)["total_cost_saved_usd"],
    }


def parts(columns: Iterable[Mapping[str, list[int]]]) -> dict[str, dict[str, int]]:
    """Parts and tokens by tool or kind, most tokens saved first."""
    sums: dict[str, list[int]] = {}
    for column in columns:
        for name, figures in column.items():
            known = sums.get(name, [0, 0, 0])
            sums[name] = [old + new for old, new in zip(known, figures, strict=False)]
    ordered = sorted(sums.items(), key=lambda item: (item[1][2] - item[1][1], item[0]))
    return {
        name: {"parts": count, "tokens_before": before, "tokens_after": after, "tokens_saved": before - after}
        for name, (count, before, after) in ordered
    }


def counts(columns: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sums by name, largest first."""
    sums: dict[str, int] = {}
    for column in columns:
        for name, count in column.items():
            sums[name] = sums.get(name, 0) + count
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
