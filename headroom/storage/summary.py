"""Sums over ledger rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum
from typing import Any

from headroom.results import RequestMetrics, ratio
from headroom.storage.groups import NOT_SENT, by_transform, costs, counts, group, parts
from headroom.storage.retrievals import not_paying, retrieval_by_tool

CLASSES = ("saved_exact", "saved_reachable", "saved_unreachable")


def summarise(rows: Iterable[RequestMetrics]) -> dict[str, Any]:
    """Totals of `rows`, and the same by integration, model, mode, tenant, tool and kind; zeros for no rows.

    `avg_compression_ratio` is all tokens after over all tokens before (1.0 for none), so that large calls weigh
    more. Costs are dollars over the calls whose price is known (`requests_with_price`, `requests_with_output_price`),
    buckets of input over those whose provider said so (`requests_with_usage`). `saved_other` is what no part of a
    message accounts for, such as dropped turns, so that the four columns are `total_tokens_saved`. Simulated calls
    count in `simulate_count` only.
    """
    every = list(rows)
    sent = [row for row in every if row.mode != NOT_SENT]
    return {
        **sizes(sent),
        **costs(sent),
        **buckets(sent),
        **overheads(sent),
        **provider_caches(sent),
        "audit_count": sum(row.mode == "audit" for row in sent),
        "optimize_count": sum(row.mode == "optimize" for row in sent),
        "simulate_count": len(every) - len(sent),
        "stream_count": sum(row.stream for row in sent),
        "error_count": sum(row.error is not None for row in sent),
        "by_integration": group(sent, "integration"),
        "by_model": group(sent, "model"),
        "by_mode": group(sent, "mode"),
        "by_tenant": group([row for row in sent if row.tenant], "tenant"),
        "by_tool": parts(row.by_tool for row in sent),
        "by_kind": parts(row.by_kind for row in sent),
        "by_transform": by_transform(sent),
        "by_retrieved": retrieval_by_tool(sent),
        "tools_not_paying": not_paying(sent),
        "skips": counts(row.skips for row in sent),
        "errors": counts({row.error: 1} for row in sent if row.error is not None),
        "waste_tokens": counts(row.waste_signals for row in sent),
        "block_tokens": counts(row.block_breakdown for row in sent),
    }


def sizes(rows: Sequence[RequestMetrics]) -> dict[str, float | int]:
    """Requests, tokens before and after, and what was saved by class."""
    before, after = sum(row.tokens_input_before for row in rows), sum(row.tokens_input_after for row in rows)
    classes = {name: sum(getattr(row, name) for row in rows) for name in CLASSES}
    return {
        "total_requests": len(rows),
        "total_tokens_before": before,
        "total_tokens_after": after,
        "total_tokens_saved": before - after,
        "total_tokens_output": sum(row.tokens_output or 0 for row in rows),
        "avg_compression_ratio": ratio(after, before),
        "avg_tokens_saved": (before - after) / len(rows) if rows else 0.0,
        **classes,
        "saved_other": before - after - sum(classes.values()),
        "turns_dropped": sum(row.turns_dropped for row in rows),
        "tool_units_dropped": sum(row.tool_units_dropped for row in rows),
    }


def buckets(rows: Iterable[RequestMetrics]) -> dict[str, float | int]:
    """Input tokens as the provider counted them, by how they were cached, over the rows that say so.

    `total_cached_tokens` and `total_written_tokens` are sums over all rows; the buckets add up to the billed.
    """
    every = list(rows)
    known = [row for row in every if row.tokens_input_billed is not None]
    billed = sum(row.tokens_input_billed or 0 for row in known)
    read, written = sum(row.cached_tokens or 0 for row in known), sum(row.written_tokens or 0 for row in known)
    return {
        "requests_with_usage": len(known),
        "total_tokens_billed": billed,
        "billed_read_tokens": read,
        "billed_written_tokens": written,
        "billed_uncached_tokens": billed - read - written,
        "total_cached_tokens": sum(row.cached_tokens or 0 for row in every),
        "total_written_tokens": sum(row.written_tokens or 0 for row in every),
        "cache_read_percent": 100.0 * ratio(read, billed) if billed else 0.0,
        "counted_tokens_of_billed": sum(row.tokens_input_after for row in known),
    }


def overheads(rows: Sequence[RequestMetrics]) -> dict[str, int]:
    """What leaving out cost, and what is left of the savings after it."""
    return {
        "tool_schema_tokens": sum(row.tool_schema_tokens for row in rows),
        "retrieve_rounds": sum(row.retrieve_rounds for row in rows),
        "retrieved_tokens": sum(row.retrieved_tokens for row in rows),
        "round_tokens": sum(row.round_tokens for row in rows),
        "overhead_tokens": sum(row.overhead_tokens for row in rows),
        "net_tokens_saved": sum(row.net_tokens_saved for row in rows),
    }


def provider_caches(rows: Sequence[RequestMetrics]) -> dict[str, Any]:
    """Hits of caches, hints to the provider's, and how steady system texts are."""
    scores = [row.cache_alignment_score for row in rows if row.cache_alignment_score is not None]
    return {
        "cache_hits": sum(row.estimated_cache_hit for row in rows),
        "semantic_cache_hits": sum(row.semantic_cache_hit for row in rows),
        "breakpoints_inserted": sum(row.breakpoints_inserted for row in rows),
        "cacheable_tokens": sum(row.cacheable_tokens for row in rows),
        "avg_cache_alignment": fsum(scores) / len(scores) if scores else 0.0,
        "by_cache_optimizer": counts({optimizer(row): 1} for row in rows if row.cache_optimizer_used),
    }


def optimizer(row: RequestMetrics) -> str:
    """What gave hints to the provider's cache, and what it did."""
    return ": ".join(name for name in (row.cache_optimizer_used, row.cache_optimizer_strategy) if name)
