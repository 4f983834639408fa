"""What every metrics store keeps to."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom.protocols import MetricsStore
from headroom.results import RequestMetrics
from headroom.storage.metrics import open_metrics_store
from tests.postgresql import postgresql_server

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
KINDS = ("memory", "jsonl", "sqlite", "sqlite_memory", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=KINDS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], MetricsStore]]:
    """Opens the same empty store again and again; what lives in memory only is one object."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
    else:
        url = {
            "memory": "memory",
            "jsonl": f"jsonl:///{tmp_path}/metrics.jsonl",
            "sqlite": f"sqlite:///{tmp_path}/metrics.db",
            "sqlite_memory": "sqlite:///:memory:",
        }[request.param]
    kept = open_metrics_store(url)
    if request.param == "postgresql":
        kept.delete()  # type: ignore[attr-defined]
    yield (lambda: kept) if "memory" in request.param else (lambda: open_metrics_store(url))
    kept.close()
    kept.close()


def row(name: str, at: datetime = NOON, **facts: object) -> RequestMetrics:
    return RequestMetrics(request_id=name, timestamp=at, **facts)  # type: ignore[arg-type]


FULL = RequestMetrics(
    request_id="all",
    timestamp=datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=timezone.utc),
    model="gpt-4o",
    integration="langchain.middleware",
    mode="audit",
    stream=True,
    tokens_input_before=9,
    tokens_input_after=5,
    tokens_output=3,
    tokens_input_billed=4,
    cached_tokens=2,
    written_tokens=1,
    saved_exact=1,
    saved_reachable=2,
    saved_unreachable=1,
    cost_before=0.1,
    cost_after=0.05,
    cost_output=0.01,
    turns_dropped=1,
    tool_units_dropped=2,
    tool_schema_tokens=118,
    retrieve_rounds=1,
    retrieved_tokens=40,
    round_tokens=50,
    by_retrieved={"search": [1, 40]},
    block_breakdown={"user": 2},
    waste_signals={"json_bloat_tokens": 1},
    stable_prefix_hash="0" * 16,
    cache_alignment_score=90.0,
    cache_optimizer_used="anthropic",
    cache_optimizer_strategy="breakpoints",
    cacheable_tokens=1024,
    breakpoints_inserted=2,
    semantic_cache_hit=True,
    messages_hash="1" * 16,
    transforms_applied=["a", "b"],
    by_kind={"json_array": [1, 9, 5]},
    by_tool={"search": [1, 9, 5]},
    skips={"no_gain": 2},
    duration_ms=1.25,
    format="7",
    fingerprint="f",
    run_id="r",
    thread_id="t",
    tenant="acme",
    error="TimeoutError",
)


def test_every_field_comes_back(reopen: Callable[[], MetricsStore]) -> None:
    defaults = RequestMetrics(request_id="x")
    fields = [field.name for field in dataclasses.fields(RequestMetrics)]
    assert [name for name in fields if getattr(FULL, name) == getattr(defaults, name)] == []

    reopen().write([FULL])

    assert reopen().read() == [FULL]


def test_newest_come_first_and_the_limit_is_taken_after_that(reopen: Callable[[], MetricsStore]) -> None:
    store = reopen()
    store.write([row("middle", NOON), row("new", NOON + timedelta(seconds=1))])
    store.write([row("old", NOON - timedelta(seconds=1))])

    assert [r.request_id for r in store.read(limit=2)] == ["new", "middle"]
    assert [r.request_id for r in store.read(limit=None)] == ["new", "middle", "old"]
    assert store.read(limit=0) == []


def test_at_equal_times_the_one_written_last_comes_first(reopen: Callable[[], MetricsStore]) -> None:
    store = reopen()
    store.write([row("a"), row("b")])
    store.write([row("c")])

    assert [r.request_id for r in store.read()] == ["c", "b", "a"]


def test_a_request_written_again_is_replaced(reopen: Callable[[], MetricsStore]) -> None:
    store = reopen()
    store.write([row("same", model="old"), row("same", model="older")])
    store.write([row("same", model="new")])

    assert [r.model for r in store.read()] == ["new"]


def test_bounds_are_inclusive_and_naive_ones_are_utc(reopen: Callable[[], MetricsStore]) -> None:
    store = reopen()
    microsecond = timedelta(microseconds=1)
    store.write([row("before", NOON - microsecond), row("at", NOON), row("after", NOON + microsecond)])
    naive = NOON.replace(tzinfo=None)
    in_india = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert [r.request_id for r in store.read(start_time=naive, end_time=naive)] == ["at"]
    assert [r.request_id for r in store.read(start_time=in_india)] == ["after", "at"]
    assert [r.request_id for r in store.read(end_time=in_india)] == ["at", "before"]


def test_times_from_any_zone_are_stored_as_the_same_moment(reopen: Callable[[], MetricsStore]) -> None:
    store = reopen()
    store.write([row("x", datetime(2026, 11, 20, 17, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))))])

    assert store.read()[0].timestamp == NOON
    assert store.read()[0].timestamp.tzinfo is timezone.utc


def test_model_and_mode_filter(reopen: Callable[[], MetricsStore]) -> None:
    store = reopen()
    store.write([row("1", model="a", mode="audit"), row("2", model="a"), row("3", model="b")])

    assert [r.request_id for r in store.read(model="a")] == ["2", "1"]
    assert [r.request_id for r in store.read(model="a", mode="audit")] == ["1"]
    assert store.read(model="c") == []


def test_nothing_written_is_nothing_read(reopen: Callable[[], MetricsStore]) -> None:
    store = reopen()
    store.write([])

    assert store.read() == []


def test_several_threads_write_and_read_at_once(reopen: Callable[[], MetricsStore]) -> None:
    store = reopen()

    def work(worker: int) -> None:
        for number in range(10):
            store.write([row(f"{worker}-{number}")])
            store.read(limit=3)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.read(limit=None)) == 40


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(max_size=8),
    model=st.text(st.characters(), max_size=8),
    tool=st.text(max_size=4),
    at=st.datetimes(timezones=st.just(timezone.utc)),
)
def test_any_text_and_time_survive(
    reopen: Callable[[], MetricsStore], name: str, model: str, tool: str, at: datetime
) -> None:
    given_row = row("id" + name, at, model=model + "\x00\ud800", by_tool={tool: [1, 2, 3]})
    store = reopen()

    store.write([given_row])

    assert given_row in store.read(limit=None)
    assert given_row in store.read(limit=None, model=given_row.model)
