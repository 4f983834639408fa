"""LangChain keeps the HTTP clients of its models by address, beyond the test and the loop that they belong to.

What they leave open is not ours to close in each test: it is forgotten at the end of each file, in silence.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.langchain.chat_models import KEPT, close_clients
from tests.stub.server import StubServer

HERE = "tests/integrations/langchain/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(HERE):
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))


@pytest.fixture(scope="module", autouse=True)
def forgotten_clients() -> Iterator[None]:
    """Clients of this file's servers are gone before the next file, where an open socket would be an error."""
    yield
    for kept in KEPT:
        kept.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
async def stub() -> AsyncIterator[StubServer]:
    """A provider; the async clients that were made for it are closed with it."""
    with StubServer() as server:
        yield server
        await close_clients(server)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """Metrics of this test alone."""
    return {"store_url": f"sqlite:///{tmp_path / 'metrics.db'}"}
