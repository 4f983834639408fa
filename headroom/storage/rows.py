"""A row of the ledger as a plain record, and back; what every metrics store writes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from headroom.results import RequestMetrics

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
FIELDS = frozenset(field.name for field in dataclasses.fields(RequestMetrics))


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC; a naive time is UTC. Exact, where a float would round.

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1))
    1000000
    """
    return (as_utc(moment) - EPOCH) // MICROSECOND


def as_utc(moment: datetime) -> datetime:
    """The same moment with a zone; a naive time is UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


def moment(microseconds: int) -> datetime:
    """The time `microseconds` after 1970, in UTC."""
    return EPOCH + timedelta(microseconds=microseconds)


def to_record(row: RequestMetrics) -> dict[str, Any]:
    """Every field by name; the time as integer `timestamp_us`."""
    values = {name: getattr(row, name) for name in FIELDS - {"timestamp"}}
    return {"timestamp_us": microseconds(row.timestamp), **dict(sorted(values.items()))}


def to_line(row: RequestMetrics) -> str:
    """The record as JSON in ASCII on one line, so that every file and database can hold it."""
    return json.dumps(to_record(row), separators=(",", ":"), default=plain)


def plain(value: Any) -> Any:
    """What JSON has no form for: dataclasses and other mappings as objects, all else by its type's name only."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (tuple, set, frozenset)):
        return sorted(value, key=repr) if not isinstance(value, tuple) else list(value)
    return type(value).__name__


def from_line(line: str | bytes) -> RequestMetrics:
    """The row that `to_line` wrote; fields that a newer release added are left away.

    Raises:
        ValueError: `line` is not such a record.
    """
    record = json.loads(line)
    if not isinstance(record, dict):
        raise ValueError("a record is an object")
    try:
        when = moment(record["timestamp_us"])
        return RequestMetrics(timestamp=when, **{name: record[name] for name in FIELDS if name in record})
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"no metrics record: {type(error).__name__}") from None


def is_within(
    row: RequestMetrics,
    *,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    model: str | None = None,
    mode: str | None = None,
) -> bool:
    """Whether `row` fits the filters; bounds are inclusive."""
    when = microseconds(row.timestamp)
    return (
        (start_time is None or when >= microseconds(start_time))
        and (end_time is None or when <= microseconds(end_time))
        and model in (None, row.model)
        and mode in (None, row.mode)
    )


def newest_first(rows: list[RequestMetrics], limit: int | None) -> list[RequestMetrics]:
    """At most `limit` of `rows`, which come in the order of writing; equal times: the later written first."""
    by_age = sorted(rows, key=lambda row: microseconds(row.timestamp))  # stable, so that the last one written ends last
    ordered = by_age[::-1]
    return ordered if limit is None else ordered[: max(limit, 0)]
