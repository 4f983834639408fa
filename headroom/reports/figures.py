"""The figures of a report, as values; both formats show the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headroom.reports.reasons import sentence
from headroom.reports.windows import Window, as_utc, fitting_step, label, long_label, starts
from headroom.results import RequestMetrics, savings_percent
from headroom.storage.summary import NOT_SENT, summarise

LARGEST = 10
TABLE_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Tokens of one step of time; `at` is its start for people."""

    label: str
    at: str
    requests: int
    tokens_before: int
    tokens_after: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that a report shows, apart from samples.

    Attributes:
        summary: What `summarise` gives.
        covered: The time covered, for people.
        steps: Tokens over time, oldest first.
        tables: Title, heading of the names, heading of the counts, and lines; most tokens saved first.
        skips: Reason, count and plain sentence for what was left as it came.
        largest: The requests with most tokens, with their times for people.
    """

    summary: dict[str, Any]
    covered: str
    steps: list[Step]
    tables: list[tuple[str, str, str, list[Line]]]
    skips: list[tuple[str, int, str]]
    largest: list[tuple[str, RequestMetrics]]

    @property
    def percent(self) -> float:
        """Share of input tokens saved, 0 to 100."""
        return savings_percent(self.summary["total_tokens_after"], self.summary["total_tokens_before"])

    @property
    def most_tokens(self) -> int:
        """Tokens of the largest step before; at least 1."""
        return max((step.tokens_before for step in self.steps), default=0) or 1

    def lines(self, title: str) -> list[Line]:
        """The lines of one table."""
        return next(lines for name, _, _, lines in self.tables if name == title)


def figures_of(rows: Sequence[RequestMetrics], window: Window) -> Figures:
    """The figures of `rows`, all of which lie in `window`."""
    summary = summarise(rows)
    sent = [row for row in rows if row.mode != NOT_SENT]
    largest = sorted(sent, key=lambda row: (-row.tokens_input_before, row.request_id))[:LARGEST]
    return Figures(
        summary=summary,
        covered=covered(sent, window),
        steps=over_time(sent, window),
        tables=tables(summary),
        skips=[(reason, count, sentence(reason)) for reason, count in summary["skips"].items()],
        largest=[(long_label(as_utc(row.timestamp)), row) for row in largest],
    )


def tables(summary: dict[str, Any]) -> list[tuple[str, str, str, list[Line]]]:
    """The tables that have lines, in the order shown."""
    by_request = [("integration", "Integration"), ("model", "Model"), ("tenant", "Tenant")]
    by_part = [("tool", "Tool"), ("kind", "Content type")]
    found = [(f"By {name}", heading, "requests", request_lines(summary[f"by_{name}"])) for name, heading in by_request]
    found += [
        (f"By {heading.lower()}", heading, "parts", part_lines(summary[f"by_{name}"])) for name, heading in by_part
    ]
    return [table for table in found if table[3]]


def request_lines(groups: dict[str, dict[str, Any]]) -> list[Line]:
    """Lines of a grouping of requests."""
    return [
        Line(
            name=name,
            count=sums["requests"],
            tokens_before=sums["tokens_before"],
            tokens_after=sums["tokens_after"],
            cost_saved_usd=sums["cost_saved_usd"],
        )
        for name, sums in folded(groups).items()
    ]


def part_lines(groups: dict[str, dict[str, Any]]) -> list[Line]:
    """Lines of a grouping of text parts."""
    return [
        Line(name=name, count=sums["parts"], tokens_before=sums["tokens_before"], tokens_after=sums["tokens_after"])
        for name, sums in folded(groups).items()
    ]


def folded(groups: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """At most `TABLE_ROWS` groups; the rest is summed up, so that the columns add up."""
    if len(groups) <= TABLE_ROWS:
        return groups
    names = list(groups)
    rest = [groups[name] for name in names[TABLE_ROWS - 1 :]]
    others = {key: sum(sums[key] for sums in rest) for key in rest[0]}
    return {**{name: groups[name] for name in names[: TABLE_ROWS - 1]}, f"{len(rest)} others": others}


def over_time(rows: Sequence[RequestMetrics], window: Window) -> list[Step]:
    """Tokens by step; for an open window from the first row to the last."""
    times = [as_utc(row.timestamp) for row in rows]
    if not times:
        return []
    first, last = window.start or min(times), window.end if window.start else max(times)
    step = window.step or fitting_step(last - first)
    bounds = list(starts(first, last, step))
    members: list[list[RequestMetrics]] = [[] for _ in bounds]
    for time, row in zip(times, rows, strict=True):
        members[(time - bounds[0]) // step].append(row)
    return [one_step(start, label(start, step), inside) for start, inside in zip(bounds, members, strict=True)]


def one_step(start: datetime, text: str, rows: Sequence[RequestMetrics]) -> Step:
    """The sums of one step."""
    return Step(
        label=text,
        at=long_label(start),
        requests=len(rows),
        tokens_before=sum(row.tokens_input_before for row in rows),
        tokens_after=sum(row.tokens_input_after for row in rows),
    )


def covered(rows: Sequence[RequestMetrics], window: Window) -> str:
    """The time covered, for people."""
    start = window.start or min((as_utc(row.timestamp) for row in rows), default=None)
    return f"{long_label(start)} to {long_label(window.end)}" if start else f"until {long_label(window.end)}"
