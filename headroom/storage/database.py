"""Databases: one SQLAlchemy engine per URL and process, made at first use and again after a fork."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from headroom.errors import ConfigurationError, StorageError
from headroom.storage.forks import PAUSE_S, ForkAware
from headroom.storage.migrations import BESIDE, STEPS, VERSIONS, Component, Dialect, steps
from headroom.storage.sqlite_file import connect, prepare_file, set_up_connection
from headroom.storage.urls import StoreUrl

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

logger = logging.getLogger("headroom.storage")

POSTGRESQL_POOL = 2
POSTGRESQL_STATEMENT_TIMEOUT_MS = 5000
CONNECT_TIMEOUT_S = 5
EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"

replaced: set[str] = set()  # files of which this process has said that they were removed
abandoned: list[Any] = []  # engines of the parent process: closing their connections here could harm its file


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
        self.made: Engine | None = None
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
            return list(connection.execute(text(statement), dict(values or {})))

    def write(self, component: Component, *work: tuple[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]]) -> int:
        """Run statements as one transaction; rows touched by the last one. Committed when this returns."""
        count = 0
        with self.transaction(component, "write") as connection:
            for statement, values in work:
                count = connection.execute(text(statement), as_parameters(values)).rowcount
        return count

    @contextmanager
    def transaction(self, component: Component, access: Literal["read", "write"]) -> Iterator[Connection]:
        """One transaction on a database that has the tables of `component`."""
        alone = self.lock if self.is_memory else nullcontext()  # one connection cannot hold two transactions
        with self.lock:  # as an import that a fork interrupts never ends in the child
            from sqlalchemy.exc import SQLAlchemyError
        try:
            engine = self.engine()
            if component not in self.ready:
                self.migrate(engine, component)
                self.migrate_beside(engine, component)
            with alone, begin(engine, access) as connection:
                yield connection
        except (SQLAlchemyError, OSError, OverflowError) as error:
            self.start_over()
            raise self.failure(error) from None  # the chain would show values (R18)

    def engine(self) -> Engine:
        """The engine of this process; a new one after the file was removed or replaced under it."""
        with self.lock:
            if self.made is not None and self.file != file_identity(self.url.path):
                say_once_replaced(self.url)
                self.made.dispose()
                self.made, self.ready = None, set()
            if self.made is None:
                self.made = make_engine(self.url)
                self.file = file_identity(self.url.path)
                self.disposal = weakref.finalize(self, self.made.dispose)
            return self.made

    def start_over(self) -> None:
        """After a failure: the next try opens the file anew, which may be whole or writable again by then."""
        if self.url.path is not None:
            with self.lock:
                self.ready = set()
                if self.made is not None:
                    self.made.dispose()

    def migrate(self, engine: Engine, component: Component) -> None:
        """Bring the tables to the newest version; no statement that changes a schema runs when they are there."""
        newest = len(STEPS[component])
        with self.lock:
            if self.version(engine, component) < newest:
                with begin(engine, "write") as connection:
                    for statement in self.pending(connection, component):
                        connection.execute(text(statement))
            self.ready.add(component)

    def migrate_beside(self, engine: Engine, component: Component) -> None:
        """Make what only others read, such as views; a role that may not make them reads and writes all the same."""
        from sqlalchemy.exc import SQLAlchemyError

        if component in BESIDE:
            try:
                self.migrate(engine, BESIDE[component])
            except (SQLAlchemyError, StorageError, OSError) as error:
                logger.debug("%s: no %s, %s", self.url.safe, BESIDE[component], type(error).__name__)

    def pending(self, connection: Connection, component: Component) -> list[str]:
        """What is left to do once this connection alone may write."""
        if self.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(487123)"))  # two workers start together
        connection.execute(text(VERSIONS))
        version = installed_version(connection, component)
        return steps(component, self.dialect, since=version) if version < len(STEPS[component]) else []

    def version(self, engine: Engine, component: Component) -> int:
        """Version of the tables that are there; 0 where there are none."""
        from sqlalchemy import inspect

        if not inspect(engine).has_table("headroom_schema"):
            return 0
        with begin(engine, "read") as connection:
            found = installed_version(connection, component)
        if found > len(STEPS[component]):
            raise StorageError("the store was written by a newer headroom", url=self.url.safe, version=found)
        return found

    def shrink(self) -> None:
        """Give the space of deleted rows back, and empty the write-ahead log (SQLite); does its best."""
        if self.dialect == "sqlite" and self.url.path is not None:
            with self.lock:
                from sqlalchemy.exc import SQLAlchemyError
            try:
                with closing(self.engine().raw_connection()) as connection:
                    # A script, as it is stepped to its end; execute() would free a single page.
                    connection.driver_connection.executescript(f"PRAGMA incremental_vacuum; {EMPTY_LOG}")  # type: ignore[union-attr]
            except (SQLAlchemyError, sqlite3.Error, OSError) as error:
                logger.debug("%s: not shrunk, %s", self.url.safe, type(error).__name__)

    def close(self) -> None:
        """Close idle connections; the next use opens new ones. A private memory keeps its only one."""
        with self.lock:
            if self.made is not None and not self.is_memory:
                self.made.dispose()

    def pause_for_fork(self) -> None:
        """Wait until nobody makes an engine."""
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


def text(statement: str) -> Any:
    """SQLAlchemy's text, whose `:name` parameters fit every driver."""
    from sqlalchemy import text as sql_text

    return sql_text(statement)


