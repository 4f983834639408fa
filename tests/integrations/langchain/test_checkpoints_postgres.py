"""Checkpoints in PostgreSQL: really smaller, followed to the originals, no file beside them (requirements R29, R4)."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, ToolMessage

from headroom.errors import StorageError
from headroom.markers import RETRIEVE_TOOL
from headroom.retrieval.wording import UNKNOWN
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.originals_delete import adelete_originals
from headroom_integrations.langchain.placement_originals import original_content, pointer_of
from tests.integrations.langchain.middleware_agents import THREAD, agent, assert_prefix_stable, scripted, task, wire
from tests.postgresql import postgresql_server
from tests.stub import agents
from tests.stub.server import StubServer
from tests.stub.task import Task
from tests.stub.turns import Call

pytest.importorskip("pgserver")
psycopg = pytest.importorskip("psycopg")
savers = pytest.importorskip("langgraph.checkpoint.postgres.aio")
stores = pytest.importorskip("langgraph.store.postgres.aio")

pytestmark = pytest.mark.loopback
ROOT = Path(__file__).resolve().parents[3]
TABLES = {"checkpoints": "checkpoint", "checkpoint_blobs": "blob", "checkpoint_writes": "blob"}
HASH = re.compile(r'headroom_retrieve\(hash="([0-9a-f]{12})"')


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture
def database(server_url: str) -> Callable[[], str]:
    """The URL of a new, empty database, each time it is called."""
    numbers = count()

    def made() -> str:
        with psycopg.connect(server_url, autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
            name = next(name for name in (f"d{n}" for n in numbers) if name not in known)
            connection.execute(f"CREATE DATABASE {name}")
        return server_url.replace("/postgres?", f"/{name}?")

    return made


def table_bytes(url: str) -> dict[str, tuple[int, int]]:
    """Table to the bytes of its values, and to those it takes on disk: compressed by PostgreSQL, without dead rows."""
    sizes = {}
    with psycopg.connect(url, autocommit=True) as connection:
        for table, column in TABLES.items():
            connection.execute(f"VACUUM FULL {table}")
            query = f"SELECT sum(octet_length({column}::{'text' if column == 'checkpoint' else 'bytea'})) FROM {table}"
            (values,) = connection.execute(query).fetchone()
            (disk,) = connection.execute(f"SELECT pg_total_relation_size('{table}')").fetchone()
            sizes[table] = (int(values), int(disk))
    return sizes


async def asked(runner: Any, of: Task, question: int = 0) -> dict[str, Any]:
    """One question of the task, answered."""
    return dict(await runner.ainvoke({"messages": [("user", of.questions[question].text)]}, THREAD))


def results_of(after: dict[str, Any]) -> list[ToolMessage]:
    return [message for message in after["messages"] if isinstance(message, ToolMessage)]


async def originals_in(store: Any, after: dict[str, Any]) -> list[Any]:
    """What the tools said, by the pointers; an async store is asked from a thread, as its own rule is."""
    return await asyncio.to_thread(lambda: [original_content(m, store=store) for m in results_of(after)])


def originals_of(of: Task) -> list[str]:
    return [step.result for question in of.questions for steps in question.turns for step in steps]


async def forty(url: str, middleware: list[Any], **facts: Any) -> dict[str, Any]:
    """Forty turns with tool calls, every checkpoint of them in PostgreSQL."""
    of = task(40)
    async with savers.AsyncPostgresSaver.from_conn_string(url) as saver:
        await saver.setup()
        with scripted(of) as stub:
            return await asked(agent(stub, middleware, of, checkpointer=saver, **facts), of)


@pytest.mark.slow
async def test_forty_calls_take_at_least_sixty_percent_less_in_the_tables(database: Callable[[], str]) -> None:
    raw, born = database(), database()

    await forty(raw, [])
    async with stores.AsyncPostgresStore.from_conn_string(born) as store:
        await store.setup()
        after = await forty(born, [HeadroomMiddleware(placement="birth", originals="runtime.store")], store=store)
        found = await originals_in(store, after)

    assert found == originals_of(task(40))
    before, now = (sums(table_bytes(url)) for url in (raw, born))
    assert now[0] < 0.4 * before[0], "what is written with each checkpoint, and read with each resumed thread"
    assert now[1] < 0.75 * before[1], "PostgreSQL has compressed both: of repeated keys it had made little already"


def sums(sizes: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Of all tables: bytes of values, and on disk."""
    return sum(values for values, _ in sizes.values()), sum(disk for _, disk in sizes.values())


