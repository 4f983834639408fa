from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.stub.server import StubServer
from tests.stub.turns import Call, Turn
from tests.surfaces.running import Ran

ROOT = Path(__file__).resolve().parents[3]
THREADS = ("t0", "t1")
# Rows that each process writes: an agent calls its model twice.
ROWS = {
    "client": 1,
    "langchain.callbacks": 1,
    "langchain.chat_model": 1,
    "langchain.middleware": 2,
    "langchain.runnable": 1,
    "langchain.tools": 1,
}


@dataclass(frozen=True)
class Done:
    """What the processes said and what the provider billed."""

    store_url: str
    said: list[dict[str, Any]]
    prompt_tokens: int
    output_tokens: int


def answer(body: dict[str, Any]) -> Any:
    """A model that asks a tool first, where it has one of the caller's and nothing was answered yet."""
    names = [tool["function"]["name"] for tool in body.get("tools", ())]
    if "list_issues" in names and body["messages"][-1]["role"] == "user":
        return Turn(parts=(Call("list_issues", {"state": "open"}),))
    return "Eighty."


@pytest.fixture
def done(network: None, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Two processes at once, over one provider and one store; the same for all tests."""
    if not ran:
        ran.append(run_processes(tmp_path_factory.mktemp("shared")))
    return ran[0]


ran: list[Done] = []


def run_processes(folder: Path) -> Done:
    url = f"sqlite:///{folder / 'metrics.db'}"
    environment = {**os.environ, "HEADROOM_STORE_URL": url, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    with StubServer(answer) as stub:
        command = [sys.executable, "-m", "tests.integrations.langchain.shared_work", stub.url]
        processes = [
            subprocess.Popen([*command, thread], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
            for thread in THREADS
        ]
        texts = [process.communicate(timeout=100)[0] for process in processes]
        assert [process.returncode for process in processes] == [0, 0]
        usage = stub.invoice.usage
    return Done(url, [json.loads(text) for text in texts], usage.prompt, usage.output)


def stats(capsys: pytest.CaptureFixture[str], done: Done, *by: str) -> Any:
    """What `headroom stats` shows."""
    names = [word for name in by for word in ("--by", name)]
    shown = Ran(capsys, "stats", "--store", done.store_url, "--json", *names)
    assert shown.code == 0
    return json.loads(shown.out)


pytestmark = [pytest.mark.loopback, pytest.mark.slow]


def test_every_part_of_every_process_writes_to_one_store(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    shown = {entry["integration"]: entry["requests"] for entry in stats(capsys, done, "integration")}

    assert shown == {name: count * len(THREADS) for name, count in ROWS.items()}


def test_the_store_shows_what_the_processes_counted(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    found = stats(capsys, done)

    pairs = (
        ("requests_total", "total_requests"),
        ("tokens_input_before", "total_tokens_before"),
        ("tokens_input_after", "total_tokens_after"),
        ("saved_exact", "saved_exact"),
        ("tokens_output_total", "total_tokens_output"),
    )
    assert {b: found[b] for _, b in pairs} == {b: sum(one[a] for one in done.said) for a, b in pairs}
    assert found["total_tokens_saved"] > 3000
    assert found["saved_other"] == 0
    assert found["error_count"] == 0


def test_what_the_provider_billed_is_in_the_rows_once(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    found = stats(capsys, done)

    assert found["total_tokens_billed"] == done.prompt_tokens
    assert found["total_tokens_output"] == done.output_tokens


@pytest.mark.parametrize("name", ["integration", "model", "thread", "mode"])
def test_sums_by_any_name_are_the_totals(name: str, done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    total, groups = stats(capsys, done), stats(capsys, done, name)

    for column, whole in (
        ("requests", "total_requests"),
        ("tokens_before", "total_tokens_before"),
        ("tokens_after", "total_tokens_after"),
    ):
        assert sum(group[column] for group in groups) == total[whole]


def test_each_thread_and_tool_stands_by_its_name(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    threads = {entry["thread"]: entry["tokens_saved"] for entry in stats(capsys, done, "thread")}
    tools = {entry["tool"]: entry for entry in stats(capsys, done, "tool")}
    both = stats(capsys, done, "integration", "tool")

    assert set(threads) == set(THREADS)
    assert len(set(threads.values())) == 1
    assert tools["list_issues"]["tokens_saved"] == stats(capsys, done)["total_tokens_saved"]
    wrapped = [entry for entry in both if (entry["integration"], entry["tool"]) == ("langchain.tools", "list_issues")]
    assert [entry["parts"] for entry in wrapped] == [2]


def test_people_see_it_as_a_table(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    shown = Ran(capsys, "stats", "--store", done.store_url, "--by", "integration")

    assert all(name in shown.out for name in ROWS)
