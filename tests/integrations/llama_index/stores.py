"""LlamaIndex leaves the connections of its chat stores open; tests close them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import Engine, event


@pytest.fixture(autouse=True)
def closed_stores() -> Iterator[None]:
    """Connections that a test opened are closed behind it, in whatever event loop they were made."""
    opened: list[aiosqlite.Connection] = []

    def note(connection: Any, record: object) -> None:
        driver = getattr(connection, "driver_connection", None)
        if isinstance(driver, aiosqlite.Connection):
            opened.append(driver)

    event.listen(Engine, "connect", note)
    yield
    event.remove(Engine, "connect", note)
    asyncio.run(close(opened))


async def close(connections: list[aiosqlite.Connection]) -> None:
    for connection in connections:
        await connection.close()
