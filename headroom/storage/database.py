"""Databases: one set of connections per URL and process, made at first use and again after a fork."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from headroom.errors import StorageError
from headroom.storage.connections import Access, Connection, Connections, Values
from headroom.storage.forks import PAUSE_S, ForkAware
from headroom.storage.migrations import BESIDE, STEPS, VERSIONS, Component, Dialect, steps
from headroom.storage.sqlite_connections import SqliteConnections
from headroom.storage.urls import StoreUrl

logger = logging.getLogger("headroom.storage")

replaced: set[str] = set()  # files of which this process has said that they were removed
abandoned: list[Any] = []  # of the parent process: closing its connections here could harm its file


class Registry(ForkAware):
    """The databases of this process by address."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.databases: weakref.WeakValueDictionary[tuple[str, str], Database] = weakref.WeakValueDictionary()
        self.watch_forks()

    def after_fork_in_child(self) -> None:
        """A lock of our own; the databases look after themselves."""
        self.lock = threading.Lock()


registry = Registry()


def open_database(url: StoreUrl) -> Database:
    """The database at `url`: the same object for the same address within a process. Connects later.

    A private memory (`sqlite:///:memory:`) is a new database each time.
    """
    if url.path is None and url.kind == "sqlite":
        return Database(url)
    with registry.lock:
        key = (url.kind, url.text)
        found = registry.databases.get(key)
        if found is None:
            registry.databases[key] = found = Database(url)
        return found


