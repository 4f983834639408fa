from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from headroom.errors import ConfigurationError, StorageError
from headroom.results import RequestMetrics
from headroom.storage.metrics import open_metrics_store
from headroom.storage.recorder import Recorder, flush_recorders

PREAMBLE = """
import os, signal, sys, time
from headroom.results import RequestMetrics
from headroom.storage.recorder import Recorder
def row(name): return RequestMetrics(request_id=str(name), tokens_input_before=10, tokens_input_after=4)
recorder = Recorder(sys.argv[1])
"""


def row(name: object, **facts: object) -> RequestMetrics:
    return RequestMetrics(request_id=str(name), tokens_input_before=10, tokens_input_after=4, **facts)  # type: ignore[arg-type]


def stored(url: str) -> set[str]:
    return {r.request_id for r in open_metrics_store(url).read(limit=None)}


def run(code: str, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PREAMBLE + code, url], capture_output=True, text=True, timeout=60)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/m.db"


class FlakyStore:
    """Fails while told to, and keeps what it gets."""

    def __init__(self) -> None:
        self.fails = True
        self.rows: list[RequestMetrics] = []

    def write(self, rows: Sequence[RequestMetrics]) -> None:
        if self.fails:
            raise StorageError("the store failed: on purpose")
        if any(r.request_id == "odd" for r in rows):
            raise TypeError("on purpose")
        self.rows += rows

    def read(self, **filters: object) -> list[RequestMetrics]:
        return self.rows[::-1]

    def close(self) -> None:
        self.fails = True


def test_flushed_rows_are_stored_in_order(url: str) -> None:
    recorder = Recorder(url)
    for number in range(1200):
        recorder.record(row(number))

    assert recorder.flush(10.0)
    assert [r.request_id for r in open_metrics_store(url).read(limit=None)] != []
    assert len(stored(url)) == 1200


def test_reading_sees_what_was_just_recorded_by_any_recorder(url: str) -> None:
    first, second = Recorder(url), Recorder(url)
    first.record(row(1))

    assert [r.request_id for r in second.read()] == ["1"]
    assert second.summary()["total_tokens_saved"] == 6


def test_recording_does_not_wait_for_the_disk(url: str) -> None:
    recorder = Recorder(url)
    recorder.record(row("first"))
    assert recorder.flush()
    blocker = open_metrics_store(url).database.connections().new()  # type: ignore[attr-defined]
    blocker.execute("BEGIN IMMEDIATE")

    begun_s = time.perf_counter()
    for number in range(100):
        recorder.record(row(number))
    took_s = time.perf_counter() - begun_s

    blocker.execute("ROLLBACK")
    blocker.close()
    assert took_s < 1.0
    assert recorder.flush(10.0)
    assert len(stored(url)) == 101


def test_a_failing_store_costs_no_call_and_is_reported_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path}/file/m.db"
    with caplog.at_level(logging.WARNING, logger="headroom.storage"):
        for _ in range(2):
            recorder = Recorder(url)
            recorder.record(row(1))
            recorder.record(row(2))
            assert not recorder.flush(1.0)

    assert len(caplog.records) == 1
    assert recorder.last_error is not None
    assert recorder.totals.snapshot()["tokens_saved_total"] == 12
    with pytest.raises(StorageError):
        recorder.read()


def test_rows_wait_for_a_store_that_comes_back() -> None:
    recorder, store = Recorder("memory"), FlakyStore()
    recorder.opened = store
    recorder.record(row(1))
    recorder.record(row(2))
    assert not recorder.flush(1.0)

    store.fails = False

    assert recorder.flush()
    assert [r.request_id for r in store.rows] == ["1", "2"]


def test_one_odd_row_does_not_cost_the_others() -> None:
    recorder, store = Recorder("memory", synchronous=True), FlakyStore()
    recorder.opened = store
    recorder.record(row(1))
    recorder.record(row("odd"))
    store.fails = False
    recorder.record(row(2))

    assert recorder.flush()
    assert [r.request_id for r in store.rows] == ["1", "2"]
    assert recorder.totals.snapshot()["rows_dropped"] == 1


def test_a_full_queue_gives_up_the_oldest_and_counts_them() -> None:
    recorder, store = Recorder("memory", capacity_rows=5), FlakyStore()
    recorder.opened = store
    for number in range(12):
        recorder.record(row(number))
    recorder.flush(1.0)
    store.fails = False

    assert recorder.flush()
    assert [r.request_id for r in store.rows] == ["7", "8", "9", "10", "11"]
    assert recorder.totals.snapshot()["rows_dropped"] == 7
    assert recorder.totals.snapshot()["requests_total"] == 12


def test_a_synchronous_recorder_has_written_when_record_returns(url: str) -> None:
    recorder = Recorder(url, synchronous=True)
    threads_before = threading.active_count()

    recorder.record(row(1))

    assert stored(url) == {"1"}
    assert threading.active_count() == threads_before


def test_many_threads_lose_no_row(url: str) -> None:
    recorder = Recorder(url)

    def work(worker: int) -> None:
        for number in range(100):
            recorder.record(row(f"{worker}-{number}"))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert recorder.flush(10.0)
    assert len(stored(url)) == 800
    assert recorder.totals.snapshot()["requests_total"] == 800


