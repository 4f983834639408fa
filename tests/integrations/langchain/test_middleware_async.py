"""Async means async: the same bytes, and an event loop that nothing of ours blocks (requirement R9)."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.store.memory import InMemoryStore

from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.integrations.langchain.middleware_agents import THREAD, agent, ask, scripted, task, wire
from tests.integrations.langchain.test_middleware_retrieve import asks_for_the_newest
from tests.stub import agents
from tests.stub.server import StubServer
from tests.stub.turns import Call, turn

pytestmark = pytest.mark.loopback
PLACEMENTS: dict[str, dict[str, Any]] = {
    "view": {},
    "runtime.store": {"placement": "birth", "originals": "runtime.store"},
    "url": {"placement": "birth", "originals": "sqlite:///{folder}/o.db"},
    "state": {"placement": "state", "originals": "sqlite:///{folder}/o.db"},
}


def made(name: str, folder: Path, **more: Any) -> HeadroomMiddleware:
    """The middleware of a placement, with files in a folder."""
    facts = {n: v.format(folder=folder) if isinstance(v, str) else v for n, v in PLACEMENTS[name].items()}
    return HeadroomMiddleware(store_url=f"sqlite:///{folder / 'metrics.db'}", **facts, **more)


async def aask(runner: Any, of: Any, config: Any = None) -> dict[str, Any]:
    """One question, answered."""
    return dict(await runner.ainvoke({"messages": [("user", of.questions[0].text)]}, config or THREAD))


@pytest.mark.parametrize("name", PLACEMENTS)
async def test_nothing_blocks_the_loop_and_the_bytes_are_those_of_the_sync_run(name: str, tmp_path: Path) -> None:
    of = task(6)
    with StubServer(agents.model(of, "chat", asks_for_the_newest)) as stub:
        await asyncio.to_thread(ask, agent(stub, [made(name, tmp_path)], of, store=InMemoryStore()), of)
        sent = [wire(body) for body in stub.bodies]
    with StubServer(agents.model(of, "chat", asks_for_the_newest)) as stub:
        runner = agent(stub, [made(name, tmp_path)], of, store=InMemoryStore(), checkpointer=InMemorySaver())
        with blockbuster_ctx(scanned_modules=["headroom", "headroom_integrations"]):
            await aask(runner, of)

    assert [wire(body) for body in stub.bodies] == sent
    assert any("headroom_retrieve" in str(body["messages"]) for body in stub.bodies)


async def test_its_work_is_done_in_threads_of_our_own(tmp_path: Path) -> None:
    where: set[str] = set()

    class Watching(HeadroomMiddleware):
        def begin(self, request: Any) -> Any:
            where.add(threading.current_thread().name)
            return super().begin(request)

    of = task(3)
    with scripted(of) as stub:
        await aask(agent(stub, [Watching()], of), of)

    assert where
    assert all(name.startswith("headroom") for name in where)


async def test_with_an_async_checkpointer_a_resumed_thread_goes_on(tmp_path: Path) -> None:
    of = task(4)
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "c.db")) as saver:
        with scripted(of) as stub:
            await aask(agent(stub, [made("view", tmp_path)], of, checkpointer=saver), of)
            sent = wire(stub.bodies[-1])
        with StubServer(["And that."]) as stub:
            runner = agent(stub, [made("view", tmp_path)], of, checkpointer=saver)
            await runner.ainvoke({"messages": [("user", "Anything else?")]}, THREAD)

    assert wire(stub.bodies[0])[: len(sent)] == sent


async def test_many_at_once_share_one_middleware_without_mixing(tmp_path: Path) -> None:
    of = task(4)
    headroom = made("view", tmp_path)
    with scripted(of) as stub:
        runner = agent(stub, [headroom], of, checkpointer=InMemorySaver())
        configs = [{"configurable": {"thread_id": f"t{n}"}, "recursion_limit": 100} for n in range(6)]
        answers = await asyncio.gather(*(aask(runner, of, config) for config in configs))

    assert len({tuple(m.text for m in answer["messages"]) for answer in answers}) == 1
    assert len({tuple(wire(body)) for body in stub.bodies}) == len(stub.bodies) / 6
    flush_recorders()
    rows = open_metrics_store(f"sqlite:///{tmp_path / 'metrics.db'}").read()
    assert sorted({row.thread_id or "" for row in rows}) == [f"t{n}" for n in range(6)]
    assert len(rows) == len(stub.bodies)


async def test_cancelled_runs_end_and_are_in_the_ledger(tmp_path: Path) -> None:
    of = task(4)
    from tests.stub.turns import Hang

    hang = Hang(seconds=20.0)
    with StubServer([turn(Call("query_records", {"page": 0, "digest": "x"})), hang]) as stub:
        from langchain_core.tools import tool

        @tool
        def query_records(page: int, digest: str) -> str:
            """Records."""
            return "few"

        runner = agent(stub, [made("view", tmp_path)], of, tools=[query_records])
        running = asyncio.create_task(aask(runner, of))
        while len(stub.requests) < 2:
            await asyncio.sleep(0.02)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        hang.gate.set()

    flush_recorders()
    errors = {row.error for row in open_metrics_store(f"sqlite:///{tmp_path / 'metrics.db'}").read()}
    assert errors == {None, "CancelledError"}
