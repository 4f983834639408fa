"""Rows on their way to a store: queued at once, written by one thread, never in the way of a call."""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from headroom.errors import HeadroomError
from headroom.protocols import MetricsStore
from headroom.results import RequestMetrics
from headroom.storage.forks import PAUSE_S, ForkAware
from headroom.storage.metrics import DatabaseMetrics, open_metrics_store
from headroom.storage.summary import summarise
from headroom.storage.totals import Totals
from headroom.storage.urls import parse_store_url

logger = logging.getLogger("headroom.storage")

CAPACITY_ROWS = 10_000
BATCH_ROWS = 500
IDLE_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
EXIT_S = 2.0
STARTING_S = 10.0
STORE_FAILED = (HeadroomError, OSError, ImportError, RuntimeError)  # RuntimeError: the interpreter is ending
ROW_IS_BAD = (TypeError, ValueError, AttributeError, KeyError)

said: set[str] = set()  # stores whose failure this process has reported


class Recorder(ForkAware):
    """Takes rows from any thread; one thread writes them, started by the first row and again after a fork.

    A store that fails costs no call: rows wait (the oldest leave when `capacity_rows` are waiting), the failure is
    logged once per process and store, writing is tried again, and `totals` count all along.

    Args:
        store_url: Where rows go; None takes the default place. Nothing is opened before the first row.
        synchronous: Write within `record`, for hosts that freeze between calls and run no threads then.
        capacity_rows: Rows that wait at most.
        totals: Counters to add to; None makes new ones.

    Raises:
        ConfigurationError: `store_url` names no store.
    """

    fork_rank = 0  # its thread works with a database

    def __init__(
        self,
        store_url: str | None = None,
        *,
        synchronous: bool = False,
        capacity_rows: int = CAPACITY_ROWS,
        totals: Totals | None = None,
    ) -> None:
        self.url = None if store_url is None else parse_store_url(store_url)
        self.store_url = store_url
        self.synchronous = synchronous
        self.capacity_rows = capacity_rows
        self.totals = totals or Totals()
        self.opened: MetricsStore | None = None
        self.last_error: str | None = None
        self.tells_multiprocessing = False
        self.begin()
        every_recorder.add(self)
        self.watch_forks()

    def __repr__(self) -> str:
        return f"Recorder({self.url.safe if self.url else 'default store'!r}, {len(self.waiting)} waiting)"

    def begin(self) -> None:
        """An empty queue and no thread."""
        self.condition = threading.Condition()
        self.writing = threading.Lock()  # held during a batch
        self.is_paused = False  # this thread holds `writing` while it forks
        self.waiting: deque[RequestMetrics] = deque()
        self.thread: threading.Thread | None = None
        self.taken = 0  # rows that ever came
        self.settled = 0  # of these: written, or given up
        self.failures = 0
        self.pause_s = 0.0
        self.retry_at_s = 0.0

    def record(self, row: RequestMetrics) -> None:
        """Count `row` and see to its storage. Never raises; waits for no disk unless `synchronous`."""
        self.totals.add(row)
        with self.condition:
            self.taken += 1
            self.waiting.append(row)
            self.shed()
            if not self.synchronous:
                self.wake()
                return
        self.write_waiting()

    def flush(self, timeout: float = EXIT_S) -> bool:
        """Have what was recorded until now written; whether it was, within `timeout` seconds."""
        if self.synchronous:
            self.write_waiting()
            return not self.waiting
        with self.condition:
            target, failures = self.taken, self.failures
            self.retry_at_s = 0.0
            self.wake()
            has_thread = self.thread is not None
        if not has_thread:
            self.write_waiting()  # nothing waits, or the interpreter is ending and starts no threads
        with self.condition:
            self.condition.wait_for(lambda: self.settled >= target or self.failures > failures, timeout)
            return self.settled >= target

    def read(
        self,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        model: str | None = None,
        mode: str | None = None,
        limit: int | None = 100,
    ) -> list[RequestMetrics]:
        """Rows of the store, newest first, those that this process still held included.

        Raises:
            StorageError: The store cannot be read.
        """
        flush_recorders()
        return self.store().read(start_time=start_time, end_time=end_time, model=model, mode=mode, limit=limit)

    def summary(self, start_time: datetime | None = None, end_time: datetime | None = None) -> dict[str, Any]:
        """`summarise` over the stored rows within the bounds.

        Raises:
            StorageError: The store cannot be read.
        """
        return summarise(self.read(start_time=start_time, end_time=end_time, limit=None))

    def store(self) -> MetricsStore:
        """The store, made at first use."""
        if self.opened is None:
            self.opened = open_metrics_store(self.store_url)
        return self.opened

    @property
    def is_starting(self) -> bool:
        """Whether the first write still loads its driver or makes its tables: seconds on an overloaded machine."""
        if self.failures or not self.taken:
            return False
        return self.opened is None or (
            isinstance(self.opened, DatabaseMetrics) and "metrics" not in self.opened.database.ready
        )

    def close(self, timeout: float = EXIT_S) -> None:
        """Flush, then release the store; recording again opens it anew."""
        self.flush(timeout)
        if self.opened is not None:
            self.opened.close()

    def shed(self) -> None:
        """Give up the oldest rows once too many wait; the lock is held."""
        while len(self.waiting) > self.capacity_rows:
            self.waiting.popleft()
            self.settled += 1
            self.totals.increment("rows_dropped")

    def wake(self) -> None:
        """Tell the thread, or start one; the lock is held."""
        if self.thread is None and self.waiting:
            thread = threading.Thread(target=self.write_until_idle, name="headroom-metrics", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter is ending; the flush at exit writes
                return
            self.thread = thread
        self.condition.notify_all()

    def write_until_idle(self) -> None:
        """The thread's work: batches as they come, until nothing came for a while."""
        while batch := self.next_batch():
            self.write_batch(batch)

    def next_batch(self) -> list[RequestMetrics]:
        """Rows to write, waited for; empty when the thread shall end."""
        with self.condition:
            while True:
                pause_s = self.retry_at_s - time.monotonic()
                if self.waiting and pause_s <= 0:
                    return [self.waiting.popleft() for _ in range(min(BATCH_ROWS, len(self.waiting)))]
                if not self.condition.wait(pause_s if self.waiting else IDLE_S) and not self.waiting:
                    self.thread = None
                    return []

    def write_waiting(self) -> None:
        """Write what waits in the calling thread."""
        with self.condition:
            batch = list(self.waiting)
            self.waiting.clear()
        if batch:
            self.write_batch(batch)

    def write_batch(self, batch: Sequence[RequestMetrics]) -> None:
        """Write rows, or put them back for later."""
        try:
            with self.writing:
                self.store().write(batch)
        except STORE_FAILED as error:
            if is_refusal(error):
                self.write_singly(batch)
            else:
                self.put_back(batch, error)
        except ROW_IS_BAD:
            self.write_singly(batch)
        else:
            self.settle(len(batch))

    def write_singly(self, batch: Sequence[RequestMetrics]) -> None:
        """One odd row must not cost the others: it alone is given up."""
        for row in batch:
            try:
                with self.writing:
                    self.store().write([row])
            except (*STORE_FAILED, *ROW_IS_BAD) as error:
                self.report(error)
                self.totals.increment("rows_dropped")
            self.settle(1)

    def settle(self, count: int) -> None:
        """Note that `count` rows need no further care."""
        with self.condition:
            self.settled += count
            self.pause_s = 0.0
            self.condition.notify_all()

    def put_back(self, batch: Sequence[RequestMetrics], error: BaseException) -> None:
        """Keep rows for another try after a pause that doubles."""
        self.report(error)
        with self.condition:
            self.waiting.extendleft(reversed(batch))
            self.shed()
            self.failures += 1
            self.pause_s = min(max(2 * self.pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
            self.retry_at_s = time.monotonic() + self.pause_s
            self.condition.notify_all()

    def report(self, error: BaseException) -> None:
        """Say once per process and store that writing fails; names only, no values."""
        self.last_error = error.message if isinstance(error, HeadroomError) else type(error).__name__
        place = self.url.safe if self.url else "the default store"
        if place not in said:
            said.add(place)
            logger.warning(
                "metrics cannot be written to %s: %s. Calls go on, and are tried to be stored later",
                place,
                self.last_error,
            )

    def pause_for_fork(self) -> None:
        """Let the thread finish its batch."""
        self.is_paused = self.writing.acquire(timeout=PAUSE_S)

    def release_for_fork(self) -> None:
        """See that children made by `multiprocessing` flush: they end without running exit functions."""
        util = sys.modules.get("multiprocessing.util")
        if util is not None and not self.tells_multiprocessing:
            self.tells_multiprocessing = True
            util.register_after_fork(self, flush_at_process_exit)

    def after_fork_in_parent(self) -> None:
        """Let the thread go on."""
        if self.is_paused:
            self.is_paused = False
            self.writing.release()

    def after_fork_in_child(self) -> None:
        """An empty queue: what waited is written by the parent."""
        self.begin()
        self.opened = None


def flush_at_process_exit(recorder: Recorder) -> None:
    """In a `multiprocessing` child: flush when it ends."""
    from multiprocessing.util import Finalize

    Finalize(None, flush_at_exit, exitpriority=0)


every_recorder: weakref.WeakSet[Recorder] = weakref.WeakSet()


def flush_recorders(timeout: float = EXIT_S) -> bool:
    """Flush every recorder of this process; whether all rows were written within `timeout` seconds together."""
    end_s = time.monotonic() + timeout
    written = [recorder.flush(max(end_s - time.monotonic(), 0.0)) for recorder in list(every_recorder)]
    return all(written)


def flush_at_exit() -> None:
    """Flush at the end of the process; a driver that is being loaded is waited for longer than a store that hangs."""
    end_s = time.monotonic() + STARTING_S
    while not flush_recorders() and time.monotonic() < end_s:
        if not any(recorder.is_starting for recorder in list(every_recorder)):
            return


atexit.register(flush_at_exit)


def is_refusal(error: BaseException) -> bool:
    """Whether the database refused a row, rather than failed: trying again would change nothing."""
    names = {type(cause).__name__ for cause in (error, error.__cause__, error.__context__) if cause is not None}
    return not names.isdisjoint({"IntegrityError", "DataError", "InterfaceError"})
