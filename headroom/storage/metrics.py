"""Metrics in a database, and the choice of a metrics store by URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from headroom.protocols import MetricsStore
from headroom.results import RequestMetrics
from headroom.storage.database import Database, open_database
from headroom.storage.jsonl import JsonlMetrics
from headroom.storage.memory import MemoryMetrics
from headroom.storage.rows import from_line, microseconds, to_line
from headroom.storage.urls import default_store_url, parse_store_url

COLUMNS = ("request_id", "timestamp_us", "model", "mode", "integration", "tenant", "thread_id", "record")
INSERT = (
    f"INSERT INTO headroom_requests ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{c}' for c in COLUMNS)}) "
    f"ON CONFLICT (request_id) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in COLUMNS[1:])}"
)

shared_memories: dict[str, MemoryMetrics] = {}


def open_metrics_store(url: str | None = None) -> MetricsStore:
    """The metrics store at `url`; None takes the default place. Opens no file yet.

    `memory` is a store of its own, `memory://name` one that all of this process share.

    Raises:
        ConfigurationError: The URL names no store.
    """
    parsed = parse_store_url(url if url is not None else default_store_url())
    if parsed.kind == "jsonl" and parsed.path is not None:
        return JsonlMetrics(parsed.path)
    if parsed.kind == "memory":
        return shared_memory(parsed.name) if parsed.name else MemoryMetrics()
    return DatabaseMetrics(open_database(parsed))


def shared_memory(name: str) -> MemoryMetrics:
    """The memory called `name` in this process."""
    return shared_memories.setdefault(name, MemoryMetrics())  # one step, so that it needs no lock


class DatabaseMetrics:
    """Metrics in SQLite or PostgreSQL. The whole row is one JSON record; columns beside it are for filters."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def __repr__(self) -> str:
        return f"DatabaseMetrics({self.database.url.safe!r})"

    def write(self, rows: Sequence[RequestMetrics]) -> None:
        """Store rows in one transaction; on disk when this returns.

        Raises:
            StorageError: The database cannot be written.
        """
        if rows:
            last = {row.request_id: as_columns(row) for row in rows}  # twice in one batch: the later one
            self.database.write("metrics", (INSERT, list(last.values())))

    def read(
        self,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        model: str | None = None,
        mode: str | None = None,
        limit: int | None = 100,
    ) -> list[RequestMetrics]:
        """Rows within the bounds, newest first; a file that does not exist has none, and is not made.

        Raises:
            StorageError: The database cannot be read.
        """
        if self.database.is_missing:
            return []
        where, values = conditions(
            ("timestamp_us >= :start", "start", start_time and microseconds(start_time)),
            ("timestamp_us <= :end", "end", end_time and microseconds(end_time)),
            ("model = :model", "model", storable(model)),
            ("mode = :mode", "mode", storable(mode)),
        )
        bound = "" if limit is None else f" LIMIT {max(int(limit), 0)}"
        order = "ORDER BY timestamp_us DESC, sequence DESC"
        query = f"SELECT record FROM headroom_requests{where} {order}{bound}"
        return [from_line(record) for (record,) in self.database.read("metrics", query, values)]

    def delete(self, *, tenant: str | None = None, thread_id: str | None = None, before: datetime | None = None) -> int:
        """Remove the rows that match all that is given; how many. Their bytes are overwritten in the file."""
        if self.database.is_missing:
            return 0
        where, values = conditions(
            ("tenant = :tenant", "tenant", storable(tenant)),
            ("thread_id = :thread_id", "thread_id", storable(thread_id)),
            ("timestamp_us < :before", "before", before and microseconds(before)),
        )
        count = self.database.write("metrics", (f"DELETE FROM headroom_requests{where}", values))
        self.database.shrink()
        return count

    def close(self) -> None:
        """Close idle connections; a later use opens new ones."""
        self.database.close()


def as_columns(row: RequestMetrics) -> dict[str, Any]:
    """The values of one row by column."""
    return {
        "request_id": storable(row.request_id),
        "timestamp_us": microseconds(row.timestamp),
        "model": storable(row.model),
        "mode": storable(row.mode),
        "integration": storable(row.integration),
        "tenant": storable(row.tenant),
        "thread_id": storable(row.thread_id),
        "record": to_line(row),
    }


def storable(text: str | None) -> str | None:
    """`text` as both databases can hold it: no NUL, no lone surrogates. The record keeps the real one."""
    if text is None or (text.isascii() and "\x00" not in text):
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def conditions(*given: tuple[str, str, Any]) -> tuple[str, Mapping[str, Any]]:
    """A WHERE clause of those that have a value, and the values by name."""
    present = [(condition, name, value) for condition, name, value in given if value is not None]
    where = " AND ".join(condition for condition, _, _ in present)
    return (f" WHERE {where}" if where else ""), {name: value for _, name, value in present}
