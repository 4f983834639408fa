"""Threads of our own for work that an event loop must not wait for (law 13)."""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

THREADS = 2  # beyond asyncio's own executor, which the tools of an agent may fill

executors: dict[int, ThreadPoolExecutor] = {}


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """`function` in one of our own threads, with the caller's context variables."""
    call = contextvars.copy_context().run
    return await asyncio.get_running_loop().run_in_executor(executor(), call, function, *arguments)


def executor() -> ThreadPoolExecutor:
    """Our threads in this process; a forked child has none of its parent's."""
    process = os.getpid()
    found = executors.get(process)
    if found is None:
        made = ThreadPoolExecutor(THREADS, thread_name_prefix="headroom")
        found = executors.setdefault(process, made)  # one step, so that it needs no lock
    return found
