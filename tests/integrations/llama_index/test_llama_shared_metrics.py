"""LlamaIndex beside LangChain: one store, written by several processes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from headroom.storage import open_metrics_store
from tests.integrations.langchain.test_shared_metrics import ROWS as LANGCHAIN_ROWS
from tests.integrations.langchain.test_shared_metrics import answer
from tests.stub.server import StubServer
from tests.surfaces.running import Ran

ROOT = Path(__file__).resolve().parents[3]
WORKERS = {"llama_index": ("a", "b"), "langchain": ("c",)}  # framework to the conversations, one per process
# Rows that each process writes: an agent calls its model twice, and the memory's answer goes to a model, too.
ROWS = {
    "llama_index.events": 3,
    "llama_index.llm": 1,
    "llama_index.memory": 1,
    "llama_index.postprocessor": 1,
    "llama_index.tools": 1,
}


@dataclass(frozen=True)
class Done:
    """What the processes said and what the provider billed."""

    store_url: str
    said: list[dict[str, Any]]
    prompt_tokens: int
    output_tokens: int


@pytest.fixture
def done(network: None, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Three processes at once, over one provider and one store; the same for all tests."""
    if not ran:
        ran.append(run_processes(tmp_path_factory.mktemp("shared")))
    return ran[0]


ran: list[Done] = []


def run_processes(folder: Path) -> Done:
    url = f"sqlite:///{folder / 'metrics.db'}"
    environment = {**os.environ, "HEADROOM_STORE_URL": url, "PYTHONPATH": str(ROOT)}
    with StubServer(answer) as stub:
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", f"tests.integrations.{framework}.shared_work", stub.url, thread],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
            )
            for framework, threads in WORKERS.items()
            for thread in threads
        ]
        texts = [process.communicate(timeout=300)[0] for process in processes]
        assert [process.returncode for process in processes] == [0] * len(processes)
        usage = stub.invoice.usage
    return Done(url, [json.loads(text.splitlines()[-1]) for text in texts], usage.prompt, usage.output)


def stats(capsys: pytest.CaptureFixture[str], done: Done, *by: str) -> Any:
    """What `headroom stats` shows."""
    names = [word for name in by for word in ("--by", name)]
    shown = Ran(capsys, "stats", "--store", done.store_url, "--json", *names)
    assert shown.code == 0
    return json.loads(shown.out)


pytestmark = [pytest.mark.loopback, pytest.mark.slow]


def test_every_part_of_every_process_writes_to_one_store(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    shown = {entry["integration"]: entry["requests"] for entry in stats(capsys, done, "integration")}

    twice = {name: 2 * count for name, count in ROWS.items()}
    assert shown == twice | LANGCHAIN_ROWS


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
    assert found["total_tokens_saved"] > 5000
    assert found["error_count"] == 0


def test_what_the_provider_billed_is_in_the_rows_once(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    found = stats(capsys, done)

    assert found["total_tokens_billed"] == done.prompt_tokens
    assert found["total_tokens_output"] == done.output_tokens


@pytest.mark.parametrize("name", ["integration", "model", "thread", "mode"])
def test_sums_by_any_name_are_the_totals(name: str, done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    total, groups = stats(capsys, done), stats(capsys, done, name)

    for column, whole in (("requests", "total_requests"), ("tokens_saved", "total_tokens_saved")):
        assert sum(group[column] for group in groups) == total[whole]


def test_each_conversation_stands_by_its_name(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    threads = {entry["thread"]: entry for entry in stats(capsys, done, "thread")}

    assert set(threads) == {"a", "b", "c"}
    assert threads["a"]["requests"] == threads["b"]["requests"] == sum(ROWS.values())
    assert threads["a"]["tokens_saved"] == threads["b"]["tokens_saved"] > 1000


def test_a_tool_is_the_same_tool_in_both_frameworks(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    both = {e["integration"]: e for e in stats(capsys, done, "integration", "tool") if e["tool"] == "list_issues"}

    assert {"llama_index.llm", "llama_index.memory", "llama_index.tools", "langchain.tools"} <= set(both)
    assert both["llama_index.tools"]["parts"] == 2 * both["langchain.tools"]["parts"]


def test_a_run_leads_from_a_row_to_its_span(done: Done) -> None:
    rows = open_metrics_store(done.store_url).read(limit=None)

    spans = {row.integration: row.run_id or "" for row in rows if row.thread_id == "a"}
    assert spans["llama_index.postprocessor"].startswith("HeadroomNodePostprocessor.")
    assert spans["llama_index.llm"].startswith("HeadroomLLM.achat-")
    assert spans["llama_index.tools"]
    assert spans["llama_index.events"].startswith("OpenAI.")


def test_sql_shows_the_same(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    tools = {entry["tool"]: entry["tokens_saved"] for entry in stats(capsys, done, "tool")}

    with closing(sqlite3.connect(done.store_url.removeprefix("sqlite:///"))) as connection:
        assert dict(connection.execute("SELECT tool, tokens_saved FROM v_by_tool")) == tools


def test_people_see_it_as_a_table(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    shown = Ran(capsys, "stats", "--store", done.store_url, "--by", "integration", "--limit", "30")

    assert all(name in shown.out for name in (*ROWS, *LANGCHAIN_ROWS))
