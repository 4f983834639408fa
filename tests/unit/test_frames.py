"""Rows of the ledger as data frames and in SQL: one schema, and the page that describes it."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import headroom
from headroom import HeadroomClient, MetricsRows, RequestMetrics
from headroom.errors import ConfigurationError
from headroom.storage.columns import COLUMNS, PART_COLUMNS, PART_FIGURES, SCHEMA_VERSION
from headroom.storage.groups import summarise_by
from headroom.storage.metrics import open_metrics_store
from headroom.storage.migrations import VERSIONS, steps
from headroom.storage.summary import summarise
from headroom.storage.views import VIEWS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
NOON = datetime(2026, 11, 20, 12, 0, 0, 45, tzinfo=timezone.utc)
NAMES = [column.name for column in COLUMNS]
SQLITE_CLASSES = {"text": "text", "integer": "integer", "float": "real", "boolean": "integer", "timestamp": "text"}


def row(name: str, **fields: Any) -> RequestMetrics:
    return RequestMetrics(request_id=name, **{"timestamp": NOON, "model": "gpt-4o", **fields})


def full_row(name: str = "full") -> RequestMetrics:
    """A row that says something in every field."""
    return row(
        name, integration="client", tenant="acme", thread_id="t", run_id="r", stream=True, error="TimeoutError",
        tokens_input_before=100, tokens_input_after=30, saved_exact=40, saved_reachable=20, saved_unreachable=10,
        tokens_output=7, tokens_input_billed=33, cached_tokens=5, written_tokens=6, cost_before=0.5, cost_after=0.25,
        cost_output=0.125, turns_dropped=1, tool_units_dropped=2, tool_schema_tokens=3, retrieve_rounds=1,
        retrieved_tokens=9, round_tokens=4, cacheable_tokens=8, breakpoints_inserted=1, semantic_cache_hit=True,
        duration_ms=1.5, fingerprint="ab",
        by_tool={"search": [2, 80, 20], 'r"🚀': [1, 10, 5]}, by_kind={"log": [1, 2, 1]},
        by_retrieved={"search": [1, 9]}, skips={"too_small": 2}, waste_signals={"html": 3},
        block_breakdown={"user": 4}, transforms_applied=["router:1"],
    )  # fmt: skip


ROWS = [
    full_row(),
    row("small", tokens_input_before=10, tokens_input_after=10, by_tool={"search": [1, 10, 10]}),
    row("tuesday", timestamp=NOON - timedelta(days=3), tokens_input_before=50, tokens_input_after=20, tenant="acme"),
    row("half priced", tokens_input_before=5, tokens_input_after=5, cost_before=9.0),
    row("simulated", mode="simulate", tokens_input_before=900, by_tool={"search": [1, 900, 0]}),
]


def page_tables() -> dict[str, list[list[str]]]:
    """The cells of the page's tables, by heading."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in PAGE.splitlines():
        if line.startswith("#"):
            heading = line.strip("# ")
        elif line.startswith("|") and not re.match(r"\|[-|]+$", line):
            found.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split(" | ")])
    return {heading: cells[1:] for heading, cells in found.items()}


