"""What holds for every test: no network, no settings from outside, metrics in a temporary directory."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SCRATCH = Path(tempfile.mkdtemp(prefix="headroom-tests-"))
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

for name in [name for name in os.environ if name.startswith("HEADROOM_")]:
    del os.environ[name]
os.environ["HEADROOM_STORE_URL"] = f"sqlite:///{SCRATCH / 'metrics.db'}"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("ci", derandomize=True, max_examples=40, deadline=None, suppress_health_check=quiet)
settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=quiet)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

loopback_is_open = False


def guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what would leave this machine; an audit hook, so that no import order gets round it."""
    if event in ("socket.connect", "socket.bind", "socket.sendto"):
        refuse_unless_local(event, arguments[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        refuse_unless_local(event, (arguments[0],))


def refuse_unless_local(event: str, address: Any) -> None:
    """Unix sockets are paths; everything else has a host in the first place."""
    if isinstance(address, (str, bytes)):
        return
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    if not (loopback_is_open and host in LOOPBACK):
        raise RuntimeError(f"a test must not use the network: {event}")


sys.addaudithook(guard)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what comes out into the golden files")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "loopback: talks to a server of its own on 127.0.0.1")


def pytest_unconfigure() -> None:
    shutil.rmtree(SCRATCH, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not SHARED_DATA.is_dir():
        absent = pytest.mark.skip(reason="../shared/data is not here")
        for item in items:
            if item.get_closest_marker("shared_data"):
                item.add_marker(absent)


@pytest.fixture(autouse=True)
def network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Loopback for tests marked `loopback`, nothing for all others."""
    global loopback_is_open
    loopback_is_open = request.node.get_closest_marker("loopback") is not None
    yield
    loopback_is_open = False
