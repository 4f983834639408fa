"""Time on one core, in milliseconds."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def one_core() -> Iterator[str]:
    """Stay on one core where the system can do that; says which."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if before:
        os.sched_setaffinity(0, {max(before)})
    try:
        yield "one core" if before else "not bound to one core"
    finally:
        if before:
            os.sched_setaffinity(0, before)


def ms_of(work: Callable[[], Any]) -> float:
    """Milliseconds that one call takes; garbage of what ran before is collected first."""
    gc.collect()
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)