async def test_every_pointer_leads_to_its_original_and_ends_with_it(database: Callable[[], str]) -> None:
    of, url = task(6), database()
    headroom = HeadroomMiddleware(placement="birth", originals="runtime.store")
    async with (
        stores.AsyncPostgresStore.from_conn_string(url) as store,
        savers.AsyncPostgresSaver.from_conn_string(url) as saver,
    ):
        await store.setup()
        await saver.setup()
        with scripted(of) as stub:
            after = await asked(agent(stub, [headroom], of, checkpointer=saver, store=store), of)
            shown = stub.bodies[-1]
        assert await originals_in(store, after) == originals_of(of)

        await saver.adelete_thread("t")
        handles = handles_in(shown)
        assert all(text != UNKNOWN for text in await told(handles, headroom, of, saver, store))

        await saver.adelete_thread("t")
        await adelete_originals(store, "t")
        assert await told(handles, headroom, of, saver, store) == [UNKNOWN] * len(handles)
        with pytest.raises(StorageError, match="no longer holds it"):
            await originals_in(store, after)


def handles_in(body: dict[str, Any]) -> list[str]:
    """The handles that a request shows its model."""
    found = list(dict.fromkeys(HASH.findall(json.dumps(body).replace('\\"', '"'))))
    assert found
    return found


async def told(handles: list[str], headroom: Any, of: Task, saver: Any, store: Any = None) -> list[str]:
    """What a model is told that asks for each of the handles at once, in a run of its own."""
    calls = agents.turn(*(Call(RETRIEVE_TOOL, {"hash": handle}, id=handle) for handle in handles))
    with StubServer([calls, "Thanks."]) as stub:
        runner = agent(stub, [headroom], of, checkpointer=saver, store=store)
        after = await runner.ainvoke({"messages": [HumanMessage("And the rest?")]}, THREAD)
    return [message.text for message in results_of(after)]


@pytest.mark.parametrize("placement", ["view", "birth"])
async def test_a_thread_that_began_without_headroom_goes_on_with_it_and_back(
    placement: Any, database: Callable[[], str]
) -> None:
    of, url = task(6, 2), database()
    facts = {"view": {}, "birth": {"placement": "birth", "originals": "memory"}}[placement]
    first = len([step for steps in of.questions[0].turns for step in steps])
    async with savers.AsyncPostgresSaver.from_conn_string(url) as saver:
        await saver.setup()
        with scripted(of) as stub:
            old = agent(stub, [], of, checkpointer=saver)
            await asked(old, of, 0)
            bare = [wire(body)[1:] for body in stub.bodies]  # what was offered then were other tools
            points = [point async for point in old.aget_state_history(THREAD) if point.next == ("model",)][::-1]
            runner = agent(stub, [HeadroomMiddleware(**facts)], of, checkpointer=saver)
            await asked(runner, of, 1)
            assert_prefix_stable(stub.bodies[len(bare) :])
            del stub.requests[:]
            again = await runner.ainvoke(None, points[1].config)
            replayed = [wire(body)[1:] for body in stub.bodies]

    assert [message.content for message in results_of(again)][:1] == originals_of(of)[:1]
    assert len(replayed) == len(bare) - 1
    assert len(results_of(again)) == first
    assert replayed[0][:2] == bare[1][:2]
    assert len(json.dumps(replayed[-1])) < 0.9 * len(json.dumps(bare[-1]))
    assert any(pointer_of(message) for message in results_of(again)[1:]) is (placement == "birth")


