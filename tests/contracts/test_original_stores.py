"""What every store of originals keeps to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom.errors import StorageError
from headroom.protocols import OriginalStore
from headroom.storage.database import open_database
from headroom.storage.memory import MemoryOriginals
from headroom.storage.originals import DatabaseOriginals
from headroom.storage.urls import parse_store_url
from tests.postgresql import postgresql_server

KINDS = ("memory", "sqlite", "sqlite_memory", "postgresql")
Make = Callable[..., OriginalStore]


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Make]:
    """Makes an empty store of each kind with the retention and size asked for."""
    made: list[OriginalStore] = []

    def make_one(**limits: object) -> OriginalStore:
        if request.param == "memory":
            store: OriginalStore = MemoryOriginals(clock=clock, **limits)  # type: ignore[arg-type]
        else:
            urls = {"sqlite": f"sqlite:///{tmp_path}/originals.db", "sqlite_memory": "sqlite:///:memory:"}
            url = urls.get(request.param) or request.getfixturevalue("postgresql")
            store = DatabaseOriginals(open_database(parse_store_url(url)), clock=clock, **limits)  # type: ignore[arg-type]
            store.delete()
        made.append(store)
        return store

    yield make_one
    for store in made:
        store.close()
        store.close()


def noise(size_bytes: int, seed: int = 0) -> bytes:
    """Bytes that do not get smaller."""
    return b"".join(hashlib.sha256(f"{seed}:{i}".encode()).digest() for i in range(size_bytes // 32))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=50).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_come_back(make: Make, content: bytes) -> None:
    store = make()
    store.put("h", content)

    assert store.get("h") == content


def test_every_byte_value_comes_back(make: Make) -> None:
    store = make()
    content = bytes(range(256)) * 100

    store.put("h", content, namespace="n", tool="search")

    assert store.get("h", namespace="n") == content


def test_an_unknown_handle_is_none(make: Make) -> None:
    assert make().get("nothing") is None


def test_namespaces_do_not_see_each_other(make: Make) -> None:
    store = make()
    store.put("h", b"a", namespace="one")
    store.put("h", b"b", namespace="two")

    assert store.get("h", namespace="one") == b"a"
    assert store.get("h", namespace="two") == b"b"
    assert store.get("h") is None


def test_storing_the_same_again_is_no_error_and_counts_as_use(make: Make, clock: Clock) -> None:
    store = make(retention_s=1000.0)
    store.put("h", b"a")
    clock.now_s += 900
    store.put("h", b"a")
    clock.now_s += 900

    assert store.get("h") == b"a"


def test_a_handle_never_changes_its_meaning(make: Make) -> None:
    store = make()
    store.put("h", b"first")

    with pytest.raises(StorageError, match="already names another"):
        store.put("h", b"second")

    assert store.get("h") == b"first"


def test_an_idle_original_expires_and_a_used_one_does_not(make: Make, clock: Clock) -> None:
    store = make(retention_s=1000.0)
    store.put("idle", b"a")
    store.put("used", b"b")
    for _ in range(3):
        clock.now_s += 600
        assert store.get("used") == b"b"

    assert store.get("idle") is None


def test_a_handle_whose_original_has_expired_is_free(make: Make, clock: Clock) -> None:
    store = make(retention_s=1000.0)
    store.put("h", b"first")
    clock.now_s += 1001

    store.put("h", b"second")

    assert store.get("h") == b"second"


def test_the_least_recently_used_leave_a_full_store(make: Make, clock: Clock) -> None:
    store = make(retention_s=None, max_bytes=50_000)
    for number in range(10):
        clock.now_s += 100
        store.put(str(number), noise(10_000, number))
        assert store.get("0") is not None  # used all along

    held = [number for number in range(10) if store.get(str(number)) is not None]
    assert held[0] == 0
    assert held[-1] == 9
    assert 3 <= len(held) <= 5
    assert held[1:] == list(range(held[1], 10))


def test_what_is_larger_than_the_store_is_refused(make: Make) -> None:
    store = make(max_bytes=5_000)

    with pytest.raises(StorageError, match="larger than the store"):
        store.put("h", noise(10_000))

    assert store.get("h") is None


def test_delete_by_namespace_and_age(make: Make, clock: Clock) -> None:
    store = make(retention_s=None)
    store.put("old", b"a", namespace="n")
    clock.now_s += 100
    store.put("new", b"b", namespace="n")
    store.put("other", b"c", namespace="m")
    between = datetime.fromtimestamp(clock.now_s, timezone.utc) - timedelta(seconds=50)

    assert store.delete(namespace="n", before=between) == 1
    assert store.get("old", namespace="n") is None
    assert store.get("new", namespace="n") == b"b"
    assert store.delete(namespace="n") == 1
    assert store.delete() == 1
    assert store.delete() == 0


def test_several_threads_store_and_read(make: Make) -> None:
    store = make()
    wrong: list[str] = []

    def work(worker: int) -> None:
        for number in range(8):
            handle, content = f"{worker}-{number}", noise(2_000, worker * 100 + number)
            store.put(handle, content)
            if store.get(handle) != content:
                wrong.append(handle)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert all(store.get(f"{worker}-{number}") is not None for worker in range(4) for number in range(8))
