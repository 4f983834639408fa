"""Which time a report covers, and into which steps it is divided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from headroom.errors import ConfigurationError

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# Span and step; the last step is the one going on.
PERIODS: dict[str, tuple[timedelta, timedelta] | None] = {
    "hour": (HOUR, 5 * MINUTE),
    "day": (DAY, HOUR),
    "week": (7 * DAY, DAY),
    "month": (30 * DAY, DAY),
    "all": None,
}
STEPS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY, 28 * DAY, 364 * DAY)
MOST_STEPS = 40
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # in every locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Time covered: from `start` on, up to and including `end`, both UTC; None where open."""

    start: datetime | None
    end: datetime
    step: timedelta | None


def choose_window(period: str, start: datetime | None, end: datetime | None, now: datetime) -> Window:
    """The window of `period` that ends at `end` or now; an explicit `start` goes before the period.

    Raises:
        ConfigurationError: Unknown period, or the end lies before the start.
    """
    if period not in PERIODS:
        raise ConfigurationError(f"period must be one of {', '.join(PERIODS)}", field="period", value=period)
    end = as_utc(end or now)
    span = PERIODS[period]
    if start is not None:
        if as_utc(start) > end:
            raise ConfigurationError("end_time lies before start_time", field="end_time")
        return Window(start=as_utc(start), end=end, step=fitting_step(end - as_utc(start)))
    if span is None:
        return Window(start=None, end=end, step=None)
    length, step = span
    return Window(start=floor(end, step) - length + step, end=end, step=step)


def starts(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    """Starts of the steps from the one that holds `first` to the one that holds `last`."""
    current = floor(first, step)
    while current <= last:
        yield current
        current += step


def fitting_step(span: timedelta) -> timedelta:
    """The shortest step that needs at most `MOST_STEPS` for `span`."""
    return next((step for step in STEPS if span / step < MOST_STEPS), STEPS[-1])


def floor(moment: datetime, step: timedelta) -> datetime:
    """Start of the step that holds `moment`; weeks begin on Monday."""
    origin = EPOCH + 4 * DAY if step >= 7 * DAY else EPOCH
    return origin + (moment - origin) // step * step


def as_utc(moment: datetime) -> datetime:
    """`moment` in UTC; a naive one is UTC."""
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def label(moment: datetime, step: timedelta) -> str:
    """`09:00` within a day, `20 Nov` beyond, with the year for very long steps."""
    if step < DAY:
        return f"{moment:%H:%M}"
    day = f"{moment.day} {MONTHS[moment.month - 1]}"
    return f"{day} {moment.year}" if step >= 28 * DAY else day


def step_name(step: timedelta) -> str:
    """`per hour`, `per 6 hours`, `per day`, `per week`.

    >>> step_name(6 * HOUR), step_name(7 * DAY)
    ('per 6 hours', 'per week')
    """
    for unit, name in ((7 * DAY, "week"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if step % unit == timedelta(0):
            count = step // unit
            return f"per {name}" if count == 1 else f"per {count} {name}s"
    return "over time"


def long_label(moment: datetime) -> str:
    """`20 Nov 2026, 09:00 UTC`."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"
