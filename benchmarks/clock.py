"""Time on one core, in milliseconds of the processor, so that what else the machine does counts little."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CLOCK = time.process_time if time.get_clock_info("process_time").resolution < 1e-4 else time.perf_counter


@contextmanager
def one_core() -> Iterator[str]:
    """Stay on one core where the system can do that; says what is measured."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if before:
        os.sched_setaffinity(0, {max(before)})
    kind = "processor time" if CLOCK is time.process_time else "wall time"
    try:
        yield f"{kind} on one core" if before else kind
    finally:
        if before:
            os.sched_setaffinity(0, before)


def ms_of(work: Callable[[], Any], clock: Callable[[], float] = CLOCK) -> float:
    """Milliseconds that one call takes; garbage of what ran before is collected first."""
    gc.collect()
    start = clock()
    work()
    return 1000 * (clock() - start)
