"""A real PostgreSQL server of a package, for the time of some tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Its URL; skips where the package is not installed.

    Not below pytest's own folder, which other runs close to everybody else: as root the server runs as another user.
    """
    pgserver = pytest.importorskip("pgserver")
    pytest.importorskip("psycopg")
    with tempfile.TemporaryDirectory(prefix="headroom-pg-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
