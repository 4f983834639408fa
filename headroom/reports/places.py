"""Where tokens are and what could still be saved: lines of tables, large results that stay large, tools that cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headroom.reports.reasons import argument_for, sentence
from headroom.results import savings_percent

TABLE_ROWS = 20
OFFENDERS = 8
OFFENDER_PERCENT = 20.0  # saves less than this ...
OFFENDER_TOKENS = 300  # ... of results that are at least this large on average


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a table: a name, how many requests or parts, and their tokens."""

    name: str
    count: int
    tokens_before: int
    tokens_after: int
    cost_saved_usd: float | None = None

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`."""
        return self.tokens_before - self.tokens_after

    @property
    def percent(self) -> float:
        """Share saved, 0 to 100."""
        return savings_percent(self.tokens_after, self.tokens_before)

    @property
    def tokens_each(self) -> float:
        """Average size as sent."""
        return self.tokens_after / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Lines under a title; `counted` is what `count` counts."""

    title: str
    heading: str
    counted: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Why parts went out as they came: the reason's name, a sentence, and what would change it, or ""."""

    reason: str
    count: int
    sentence: str
    argument: str


def tables(summary: Mapping[str, Any]) -> list[Table]:
    """The tables that have lines, in the order shown; those by part add up to the totals with a last line."""
    found = [
        Table(title=title, heading=heading, counted="parts", lines=part_lines(summary, f"by_{name}"))
        for name, heading, title in (("tool", "Tool", "By tool"), ("kind", "Content type", "By content type"))
    ]
    found += [
        Table(title=f"By {name}", heading=name.capitalize(), counted="requests", lines=request_lines(summary, name))
        for name in ("integration", "model", "mode", "tenant")
    ]
    return [table for table in found if len(table.lines) > (table.heading == "Mode")]


def request_lines(summary: Mapping[str, Any], name: str) -> list[Line]:
    """Lines of a grouping of requests."""
    return [
        Line(
            name=group,
            count=sums["requests"],
            tokens_before=sums["tokens_before"],
            tokens_after=sums["tokens_after"],
            cost_saved_usd=sums["cost_saved_usd"] if sums["requests_with_price"] else None,
        )
        for group, sums in folded(summary[f"by_{name}"]).items()
    ]


def part_lines(summary: Mapping[str, Any], name: str) -> list[Line]:
    """Lines of a grouping of text parts, and what no part accounts for."""
    groups = summary[name]
    made = [
        Line(
            name=group or "(no tool)",
            count=sums["parts"],
            tokens_before=sums["tokens_before"],
            tokens_after=sums["tokens_after"],
        )
        for group, sums in folded(groups).items()
    ]
    before = summary["total_tokens_before"] - sum(sums["tokens_before"] for sums in groups.values())
    after = summary["total_tokens_after"] - sum(sums["tokens_after"] for sums in groups.values())
    rest = Line(name="(all other text)", count=0, tokens_before=before, tokens_after=after)
    return [*made, rest] if made and (before or after) else made


def folded(groups: Mapping[str, dict[str, Any]]) -> Mapping[str, dict[str, Any]]:
    """At most `TABLE_ROWS` groups; the rest is summed up, so that the columns add up."""
    if len(groups) <= TABLE_ROWS:
        return groups
    names = list(groups)
    rest = [groups[name] for name in names[TABLE_ROWS - 1 :]]
    others = {key: sum(sums[key] for sums in rest) for key in rest[0]}
    return {**{name: groups[name] for name in names[: TABLE_ROWS - 1]}, f"({len(rest)} others)": others}


def offenders(summary: Mapping[str, Any]) -> list[Line]:
    """Tools whose results are large and of which little is saved, most tokens sent first."""
    lines = [
        Line(
            name=name,
            count=sums["parts"],
            tokens_before=sums["tokens_before"],
            tokens_after=sums["tokens_after"],
        )
        for name, sums in summary["by_tool"].items()
        if name
    ]
    large = [line for line in lines if line.percent < OFFENDER_PERCENT and line.tokens_each >= OFFENDER_TOKENS]
    return sorted(large, key=lambda line: (-line.tokens_after, line.name))[:OFFENDERS]


def skips(summary: Mapping[str, Any]) -> list[Skip]:
    """Why parts went out as they came, most frequent first."""
    return [
        Skip(reason=reason, count=count, sentence=sentence(reason), argument=argument_for(reason))
        for reason, count in summary["skips"].items()
    ]
