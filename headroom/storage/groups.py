"""Sums over ledger rows by name: integration, model, tenant, tool, content type, transform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Any

from headroom.errors import ConfigurationError
from headroom.results import RequestMetrics, savings_percent

NOT_SENT = "simulate"  # a simulation sends nothing, so it saves nothing
UNKNOWN = "unknown"

# Names to group by, and the field of a row, or the column of its parts.
BY_REQUEST = {
    "integration": "integration",
    "model": "model",
    "mode": "mode",
    "tenant": "tenant",
    "thread": "thread_id",
    "run": "run_id",
}
BY_PART = {"tool": "by_tool", "kind": "by_kind"}


def costs(rows: Iterable[RequestMetrics]) -> dict[str, float | int]:
    """Dollars before and after, over the rows that have both; of output, over those of them that have it."""
    priced = [(r.cost_before, r.cost_after, r.cost_output) for r in rows]
    known = [(before, after, out) for before, after, out in priced if before is not None and after is not None]
    before, after = fsum(one[0] for one in known), fsum(one[1] for one in known)  # the same in any order of rows
    return {
        "total_cost_before_usd": before,
        "total_cost_after_usd": after,
        "total_cost_saved_usd": before - after,
        "total_cost_output_usd": fsum(one[2] or 0.0 for one in known),
        "requests_with_price": len(known),
        "requests_with_output_price": sum(one[2] is not None for one in known),
    }


def summarise_by(rows: Iterable[RequestMetrics], group_by: Sequence[str]) -> list[dict[str, Any]]:
    """Sums by the values of several names together, such as `["tenant", "model", "tool"]`; most saved first.

    Each entry holds the names with their values and the sums: of requests, or of text parts where one of the names is
    `tool` or `kind`. A value that was not given is `unknown`; simulated calls do not count.

    Raises:
        ConfigurationError: A name is not known, or both `tool` and `kind` are given: rows do not say them together.
    """
    names = check_names(group_by)
    members: dict[tuple[str, ...], list[RequestMetrics]] = {}
    part_name = next((name for name in names if name in BY_PART), None)
    outer = [name for name in names if name not in BY_PART]
    for row in rows:
        if row.mode != NOT_SENT:
            key = tuple(str(getattr(row, BY_REQUEST[name]) or UNKNOWN) for name in outer)
            members.setdefault(key, []).append(row)
    found: list[dict[str, Any]] = []
    for key, group_rows in members.items():
        named = dict(zip(outer, key, strict=True))
        if part_name is None:
            found.append({**named, **group_sums(group_rows)})
            continue
        for value, sums in parts(getattr(row, BY_PART[part_name]) for row in group_rows).items():
            found.append({name: value if name == part_name else named[name] for name in names} | sums)
    return sorted(found, key=lambda entry: (-entry["tokens_saved"], [str(entry[name]) for name in names]))


def check_names(group_by: Sequence[str]) -> list[str]:
    """The names to group by, each once."""
    known = (*BY_REQUEST, *BY_PART)
    names = list(dict.fromkeys([group_by] if isinstance(group_by, str) else group_by))
    for name in names:
        if name not in known:
            raise ConfigurationError(f"group_by must be of {', '.join(known)}", field="group_by", value=str(name)[:60])
    if set(BY_PART) <= set(names):
        raise ConfigurationError("group_by takes tool or kind, not both", field="group_by", value=", ".join(names))
    return names


def group(rows: Iterable[RequestMetrics], field: str) -> dict[str, dict[str, float | int]]:
    """Requests, tokens and dollars saved by the values of `field`, most tokens saved first."""
    members: dict[str, list[RequestMetrics]] = {}
    for row in rows:
        members.setdefault(str(getattr(row, field) or UNKNOWN), []).append(row)
    sums = {name: group_sums(group_rows) for name, group_rows in members.items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1]["tokens_saved"], item[0])))


def group_sums(rows: Sequence[RequestMetrics]) -> dict[str, float | int]:
    """The figures of one group."""
    money = costs(rows)
    return {
        "requests": len(rows),
        "tokens_before": sum(row.tokens_input_before for row in rows),
        "tokens_after": sum(row.tokens_input_after for row in rows),
        "tokens_saved": sum(row.tokens_saved for row in rows),
        "net_tokens_saved": sum(row.net_tokens_saved for row in rows),
        "cached_tokens": sum(row.cached_tokens or 0 for row in rows),
        "requests_with_price": money["requests_with_price"],
        "cost_before_usd": money["total_cost_before_usd"],
        "cost_after_usd": money["total_cost_after_usd"],
        "cost_saved_usd": money["total_cost_saved_usd"],
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


def by_transform(rows: Iterable[RequestMetrics]) -> dict[str, dict[str, float | int]]:
    """Requests in which each transform changed something, how often, and what these requests saved in all.

    Rows say tokens by request and not by transform, so a request counts with each transform that it went through, and
    the columns do not add up to the totals.
    """
    changes: dict[str, int] = {}
    members: dict[str, list[RequestMetrics]] = {}
    for row in rows:
        labels = [label.partition(":") for label in row.transforms_applied]
        for name, _, count in labels:
            changes[name] = changes.get(name, 0) + (int(count) if count.isascii() and count.isdigit() else 1)
        for name in dict.fromkeys(name for name, _, _ in labels):
            members.setdefault(name, []).append(row)
    sums = {name: {"changes": changes[name], **transform_sums(found)} for name, found in members.items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1]["tokens_saved"], item[0])))


def transform_sums(rows: Sequence[RequestMetrics]) -> dict[str, float | int]:
    """What the requests of one transform saved."""
    before, after = sum(row.tokens_input_before for row in rows), sum(row.tokens_input_after for row in rows)
    return {
        "requests": len(rows),
        "tokens_before": before,
        "tokens_after": after,
        "tokens_saved": before - after,
        "percent": savings_percent(after, before),
    }


def counts(columns: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sums by name, largest first."""
    sums: dict[str, int] = {}
    for column in columns:
        for name, count in column.items():
            sums[name] = sums.get(name, 0) + count
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
