"""Ledger rows like those of a week in a company: several tools, models and adapters, good and bad days."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from typing import Any

from headroom.results import RequestMetrics

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=timezone.utc)

# Tool: content type, tokens of a result, share saved exactly, share left out within reach, chance to be asked again.
TOOLS: dict[str, tuple[str, int, float, float, float]] = {
    "search_orders": ("json_array", 6200, 0.48, 0.24, 0.02),
    "query_warehouse": ("table", 3900, 0.55, 0.18, 0.03),
    "kubectl_logs": ("log", 8100, 0.12, 0.62, 0.04),
    "github_search_code": ("search_results", 2700, 0.31, 0.20, 0.04),
    "fetch_page": ("html", 5200, 0.02, 0.66, 0.05),
    "read_file": ("source_code", 2400, 0.00, 0.00, 0.0),
    "get_contract": ("text", 3300, 0.01, 0.00, 0.0),
    "list_tickets": ("json_array", 1500, 0.05, 0.33, 0.62),
}
MODELS = (
    ("claude-sonnet-4-6", 3.0, 15.0, "langchain.middleware", "acme"),
    ("gpt-5.1", 1.25, 10.0, "llama_index.llm", "globex"),
    ("gpt-4o-mini", 0.15, 0.6, "compress", "acme"),
    ("claude-haiku-4-5", 1.0, 5.0, "client", "initech"),
)
REASONS = ("below_min_tokens", "editor_tool", "no_gain", "prose_stays_without_a_question", "prefix_too_short_to_cache")


def ledger(requests: int = 600, *, days: float = 7.0, seed: int = 7) -> list[RequestMetrics]:
    """Rows whose parts add up."""
    chance = random.Random(seed)
    return [one_row(chance, number, days) for number in range(requests)]


def one_row(chance: random.Random, number: int, days: float) -> RequestMetrics:
    """One call with one to four tool results in it."""
    model, dollars, out_dollars, integration, tenant = chance.choice(MODELS)
    by_tool: dict[str, list[int]] = {}
    by_kind: dict[str, list[int]] = {}
    retrieved: dict[str, list[int]] = {}
    saved = {"exact": 0, "reachable": 0, "unreachable": 0}
    offered = integration != "compress"
    for tool in chance.sample(list(TOOLS), chance.randint(1, 4)):
        kind, size, exact, left_out, again = TOOLS[tool]
        before = int(size * chance.uniform(0.4, 1.8))
        by_exact, by_left = int(before * exact), int(before * left_out) if offered or chance.random() < 0.3 else 0
        saved["exact"] += by_exact
        saved["reachable" if offered else "unreachable"] += by_left
        add(by_tool, tool, before, before - by_exact - by_left)
        add(by_kind, kind, before, before - by_exact - by_left)
        if by_left and offered and chance.random() < again:
            retrieved[tool] = [1, min(4000, before)]
    own = chance.randint(900, 2600)
    add(by_tool, "", own, own)
    add(by_kind, "text", own, own)
    before, after = (sum(figures[place] for figures in by_tool.values()) for place in (1, 2))
    given_back = sum(tokens for _, tokens in retrieved.values())
    rounds = len(retrieved)
    billed = (after + 420) * (1 + rounds) + given_back
    share = chance.choice((0.0, 0.55, 0.8))
    read, written = int(billed * share), int(billed * 0.1) if share else 0
    price = dollars / 1e6
    factor = (billed - read - written + 0.1 * read + 1.25 * written) / billed
    out = chance.randint(80, 900)
    facts: dict[str, Any] = {}
    if offered:
        facts = {
            "tokens_input_billed": billed,
            "cached_tokens": read,
            "written_tokens": written,
            "tokens_output": out,
            "cost_output": out * out_dollars / 1e6,
            "tool_schema_tokens": 96,
            "retrieve_rounds": rounds,
            "retrieved_tokens": given_back,
            "round_tokens": ((after + 420) * rounds + given_back + 60 * rounds),
            "by_retrieved": retrieved,
            "cache_optimizer_used": "anthropic" if model.startswith("claude") else None,
            "cache_optimizer_strategy": "breakpoints" if model.startswith("claude") else None,
            "breakpoints_inserted": 2 if model.startswith("claude") else 0,
            "stream": chance.random() < 0.4,
        }
    weekday = (NOW - timedelta(days=days * number / 600)).weekday()
    failed = weekday < 5 and chance.random() < 0.012
    return RequestMetrics(
        request_id=f"r{number:05}",
        timestamp=NOW - timedelta(days=chance.random() ** (0.8 if weekday < 5 else 1.2) * days),
        model=model,
        integration=integration,
        tenant=tenant,
        thread_id=f"thread-{chance.randint(1, 60)}",
        tokens_input_before=before,
        tokens_input_after=after,
        saved_exact=saved["exact"],
        saved_reachable=saved["reachable"],
        saved_unreachable=saved["unreachable"],
        cost_before=before * price * factor,
        cost_after=(after + 60 * rounds) * (1 + 0.4 * rounds) * price * factor,
        by_tool=by_tool,
        by_kind=by_kind,
        skips={reason: chance.randint(1, 3) for reason in chance.sample(REASONS, 2)},
        transforms_applied=["router:2", *(["smart_crush:1"] if saved["reachable"] + saved["unreachable"] else [])],
        waste_signals={"json_bloat_tokens": before // 9, "whitespace_tokens": before // 40, "repetition_tokens": 12},
        block_breakdown={"system": own // 2, "user": own - own // 2, "tool_result": before - own},
        cache_alignment_score=90.0,
        duration_ms=chance.lognormvariate(1.2, 0.8),
        error="RateLimitError" if failed else None,
        **facts,
    )


def add(sums: dict[str, list[int]], name: str, before: int, after: int) -> None:
    """Count one part."""
    known = sums.setdefault(name, [0, 0, 0])
    known[0] += 1
    known[1] += before
    known[2] += after
