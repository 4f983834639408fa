"""PostgreSQL through SQLAlchemy and psycopg, which the extra `postgres` installs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from headroom.errors import ConfigurationError
from headroom.storage.connections import Access, Values

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

POOL = 2
STATEMENT_TIMEOUT_MS = 5000
CONNECT_TIMEOUT_S = 5
MISSING = 'PostgreSQL stores need {}: pip install "headroom-integrations[postgres]"'


class PostgresqlConnections:
    """Few connections, without server-side statements, which poolers forbid.

    Raises:
        ConfigurationError: The URL cannot be read, or the extra is not installed.
    """

    def __init__(self, address: str) -> None:
        self.engine = make_engine(address)
        from sqlalchemy.exc import SQLAlchemyError

        self.failures: tuple[type[Exception], ...] = (SQLAlchemyError,)

    @contextmanager
    def begin(self, access: Access) -> Iterator[PostgresqlTransaction]:
        """As `Connections.begin`; its time limit is the transaction's, which holds behind a pooler, too."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
            yield PostgresqlTransaction(connection)

    def has_table(self, name: str) -> bool:
        """As `Connections.has_table`."""
        from sqlalchemy import inspect

        return bool(inspect(self.engine).has_table(name))

    def shrink(self) -> None:
        """Nothing: autovacuum does."""

    def close(self) -> None:
        """As `Connections.close`."""
        self.engine.dispose()


class PostgresqlTransaction:
    """One transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def rows(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        """As `Connection.rows`."""
        return list(self.connection.execute(text(statement), dict(values)))

    def run(self, statement: str, values: Values) -> int:
        """As `Connection.run`."""
        given = dict(values) if isinstance(values, Mapping) else [dict(row) for row in values]
        return self.connection.execute(text(statement), given).rowcount


def text(statement: str) -> Any:
    """SQLAlchemy's text, whose `:name` parameters fit the driver."""
    from sqlalchemy import text as sql_text

    return sql_text(statement)


def make_engine(address: str) -> Engine:
    """A new engine; connects nothing."""
    try:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ArgumentError
    except ModuleNotFoundError:
        raise ConfigurationError(MISSING.format("SQLAlchemy"), field="store_url") from None
    try:
        return create_engine(
            address,
            hide_parameters=True,
            pool_size=POOL,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"prepare_threshold": None, "connect_timeout": CONNECT_TIMEOUT_S},
        )
    except ModuleNotFoundError:
        raise ConfigurationError(MISSING.format("psycopg"), field="store_url") from None
    except (ArgumentError, ValueError):
        raise ConfigurationError("the postgresql URL cannot be read", field="store_url") from None