def test_a_wrong_url_is_refused_when_it_arrives() -> None:
    with pytest.raises(ConfigurationError):
        Recorder("mysql://x")


def test_nothing_shows_a_password() -> None:
    recorder = Recorder("postgresql://u:hunter2@localhost:1/d")
    recorder.record(row(1))
    recorder.flush(3.0)

    assert "hunter2" not in f"{recorder!r} {recorder.last_error}"


def test_a_recorder_can_be_closed_twice_and_used_again(url: str) -> None:
    recorder = Recorder(url)
    recorder.record(row(1))
    recorder.close()
    recorder.close()
    recorder.record(row(2))

    assert {r.request_id for r in recorder.read()} == {"1", "2"}


def test_the_end_of_the_process_flushes(url: str) -> None:
    result = run("for n in range(300): recorder.record(row(n))", url)

    assert result.stderr == ""
    assert len(stored(url)) == 300


def test_a_row_recorded_while_the_interpreter_ends_is_stored(url: str) -> None:
    result = run("import atexit; atexit.register(lambda: recorder.record(row('late')))", url)

    assert result.stderr == ""
    assert stored(url) == {"late"}


def test_a_store_that_hangs_holds_the_end_of_the_process_up_by_two_seconds_at_most(url: str) -> None:
    code = (
        "class Hanging:\n"
        "    def write(self, rows): time.sleep(60)\n"
        "recorder.opened = Hanging(); recorder.record(row(1))"
    )
    result = run(code, url)

    assert result.returncode == 0


def test_flushed_rows_survive_being_killed(url: str) -> None:
    code = "for n in range(50): recorder.record(row(n))\nassert recorder.flush()\nos.kill(os.getpid(), signal.SIGKILL)"

    assert run(code, url).returncode == -signal.SIGKILL
    assert stored(url) == {str(number) for number in range(50)}


def test_flushed_lines_survive_being_killed(tmp_path: Path) -> None:
    url = f"jsonl:///{tmp_path}/m.jsonl"
    code = "recorder.record(row(1)); assert recorder.flush(); os.kill(os.getpid(), signal.SIGKILL)"

    assert run(code, url).returncode == -signal.SIGKILL
    assert stored(url) == {"1"}


def test_forked_workers_record_and_nothing_is_stored_twice(url: str) -> None:
    code = (
        "recorder.record(row('parent'))\n"  # the thread runs, or is about to
        "children = []\n"
        "for worker in range(4):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        assert recorder.totals.snapshot()['requests_total'] == 0\n"
        "        for n in range(20): recorder.record(row(f'{worker}-{n}'))\n"
        "        sys.exit(0)\n"
        "    children.append(child)\n"
        "assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0, 0]\n"
        "assert recorder.totals.snapshot()['requests_total'] == 1"
    )

    result = run(code, url)

    assert result.returncode == 0, result.stderr
    assert stored(url) == {"parent"} | {f"{worker}-{n}" for worker in range(4) for n in range(20)}


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_workers_flush_when_they_end(method: str, tmp_path: Path) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    script = tmp_path / "main.py"
    script.write_text(
        "import multiprocessing, sys\n"
        "from headroom.results import RequestMetrics\n"
        "from headroom.storage.recorder import Recorder\n"
        "recorder = Recorder(sys.argv[1])\n"
        "def work(name): recorder.record(RequestMetrics(request_id=name))\n"
        "if __name__ == '__main__':\n"
        f"    context = multiprocessing.get_context('{method}')\n"
        "    work('parent')\n"
        "    workers = [context.Process(target=work, args=(str(n),)) for n in range(3)]\n"
        "    for worker in workers: worker.start()\n"
        "    for worker in workers: worker.join()\n"
    )
    url = f"sqlite:///{tmp_path}/m.db"

    result = subprocess.run([sys.executable, script, url], capture_output=True, text=True, timeout=60)

    assert result.returncode == 0, result.stderr
    assert stored(url) == {"parent", "0", "1", "2"}


def test_a_process_frozen_between_calls_loses_nothing_when_synchronous(url: str) -> None:
    code = (
        "recorder = Recorder(sys.argv[1], synchronous=True)\n"
        "for n in range(3): recorder.record(row(n)); os.kill(os.getpid(), signal.SIGSTOP)"
    )
    process = subprocess.Popen([sys.executable, "-c", PREAMBLE + code, url])
    for number in range(3):
        os.waitpid(process.pid, os.WUNTRACED)
        assert stored(url) == {str(n) for n in range(number + 1)}
        os.kill(process.pid, signal.SIGCONT)

    assert process.wait(10) == 0


def test_the_thread_ends_when_nothing_comes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headroom.storage.recorder.IDLE_S", 0.05)
    recorder = Recorder(url)
    recorder.record(row(1))
    assert recorder.flush()
    thread = recorder.thread
    if thread is not None:
        thread.join(5)
    assert recorder.thread is None

    recorder.record(row(2))

    assert recorder.flush()
    assert stored(url) == {"1", "2"}


def test_flushing_everything_reaches_every_recorder(url: str) -> None:
    Recorder(url).record(row(1))
    Recorder(url).record(row(2))

    flush_recorders()

    assert stored(url) == {"1", "2"}
