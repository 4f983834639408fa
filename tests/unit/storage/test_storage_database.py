from __future__ import annotations

import logging
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from headroom.errors import ConfigurationError, StorageError
from headroom.results import RequestMetrics
from headroom.storage.database import open_database
from headroom.storage.metrics import open_metrics_store
from headroom.storage.migrations import STEPS, migration_sql
from headroom.storage.originals import open_original_store
from headroom.storage.sqlite_file import file_system, set_up_connection
from headroom.storage.urls import parse_store_url

ROW = RequestMetrics(request_id="1", tokens_input_before=10, tokens_input_after=4)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_files_and_directories_are_for_their_user_only(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        store = open_metrics_store(f"sqlite:///{tmp_path}/a/b/m.db")
        store.write([ROW])
        files = {path.name: mode(path) for path in (tmp_path / "a" / "b").iterdir()}
    finally:
        os.umask(previous)

    assert files == {"m.db": 0o600, "m.db-wal": 0o600, "m.db-shm": 0o600}
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (0o700, 0o700)


def test_a_jsonl_file_is_for_its_user_only(tmp_path: Path) -> None:
    open_metrics_store(f"jsonl:///{tmp_path}/a/m.jsonl").write([ROW])

    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "m.jsonl")) == (0o700, 0o600)


def test_nothing_is_made_before_the_first_write(tmp_path: Path) -> None:
    metrics = open_metrics_store(f"sqlite:///{tmp_path}/a/m.db")
    originals = open_original_store(f"sqlite:///{tmp_path}/a/o.db")

    assert metrics.read() == []
    assert originals.get("h") is None
    assert originals.delete() == 0
    assert list(tmp_path.iterdir()) == []


def test_the_same_url_is_the_same_database(tmp_path: Path) -> None:
    url = parse_store_url(f"sqlite:///{tmp_path}/m.db")

    assert open_database(url) is open_database(parse_store_url(url.safe))
    memory = parse_store_url("sqlite:///:memory:")
    assert open_database(memory) is not open_database(memory)


@pytest.mark.parametrize("scheme", ["sqlite", "jsonl"])
def test_a_directory_in_place_of_the_file_is_a_storage_error(scheme: str, tmp_path: Path) -> None:
    store = open_metrics_store(f"{scheme}:///{tmp_path}")

    with pytest.raises(StorageError):
        store.write([ROW])
    with pytest.raises(StorageError):
        store.read()


@pytest.mark.parametrize("scheme", ["sqlite", "jsonl"])
def test_a_place_that_cannot_be_is_a_storage_error(scheme: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError) as error:
        open_metrics_store(f"{scheme}:///{tmp_path}/file/m").write([ROW])

    assert str(tmp_path) in error.value.details["url"]


def test_a_file_that_is_no_database_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "m.db").write_bytes(b"canary " * 1000)

    with pytest.raises(StorageError, match="not a database") as error:
        open_metrics_store(f"sqlite:///{tmp_path}/m.db").read()

    assert "canary" not in str(error.value)
    assert (tmp_path / "m.db").read_bytes() == b"canary " * 1000


