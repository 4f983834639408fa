"""The file of feedback: shared between processes, replaced as a whole, never trusted."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from headroom.errors import ConfigurationError
from headroom.feedback import Counts, Feedback, process
from headroom.feedback import file as files
from headroom.telemetry import get_toin

ROOT = Path(__file__).resolve().parents[2]
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def with_one(path: Path, tool: str = "search", **settings: Any) -> Feedback:
    """Feedback on a file that has counted one result."""
    feedback = Feedback(path, **settings)
    feedback.record_compression(tool, "s")
    return feedback


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    feedback = Feedback()
    feedback.record_compression("search")

    assert feedback.save() is False
    assert list(tmp_path.iterdir()) == []


def test_what_was_saved_is_there_again(tmp_path: Path) -> None:
    first = with_one(tmp_path / "toin.json")
    first.record_retrieval("search", "s", "search")

    assert first.save()

    assert Feedback(tmp_path / "toin.json").of("search", "s") == Counts(compressed=1, search=1)


def test_the_file_is_private_and_holds_hashes_and_numbers_only(tmp_path: Path) -> None:
    path = tmp_path / "toin.json"
    with_one(path, "canary_tool").save()

    document = json.loads(path.read_text())

    assert "canary" not in path.read_text()
    assert set(document) == {"about", "format", "tools"}
    assert all(len(tool) >= 8 and set(tool) <= set("0123456789abcdef") for tool in document["tools"])
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["toin.json"]


def test_two_programs_add_to_each_other(tmp_path: Path) -> None:
    first, second = with_one(tmp_path / "toin.json"), with_one(tmp_path / "toin.json")

    first.save()
    second.save()
    first.record_compression("search", "s")
    first.save()
    first.save()  # nothing is added twice

    assert first.of("search").compressed == Feedback(tmp_path / "toin.json").of("search").compressed == 3


def count_there(path: str, number: str) -> None:
    feedback = Feedback(path)
    for _ in range(20):
        feedback.record_compression("search", f"s{number}")
        feedback.save()


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "toin.json"
    code = (
        "import sys; from tests.unit.test_feedback_file import count_there; count_there(sys.argv[1], int(sys.argv[2]))"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)], cwd=ROOT) for n in range(3)]

    assert [one.wait() for one in started] == [0, 0, 0]
    assert Feedback(path).of("search").compressed == 60


@FORKS
def test_a_forked_child_counts_its_own_only(tmp_path: Path) -> None:
    feedback = with_one(tmp_path / "toin.json")
    child = multiprocessing.get_context("fork").Process(target=count_in_child, args=(feedback,))
    feedback.kept.lock.acquire()  # as if another thread were at work
    child.start()
    feedback.kept.lock.release()
    child.join(10)

    assert child.exitcode == 0
    feedback.save()
    assert Feedback(tmp_path / "toin.json").of("search").compressed == 2


def count_in_child(feedback: Feedback) -> None:
    feedback.record_compression("search", "s")
    assert feedback.of("search").compressed == 2
    assert feedback.save()


def test_counts_are_written_after_a_while_and_at_the_end_of_the_program(tmp_path: Path) -> None:
    feedback = with_one(tmp_path / "soon.json", save_after_s=0.01)
    deadline = time.monotonic() + 10
    while not (tmp_path / "soon.json").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    code = "import sys; from headroom.telemetry import get_toin; get_toin(sys.argv[1]).record_compression('search')"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "end.json")], check=True, cwd=ROOT)

    assert feedback.kept.save()
    assert Feedback(tmp_path / "soon.json").of("search").compressed == 1
    assert Feedback(tmp_path / "end.json").of("search").compressed == 1


GOOD = {"format": 1, "tools": {"ab" * 8: {"all": [1, 0, 0, 0]}}}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "\x00\xff",
        "[]",
        "[" * 100_000,
        json.dumps({**GOOD, "format": "1"}),
        json.dumps({**GOOD, "tools": []}),
        json.dumps({**GOOD, "tools": {"search": {"all": [1, 0, 0, 0]}}}),
        json.dumps({**GOOD, "tools": {"ab" * 8: {"all": [1, 0, 0]}}}),
        json.dumps({**GOOD, "tools": {"ab" * 8: {"all": [1, 0, 0, -1]}}}),
        json.dumps({**GOOD, "tools": {"ab" * 8: {"all": [1, 0, 0, 2**60]}}}),
        json.dumps({**GOOD, "tools": {"ab" * 8: {"all": [True, 0, 0, 0]}}}),
        json.dumps({**GOOD, "tools": {"ab" * 8: {"every": [1, 0, 0, 0]}}}),
    ],
)
def test_a_damaged_file_is_set_aside_with_one_warning(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "toin.json"
    path.write_text(text, encoding="latin-1")

    feedback = with_one(path)

    assert feedback.save()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert (tmp_path / "toin.json.damaged").read_text(encoding="latin-1") == text
    assert Feedback(path).of("search").compressed == 1


def test_what_was_set_aside_before_is_kept(tmp_path: Path) -> None:
    for text in ("{one", "{two"):
        (tmp_path / "toin.json").write_text(text)
        Feedback(tmp_path / "toin.json")

    assert {entry.read_text() for entry in tmp_path.iterdir()} == {"{one", "{two"}


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_one(tmp_path / "toin.json").save()
    monkeypatch.setattr(files, "MOST_BYTES", 10)

    assert Feedback(tmp_path / "toin.json").of("search") == Counts()
    assert (tmp_path / "toin.json.damaged").exists()


def test_an_empty_file_is_a_new_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "toin.json").touch()

    assert with_one(tmp_path / "toin.json").save()
    assert caplog.records == []


def test_a_file_of_a_later_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "toin.json"
    text = json.dumps({**GOOD, "format": 2})
    path.write_text(text)

    with pytest.raises(ConfigurationError, match="later release"):
        Feedback(path)

    assert path.read_text() == text


def test_a_later_release_that_comes_while_we_run_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "toin.json"
    feedback = with_one(path)
    path.write_text(json.dumps({**GOOD, "format": 2}))

    assert feedback.save() is False
    assert json.loads(path.read_text())["format"] == 2
    assert feedback.of("search").compressed == 1


def test_a_place_that_cannot_be_written_costs_nothing_but_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    feedback = with_one(folder / "toin.json")
    folder.rmdir()

    assert (feedback.save(), feedback.save()) == (False, False)
    assert len(caplog.records) == 1  # said once
    assert feedback.of("search").compressed == 1

    folder.mkdir()
    assert feedback.save()
    assert Feedback(folder / "toin.json").of("search").compressed == 1


@pytest.mark.parametrize("place", ["", "absent/toin.json"])
def test_a_path_that_cannot_hold_a_file_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Feedback(tmp_path / place)

    assert caught.value.details["field"] == "path"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "toin.json").symlink_to(tmp_path / "real.json")

    with_one(tmp_path / "toin.json").save()

    assert (tmp_path / "toin.json").is_symlink()
    assert Feedback(tmp_path / "real.json").of("search").compressed == 1


def test_the_file_stays_within_the_number_of_entries(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "toin.json", max_entries=10)
    for number in range(50):
        feedback.record_compression("search", f"s{number}")
        feedback.save()

    shapes = json.loads((tmp_path / "toin.json").read_text())["tools"].values()

    assert sum(map(len, shapes)) <= 10
    assert Feedback(tmp_path / "toin.json").of("search").compressed == 50


def test_a_reset_empties_the_file(tmp_path: Path) -> None:
    feedback = with_one(tmp_path / "toin.json")
    feedback.save()

    feedback.reset()
    feedback.save()

    assert Feedback(tmp_path / "toin.json").of("search") == Counts()


def test_a_lock_that_is_not_released_does_not_stop_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(files, "LOCK_WAIT_S", 0.05)
    feedback = with_one(tmp_path / "toin.json")

    with (tmp_path / "toin.json").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert feedback.save() is False

    assert feedback.save() is True


def test_one_process_has_one_feedback_and_it_takes_a_file_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "held", [])
    toin = get_toin()
    toin.record_compression("search")

    assert get_toin() is toin
    assert get_toin(tmp_path / "toin.json") is toin
    assert get_toin(tmp_path / "toin.json") is toin
    assert Feedback(tmp_path / "toin.json").of("search").compressed == 1
    with pytest.raises(ConfigurationError, match="another file"):
        get_toin(tmp_path / "other.json")


def test_a_file_that_was_replaced_while_it_was_locked_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")
    path, flock = tmp_path / "toin.json", fcntl.flock
    path.touch()

    def lock_late(descriptor: int, how: int) -> None:
        (tmp_path / "new.json").touch()
        os.replace(tmp_path / "new.json", path)
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", lock_late)

    assert files.locked_descriptor(path) is None
