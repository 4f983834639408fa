"""Nothing happens twice: replays, forks, interrupts, and a process that is killed between a tool and its checkpoint."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.messages import HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.state import tokens_saved
from tests.integrations.langchain.middleware_agents import (
    THREAD,
    agent,
    ask,
    assert_prefix_stable,
    graph,
    scripted,
    task,
    wire,
)
from tests.stub import agents
from tests.stub.server import StubServer

pytestmark = pytest.mark.loopback
ROOT = Path(__file__).resolve().parents[3]

MIDDLEWARE: dict[str, dict[str, Any]] = {
    "view": {},
    "birth": {"placement": "birth", "originals": "memory"},
    "state": {"placement": "state", "originals": "memory"},
}


@pytest.mark.parametrize("placement", MIDDLEWARE)
def test_a_replay_from_each_checkpoint_sends_what_was_sent_then(placement: str) -> None:
    of = task(6)
    with scripted(of) as stub:
        runner = agent(stub, [HeadroomMiddleware(**MIDDLEWARE[placement])], of, checkpointer=InMemorySaver())
        first = ask(runner, of)
        sent = [wire(body) for body in stub.bodies]
        points = [point for point in runner.get_state_history(THREAD) if point.next == ("model",)][::-1]
        assert len(points) == len(sent)
        for number, point in enumerate(points):
            del stub.requests[:]
            replayed = runner.invoke(None, point.config)
            assert [wire(body) for body in stub.bodies] == sent[number:]
            assert tokens_saved(replayed) == tokens_saved(first), "set, not added"


def test_a_fork_with_another_question_keeps_the_results_it_has_seen() -> None:
    of = task(6)
    script = agents.model(of, "chat")

    def model(body: dict[str, Any]) -> Any:
        return "As you wish." if body["messages"][-1]["content"] == "Only the ids, please." else script(body)

    with StubServer(model) as stub:
        runner = agent(stub, [HeadroomMiddleware()], of, checkpointer=InMemorySaver())
        ask(runner, of)
        sent = [wire(body) for body in stub.bodies]
        points = [point for point in runner.get_state_history(THREAD) if point.next == ("model",)][::-1]
        for number in (2, 4):
            del stub.requests[:]
            question = {"messages": [HumanMessage("Only the ids, please.")]}
            fork = runner.update_state(points[number].config, question, as_node="tools")
            runner.invoke(None, fork)
            forked = wire(stub.bodies[0])
            assert forked[: len(sent[number])] == sent[number]
            assert "Only the ids, please." in forked[-1]


def test_the_graph_written_by_hand_replays_the_same() -> None:
    of = task(6)
    with scripted(of) as stub:
        runner = graph(stub, of, HeadroomMiddleware(retrieval="tool"), checkpointer=InMemorySaver())
        ask(runner, of)
        sent = [wire(body) for body in stub.bodies]
        points = [point for point in runner.get_state_history(THREAD) if point.next == ("model",)][::-1]
        for number, point in enumerate(points):
            del stub.requests[:]
            runner.invoke(None, point.config)
            assert [wire(body) for body in stub.bodies] == sent[number:]


@pytest.mark.parametrize("placement", MIDDLEWARE)
def test_an_interrupt_before_each_tool_changes_no_byte(placement: str, tmp_path: Path) -> None:
    of = task(6)
    with scripted(of) as stub:
        ask(agent(stub, [HeadroomMiddleware(**MIDDLEWARE[placement])], of))
        sent = [wire(body) for body in stub.bodies]
    with scripted(of) as stub, SqliteSaver.from_conn_string(str(tmp_path / "c.db")) as checkpointer:
        asks = HumanInTheLoopMiddleware(interrupt_on=dict.fromkeys(of.tools, True))
        given: Any = {"messages": [("user", of.questions[0].text)]}
        pauses = 0
        while True:  # each time with everything made anew, as another worker would
            headroom = HeadroomMiddleware(**MIDDLEWARE[placement])
            runner = agent(stub, [headroom, asks], of, checkpointer=checkpointer)
            after = runner.invoke(given, THREAD)
            if "__interrupt__" not in after:
                break
            pauses += 1
            count = len(after["__interrupt__"][0].value["action_requests"])
            given = Command(resume={"decisions": [{"type": "approve"}] * count})

    assert pauses == len(of.questions[0].turns)
    assert [wire(body) for body in stub.bodies] == sent


def test_a_resumed_thread_is_written_on_by_another_process_in_the_same_bytes(tmp_path: Path) -> None:
    of = task(6, 2)
    with scripted(of) as stub, SqliteSaver.from_conn_string(str(tmp_path / "c.db")) as checkpointer:
        for question in range(2):
            runner = agent(stub, [HeadroomMiddleware()], of, checkpointer=checkpointer)
            ask(runner, of, question)

    assert_prefix_stable(stub.bodies)


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from langgraph.checkpoint.sqlite import SqliteSaver
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.integrations.langchain import middleware_agents as ours

of, folder, placement = ours.task(6), Path({folder!r}), {placement!r}
def called():
    with open(folder / "calls", "a") as log:
        log.write("x")
    if (folder / "calls").stat().st_size == 3:
        from headroom.storage import flush_recorders
        flush_recorders()
        os.kill(os.getpid(), signal.SIGKILL)
class Stub:
    url = {url!r}
originals = {{}} if placement == "view" else {{"placement": placement, "originals": f"sqlite:///{{folder / 'o.db'}}"}}
headroom = HeadroomMiddleware(store_url=f"sqlite:///{{folder / 'metrics.db'}}", **originals)
with SqliteSaver.from_conn_string(str(folder / "c.db")) as saver:
    runner = ours.agent(Stub, [headroom], of, tools=ours.tools(of, called), checkpointer=saver)
    given = None if {resumes!r} else {{"messages": [("user", of.questions[0].text)]}}
    runner.invoke(given, ours.THREAD, durability={durability!r})
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize(("placement", "durability"), [("view", "exit"), ("birth", "sync")])
def test_killed_between_a_tool_and_its_checkpoint_the_ledger_has_what_the_provider_counted(
    placement: str, durability: str, tmp_path: Path
) -> None:
    of = task(6)
    with scripted(of) as stub:
        ask(agent(stub, [HeadroomMiddleware(**MIDDLEWARE[placement])], of))
        sent = [wire(body) for body in stub.bodies]
    facts = {"root": str(ROOT), "folder": str(tmp_path), "placement": placement, "durability": durability}
    with scripted(of) as stub:
        for resumes in (False, True):
            # With "exit" nothing was written: the whole run is begun again.
            code = CHILD.format(**facts, url=stub.url, resumes=resumes and durability != "exit")
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode != -signal.SIGKILL:
                assert done.returncode == 0, done.stderr[-2000:]

        bodies = [wire(body) for body in stub.bodies]
        count = len(stub.requests)
    rows = open_metrics_store(f"sqlite:///{tmp_path / 'metrics.db'}").read()
    assert len(rows) == count >= len(sent), "calls that were made again are calls"
    assert count > len(sent) or durability != "exit"
    assert sum(row.tokens_input_billed or 0 for row in rows) == stub.invoice.usage.prompt
    assert sum(row.tokens_output or 0 for row in rows) == stub.invoice.usage.output
    assert all(body in sent for body in bodies), "what is sent again is what was sent"
    assert bodies[-1] == sent[-1]


def test_each_call_has_one_row_and_the_providers_figures(tmp_path: Path) -> None:
    of = task(6)
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    with scripted(of) as stub:
        runner = agent(stub, [HeadroomMiddleware(store_url=url)], of, checkpointer=InMemorySaver())
        ask(runner, of)
        points = [point for point in runner.get_state_history(THREAD) if point.next == ("model",)]
        runner.invoke(None, points[2].config)
        count = len(stub.requests)

    flush_recorders()
    rows = open_metrics_store(url).read()
    assert len(rows) == count
    assert {(row.integration, row.thread_id, row.model) for row in rows} == {("langchain.middleware", "t", "gpt-4o")}
    assert len({row.run_id for row in rows}) == count
    assert sum(row.tokens_input_billed or 0 for row in rows) == stub.invoice.usage.prompt
    assert sum(row.cached_tokens or 0 for row in rows) == stub.invoice.usage.read
    assert sum(row.tokens_output or 0 for row in rows) == stub.invoice.usage.output
    assert all(row.tokens_saved == row.saved_exact + row.saved_reachable + row.saved_unreachable for row in rows)


def test_state_and_artifacts_hold_plain_values_only(tmp_path: Path) -> None:
    of = task(6)
    with scripted(of) as stub:
        headroom = HeadroomMiddleware(placement="birth", originals="memory")
        runner = agent(stub, [headroom], of, checkpointer=InMemorySaver())
        after = ask(runner, of)
        state = runner.get_state(THREAD).values

    kept = {"headroom": state["headroom"], "headroom_saved": state["headroom_saved"]}
    assert json.loads(json.dumps(kept)) == kept
    artifacts = [m.artifact for m in after["messages"] if isinstance(m, ToolMessage) and m.artifact]
    assert artifacts
    assert json.loads(json.dumps(artifacts)) == artifacts
