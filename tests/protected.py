"""What law 4 protects, worked out a second time, in the law's own words and without the library's code.

"An error field or level that is set, a status of 400 or more, a word of the error table in a message field; a number
more than 6 interquartile ranges from its column's median; a value shared by less than 1 % of the rows in a column of
at most 12 values; every item with the question's rarest literal."
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from headroom.compressors.table.values import Number

ERROR_KEYS = {"error", "errors", "exception", "failure", "error_message", "errorMessage", "traceback", "last_error"}
LEVEL_KEYS = {"level", "severity", "log_level"}
BAD_LEVELS = {"error", "fatal", "critical", "alert", "emergency"}
STATUS_KEYS = {"status", "status_code", "statusCode", "http_status"}
MESSAGE_KEYS = {"message", "msg", "log", "details", "reason"}
BAD_WORDS = re.compile(r"\b(error|exception|failed|failure|fatal|crashed|timeout|denied|refused|unreachable)\b", re.I)
HARMLESS = re.compile(r"\b(no|0|zero|without) (error|errors|exception|failures?)\b", re.I)


def cells(record: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted path and scalar; what stands in lists is left to the other tests."""
    if type(record) is dict:
        for key, value in record.items():
            yield from cells(value, f"{path}.{key}" if path else key)
    elif type(record) is not list and not isinstance(record, list):
        yield path, record


def says_error(path: str, value: Any) -> str:
    """What kind of error a cell reports, or ""."""
    key = path.rsplit(".", 1)[-1]
    text = str(value) if isinstance(value, str) else ""
    if key in ERROR_KEYS and (
        value is True or text.strip().lower() not in ("", "0", "false", "none", "null", "no", "ok")
    ):
        return f"{path} is set"
    if key in LEVEL_KEYS and text.lower() in BAD_LEVELS:
        return f"{path} {text}"
    if key in STATUS_KEYS and re.fullmatch("[45][0-9][0-9]", text):
        return f"{path} {text}"
    if key in MESSAGE_KEYS and type(value) is str and not HARMLESS.search(text) and (word := BAD_WORDS.search(text)):
        return f"{path} {word[0].lower()}"
    return ""


def far(numbers: Sequence[float]) -> list[bool]:
    """Which numbers are more than 6 interquartile ranges from the median; none where the range is 0."""
    ranked = sorted(numbers)
    low, middle, high = (quantile(ranked, share) for share in (0.25, 0.5, 0.75))
    reach = 6 * (high - low)
    return [reach > 0 and abs(number - middle) > reach * (1 + 1e-9) for number in numbers]


def quantile(ranked: Sequence[float], share: float) -> float:
    """With linear interpolation."""
    place = share * (len(ranked) - 1)
    floor = math.floor(place)
    following = ranked[min(floor + 1, len(ranked) - 1)]
    return ranked[floor] + (following - ranked[floor]) * (place - floor)


def protected(records: Sequence[Any]) -> dict[str, set[int]]:
    """Reason to the places of the records that it protects."""
    found: dict[str, set[int]] = defaultdict(set)
    columns: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for place, record in enumerate(records):
        for path, value in cells(record):
            columns[path].append((place, value))
            if reason := says_error(path, value):
                found[reason].add(place)
    for path, column in columns.items():
        numbers = [(place, float(value)) for place, value in column if type(value) is Number]
        numbers = [(place, number) for place, number in numbers if math.isfinite(number)]
        if len(numbers) >= 8 and 2 * len(numbers) >= len(column):
            for (place, _), is_far in zip(numbers, far([number for _, number in numbers]), strict=True):
                if is_far:
                    found[f"outlier in {path}"].add(place)
        counts = Counter((type(value), value) for _, value in column)
        if len(counts) <= 12:
            for place, value in column:
                if counts[type(value), value] < 0.01 * len(records):
                    found[f"rare {path} {value}"].add(place)
    return found