def test_a_failed_statement_shows_no_values(tmp_path: Path) -> None:
    database = open_database(parse_store_url(f"sqlite:///{tmp_path}/m.db"))

    with pytest.raises(StorageError) as error:
        database.write("metrics", ("INSERT INTO headroom_requests (request_id) VALUES (:v)", {"v": "canary"}))

    assert "canary" not in repr(error.value) + str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_locked_file_is_waited_for(tmp_path: Path) -> None:
    store = open_metrics_store(f"sqlite:///{tmp_path}/m.db")
    store.write([ROW])
    other = sqlite3.connect(tmp_path / "m.db", check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    unlock = threading.Timer(0.3, lambda: other.execute("COMMIT"))
    unlock.start()

    store.write([RequestMetrics(request_id="2")])

    unlock.join()
    other.close()
    assert len(store.read()) == 2


def test_readers_are_not_held_up_by_a_writer(tmp_path: Path) -> None:
    store = open_metrics_store(f"sqlite:///{tmp_path}/m.db")
    store.write([ROW])
    other = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM headroom_requests")

    assert len(store.read()) == 1

    other.execute("ROLLBACK")
    other.close()


def test_a_file_removed_while_open_is_made_again(tmp_path: Path) -> None:
    store = open_metrics_store(f"sqlite:///{tmp_path}/m.db")
    store.write([ROW])
    for path in tmp_path.iterdir():
        path.unlink()

    store.write([RequestMetrics(request_id="2")])

    assert [row.request_id for row in store.read()] == ["2"]
    with sqlite3.connect(tmp_path / "m.db") as other:
        assert other.execute("SELECT count(*) FROM headroom_requests").fetchone() == (1,)
    other.close()


def test_where_write_ahead_logging_is_refused_it_works_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "m.db"
    with caplog.at_level(logging.WARNING, logger="headroom.storage"):
        for number in range(2):
            # This way of locking has no shared memory, as on a network file system.
            connection = sqlite3.connect(f"{path.as_uri()}?vfs=unix-dotfile", uri=True)
            set_up_connection(connection, path)
            connection.execute("CREATE TABLE IF NOT EXISTS t (n)")
            connection.execute("INSERT INTO t VALUES (?)", (number,))
            rows = connection.execute("SELECT count(*) FROM t").fetchone()
            connection.close()

    assert rows == (2,)
    assert [record.getMessage().count("no write-ahead logging") for record in caplog.records] == [1]


def test_the_file_system_is_that_of_the_innermost_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path}/with\\040space nfs4 rw 0 0\n")

    assert file_system(tmp_path / "with space" / "deep" / "m.db", mounts) == "nfs4"
    assert file_system(tmp_path / "m.db", mounts) == "ext4"
    assert file_system(tmp_path / "m.db", tmp_path / "absent") == ""


def test_a_store_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    open_metrics_store(f"sqlite:///{tmp_path}/m.db").write([ROW])
    with sqlite3.connect(tmp_path / "m.db") as other:
        other.execute("UPDATE headroom_schema SET version = 99 WHERE component = 'metrics'")
    other.close()
    code = (
        "import sys; from headroom.storage.metrics import open_metrics_store\n"
        "from headroom.results import RequestMetrics\n"
        "open_metrics_store(sys.argv[1]).write([RequestMetrics(request_id='2')])"
    )

    result = run(code, f"sqlite:///{tmp_path}/m.db")

    assert "StorageError: the store was written by a newer headroom" in result.stderr


def test_metrics_and_originals_can_share_a_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/both.db"
    open_metrics_store(url).write([ROW])
    open_original_store(url).put("h", b"a")

    assert len(open_metrics_store(url).read()) == 1
    assert open_original_store(url).get("h") == b"a"


def test_the_printed_migration_makes_a_database_that_is_used_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "m.db") as other:
        other.executescript(migration_sql("sqlite"))
    other.close()

    store = open_metrics_store(f"sqlite:///{tmp_path}/m.db")
    store.write([ROW])

    assert store.read() == [ROW]
    assert all(len(steps) >= 1 for steps in STEPS.values())


def test_postgresql_without_its_driver_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from headroom.storage.metrics import open_metrics_store\n"
        "open_metrics_store(sys.argv[1]).read()"
    )

    result = run(code, "postgresql://u:hunter2@localhost/d")

    assert 'ConfigurationError: PostgreSQL stores need psycopg: pip install "headroom-integrations[postgres]"' in (
        result.stderr
    )
    assert "hunter2" not in result.stderr


def test_importing_the_stores_loads_no_sqlalchemy_and_opens_nothing() -> None:
    code = (
        "import sys\n"
        "opened = []\n"
        "import headroom.storage\n"
        "sys.addaudithook(lambda event, arguments: opened.append(event) if event == 'open' else None)\n"
        "headroom.storage.Recorder('sqlite:///x.db'); headroom.storage.open_original_store('sqlite:///x.db')\n"
        "print('sqlalchemy' in sys.modules, opened)"
    )

    assert run(code).stdout.strip() == "False []"


