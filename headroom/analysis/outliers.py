"""Numbers that lie far from the rest of their column."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

FAR = 6.0  # interquartile ranges from the median (law 4)
RARELY = 0.05  # share of records up to which a deviation is rare, where the middle half of a column is one value
RARELY_AT_LEAST = 3  # so many deviations are rare in any column
FEWEST = 5  # numbers below which quartiles say nothing


@dataclass(frozen=True, slots=True)
class Quartiles:
    """First quartile, median, third quartile."""

    low: float
    median: float
    high: float

    @property
    def range(self) -> float:
        """Interquartile range."""
        return self.high - self.low


def quartiles(numbers: Sequence[float]) -> Quartiles:
    """Quartiles with linear interpolation between neighbours (R type 7); `numbers` is not empty.

    >>> quartiles([1, 2, 3, 4, 5])
    Quartiles(low=2.0, median=3.0, high=4.0)
    """
    ranked = sorted(numbers)

    def at(quarters: int) -> float:
        whole, rest = divmod(quarters * (len(ranked) - 1), 4)
        lower = ranked[whole]
        return float(lower + (ranked[min(whole + 1, len(ranked) - 1)] - lower) * rest / 4)

    return Quartiles(at(1), at(2), at(3))


def far_from_median(numbers: Sequence[float], times: float = FAR) -> tuple[list[int], list[int]]:
    """Positions of the numbers more than `times` interquartile ranges below, and above, the median.

    Where the range is 0, every number other than the median is far, provided that at most three, or 5 %, are other:
    more of them are a second state of the column, not outliers. The farthest comes first; fewer than five numbers
    have no outliers.

    >>> far_from_median([10, 11, 12, 13, 14, 999])
    ([], [5])
    """
    if len(numbers) < FEWEST:
        return [], []
    middle = quartiles(numbers)
    reach = times * middle.range
    below = [i for i, x in enumerate(numbers) if x < middle.median - reach]
    above = [i for i, x in enumerate(numbers) if x > middle.median + reach]
    if middle.range == 0 and len(below) + len(above) > max(RARELY_AT_LEAST, RARELY * len(numbers)):
        return [], []
    return sorted(below, key=lambda i: (numbers[i], i)), sorted(above, key=lambda i: (-numbers[i], i))


def beyond_deviations(numbers: Sequence[float], times: float) -> list[int]:
    """Positions of the numbers more than `times` standard deviations from the mean."""
    if len(numbers) < FEWEST:
        return []
    mean = sum(numbers) / len(numbers)
    variance = sum((x - mean) ** 2 for x in numbers) / len(numbers)
    return [i for i, x in enumerate(numbers) if (x - mean) ** 2 > times * times * variance]


def outlier_bits(numbers: Sequence[float]) -> dict[int, float]:
    """Surprise in bits of the numbers more than 4 half-ranges away: 1 + 2 log2(z / 4), by position.

    z counts in units of the half-range on the number's own side (median to quartile), so that a skewed column is not
    all outliers. Heuristic of our own, tuned on planted outliers (formats.md 2.1).
    """
    if len(numbers) < FEWEST:
        return {}
    middle = quartiles(numbers)
    below, above = middle.median - middle.low, middle.high - middle.median
    below, above = below or above, above or below
    if not above:
        return {}
    found = {}
    for position, number in enumerate(numbers):
        z = (number - middle.median) / (above if number > middle.median else -below)
        if z > 4:
            found[position] = 1 + 2 * log2(z / 4)
    return found


def is_monotone(numbers: Sequence[float]) -> bool:
    """Whether the numbers never fall or never rise, and do not all stay the same: ids, time stamps, sorted lists."""
    pairs = list(itertools.pairwise(numbers))
    rising, falling = any(a < b for a, b in pairs), any(a > b for a, b in pairs)
    return rising != falling


def gaps(numbers: Sequence[float]) -> list[float]:
    """Steps between neighbours, without sign: position i is the step that leads to number i + 1."""
    return [abs(b - a) for a, b in itertools.pairwise(numbers)]


def extremes(numbers: Sequence[float]) -> tuple[int, int]:
    """Positions of the first largest and the first smallest number; `numbers` is not empty."""
    positions = range(len(numbers))
    return max(positions, key=lambda i: (numbers[i], -i)), min(positions, key=lambda i: (numbers[i], i))
