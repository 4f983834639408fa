"""Times as people type them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from headroom.errors import ValidationError

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
PERIODS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "all": None,
}
SPAN = re.compile(r"([0-9]{1,6})([mhdw])")


def moment(text: str, field: str, now: datetime | None = None) -> datetime:
    """A time: `30m`, `24h`, `7d`, `2w` ago, or as ISO 8601 has it; one without a zone is UTC.

    Raises:
        ValidationError: It is neither.

    >>> moment("2d", "since", datetime(2026, 11, 20, tzinfo=timezone.utc)).isoformat()
    '2026-11-18T00:00:00+00:00'
    """
    ago = SPAN.fullmatch(text.strip())
    try:
        if ago:
            return (now or datetime.now(timezone.utc)) - int(ago[1]) * UNITS[ago[2]]
        found = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.strip()))  # Python 3.10 knows no Z
        return found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found
    except (ValueError, OverflowError):
        expected = "a span such as 30m, 24h or 7d, or a time such as 2026-11-01"
        raise ValidationError(f"{field} must be {expected}, got {text[:40]!r}", field=field) from None


def start_of(period: str, now: datetime | None = None) -> datetime | None:
    """When a period that ends now began; None for all time.

    Raises:
        ValidationError: There is no such period.
    """
    if period not in PERIODS:
        raise ValidationError(f"period must be one of {', '.join(PERIODS)}, got {period[:40]!r}", field="period")
    span = PERIODS[period]
    return None if span is None else (now or datetime.now(timezone.utc)) - span
