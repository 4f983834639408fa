"""What leaving out cost by tool: how often its results were asked for again, and what is left of the savings (R7)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from headroom.results import RequestMetrics

LEAST_USES = 50  # fewer say little about a tool (R7)


def retrieval_by_tool(rows: Iterable[RequestMetrics]) -> dict[str, dict[str, float | int]]:
    """Tools whose results were asked for again, dearest first.

    `uses` are results sent, `times_asked` and `tokens_given_back` what came back of them, `overhead_tokens` their share
    of the rounds that gave it back, `net_tokens_saved` what is left. The schema of the retrieve tool is no single
    tool's and is not in it.
    """
    every = list(rows)
    overheads = [shares(row) for row in every]
    asked = {name for row in every for name in row.by_retrieved} | {name for share in overheads for name in share}
    sums = {name: one_tool(name, every, overheads) for name in asked}
    return dict(sorted(sums.items(), key=lambda item: (item[1]["net_tokens_saved"], item[0])))


def one_tool(
    name: str, rows: Sequence[RequestMetrics], overheads: Sequence[Mapping[str, int]]
) -> dict[str, float | int]:
    """The figures of one tool."""
    parts = [row.by_tool[name] for row in rows if name in row.by_tool]
    back = [row.by_retrieved[name] for row in rows if name in row.by_retrieved]
    uses, asked = sum(part[0] for part in parts), sum(one[0] for one in back)
    saved, overhead = sum(part[1] - part[2] for part in parts), sum(share.get(name, 0) for share in overheads)
    return {
        "uses": uses,
        "times_asked": asked,
        "retrieve_percent": 100.0 * asked / uses if uses else 0.0,
        "tokens_given_back": sum(one[1] for one in back),
        "tokens_saved": saved,
        "overhead_tokens": overhead,
        "net_tokens_saved": saved - overhead,
    }


def shares(row: RequestMetrics) -> dict[str, int]:
    """The tokens of a row's retrieve rounds by tool, by what each was given back; whole numbers that add up."""
    if not row.round_tokens:
        return {}
    weights = {name: max(int(figures[1]), 0) for name, figures in sorted(row.by_retrieved.items())}
    if not sum(weights.values()):
        weights = dict.fromkeys(weights or [""], 1)
    left, weight_left = row.round_tokens, sum(weights.values())
    found = {}
    for name, weight in weights.items():
        found[name] = left * weight // weight_left if weight_left else 0
        left, weight_left = left - found[name], weight_left - weight
    return found


def not_paying(rows: Iterable[RequestMetrics]) -> dict[str, str]:
    """Tools whose net is negative over at least `LEAST_USES` uses, with the lines of a settings file that keep their
    results whole.
    """
    return {
        name: profile_lines(name)
        for name, sums in retrieval_by_tool(rows).items()
        if name and sums["uses"] >= LEAST_USES and sums["net_tokens_saved"] < 0
    }


def profile_lines(tool: str) -> str:
    """Lines of `headroom.toml` after which nothing is left out of a tool's results.

    >>> print(profile_lines("search"))
    [tool_profiles."search"]
    exact_only = true
    """
    name = json.dumps(tool, ensure_ascii=False).replace(
        "\x7f", "\\u007f"
    )  # a JSON string is a TOML string, but for DEL
    return f"[tool_profiles.{name}]\nexact_only = true"