def as_parameters(values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Any:
    """One set of parameters, or a list for many rows."""
    return dict(values) if isinstance(values, Mapping) else [dict(row) for row in values]


def installed_version(connection: Connection, component: Component) -> int:
    """Version written in the database; 0 where the component is unknown to it."""
    query = text("SELECT version FROM headroom_schema WHERE component = :component")
    return int(connection.execute(query, {"component": component}).scalar() or 0)


@contextmanager
def begin(engine: Engine, access: Literal["read", "write"]) -> Iterator[Connection]:
    """A transaction; a writing one takes SQLite's lock at once, as a lock taken later is refused without waiting."""
    with engine.connect() as plain:
        connection = plain.execution_options(headroom_access=access)
        with connection.begin():
            if engine.dialect.name == "postgresql":  # per transaction: holds behind a transaction-mode pooler, too
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {POSTGRESQL_STATEMENT_TIMEOUT_MS}")
            yield connection


def make_engine(url: StoreUrl) -> Engine:
    """A new engine; connects nothing, but makes the SQLite file."""
    return postgresql_engine(url) if url.kind == "postgresql" else sqlite_engine(url)


def sqlite_engine(url: StoreUrl) -> Engine:
    """SQLite with our transactions; one shared connection for a memory."""
    from sqlalchemy import URL, create_engine, event
    from sqlalchemy.pool import QueuePool, StaticPool

    if url.path is not None:
        prepare_file(url.path)
    engine = create_engine(
        URL.create("sqlite", database=url.text),
        hide_parameters=True,
        creator=lambda: connect(url.path),
        poolclass=QueuePool if url.path else StaticPool,
    )
    event.listen(engine, "connect", lambda connection, record: set_up_connection(connection, url.path))
    event.listen(engine, "begin", begin_sqlite)
    return engine


def begin_sqlite(connection: Connection) -> None:
    """Begin as `headroom_access` says."""
    writes = connection.get_execution_options().get("headroom_access") == "write"
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def postgresql_engine(url: StoreUrl) -> Engine:
    """PostgreSQL through psycopg, with few connections and no server-side statements (poolers forbid them)."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError

    try:
        return create_engine(
            url.text,
            hide_parameters=True,
            pool_size=POSTGRESQL_POOL,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"prepare_threshold": None, "connect_timeout": CONNECT_TIMEOUT_S},
        )
    except ModuleNotFoundError:
        message = 'PostgreSQL stores need psycopg: pip install "headroom-integrations[postgres]"'
        raise ConfigurationError(message, field="store_url") from None
    except (ArgumentError, ValueError):
        raise ConfigurationError("the postgresql URL cannot be read", field="store_url") from None
