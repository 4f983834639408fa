"""PostgreSQL as operators run it; skipped where no server can be started."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from headroom.errors import StorageError
from headroom.results import RequestMetrics
from headroom.storage.metrics import open_metrics_store
from headroom.storage.originals import open_original_store
from tests.postgresql import postgresql_server

pytest.importorskip("pgserver")
psycopg = pytest.importorskip("psycopg")


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


def run_sql(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Rows of the last statement."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def row(name: str) -> RequestMetrics:
    return RequestMetrics(request_id=name)


def test_a_role_that_may_not_create_tables_uses_those_that_are_there(server_url: str) -> None:
    open_metrics_store(server_url).write([row("by the owner")])
    run_sql(
        server_url,
        "DROP ROLE IF EXISTS app",
        "CREATE ROLE app LOGIN PASSWORD 'hunter2'",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app",
    )
    store = open_metrics_store(server_url.replace("postgres:@", "app:hunter2@"))

    store.write([row("by the role")])

    assert {r.request_id for r in store.read()} >= {"by the owner", "by the role"}
    with pytest.raises(StorageError) as error:
        open_original_store(server_url.replace("postgres:@", "app:hunter2@")).put("h", b"a")
    assert "hunter2" not in str(error.value)
    run_sql(server_url, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM app")


def test_a_lost_connection_is_made_again(server_url: str) -> None:
    store = open_metrics_store(server_url)
    store.write([row("before")])
    run_sql(server_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    store.write([row("after")])

    assert "after" in {r.request_id for r in store.read()}


def test_values_of_a_refused_statement_do_not_show(server_url: str) -> None:
    store = open_metrics_store(server_url)
    store.write([row("x")])
    database = store.database  # type: ignore[attr-defined]

    with pytest.raises(StorageError) as error:
        database.write("metrics", ("INSERT INTO headroom_requests (request_id) VALUES (:v)", {"v": "canary"}))

    assert "canary" not in str(error.value)


def test_a_process_opens_two_connections_at_most(server_url: str) -> None:
    code = (
        "import sys, threading; from headroom.storage.metrics import open_metrics_store\n"
        "from headroom.results import RequestMetrics\n"
        "store = open_metrics_store(sys.argv[1])\n"
        "def work(w):\n"
        "    for n in range(10): store.write([RequestMetrics(request_id=f'c{w}-{n}')])\n"
        "threads = [threading.Thread(target=work, args=(w,)) for w in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "count = 'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL(:others)'\n"
        "print(store.database.read('metrics', count, {'others': eval(sys.argv[2])})[0][0])"
    )
    others = [pid for (pid,) in run_sql(server_url, "SELECT pid FROM pg_stat_activity")]

    result = subprocess.run(
        [sys.executable, "-c", code, server_url, repr(others)], capture_output=True, text=True, check=True
    )

    assert 1 <= int(result.stdout) <= 2
    assert run_sql(server_url, "SELECT count(*) FROM headroom_requests WHERE request_id LIKE 'c%'") == [(80,)]