def test_several_processes_write_one_new_file(tmp_path: Path) -> None:
    code = (
        "import sys; from headroom.storage.metrics import open_metrics_store\n"
        "from headroom.results import RequestMetrics\n"
        "store = open_metrics_store(sys.argv[1])\n"
        "for n in range(25): store.write([RequestMetrics(request_id=f'{sys.argv[2]}-{n}')])"
    )
    for url in (f"sqlite:///{tmp_path}/m.db", f"jsonl:///{tmp_path}/m.jsonl"):
        workers = [subprocess.Popen([sys.executable, "-c", code, url, str(worker)]) for worker in range(4)]

        assert [worker.wait(60) for worker in workers] == [0, 0, 0, 0]
        assert len({row.request_id for row in open_metrics_store(url).read(limit=None)}) == 100


def test_after_a_fork_parent_and_child_both_write(tmp_path: Path) -> None:
    code = (
        "import os, sys; from headroom.storage.metrics import open_metrics_store\n"
        "from headroom.results import RequestMetrics\n"
        "store = open_metrics_store(sys.argv[1]); store.write([RequestMetrics(request_id='before')])\n"
        "child = os.fork()\n"
        "store.write([RequestMetrics(request_id='parent' if child else 'child')])\n"
        "sys.exit(os.waitpid(child, 0)[1] if child else 0)"
    )

    result = run(code, f"sqlite:///{tmp_path}/m.db")

    assert result.returncode == 0, result.stderr
    rows = open_metrics_store(f"sqlite:///{tmp_path}/m.db").read()
    assert {row.request_id for row in rows} == {"before", "parent", "child"}


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="needs a user without rights")
def test_a_file_without_write_permission_is_read_and_not_written() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to others
        check_without_write_permission(Path(folder))


def check_without_write_permission(tmp_path: Path) -> None:
    store = open_metrics_store(f"sqlite:///{tmp_path}/m.db")
    store.write([ROW])
    store.close()
    tmp_path.chmod(0o755)
    (tmp_path / "m.db").chmod(0o444)
    code = (
        "import os, sys; from headroom.storage.metrics import open_metrics_store\n"
        "from headroom.results import RequestMetrics; from headroom.errors import StorageError\n"
        "import sqlalchemy.dialects.sqlite, sqlalchemy.pool\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "store = open_metrics_store(sys.argv[1])\n"
        "print(len(store.read()))\n"
        "try: store.write([RequestMetrics(request_id='2')])\n"
        "except StorageError as error: print(error.message)"
    )

    result = run(code, f"sqlite:///{tmp_path}/m.db")

    assert result.stdout.splitlines() == ["1", "the store failed: attempt to write a readonly database"], result.stderr


def test_deleted_bytes_are_gone_from_the_files(tmp_path: Path) -> None:
    store = open_original_store(f"sqlite:///{tmp_path}/o.db")
    canary = os.urandom(40_000)  # compresses to itself
    store.put("h", canary)
    assert any(canary[100:140] in path.read_bytes() for path in tmp_path.iterdir())
    size_bytes = sum(path.stat().st_size for path in tmp_path.iterdir())

    assert store.delete() == 1

    pieces = [canary[start : start + 40] for start in range(0, len(canary), 1000)]
    assert not any(piece in path.read_bytes() for path in tmp_path.iterdir() for piece in pieces)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < size_bytes - len(canary)


def test_a_damaged_original_is_an_error_and_never_half_an_answer(tmp_path: Path) -> None:
    store = open_original_store(f"sqlite:///{tmp_path}/o.db")
    store.put("h", b"content " * 100)
    with sqlite3.connect(tmp_path / "o.db") as other:
        packed = other.execute("SELECT content FROM headroom_originals").fetchone()[0]
        other.execute("UPDATE headroom_originals SET content = ?", (packed[:-6],))
    other.close()

    with pytest.raises(StorageError, match="damaged"):
        store.get("h")


def test_originals_do_not_go_to_jsonl() -> None:
    with pytest.raises(ConfigurationError, match="not in jsonl"):
        open_original_store("jsonl:///x")
