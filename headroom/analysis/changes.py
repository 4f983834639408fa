"""Where a series changes: sudden jumps, and lasting shifts of its level."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import accumulate

from headroom.analysis.outliers import quartiles

WINDOW = 5  # numbers on each side
SHORTEST = 4 * WINDOW
ROUNDING = 1e-6  # shifts are compared as rounded to 9 digits
TIMES_USUAL = 6.0  # a shift counts when it is so many times the median shift


def level_shifts(numbers: Sequence[float], window: int = WINDOW) -> list[float]:
    """Difference of the means of the `window` numbers from each position on and before it; 0 near the ends."""
    sums = [0.0, *accumulate(numbers)]
    size = len(numbers)
    shifts = [0.0] * size
    for i in range(window, size - window + 1):
        shifts[i] = (sums[i + window] - 2 * sums[i] + sums[i - window]) / window
    return shifts


def change_points(numbers: Sequence[float], *, at_most: int = 3, window: int = WINDOW) -> list[int]:
    """Positions where the level shifts for good, strongest first; each is the first number of the new level.

    The strongest shifts count that exceed 6 times the median shift and the variation on both of their sides: where
    noise is heavy everywhere, or a single spike stands alone, nothing changed. Of neighbours within two windows only
    the strongest stands. The sliding mean difference is the textbook one; the thresholds are ours.

    >>> change_points([1, 2] * 10 + [51, 52] * 10)
    [20]
    """
    if len(numbers) < max(SHORTEST, 4 * window):
        return []
    shifts = [abs(shift) for shift in level_shifts(numbers, window)]
    limit = TIMES_USUAL * quartiles(shifts[window : len(shifts) - window + 1]).median
    found: list[int] = []
    strong = [i for i, shift in enumerate(shifts) if shift > limit - ROUNDING]
    for i in sorted(strong, key=lambda i: (-round(shifts[i], 9), i)):
        if shifts[i] <= limit or len(found) == at_most:
            break
        if all(abs(i - other) > 2 * window for other in found) and is_step(numbers, i, shifts[i], window):
            found.append(i)
    return found


def is_step(numbers: Sequence[float], at: int, shift: float, window: int) -> bool:
    """Whether both sides of a shift vary less than the shift itself: a single spike is an outlier, not a change."""
    before, after = numbers[at - window : at], numbers[at : at + window]
    return max(max(before) - min(before), max(after) - min(after)) < shift


def local_residuals(numbers: Sequence[float], window: int = WINDOW) -> list[float]:
    """Distance of each number from the median of its neighbourhood of `2 * window + 1` numbers."""
    residuals = []
    around = sorted(numbers[:window])
    for i, number in enumerate(numbers):
        if i + window < len(numbers):
            insort(around, numbers[i + window])
        if i > window:
            del around[bisect_left(around, numbers[i - window - 1])]
        residuals.append(abs(number - around[len(around) // 2]))
    return residuals