class Database(ForkAware):
    """Runs SQL that SQLite and PostgreSQL both understand. Safe to share between threads.

    Every failure is a `StorageError` whose text holds no statement, parameter or password.
    """

    def __init__(self, url: StoreUrl) -> None:
        self.url = url
        self.lock = threading.RLock()
        self.made: Connections | None = None
        self.ready: set[Component] = set()
        self.file: tuple[int, int] | None = None
        self.is_paused = False  # this thread holds the lock while it forks
        self.disposal: weakref.finalize[..., Database] | None = None
        self.watch_forks()

    def __repr__(self) -> str:
        return f"Database({self.url.safe!r})"

    @property
    def dialect(self) -> Dialect:
        """Which SQL is spoken."""
        return "postgresql" if self.url.kind == "postgresql" else "sqlite"

    @property
    def is_memory(self) -> bool:
        """Whether the data ends with this object."""
        return self.url.kind == "sqlite" and self.url.path is None

    @property
    def is_missing(self) -> bool:
        """Whether the file was never made; a place where none can be made is not that, and shows as an error."""
        path = self.url.path
        if path is None or os.path.lexists(path):
            return False
        return next(parent for parent in path.parents if os.path.lexists(parent)).is_dir()

    def read(self, component: Component, statement: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        """Rows of one query, as tuples."""
        with self.transaction(component, "read") as connection:
            return connection.rows(statement, values or {})

    def write(self, component: Component, *work: tuple[str, Values]) -> int:
        """Run statements as one transaction; rows touched by the last one. Committed when this returns."""
        count = 0
        with self.transaction(component, "write") as connection:
            for statement, values in work:
                count = connection.run(statement, values)
        return count

    @contextmanager
    def transaction(self, component: Component, access: Access) -> Iterator[Connection]:
        """One transaction on a database that has the tables of `component`."""
        alone = self.lock if self.is_memory else nullcontext()  # one connection cannot hold two transactions
        with self.answering() as connections, alone:
            if component not in self.ready:
                self.migrate(connections, component)
                self.migrate_beside(connections, component)
            with connections.begin(access) as connection:
                yield connection

    @contextmanager
    def answering(self) -> Iterator[Connections]:
        """Connections, whose failures become ours."""
        failures: tuple[type[Exception], ...] = (OSError, OverflowError)
        try:
            connections = self.connections()
            failures += connections.failures
            yield connections
        except failures as error:
            self.start_over()
            raise self.failure(error) from None  # the chain would show values (R18)

    def connections(self) -> Connections:
        """The connections of this process; new ones after the file was removed or replaced under them."""
        with self.lock:
            if self.made is not None and self.file != file_identity(self.url.path):
                say_once_replaced(self.url)
                self.made.close()
                self.made, self.ready = None, set()
            if self.made is None:
                self.made = connections_to(self.url)
                self.file = file_identity(self.url.path)
                self.disposal = weakref.finalize(self, self.made.close)
            return self.made

    def start_over(self) -> None:
        """After a failure: the next try opens the file anew, which may be whole or writable again by then."""
        if self.url.path is not None:
            with self.lock:
                self.ready = set()
                if self.made is not None:
                    self.made.close()

    def migrate(self, connections: Connections, component: Component) -> None:
        """Bring the tables to the newest version; no statement that changes a schema runs when they are there."""
        newest = len(STEPS[component])
        with self.lock:
            if self.version(connections, component) < newest:
                with connections.begin("write") as connection:
                    for statement in self.pending(connection, component):
                        connection.run(statement, {})
            self.ready.add(component)

    def migrate_beside(self, connections: Connections, component: Component) -> None:
        """Make what only others read, such as views; a role that may not make them reads and writes all the same."""
        failures: tuple[type[Exception], ...] = (*connections.failures, StorageError, OSError)
        if component in BESIDE:
            try:
                self.migrate(connections, BESIDE[component])
            except failures as error:
                logger.debug("%s: no %s, %s", self.url.safe, BESIDE[component], type(error).__name__)

    def pending(self, connection: Connection, component: Component) -> list[str]:
        """What is left to do once this connection alone may write."""
        if self.dialect == "postgresql":
            connection.rows("SELECT pg_advisory_xact_lock(487123)", {})  # two workers start together
        connection.run(VERSIONS, {})
        version = installed_version(connection, component)
        return steps(component, self.dialect, since=version) if version < len(STEPS[component]) else []

    def version(self, connections: Connections, component: Component) -> int:
        """Version of the tables that are there; 0 where there are none."""
        if not connections.has_table("headroom_schema"):
            return 0
        with connections.begin("read") as connection:
            found = installed_version(connection, component)
        if found > len(STEPS[component]):
            raise StorageError("the store was written by a newer headroom", url=self.url.safe, version=found)
        return found

    def shrink(self) -> None:
        """Give the space of deleted rows back; does its best."""
        try:
            with self.answering() as connections:
                connections.shrink()
        except StorageError as error:
            logger.debug("%s: not shrunk, %s", self.url.safe, error.message)

    def close(self) -> None:
        """Close idle connections; the next use opens new ones. A private memory keeps its only one."""
        with self.lock:
            if self.made is not None and not self.is_memory:
                self.made.close()

    def pause_for_fork(self) -> None:
        """Wait until nobody makes connections."""
        self.is_paused = self.lock.acquire(timeout=PAUSE_S)

    def release_for_fork(self) -> None:
        """Close what is not in use, so that the child inherits no open file."""
        if self.is_paused:
            self.close()

    def after_fork_in_parent(self) -> None:
        """Let others go on."""
        if self.is_paused:
            self.is_paused = False
            self.lock.release()

    def after_fork_in_child(self) -> None:
        """Start anew in a child: nothing of the parent is used, closed or waited for."""
        self.lock, self.is_paused = threading.RLock(), False
        if self.made is not None:
            abandoned.append(self.made)
        if self.disposal is not None:
            self.disposal.detach()
        self.made, self.ready = None, set()

    def failure(self, error: Exception) -> StorageError:
        """What went wrong, by names only; SQLite's own sentences hold no values, PostgreSQL's may."""
        cause = getattr(error, "orig", None) or error
        reason = str(cause) if type(cause).__module__ == "sqlite3" else getattr(cause, "strerror", None)
        return StorageError(f"the store failed: {reason or type(cause).__name__}", url=self.url.safe)


def file_identity(path: Path | None) -> tuple[int, int] | None:
    """Device and inode of `path`; None where there is no such file."""
    try:
        status = os.stat(path) if path is not None else None
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status else None


def say_once_replaced(url: StoreUrl) -> None:
    """One log line per file and process."""
    if url.safe not in replaced:
        replaced.add(url.safe)
        logger.warning("%s was removed or replaced while in use: what it held is gone, a new one is begun", url.safe)


def installed_version(connection: Connection, component: Component) -> int:
    """Version written in the database; 0 where the component is unknown to it."""
    found = connection.rows("SELECT version FROM headroom_schema WHERE component = :name", {"name": component})
    return int(found[0][0]) if found else 0


def connections_to(url: StoreUrl) -> Connections:
    """New connections; connects nothing yet, but makes the SQLite file."""
    if url.kind != "postgresql":
        return SqliteConnections(url.path)
    from headroom.storage.postgresql_connections import PostgresqlConnections

    return PostgresqlConnections(url.text)
