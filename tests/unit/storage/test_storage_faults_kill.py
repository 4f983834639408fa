"""What was acknowledged outlives SIGKILL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from headroom.results import RequestMetrics
from headroom.storage.metrics import open_metrics_store
from headroom.storage.recorder import Recorder

PROCESSES = 8

# Says a row's name only once `flush` has said that it is written.
WRITER = """
import sys
from headroom.results import RequestMetrics
from headroom.storage.recorder import Recorder
recorder = Recorder(sys.argv[1])
for batch in range(100_000):
    names = [f"{sys.argv[2]}-{batch}-{n}" for n in range(3)]
    for name in names:
        recorder.record(RequestMetrics(request_id=name))
    if recorder.flush(30.0):
        print(*names, flush=True)
"""


def stored(url: str) -> set[str]:
    return {row.request_id for row in open_metrics_store(url).read(limit=None)}


@pytest.mark.parametrize("scheme", ["sqlite", "jsonl"])
def test_eight_killed_writers_lose_nothing_that_was_acknowledged(scheme: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    url = f"{scheme}:///{path}"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, str(n)], stdout=subprocess.PIPE, text=True)
        for n in range(PROCESSES)
    ]
    first = [writer.stdout.readline() for writer in writers]  # type: ignore[union-attr]
    for writer in writers:
        writer.kill()
    said = [line for writer in writers for line in writer.communicate()[0].split("\n")[:-1]]  # the last may be cut
    acknowledged = {name for line in (*first, *said) for name in line.split()}

    assert len(acknowledged) >= 3 * PROCESSES
    assert acknowledged <= stored(url)
    recorder = Recorder(url)
    recorder.record(RequestMetrics(request_id="after"))
    assert recorder.flush(10.0)
    assert "after" in stored(url)
    if scheme == "sqlite":
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.close()


def test_a_file_whose_maker_was_killed_at_once_is_used(tmp_path: Path) -> None:
    (tmp_path / "m.db").touch(0o600)
    recorder = Recorder(f"sqlite:///{tmp_path}/m.db")
    recorder.record(RequestMetrics(request_id="1"))

    assert recorder.flush(10.0)
    assert stored(f"sqlite:///{tmp_path}/m.db") == {"1"}