def described(heading: str) -> list[list[str]]:
    """Names and types of the columns that the page lists under a heading that begins so."""
    cells = next(cells for found, cells in page_tables().items() if found.startswith(heading))
    return [row[:2] for row in cells]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A SQLite store that holds `ROWS`, as others open it."""
    open_metrics_store(f"sqlite:///{tmp_path}/m.db").write(ROWS)
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def query(connection: sqlite3.Connection, statement: str) -> list[dict[str, Any]]:
    return [dict(found) for found in connection.execute(statement)]


def test_the_page_lists_the_columns_of_the_schema_with_their_types() -> None:
    kinds = {"json": "JSON text"}

    assert described("Calls") == [[column.name, kinds.get(column.kind, column.kind)] for column in COLUMNS]
    parts = [column.name for column in PART_COLUMNS]
    assert [name for name, _ in described("Parts")] == [*parts, "tool", *PART_FIGURES]
    assert f"**schema {SCHEMA_VERSION}**" in PAGE


def test_the_page_lists_the_columns_of_the_views(database: sqlite3.Connection) -> None:
    in_database = {view: [c["name"] for c in query(database, f"PRAGMA table_info({view})")] for view in VIEWS}

    assert in_database["v_requests"] == NAMES
    sums = [name for name, _ in described("Sums: `v_savings_daily`")]
    assert in_database["v_savings_daily"] == [name for name in sums if name != "tenant"]
    assert in_database["v_by_tenant"] == [name for name in sums if name != "day_utc"]
    assert in_database["v_by_tool"] == [name for name, _ in described("Sums: `v_by_tool`")]


def test_values_in_sqlite_have_the_types_that_the_page_says(database: sqlite3.Connection) -> None:
    in_page = {cells[0]: cells[4] for cells in page_tables()["Types"]}

    for name, kind in described("Calls"):
        (found,) = query(database, f"SELECT typeof({name}) AS kind FROM v_requests WHERE request_id = 'full'")
        assert found["kind"] == in_page[kind], name


def test_a_view_says_of_a_call_what_its_row_says(database: sqlite3.Connection) -> None:
    (found,) = query(database, "SELECT * FROM v_requests WHERE request_id = 'full'")

    for column in COLUMNS:
        expected = column.value(full_row())
        if column.kind == "timestamp":
            expected = "2026-11-20T12:00:00.000045Z"
        same = json.loads(found[column.name]) == json.loads(expected) if column.kind == "json" else None
        assert same if same is not None else found[column.name] == expected, column.name


def test_what_a_row_does_not_know_is_null_and_what_an_older_row_lacks_is_its_default(tmp_path: Path) -> None:
    store = open_metrics_store(f"sqlite:///{tmp_path}/m.db")
    store.write([row("new")])
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection, connection:
        connection.execute("UPDATE headroom_requests SET record = '{\"timestamp_us\": 0}'")
        connection.row_factory = sqlite3.Row
        (found,) = query(connection, "SELECT * FROM v_requests")

    assert found["cost_saved_usd"] is found["tokens_output"] is found["tenant"] is None
    assert found["tokens_saved"] == found["is_stream"] == 0
    assert found["by_tool"] == "{}"


def test_sums_in_sql_are_those_of_stats(database: sqlite3.Connection) -> None:
    expected, days = summarise(ROWS), query(database, "SELECT * FROM v_savings_daily ORDER BY day_utc")
    tenants = {entry["tenant"]: entry for entry in query(database, "SELECT * FROM v_by_tenant")}

    assert [day["day_utc"] for day in days] == ["2026-11-17", "2026-11-20"]
    for ours, theirs in (
        ("requests", "total_requests"), ("tokens_input_before", "total_tokens_before"),
        ("tokens_saved", "total_tokens_saved"), ("tokens_saved_reachable", "saved_reachable"),
        ("net_tokens_saved", "net_tokens_saved"), ("cost_before_usd", "total_cost_before_usd"),
        ("cost_saved_usd", "total_cost_saved_usd"), ("cost_output_usd", "total_cost_output_usd"),
        ("requests_with_price", "requests_with_price"), ("errors", "error_count"),
        ("tokens_input_billed", "total_tokens_billed"), ("cached_tokens", "total_cached_tokens"),
    ):  # fmt: skip
        assert sum(day[ours] for day in days) == expected[theirs], ours
        assert sum(tenant[ours] for tenant in tenants.values()) == expected[theirs], ours
    assert tenants["acme"]["tokens_saved"] == 100
    assert set(tenants) == {"acme", "unknown"}


def test_tools_in_sql_are_those_of_stats(database: sqlite3.Connection) -> None:
    found = {entry["tool"]: entry for entry in query(database, "SELECT * FROM v_by_tool")}

    for expected in summarise_by(ROWS, ["tool"]):
        shown = found.pop(expected["tool"])
        assert {name: shown[name] for name in ("parts", "tokens_before", "tokens_after", "tokens_saved")} == {
            name: expected[name] for name in ("parts", "tokens_before", "tokens_after", "tokens_saved")
        }
        assert (shown["retrieved_times"], shown["retrieved_tokens"]) == (
            (1, 9) if shown["tool"] == "search" else (0, 0)
        )
    assert found == {}


def test_names_that_are_no_unicode_break_no_view(tmp_path: Path) -> None:
    tools = {"\ud800": [1, 2, 1], "\x00": [1, 2, 1], "\\ud800": [1, 2, 1], "é🚀": [1, 2, 1]}
    store = open_metrics_store(f"sqlite:///{tmp_path}/m.db")
    store.write([row("odd", tenant="\ud800", run_id="\udfff", by_tool=tools, timestamp=datetime(1960, 1, 1))])

    with closing(sqlite3.connect(tmp_path / "m.db")) as connection:
        counts = [len(connection.execute(f"SELECT * FROM {view}").fetchall()) for view in VIEWS]
        found = {tool for (tool,) in connection.execute("SELECT tool FROM v_by_tool")}

    assert counts == [1, 1, 4, 1]
    assert {"\\ud800", "é🚀"} <= found


def test_an_older_store_gets_the_views_when_it_is_opened(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection, connection:
        for statement in (VERSIONS, *steps("metrics", "sqlite")):
            connection.execute(statement)

    open_metrics_store(f"sqlite:///{tmp_path}/m.db").read()

    with closing(sqlite3.connect(tmp_path / "m.db")) as connection:
        assert connection.execute("SELECT count(*) FROM v_requests").fetchone() == (0,)


def test_a_store_without_the_right_to_make_views_is_read_and_written(tmp_path: Path) -> None:
    store = open_metrics_store(f"sqlite:///{tmp_path}/m.db")
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection, connection:
        for statement in (VERSIONS, *steps("metrics", "sqlite")):
            connection.execute(statement)
        connection.execute("CREATE TABLE v_requests (mine TEXT)")  # what refuses the view

    store.write([row("a")])

    assert [found.request_id for found in store.read()] == ["a"]


def test_a_newer_release_that_has_changed_the_views_locks_nobody_out(tmp_path: Path) -> None:
    open_metrics_store(f"sqlite:///{tmp_path}/m.db").write([row("a")])
    with closing(sqlite3.connect(tmp_path / "m.db")) as connection, connection:
        connection.execute("UPDATE headroom_schema SET version = 99 WHERE component = 'views'")

    done = subprocess.run(
        [sys.executable, "-c", f"import headroom; print(len(headroom.metrics('sqlite:///{tmp_path}/m.db')))"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip

    assert done.stdout == "1\n"


def test_metrics_reads_what_this_process_has_just_recorded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    engine = headroom.Engine(store_url=url)
    engine.record(engine.measured([{"role": "user", "content": "hello"}], model="gpt-4o"), mode="audit")

    rows = headroom.metrics(url, mode="audit")

    assert [found.model for found in rows] == ["gpt-4o"]
    assert headroom.metrics(url, model="other") == []


def test_the_metrics_of_a_client_are_a_list_that_knows_frames(tmp_path: Path) -> None:
    class Silent:
        """A client that is never called."""

    client = HeadroomClient(Silent(), provider="openai", store_url=f"sqlite:///{tmp_path}/m.db")

    rows = client.get_metrics()

    assert rows == []
    assert isinstance(rows, list)
    assert callable(rows.to_pandas)


def test_rows_stay_rows_when_they_are_sliced() -> None:
    rows = MetricsRows(ROWS)

    assert rows[0] is ROWS[0]
    assert type(rows[:2]) is MetricsRows
    assert rows[:2] == ROWS[:2]


@pytest.mark.parametrize(
    ("method", "package"), [("to_pandas", "pandas"), ("to_polars", "polars"), ("to_arrow", "pyarrow")]
)
def test_what_is_missing_says_how_to_install_it(method: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(ImportError, match=rf"{method}\(\) needs {package}: pip install {package}"):
        getattr(MetricsRows(ROWS), method)()


def test_parts_that_are_not_known_are_refused() -> None:
    pytest.importorskip("pandas")

    with pytest.raises(ConfigurationError, match="by must be of tool, kind"):
        MetricsRows(ROWS).to_pandas(by="model")  # type: ignore[arg-type]


def frame_types(rows: MetricsRows, library: str, by: Any = None) -> dict[str, str]:
    """Column to type, in the library's words."""
    if library == "pandas":
        return {name: str(kind) for name, kind in rows.to_pandas(by=by).dtypes.items()}
    if library == "polars":
        return {name: str(kind) for name, kind in rows.to_polars(by=by).schema.items()}
    return {field.name: str(field.type) for field in rows.to_arrow(by=by).schema}


