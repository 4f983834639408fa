"""A store that is removed, read-only, full or locked: no call fails, one warning, figures go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headroom.storage.metrics import open_metrics_store

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and capabilities as Linux has them")

# Runs in a process of its own: begins, then what the case does; tells what came of it as JSON.
WORKER = """
import contextlib, ctypes, json, logging, os, resource, shutil, sqlite3, sys
from pathlib import Path
import headroom.storage.sqlite_file
from headroom.results import RequestMetrics
from headroom.storage.recorder import Recorder

class Lines(logging.Handler):
    def emit(self, record): lines.append(record.getMessage())

lines, flushed = [], []
logging.getLogger("headroom").addHandler(Lines(logging.WARNING))
headroom.storage.sqlite_file.BUSY_TIMEOUT_MS = 50
url = sys.argv[1]
path = Path(url.partition(":///")[2])
directory = path.parent
recorder = Recorder(url)

def put(*names):
    for name in names:
        recorder.record(RequestMetrics(request_id=name, tokens_input_before=10, tokens_input_after=4))
    flushed.append(recorder.flush(5.0))

def settle():
    for _ in range(50):
        if recorder.flush(1.0): break
    flushed.append(recorder.flush(5.0))

def without_privileges():  # else root may write everywhere
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None, use_errno=True).capset(header, none) == 0

def most_bytes(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

CODE
facts = recorder.totals.snapshot()
rows = sorted(row.request_id for row in recorder.read(limit=None))
print(json.dumps({"flushed": flushed, "lines": lines, "facts": facts, "rows": rows}, default=str))
"""


def run(code: str, url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WORKER.replace("CODE", code.strip()), url],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture
def place(tmp_path: Path) -> str:
    (tmp_path / "store").mkdir()
    return str(tmp_path / "store" / "m.db")


@pytest.mark.parametrize("scheme", ["sqlite", "jsonl"])
@pytest.mark.parametrize("removal", ["path.unlink()", "shutil.rmtree(directory)"])
def test_a_store_that_is_removed_is_begun_anew(removal: str, scheme: str, place: str) -> None:
    told = run(f"put('1'); {removal}; put('2'); put('3')", f"{scheme}:///{place}")

    assert told["flushed"] == [True, True, True]
    assert told["rows"] == ["2", "3"]
    assert told["facts"]["requests_total"] == 3
    assert len(told["lines"]) == (1 if scheme == "sqlite" else 0)  # lines are appended to whatever is there


def test_writers_go_on_in_one_new_file_when_theirs_is_removed(place: str) -> None:
    url = f"sqlite:///{place}"
    code = "put('0'); print('ready', flush=True); input()\nfor n in range(30): put(f'{os.getpid()}-{n}')\nsettle()"
    started = [sys.executable, "-c", WORKER.replace("CODE", code.strip()), url]
    writers = [subprocess.Popen(started, stdin=-1, stdout=-1, stderr=-1, text=True) for _ in range(3)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    os.unlink(place)  # their log and shared memory stay beside it
    told = [json.loads(writer.communicate("\n", 60)[0]) for writer in writers]

    assert all(facts["flushed"][-1] for facts in told)
    assert {row.request_id for row in open_metrics_store(url).read(limit=None)} == {
        f"{writer.pid}-{n}" for writer in writers for n in range(30)
    }


@pytest.mark.parametrize("scheme", ["sqlite", "jsonl"])
def test_a_directory_that_cannot_be_written_costs_no_row(scheme: str, place: str) -> None:
    code = "without_privileges(); directory.chmod(0o500); put('1'); put('2'); directory.chmod(0o700); settle()"

    told = run(code, f"{scheme}:///{place}")

    assert told["flushed"] == [False, False, True]
    assert told["rows"] == ["1", "2"]
    assert len(told["lines"]) == 1


@pytest.mark.parametrize("scheme", ["sqlite", "jsonl"])
def test_a_file_that_cannot_be_written_can_still_be_read_and_costs_no_row(scheme: str, place: str) -> None:
    code = """
without_privileges(); put('1'); recorder.close(); path.chmod(0o400)
assert [row.request_id for row in recorder.read()] == ['1']
put('2'); path.chmod(0o600); settle()"""

    told = run(code, f"{scheme}:///{place}")

    assert told["flushed"] == [True, False, True]
    assert told["rows"] == ["1", "2"]
    assert len(told["lines"]) == 1


@pytest.mark.parametrize("scheme", ["sqlite", "jsonl"])
@pytest.mark.parametrize("before", ["", "put('0');"])
def test_a_file_that_cannot_grow_costs_no_row(before: str, scheme: str, place: str) -> None:
    code = f"{before} most_bytes(500); put('1'); put('2'); most_bytes(-1); settle()"

    told = run(code, f"{scheme}:///{place}")

    assert told["flushed"][-3:] == [False, False, True]
    assert told["rows"] == [*(["0"] if before else []), "1", "2"]
    assert len(told["lines"]) == 1


@pytest.fixture
def small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory], capture_output=True)
        if mounted.returncode:
            pytest.skip("a small disk can be made by root only")
        yield Path(directory)
        subprocess.run(["umount", directory], check=True)


def test_a_full_disk_costs_no_row(small_disk: Path) -> None:
    code = """
put('1')
(directory / 'filler').write_bytes(b'x' * 1000)
with contextlib.suppress(OSError), (directory / 'filler').open('ab', buffering=0) as filler:
    while True: filler.write(b'x' * 1024)
names = [f'more-{n}' for n in range(300)]
put(*names)
(directory / 'filler').unlink()
settle()"""

    told = run(code, f"sqlite:///{small_disk}/m.db")

    assert told["flushed"] == [True, False, True]
    assert set(told["rows"]) == {"1", *(f"more-{n}" for n in range(300))}
    assert len(told["lines"]) == 1


@pytest.mark.parametrize("before", ["", "put('0');"])
def test_a_file_that_somebody_else_has_locked_costs_no_row(before: str, place: str) -> None:
    code = f"""
{before} other = sqlite3.connect(path, isolation_level=None); other.execute('CREATE TABLE other (a)')
other.execute('BEGIN EXCLUSIVE'); put('1'); put('2'); other.execute('ROLLBACK'); other.close(); settle()"""

    told = run(code, f"sqlite:///{place}")

    assert told["flushed"][-3:] == [False, False, True]
    assert told["rows"] == [*(["0"] if before else []), "1", "2"]
    assert len(told["lines"]) == 1
