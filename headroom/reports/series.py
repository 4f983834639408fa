"""Tokens over time: what was sent, and what was saved by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from headroom.reports.charts import Column, columns
from headroom.reports.windows import Window, as_utc, fitting_step, label, long_label, starts, step_name
from headroom.reports.wording import percent, whole
from headroom.results import RequestMetrics, savings_percent

WIDE, NARROW = (1000.0, 300.0), (380.0, 250.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Tokens of one step of time.

    Attributes:
        label: For an axis.
        at: Its start for people.
        requests: Calls in it.
        tokens_before: As they came; the sum of all that follow.
        tokens_after: Sent.
        saved_exact: Saved by exact forms and references.
        saved_reachable: Left out within the model's reach.
        saved_unreachable: Left out beyond it.
    """

    label: str
    at: str
    requests: int
    tokens_before: int
    tokens_after: int
    saved_exact: int
    saved_reachable: int
    saved_unreachable: int

    @property
    def saved_other(self) -> int:
        """What no part accounts for, such as dropped turns."""
        return self.tokens_saved - self.saved_exact - self.saved_reachable - self.saved_unreachable

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`."""
        return self.tokens_before - self.tokens_after

    @property
    def percent(self) -> float:
        """Share saved, 0 to 100."""
        return savings_percent(self.tokens_after, self.tokens_before)


def over_time(rows: Sequence[RequestMetrics], window: Window) -> tuple[str, list[Step]]:
    """The name of a step, and tokens by step; for an open window from the first row to the last."""
    times = [as_utc(row.timestamp) for row in rows]
    if not times:
        return "", []
    first, last = window.start or min(times), window.end if window.start else max(times)
    step = window.step or fitting_step(last - first)
    bounds = list(starts(first, last, step))
    members: list[list[RequestMetrics]] = [[] for _ in bounds]
    for time, row in zip(times, rows, strict=True):
        members[(time - bounds[0]) // step].append(row)
    made = [one_step(start, label(start, step), inside) for start, inside in zip(bounds, members, strict=True)]
    return step_name(step), made


def one_step(start: datetime, text: str, rows: Sequence[RequestMetrics]) -> Step:
    """The sums of one step."""
    return Step(
        label=text,
        at=long_label(start),
        requests=len(rows),
        tokens_before=sum(row.tokens_input_before for row in rows),
        tokens_after=sum(row.tokens_input_after for row in rows),
        saved_exact=sum(row.saved_exact for row in rows),
        saved_reachable=sum(row.saved_reachable for row in rows),
        saved_unreachable=sum(row.saved_unreachable for row in rows),
    )


def chart(steps: Sequence[Step], step_text: str) -> str:
    """The steps as columns, once for wide and once for narrow pages."""
    made = [column(step) for step in steps]
    title = f"Input tokens {step_text}: sent, and saved by class"
    return "".join(
        columns(made, name=f"{name}-time", title=title, width=size[0], height=size[1])
        for name, size in (("wide", WIDE), ("narrow", NARROW))
    )


def column(step: Step) -> Column:
    """One step as a column; the share saved stands above it."""
    tip = (
        f"{step.at}: {whole(step.requests)} requests, {whole(step.tokens_before)} tokens came in, "
        f"{whole(step.tokens_after)} were sent, {whole(step.tokens_saved)} saved"
    )
    return Column(
        label=step.label,
        tip=tip,
        above=percent(step.percent, 0) if step.tokens_saved > 0 else "",
        parts=(
            (step.tokens_after, "sent"),
            (step.saved_exact, "exact"),
            (step.saved_reachable, "reach"),
            (step.saved_unreachable, "beyond"),
            (step.saved_other, "other"),
        ),
    )
