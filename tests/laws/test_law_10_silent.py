"""Law 10: silent. No telemetry, no download, no content in logs, exceptions, reprs or metrics, no file unasked."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import headroom
from headroom.compressors.json_text import JsonCompressor
from headroom.config import HeadroomConfig
from headroom.engine import Engine
from headroom.errors import HeadroomError
from headroom.ledger import metrics_row
from headroom.messages import read_messages
from headroom.results import CompressionResult
from headroom.storage import Recorder, open_original_store
from headroom.tokenizers import built_in_counter
from headroom.transforms.content_router import ContentRouter
from tests.engines import MODES, TIGHT
from tests.samples import Messages

CANARY = "Xq7canaryZw"


def conversation() -> Messages:
    """The canary wherever people, models and tools wrote; ids and names of tools are no content."""
    rows = [{"id": index, "name": f"{CANARY}-{index}", f"{CANARY}-key": index % 3} for index in range(120)]
    bad = '[{"a":' + f'"{CANARY}"' + "," * 900
    arguments = json.dumps({"query": CANARY})
    calls = [
        {"id": f"call_{n}", "type": "function", "function": {"name": "search", "arguments": arguments}}
        for n in range(4)
    ]
    texts = [json.dumps(rows), "\n".join(map(json.dumps, rows)), f"{CANARY} is prose. " * 200, bad]
    return [
        {"role": "system", "content": f"You are {CANARY}."},
        {"role": "user", "content": f"Where is {CANARY}-7? `{CANARY}`", "name": CANARY},
        {"role": "assistant", "content": None, "tool_calls": calls},
        *({"role": "tool", "tool_call_id": f"call_{n}", "content": text} for n, text in enumerate(texts)),
        {"role": CANARY, "content": CANARY},
        {CANARY: CANARY},
        {"role": "assistant", "content": f"{CANARY}!"},
    ]


class SpillingCompressor(JsonCompressor):
    """Fails with the text in its error, as libraries do."""

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        raise ValueError(f"cannot parse {text!r}")


def spilling(engine: Engine) -> Engine:
    """The engine, with a compressor that fails so."""
    router = engine.pipeline.transforms[0]
    assert isinstance(router, ContentRouter)
    router.forms.compressors = dict.fromkeys(router.forms.compressors, SpillingCompressor(counter=built_in_counter()))
    return engine


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All loggers, everything."""
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "headroom"):
        yield caplog


def described(value: Any) -> str:
    """What a person, a log or a debugger would print of a value."""
    return f"{value!r} {value} {value:}" if not isinstance(value, type) else repr(value)


