"""Stores that live in this process: metrics and originals, both bounded."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from headroom.errors import StorageError
from headroom.results import RequestMetrics
from headroom.storage.forks import ForkAware
from headroom.storage.packing import pack, unpack
from headroom.storage.rows import is_within, microseconds, moment, newest_first

MAX_ROWS = 10_000
MAX_BYTES = 256 * 1024 * 1024
RETENTION_S = 30 * 60.0


class MemoryMetrics(ForkAware):
    """Metrics in memory; the oldest written row leaves once there are `max_rows`."""

    def __init__(self, max_rows: int = MAX_ROWS) -> None:
        self.max_rows = max_rows
        self.after_fork_in_child()
        self.watch_forks()

    def __repr__(self) -> str:
        return f"MemoryMetrics({len(self.rows)} rows)"

    def write(self, rows: Sequence[RequestMetrics]) -> None:
        """Keep rows; a `request_id` kept before is replaced."""
        with self.lock:
            for row in rows:
                at = moment(microseconds(row.timestamp))  # in UTC, as every store gives it back
                self.rows[row.request_id] = replace(row, timestamp=at)
            while len(self.rows) > self.max_rows:
                self.rows.popitem(last=False)

    def read(
        self,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        model: str | None = None,
        mode: str | None = None,
        limit: int | None = 100,
    ) -> list[RequestMetrics]:
        """Rows within the bounds, newest first."""
        with self.lock:
            rows = list(self.rows.values())
        fitting = [r for r in rows if is_within(r, start_time=start_time, end_time=end_time, model=model, mode=mode)]
        return newest_first(fitting, limit)

    def delete(self, *, tenant: str | None = None, thread_id: str | None = None, before: datetime | None = None) -> int:
        """Remove the rows that match all that is given; how many."""
        with self.lock:
            gone = [
                key
                for key, row in self.rows.items()
                if tenant in (None, row.tenant)
                and thread_id in (None, row.thread_id)
                and (before is None or microseconds(row.timestamp) < microseconds(before))
            ]
            for key in gone:
                del self.rows[key]
        return len(gone)

    def close(self) -> None:
        """Nothing to release."""

    def after_fork_in_child(self) -> None:
        """Empty: what the parent kept is the parent's, and another thread may have been at work on it."""
        self.rows: OrderedDict[str, RequestMetrics] = OrderedDict()
        self.lock = threading.Lock()


@dataclass(slots=True, kw_only=True)
class Held:
    """One original in memory."""

    packed: bytes = field(repr=False)
    digest: str
    created_s: float
    used_s: float


class MemoryOriginals(ForkAware):
    """Originals in memory, compressed; idle ones expire, the least recently used leave when it is full.

    Args:
        retention_s: Seconds without use after which an original is gone; None keeps it.
        max_bytes: Compressed bytes held at most; None sets no limit.
        max_entries: Originals held at most; None sets no limit.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        *,
        retention_s: float | None = RETENTION_S,
        max_bytes: int | None = MAX_BYTES,
        max_entries: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.retention_s = retention_s
        self.max_bytes = max_bytes
        self.max_entries = max_entries
        self.clock = clock
        self.after_fork_in_child()
        self.watch_forks()

    def __repr__(self) -> str:
        return f"MemoryOriginals({len(self.held)} originals, {self.size_bytes} bytes)"

    def put(self, handle: str, content: bytes, *, namespace: str = "", tool: str | None = None) -> None:
        """Keep `content`.

        Raises:
            StorageError: Larger than the whole store, or the handle names another original.
        """
        packed, digest = pack(content)
        if self.max_bytes is not None and len(packed) > self.max_bytes:
            raise StorageError("the original is larger than the store", bytes=len(packed), max_bytes=self.max_bytes)
        with self.lock:
            self.purge()
            now = self.clock()
            found = self.held.get((namespace, handle))
            if found is not None:
                if found.digest != digest:  # it would change what a marker already sent refers to
                    raise StorageError("the handle already names another original", handle=handle)
                self.use((namespace, handle), found, now)
                return
            self.held[namespace, handle] = Held(packed=packed, digest=digest, created_s=now, used_s=now)
            self.size_bytes += len(packed)
            while self.is_full:
                self.remove(next(iter(self.held)))

    @property
    def is_full(self) -> bool:
        """Whether more is held than may be; the lock is held."""
        is_large = self.max_bytes is not None and self.size_bytes > self.max_bytes
        return is_large or (self.max_entries is not None and len(self.held) > self.max_entries)

    def get(self, handle: str, *, namespace: str = "") -> bytes | None:
        """The content, or None where the handle is unknown or has expired."""
        with self.lock:
            self.purge()
            found = self.held.get((namespace, handle))
            if found is None:
                return None
            self.use((namespace, handle), found, self.clock())
        return unpack(found.packed, found.digest)

    def delete(self, *, namespace: str | None = None, before: datetime | None = None) -> int:
        """Remove what is in `namespace` and was stored before `before`; how many."""
        limit_s = None if before is None else microseconds(before) / 1e6
        with self.lock:
            gone = [
                key
                for key, held in self.held.items()
                if namespace in (None, key[0]) and (limit_s is None or held.created_s < limit_s)
            ]
            for key in gone:
                self.remove(key)
        return len(gone)

    def close(self) -> None:
        """Nothing to release."""

    def after_fork_in_child(self) -> None:
        """Empty: another thread of the parent may have been at work on what it kept."""
        self.held: OrderedDict[tuple[str, str], Held] = OrderedDict()  # least recently used first
        self.size_bytes = 0
        self.lock = threading.Lock()

    def purge(self) -> None:
        """Remove what has expired; the lock is held."""
        if self.retention_s is None:
            return
        limit_s = self.clock() - self.retention_s
        while self.held and next(iter(self.held.values())).used_s < limit_s:
            self.remove(next(iter(self.held)))

    def use(self, key: tuple[str, str], held: Held, now_s: float) -> None:
        """Note that an original was asked for; the lock is held."""
        held.used_s = now_s
        self.held.move_to_end(key)

    def remove(self, key: tuple[str, str]) -> None:
        """Forget one original; the lock is held."""
        self.size_bytes -= len(self.held.pop(key).packed)