def records(rows: MetricsRows, library: str, by: Any = None) -> list[dict[str, Any]]:
    """Rows as dicts of Python values."""
    if library == "pandas":
        import pandas

        found = rows.to_pandas(by=by).to_dict("records")
        return [{name: None if value is pandas.NA else value for name, value in entry.items()} for entry in found]
    return rows.to_polars(by=by).to_dicts() if library == "polars" else rows.to_arrow(by=by).to_pylist()


LIBRARIES = [("pandas", "pandas", 1), ("polars", "polars", 2), ("arrow", "pyarrow", 3)]
EVERY_LIBRARY = pytest.mark.parametrize(("library", "package", "place"), LIBRARIES, ids=[one[0] for one in LIBRARIES])


@EVERY_LIBRARY
def test_frames_have_the_columns_and_types_of_the_page_also_without_rows(
    library: str, package: str, place: int
) -> None:
    pytest.importorskip(package)
    in_page = {cells[0]: cells[place] for cells in page_tables()["Types"]}
    expected = {name: in_page[kind] for name, kind in described("Calls")}
    parts = {name: in_page[kind] for name, kind in described("Parts")}

    for rows in (MetricsRows(), MetricsRows(ROWS)):
        assert frame_types(rows, library) == expected
        assert frame_types(rows, library, "tool") == parts
        assert list(frame_types(rows, library, "kind")) == [
            n.replace("tool", "kind") if n == "tool" else n for n in parts
        ]


