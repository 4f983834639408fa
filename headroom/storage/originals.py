"""Originals in a database, for callers who name one; and the choice of a store by URL."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import datetime

from headroom.errors import ConfigurationError, StorageError
from headroom.protocols import OriginalStore
from headroom.storage.database import Database, open_database
from headroom.storage.memory import MAX_BYTES, RETENTION_S, MemoryOriginals
from headroom.storage.metrics import conditions, storable
from headroom.storage.packing import pack, unpack
from headroom.storage.rows import microseconds
from headroom.storage.urls import parse_store_url

DATABASE_RETENTION_S = 30 * 24 * 3600.0
USE_STEP_US = 60_000_000  # a use is written when the one on file is older than this: reading seldom writes
CHECK_SHARE = 20  # the size is summed up after each 1/20 of `max_bytes`

COLUMNS = "namespace, handle, digest, tool, content_bytes, stored_bytes, created_us, used_us, content"
INSERT = (
    f"INSERT INTO headroom_originals ({COLUMNS}) "
    "VALUES (:namespace, :handle, :digest, :tool, :content_bytes, :stored_bytes, :now, :now, :content) "
    "ON CONFLICT (namespace, handle) DO UPDATE SET used_us = excluded.used_us "
    "WHERE headroom_originals.digest = excluded.digest"  # touches no row when the handle names something else
)
THIS = "namespace = :namespace AND handle = :handle"
EVICT = """DELETE FROM headroom_originals WHERE (namespace, handle) IN (
    SELECT namespace, handle FROM (
        SELECT namespace, handle, SUM(stored_bytes) OVER (ORDER BY used_us DESC, namespace, handle) AS running
        FROM headroom_originals
    ) AS ranked WHERE running > :max_bytes
)"""


def open_original_store(url: str, *, retention_s: float | None = None, max_bytes: int | None = None) -> OriginalStore:
    """The store at `url`: `memory`, `sqlite:///...` or `postgresql://...`. Opens no file yet.

    Args:
        url: Where originals go.
        retention_s: Seconds without use after which an original is gone; None takes 30 minutes in memory and
            30 days in a database.
        max_bytes: Compressed bytes kept at most; None takes 256 MB in memory and sets no limit in a database.

    Raises:
        ConfigurationError: The URL names no store that holds originals.
    """
    parsed = parse_store_url(url)
    if parsed.kind == "memory":
        memory_s = RETENTION_S if retention_s is None else retention_s
        return MemoryOriginals(retention_s=memory_s, max_bytes=MAX_BYTES if max_bytes is None else max_bytes)
    if parsed.kind == "jsonl":
        raise ConfigurationError("originals are kept in memory, sqlite or postgresql, not in jsonl", field="originals")
    idle_s = DATABASE_RETENTION_S if retention_s is None else retention_s
    return DatabaseOriginals(open_database(parsed), retention_s=idle_s, max_bytes=max_bytes)


class DatabaseOriginals:
    """Originals in SQLite or PostgreSQL: compressed, checked when read, gone when idle for `retention_s`.

    Args:
        retention_s: Seconds without use after which an original is gone; None keeps it.
        max_bytes: Compressed bytes kept; passed by at most a twentieth before the least recently used leave.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        database: Database,
        *,
        retention_s: float | None = DATABASE_RETENTION_S,
        max_bytes: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.database = database
        self.retention_s = retention_s
        self.max_bytes = max_bytes
        self.clock = clock
        self.lock = threading.Lock()
        self.unchecked_bytes: int | None = None  # stored since the last purge; None before the first
        self.purged_us = 0

    def __repr__(self) -> str:
        return f"DatabaseOriginals({self.database.url.safe!r})"

    def put(self, handle: str, content: bytes, *, namespace: str = "", tool: str | None = None) -> None:
        """Store `content`; on disk when this returns.

        Raises:
            StorageError: The database cannot be written, the original is larger than the store, or the handle
                names another original.
        """
        packed, digest = pack(content)
        if self.max_bytes is not None and len(packed) > self.max_bytes:
            raise StorageError("the original is larger than the store", bytes=len(packed), max_bytes=self.max_bytes)
        this = {"namespace": storable(namespace), "handle": handle}
        expired = f"DELETE FROM headroom_originals WHERE {THIS} AND used_us < :limit"
        sizes = {"content_bytes": len(content), "stored_bytes": len(packed)}
        values = {**this, **sizes, "digest": digest, "tool": storable(tool), "now": self.now_us(), "content": packed}
        if not self.database.write("originals", (expired, {**this, "limit": self.expiry_us()}), (INSERT, values)):
            raise StorageError("the handle already names another original", handle=handle)
        self.purge_when_due(len(packed))

    def get(self, handle: str, *, namespace: str = "") -> bytes | None:
        """The content, or None where the handle is unknown or has expired.

        Raises:
            StorageError: The database cannot be read, or what it holds is damaged.
        """
        found = None if self.database.is_missing else self.row(handle, namespace)
        if found is None:
            return None
        digest, used_us, packed = found
        if self.now_us() - used_us > USE_STEP_US:
            self.note_use(handle, namespace)
        return unpack(bytes(packed), digest)

    def delete(self, *, namespace: str | None = None, before: datetime | None = None) -> int:
        """Remove what is in `namespace` and was stored before `before`; how many. Bytes are overwritten."""
        if self.database.is_missing:
            return 0
        where, values = conditions(
            ("namespace = :namespace", "namespace", storable(namespace)),
            ("created_us < :before", "before", before and microseconds(before)),
        )
        count = self.database.write("originals", (f"DELETE FROM headroom_originals{where}", values))
        self.database.shrink()
        return count

    def purge(self) -> int:
        """Remove what has expired or no longer fits; how many have expired."""
        expired = 0
        if self.retention_s is not None:
            gone = "DELETE FROM headroom_originals WHERE used_us < :limit"
            expired = self.database.write("originals", (gone, {"limit": self.expiry_us()}))
        if self.max_bytes is not None:
            self.database.write("originals", (EVICT, {"max_bytes": self.max_bytes}))
        return expired

    def close(self) -> None:
        """Close idle connections; a later use opens new ones."""
        self.database.close()

    def row(self, handle: str, namespace: str) -> tuple[str, int, bytes] | None:
        """Digest, last use and compressed content of one original that has not expired."""
        query = f"SELECT digest, used_us, content FROM headroom_originals WHERE {THIS} AND used_us >= :limit"
        values = {"namespace": storable(namespace), "handle": handle, "limit": self.expiry_us()}
        return next(iter(self.database.read("originals", query, values)), None)

    def note_use(self, handle: str, namespace: str) -> None:
        """Write down that an original was asked for; a store that cannot be written still gives it back."""
        statement = f"UPDATE headroom_originals SET used_us = :now WHERE {THIS}"
        values = {"namespace": storable(namespace), "handle": handle, "now": self.now_us()}
        with contextlib.suppress(StorageError):
            self.database.write("originals", (statement, values))

    def purge_when_due(self, added_bytes: int) -> None:
        """Purge at the first put, once a minute, and after each twentieth of `max_bytes`."""
        with self.lock:
            first = self.unchecked_bytes is None
            self.unchecked_bytes = (self.unchecked_bytes or 0) + added_bytes
            full = self.max_bytes is not None and self.unchecked_bytes * CHECK_SHARE > self.max_bytes
            late = self.now_us() - self.purged_us > USE_STEP_US
            if not (first or full or late):
                return
            self.unchecked_bytes, self.purged_us = 0, self.now_us()
        self.purge()

    def now_us(self) -> int:
        """Microseconds since 1970."""
        return int(self.clock() * 1e6)

    def expiry_us(self) -> int:
        """What was last used before this has expired."""
        return 0 if self.retention_s is None else self.now_us() - int(self.retention_s * 1e6)
