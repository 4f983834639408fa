"""What a database needs of the library that talks to it; one file for each such library follows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

Access = Literal["read", "write"]
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Connection(Protocol):
    """One transaction. Statements have `:name` parameters."""

    def rows(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        """Rows of one query, as tuples."""

    def run(self, statement: str, values: Values) -> int:
        """Run one statement, with many sets of values where many are given; rows touched."""


class Connections(Protocol):
    """The connections of one process to one database; safe to share between threads.

    Attributes:
        failures: What it raises where the database fails.
    """

    failures: tuple[type[Exception], ...]

    def begin(self, access: Access) -> AbstractContextManager[Connection]:
        """A transaction, committed where the block ends and undone where it raises."""

    def has_table(self, name: str) -> bool:
        """Whether there is such a table."""

    def shrink(self) -> None:
        """Give the space of deleted rows back, where the database does not do so by itself."""

    def close(self) -> None:
        """Close what is not in use; the next transaction opens anew."""