@EVERY_LIBRARY
def test_frames_say_what_rows_say(library: str, package: str, place: int) -> None:
    pytest.importorskip(package)
    found = records(MetricsRows(ROWS), library)

    for made, given in zip(found, ROWS, strict=True):
        assert made == {column.name: column.value(given) for column in COLUMNS}


@EVERY_LIBRARY
def test_frames_by_tool_have_a_row_per_call_and_tool(library: str, package: str, place: int) -> None:
    pytest.importorskip(package)

    found = [
        (r["request_id"], r["tool"], r["parts"], r["tokens_saved"])
        for r in records(MetricsRows(ROWS[:2]), library, "tool")
    ]

    assert found == [("full", "search", 2, 60), ("full", 'r"🚀', 1, 5), ("small", "search", 1, 0)]


@EVERY_LIBRARY
def test_texts_that_are_no_unicode_break_no_frame(library: str, package: str, place: int) -> None:
    pytest.importorskip(package)
    odd = row("\ud800", tenant="\udfff", by_tool={"\ud800": [1, 2, 1]})

    assert records(MetricsRows([odd]), library)[0]["request_id"] == "?"
    assert records(MetricsRows([odd]), library, "tool")[0]["tool"] == "?"


def test_frames_say_which_schema_they_have() -> None:
    pytest.importorskip("pandas")

    assert MetricsRows().to_pandas().attrs == {"headroom_schema_version": SCHEMA_VERSION}


POSTGRESQL_KINDS = (
    "SELECT column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = 'frames_test' AND table_name = '{}' ORDER BY ordinal_position"
)


def test_views_in_postgresql_are_those_of_the_page_and_give_the_sums_of_stats() -> None:
    psycopg = pytest.importorskip("psycopg")
    url = empty_schema(psycopg, os.environ.get("TEST_POSTGRESQL_URL") or postgresql_server())
    store = open_metrics_store(url)
    store.write(
        [*ROWS, row("odd", tenant="\ud800", run_id="\udfff\x00", by_tool={"\ud800": [0, 0, 0], "\x00": [0, 0, 0]})]
    )
    in_page = {cells[0]: cells[5] for cells in page_tables()["Types"]} | {"date": "date"}
    expected = summarise(ROWS)

    with psycopg.connect(url) as connection:
        for view, heading in (("v_requests", "Calls"), ("v_by_tool", "Sums: `v_by_tool`")):
            kinds = connection.execute(POSTGRESQL_KINDS.format(view)).fetchall()
            assert kinds == [(name, in_page[kind]) for name, kind in described(heading)]
        sums = {name: in_page[kind] for name, kind in described("Sums: `v_savings_daily`")}
        for view, other in (("v_savings_daily", "tenant"), ("v_by_tenant", "day_utc")):
            kinds = connection.execute(POSTGRESQL_KINDS.format(view)).fetchall()
            assert kinds == [(name, kind) for name, kind in sums.items() if name != other]
            ((saved, dollars),) = connection.execute(
                f"SELECT sum(tokens_saved), sum(cost_saved_usd) FROM {view}"
            ).fetchall()
            assert (saved, dollars) == (expected["total_tokens_saved"], expected["total_cost_saved_usd"])
        found = dict(connection.execute("SELECT tool, tokens_saved FROM v_by_tool").fetchall())
        assert (found["search"], found['r"🚀']) == (60, 5)
        assert connection.execute("SELECT timestamp_utc FROM v_requests WHERE request_id = 'full'").fetchone() == (
            NOON,
        )
    store.delete()


def empty_schema(psycopg: Any, url: str) -> str:
    """The URL of a schema of this test's own."""
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS frames_test CASCADE; CREATE SCHEMA frames_test")
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3Dframes_test"


def postgresql_server() -> str:
    """A server of this test's own, where that package is installed."""
    import tempfile

    return str(pytest.importorskip("pgserver").get_server(tempfile.mkdtemp()).get_uri())
