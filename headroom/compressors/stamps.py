"""Time stamps whose date stands once above many times, as in a log that is grouped by day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from operator import ne
from typing import Any

from headroom.compressors.table.columns import Column

STAMPS = re.compile(  # one a line
    r"^([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})([ T])"
    r"([0-9]{1,2}:[0-9]{2}[^ \"`,|\n]*)$",
    re.ASCII | re.MULTILINE,
)
LEAST_ROWS = 8
LEAST_RUN = 4  # rows per date; below it whole stamps are easier to read and cost little more


def split_stamps(values: Sequence[Any]) -> tuple[list[str], list[str]] | None:
    """Dates and times of a column that holds nothing else, where few dates, or one time, stand for many rows.

    A date ends with the `T` that stands behind it; a blank goes without saying.

    >>> split_stamps(["2014-04-01T00:00", "2014-04-01T00:05", "2014-04-01T00:10"] * 3)[0][:2]
    ['2014-04-01T', '2014-04-01T']
    """
    if len(values) < LEAST_ROWS or type(values[0]) is not str or not STAMPS.fullmatch(values[0]):
        return None
    if set(map(type, values)) != {str} or values.count(values[0]) == len(values):
        return None
    joined = "\n".join(values)
    found = STAMPS.findall(joined)
    if len(found) != len(values) or joined.count("\n") >= len(values) or len({mark for _, mark, _ in found}) > 1:
        return None
    behind = found[0][1].strip(" ")
    dates = [date + behind for date, _, _ in found] if behind else [date for date, _, _ in found]
    times = [time for _, _, time in found]
    runs = 1 + sum(map(ne, dates, islice(dates, 1, None)))
    if runs * LEAST_RUN > len(values) and times.count(times[0]) < len(times):
        return None
    return dates, times


def joined_stamps(children: Sequence[Column], parts: Sequence[list[Any]]) -> list[str]:
    """Whole stamps of dates and times.

    Raises:
        ValueError: These are no dates and times.
    """
    if [child.key for child in children] != ["date", "time"]:
        raise ValueError("not table text: an object in a row of text")
    dates, times = parts
    known = {date: date if date.endswith("T") else f"{date} " for date in dict.fromkeys(map(str, dates))}
    return [known[date] + time for date, time in zip(map(str, dates), times, strict=True)]
