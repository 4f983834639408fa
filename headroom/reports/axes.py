"""Where an axis has its marks."""

from __future__ import annotations

import math

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(most: float, count: int = 4) -> list[float]:
    """Round marks of a count, from 0 to at least `most`, about `count` above 0; just 0 and 1 where `most` is below 1.

    >>> ticks(930)
    [0.0, 250.0, 500.0, 750.0, 1000.0]
    """
    if not 1 <= most < math.inf:
        return [0.0, 1.0]
    rough = most / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = max(next(factor * power for factor in STEPS if factor * power >= rough * 0.999), 1.0)
    return [step * mark for mark in range(math.ceil(most / step - 1e-9) + 1)]


def every(label_px: float, slot_px: float) -> int:
    """Show each n-th label, so that labels of this width do not touch.

    >>> every(40, 16)
    3
    """
    return max(1, math.ceil(label_px / slot_px)) if slot_px > 0 else 1
