"""The figures of a report, as values; every format shows the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headroom.reports.bill import BillLine, Bucket, bill_lines, buckets
from headroom.reports.places import Line, Skip, Table, offenders, skips, tables
from headroom.reports.series import Step, over_time
from headroom.reports.windows import Window, as_utc, long_label
from headroom.results import RequestMetrics, savings_percent
from headroom.storage.groups import NOT_SENT
from headroom.storage.summary import summarise

LARGEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that a report shows, apart from samples.

    Attributes:
        summary: What `summarise` gives.
        covered: The time covered, for people.
        step_text: How long a step is, such as `per day`.
        steps: Tokens over time, oldest first.
        tables: By tool, content type, integration, model, mode and tenant; most tokens saved first.
        bill: Dollars with and without; empty where no price is known.
        buckets: Input as the provider counted it; empty where it said nothing.
        offenders: Tools whose results are large and of which little is saved.
        skips: Reasons for what was left as it came.
        largest: The requests with most tokens, with their times for people.
        median_ms: Time spent in headroom by the middle request; 0 for none.
        slow_ms: By the slowest of twenty.
    """

    summary: dict[str, Any]
    covered: str
    step_text: str
    steps: list[Step]
    tables: list[Table]
    bill: list[BillLine]
    buckets: list[Bucket]
    offenders: list[Line]
    skips: list[Skip]
    largest: list[tuple[str, RequestMetrics]]
    median_ms: float
    slow_ms: float

    @property
    def percent(self) -> float:
        """Share of input tokens saved, 0 to 100."""
        return savings_percent(self.summary["total_tokens_after"], self.summary["total_tokens_before"])

    @property
    def net_percent(self) -> float:
        """Share of input tokens saved after what leaving out cost."""
        before = self.summary["total_tokens_before"]
        return savings_percent(before - self.summary["net_tokens_saved"], before)

    @property
    def bucket_parts(self) -> list[tuple[float, str]]:
        """The buckets as parts of a bar."""
        return [(bucket.tokens, bucket.fill) for bucket in self.buckets]

    def table(self, title: str) -> Table | None:
        """The table of that title, if it has lines."""
        return next((table for table in self.tables if table.title == title), None)


def figures_of(rows: Sequence[RequestMetrics], window: Window) -> Figures:
    """The figures of `rows`, all of which lie in `window`."""
    summary = summarise(rows)
    sent = [row for row in rows if row.mode != NOT_SENT]
    largest = sorted(sent, key=lambda row: (-row.tokens_input_before, row.request_id))[:LARGEST]
    durations_ms = sorted(row.duration_ms for row in sent)
    step_text, steps = over_time(sent, window)
    return Figures(
        summary=summary,
        covered=covered(sent, window),
        step_text=step_text,
        steps=steps,
        tables=tables(summary),
        bill=bill_lines(summary),
        buckets=buckets(summary),
        offenders=offenders(summary),
        skips=skips(summary),
        largest=[(long_label(as_utc(row.timestamp)), row) for row in largest],
        median_ms=at_share(durations_ms, 0.5),
        slow_ms=at_share(durations_ms, 0.95),
    )


def at_share(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 for none."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def covered(rows: Sequence[RequestMetrics], window: Window) -> str:
    """The time covered, for people."""
    start = window.start or min((as_utc(row.timestamp) for row in rows), default=None)
    return f"{long_label(start)} to {long_label(window.end)}" if start else f"until {long_label(window.end)}"