CHILD = """
import asyncio, errno, os, signal, sqlite3, sys
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.truncate", "os.chmod", "os.link", "os.symlink", "os.utime")
def read_only(event, arguments):
    writes = event in CHANGES
    if event == "open":
        path, mode, flags = arguments
        writes = bool(flags & WRITES) and not (isinstance(path, int) or str(path) == os.devnull)
    if event == "sqlite3.connect":
        writes = arguments[0] != ":memory:"
    if writes:
        os.write(int(sys.argv[1]), f"{{event}} {{arguments[0]}}\\n".encode())
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))
sys.addaudithook(read_only)
sys.path.insert(0, {root!r})
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.integrations.langchain import middleware_agents as ours

of, calls = ours.task(6), 0
def called():
    global calls
    calls += 1
    if calls == 4 and not {resumes!r}:
        os.kill(os.getpid(), signal.SIGKILL)
class Stub:
    url = {url!r}
async def main():
    async with AsyncPostgresSaver.from_conn_string({database!r}) as saver:
        await saver.setup()
        headroom = HeadroomMiddleware(store_url={metrics!r})
        runner = ours.agent(Stub, [headroom], of, tools=ours.tools(of, called), checkpointer=saver)
        given = None if {resumes!r} else {{"messages": [("user", of.questions[0].text)]}}
        await runner.ainvoke(given, ours.THREAD, durability="sync")
asyncio.run(main())
"""


def asks_for_the_first(of: Task, calls: int) -> Callable[[dict[str, Any]], Call | None]:
    """When the last result is there, asks for what the first one with a handle left out."""

    def asks(body: dict[str, Any]) -> Call | None:
        results = [m for m in body["messages"] if m["role"] == "tool"]
        return Call(RETRIEVE_TOOL, {"hash": handles_in(body)[0]}, id="wanted") if len(results) == calls else None

    return asks


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("metrics", ["memory", None], ids=["no_metrics_file", "default_metrics"])
async def test_without_any_store_or_file_a_killed_run_retrieves_in_another_process(
    metrics: str | None, database: Callable[[], str], tmp_path: Path
) -> None:
    of, url, log = task(6), database(), tmp_path / "written"
    calls = len(originals_of(of))
    with StubServer(agents.model(of, "chat", asks_for_the_first(of, calls))) as stub:
        for resumes in (False, True):
            code = CHILD.format(root=str(ROOT), url=stub.url, database=url, resumes=resumes, metrics=metrics)
            done = await asyncio.to_thread(child, code, log)
            assert done.returncode == (0 if resumes else -signal.SIGKILL), done.stderr[-2000:]
        bodies = stub.bodies

    if metrics == "memory":
        assert log.read_text() == "", "nothing was even tried"
    assert_prefix_stable(bodies)
    killed_at = max(n for n, body in enumerate(bodies) if "step_4" not in json.dumps(body))
    assert handles_in(bodies[-1])[0] in handles_in(bodies[killed_at]), "shown by the process that was killed"
    (answer,) = [m["content"] for m in bodies[-1]["messages"] if m.get("tool_call_id") == "wanted"]
    lines = answer.split("\n")[1:-1]
    assert lines
    assert any(all(line in original for line in lines) for original in originals_of(of))

    async with savers.AsyncPostgresSaver.from_conn_string(url) as saver:
        await saver.adelete_thread("t")
        handles = handles_in(bodies[-1])
        assert await told(handles, HeadroomMiddleware(), of, saver) == [UNKNOWN] * len(handles)


def child(code: str, log: Path) -> subprocess.CompletedProcess[str]:
    """A process on what is to it a read-only file system; what it tried to write goes to `log`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADROOM_")}
    facts = {**kept, "PYTHONDONTWRITEBYTECODE": "1"}
    with log.open("ab") as file:
        command = [sys.executable, "-c", code, str(file.fileno())]
        return subprocess.run(command, env=facts, pass_fds=[file.fileno()], capture_output=True, text=True, check=False)
