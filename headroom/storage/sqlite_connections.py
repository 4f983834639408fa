"""SQLite through the standard library: few connections to a file, one to a memory."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from headroom.storage.connections import Access, Values
from headroom.storage.sqlite_file import connect, prepare_file, set_up_connection

MOST_IDLE = 5
EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"


class SqliteConnections:
    """Connections to one file, which is made if it is not there, or the one connection to a memory.

    Raises:
        OSError: The file cannot be made.
    """

    failures: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.idle: list[sqlite3.Connection] = []
        self.closings = 0  # a connection that was taken before one is closed when it comes back
        if path is not None:
            prepare_file(path)

    @contextmanager
    def begin(self, access: Access) -> Iterator[SqliteTransaction]:
        """A writing transaction takes SQLite's lock at once, as a lock taken later is refused without waiting."""
        with self.taken() as connection:
            connection.execute("BEGIN IMMEDIATE" if access == "write" else "BEGIN")
            yield SqliteTransaction(connection)
            connection.execute("COMMIT")

    @contextmanager
    def taken(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone."""
        with self.lock:
            connection, since = self.idle.pop() if self.idle else None, self.closings
        connection = connection or self.new()
        is_sound = self.path is None  # a memory has no other connection
        try:
            yield connection
            is_sound = True
        finally:
            self.put_back(connection, since, is_sound=is_sound)

    def new(self) -> sqlite3.Connection:
        """A new connection."""
        with contextlib.ExitStack() as undoing:
            connection = connect(self.path)
            undoing.callback(connection.close)
            set_up_connection(connection, self.path)
            undoing.pop_all()
        return connection

    def put_back(self, connection: sqlite3.Connection, since: int, *, is_sound: bool) -> None:
        """Undo what was not committed; keep the connection for the next use where nothing failed, else close it."""
        with contextlib.suppress(sqlite3.Error):  # a full disk has undone it already
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        with self.lock:
            if is_sound and since == self.closings and len(self.idle) < MOST_IDLE:
                self.idle.append(connection)
                return
        connection.close()

    def has_table(self, name: str) -> bool:
        """As `Connections.has_table`."""
        with self.begin("read") as found:
            return bool(found.rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name", {"name": name}))

    def shrink(self) -> None:
        """Give the space of deleted rows back, and empty the write-ahead log."""
        if self.path is not None:
            with self.taken() as connection:
                # A script, as it is stepped to its end; execute() would free a single page.
                connection.executescript(f"PRAGMA incremental_vacuum; {EMPTY_LOG}")

    def close(self) -> None:
        """As `Connections.close`."""
        with self.lock:
            idle, self.idle = self.idle, []
            self.closings += 1
        for connection in idle:
            connection.close()


class SqliteTransaction:
    """One transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def rows(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        """As `Connection.rows`."""
        return self.connection.execute(statement, dict(values)).fetchall()

    def run(self, statement: str, values: Values) -> int:
        """As `Connection.run`."""
        if isinstance(values, Mapping):
            return self.connection.execute(statement, dict(values)).rowcount
        return self.connection.executemany(statement, [dict(row) for row in values]).rowcount