@pytest.mark.parametrize("fails", [False, True], ids=["goes well", "fails"])
@pytest.mark.parametrize("mode", MODES)
def test_no_content_in_logs_reprs_and_metrics(
    mode: str, fails: bool, tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "metrics.db"
    engine = Engine(recorder=Recorder(f"sqlite:///{path}", synchronous=True), **TIGHT)
    engine = spilling(engine) if fails else engine

    result = engine.prepare(conversation(), model="gpt-4o", **MODES[mode])
    engine.record(result)

    views = read_messages(conversation())
    row = metrics_row(result, mode="optimize")
    router = engine.pipeline.transforms[0]
    for value in (result, *result.notes, row, engine, engine.resolved, engine.config, router, views, *views[0].parts):
        assert CANARY not in described(value)
    assert CANARY not in logged.text
    assert not any(CANARY in str(vars(record)) for record in logged.records)
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert files
    assert not any(CANARY.encode() in content for content in files)
    assert ("failed_ValueError" in repr(result.notes)) == fails


def test_the_memo_shows_no_content() -> None:
    engine = Engine(**TIGHT)
    engine.prepare(conversation(), retrieval="tool")
    router = engine.pipeline.transforms[0]
    assert isinstance(router, ContentRouter)

    assert CANARY not in repr(router.memo)
    assert CANARY not in repr([value for value, _ in router.memo.values.values()])


def raised(call: Any) -> str:
    """Everything that is printed of an error of ours."""
    with pytest.raises(HeadroomError) as caught:
        call()
    error = caught.value
    return "".join([str(error), repr(error), str(error.details), *traceback.format_exception_only(error)])


def test_errors_hold_no_content() -> None:
    engine = Engine(**TIGHT)
    for call in (
        lambda: engine.prepare(CANARY),
        lambda: engine.prepare({CANARY: CANARY}),  # type: ignore[arg-type]
        lambda: engine.prepare([{CANARY: CANARY}], strict=True),
        lambda: engine.prepare([{"role": CANARY, "content": CANARY}], strict=True),
        lambda: headroom.retrieve("0" * 12, messages=conversation()),
    ):
        assert CANARY not in raised(call)


def test_the_traceback_of_a_strict_error_holds_no_content() -> None:
    with pytest.raises(HeadroomError) as caught:
        spilling(Engine(**TIGHT)).prepare(conversation()[:-3], strict=True)

    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_no_error_is_its_own_cause() -> None:
    with pytest.raises(HeadroomError) as caught:
        spilling(Engine(**TIGHT)).prepare(conversation()[:-3], strict=True)

    assert caught.value.__cause__ is not caught.value


@pytest.mark.parametrize("asked", [{"where": CANARY}, {"rows": CANARY}, {"at": CANARY}], ids=["where", "rows", "at"])
def test_errors_of_retrieval_hold_nothing_that_a_model_wrote(asked: dict[str, Any]) -> None:
    messages = conversation()
    [handle, *_] = headroom.compress(messages, retrieval="tool", **TIGHT).ccr_hashes

    assert CANARY not in raised(lambda: headroom.retrieve(handle, messages=messages, **asked))


def test_secrets_are_in_no_repr() -> None:
    engine = Engine(HeadroomConfig(secret=CANARY), store_url=f"postgresql://u:{CANARY}@localhost/x")

    for value in (engine, engine.config, engine.resolved, engine.recorder, engine.config.secret):
        assert CANARY not in described(value).replace(f"u:{CANARY}@", "") or value is None
    assert CANARY not in repr(engine.recorder)
    assert CANARY not in repr(engine.config.secret)


def test_a_store_of_originals_shows_no_content(tmp_path: Path, logged: pytest.LogCaptureFixture) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    headroom.compress(conversation(), retrieval="tool", originals=url, **TIGHT)
    store = open_original_store(url)

    assert CANARY not in described(store)
    assert CANARY not in logged.text
    store.close()


def test_the_report_holds_no_content(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    engine = Engine(recorder=Recorder(url, synchronous=True), **TIGHT)
    engine.record(engine.prepare(conversation(), model="gpt-4o", retrieval="tool"))

    for name in ("report.html", "report.md"):
        headroom.generate_report(store_url=url, output_path=str(tmp_path / name))
        assert CANARY not in (tmp_path / name).read_text(encoding="utf-8")


def test_the_network_is_refused_while_tests_run() -> None:
    with pytest.raises(RuntimeError, match="network"):
        socket.create_connection(("127.0.0.1", 9), timeout=0.1)
    with pytest.raises(RuntimeError, match="network"):
        socket.getaddrinfo("example.com", 443)


SCRIPT = """
import json, sys
seen = []
WATCHED = ("open", "socket.", "subprocess.", "os.system", "os.mkdir", "os.rename", "os.remove", "sqlite3.connect")
def watch(event, arguments):
    if event == "open" and not (isinstance(arguments[1], str) and set("wax+") & set(arguments[1])):
        import os as _os
        if not (isinstance(arguments[2], int) and arguments[2] & (_os.O_WRONLY | _os.O_RDWR | _os.O_CREAT)):
            return
    if event.startswith(WATCHED):
        seen.append((event, str(arguments[0])[:200]))
sys.addaudithook(watch)
import headroom
messages = json.load(sys.stdin)
headroom.warm()
for facts in ({}, {"retrieval": "tool"}, {"selection": "always", "min_tokens": 20, "select_above_tokens": 100}):
    result = headroom.compress(messages, **facts)
    for handle in result.ccr_hashes:
        headroom.retrieve(handle, messages=messages)
headroom.simulate(messages)
from headroom.api import engines
for engine in engines.values():
    engine.recorder.flush()
print(json.dumps(seen))
"""


def run_watched(home: Path, **variables: str) -> list[list[str]]:
    """What a process that compresses does to files and sockets; home and working directory are empty."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HEADROOM_", "XDG_"))}
    environment |= {"HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1", **variables}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(conversation()[:-3]),
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert CANARY not in done.stdout + done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


def files_in(home: Path) -> list[Path]:
    """All files below a directory."""
    return [path for path in home.rglob("*") if path.is_file()]


def test_a_process_writes_its_metrics_where_they_were_asked_for_and_nothing_else(tmp_path: Path) -> None:
    home, store = tmp_path / "home", tmp_path / "store"
    home.mkdir()
    store.mkdir()

    seen = run_watched(home, HEADROOM_STORE_URL=f"sqlite:///{store / 'metrics.db'}")

    assert files_in(home) == []
    assert [event for event, _ in seen if event.startswith(("socket.", "subprocess.", "os.system"))] == []
    written = {Path(target) for event, target in seen if event == "open"}
    assert all(path.is_relative_to(store) for path in written), written
    assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in files_in(store)} == {"metrics.db"}
    assert not any(CANARY.encode() in path.read_bytes() for path in files_in(store))


def test_without_any_setting_there_is_one_metrics_store_in_the_users_directory(tmp_path: Path) -> None:
    run_watched(tmp_path)

    assert {re.sub("-(wal|shm)$", "", path.name) for path in files_in(tmp_path)} <= {"headroom.db", "metrics.db"}
    assert not any(CANARY.encode() in path.read_bytes() for path in files_in(tmp_path))
