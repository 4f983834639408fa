"""Birth placement makes checkpoints really smaller, and its pointers lead to the originals (requirement R29)."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.store.memory import InMemoryStore

from headroom.errors import StorageError
from headroom.storage import open_original_store
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.originals_delete import adelete_originals, delete_originals
from headroom_integrations.langchain.placement_originals import GraphOriginals, original_content, pointer_of
from tests.integrations.langchain.middleware_agents import THREAD, agent, ask, scripted, task

pytestmark = pytest.mark.loopback


def checkpoint_bytes(path: Path, middleware: list[Any], turns: int) -> int:
    """Bytes that the checkpoints of a run take, its intermediate writes included."""
    of = task(turns)
    with scripted(of) as stub, SqliteSaver.from_conn_string(str(path)) as checkpointer:
        ask(agent(stub, middleware, of, checkpointer=checkpointer), of)
    base = sqlite3.connect(path)
    (kept,) = base.execute("select sum(length(checkpoint)) from checkpoints").fetchone()
    (written,) = base.execute("select sum(length(value)) from writes").fetchone()
    base.close()
    return int(kept + written)


@pytest.mark.slow
def test_forty_calls_take_at_least_sixty_percent_less(tmp_path: Path) -> None:
    birth = HeadroomMiddleware(placement="birth", originals=f"sqlite:///{tmp_path / 'o.db'}")

    before = checkpoint_bytes(tmp_path / "none.db", [], 40)
    after = checkpoint_bytes(tmp_path / "birth.db", [birth], 40)

    assert after < 0.4 * before


def test_with_the_artifact_they_are_no_smaller_as_its_name_says(tmp_path: Path) -> None:
    kept = HeadroomMiddleware(placement="birth", allow_artifact=True)

    before = checkpoint_bytes(tmp_path / "none.db", [], 8)
    after = checkpoint_bytes(tmp_path / "artifact.db", [kept], 8)

    assert after > 0.9 * before


PLACES: dict[str, dict[str, Any]] = {
    "runtime.store": {"originals": "runtime.store"},
    "url": {"originals": "sqlite:///{folder}/o.db"},
    "artifact": {"allow_artifact": True},
}


@pytest.mark.parametrize("placement", ["birth", "state"])
@pytest.mark.parametrize("place", PLACES)
def test_every_original_comes_back_byte_for_byte(place: str, placement: Any, tmp_path: Path) -> None:
    of, store = task(6), InMemoryStore()
    facts = {n: v.format(folder=tmp_path) if isinstance(v, str) else v for n, v in PLACES[place].items()}
    with scripted(of) as stub:
        headroom = HeadroomMiddleware(placement=placement, **facts)
        after = ask(agent(stub, [headroom], of, store=store, checkpointer=InMemorySaver()), of)

    results = [m for m in after["messages"] if isinstance(m, ToolMessage)]
    originals = [step.result for turns in of.questions[0].turns for step in turns]
    changed = [m for m in results if pointer_of(m)]
    assert changed
    assert sum(len(m.content) for m in results) < 0.6 * sum(map(len, originals))
    where = store if place == "runtime.store" else open_original_store(facts["originals"]) if place == "url" else None
    assert [original_content(m, store=where) for m in results] == originals
    if place != "artifact":
        with pytest.raises(StorageError, match="a store that was not given"):
            original_content(changed[0])


def test_a_store_that_fails_leaves_the_result_as_it_came() -> None:
    class Failing(InMemoryStore):
        def put(self, *arguments: Any, **facts: Any) -> None:
            raise OSError("disk full")

    of = task(4)
    with scripted(of) as stub:
        headroom = HeadroomMiddleware(placement="birth", originals="runtime.store")
        after = ask(agent(stub, [headroom], of, store=Failing()), of)

    originals = [step.result for turns in of.questions[0].turns for step in turns]
    assert [m.content for m in after["messages"] if isinstance(m, ToolMessage)] == originals


def test_a_graph_without_the_promised_store_keeps_its_results() -> None:
    of = task(3)
    with scripted(of) as stub:
        after = ask(agent(stub, [HeadroomMiddleware(placement="birth", originals="runtime.store")], of), of)

    originals = [step.result for turns in of.questions[0].turns for step in turns]
    assert [m.content for m in after["messages"] if isinstance(m, ToolMessage)] == originals


@pytest.mark.parametrize("text", ["plain", "nul \0 inside", "lone \ud800 surrogate", "ümlaut \u2028", ""])
def test_a_graph_store_gives_back_every_text(text: str) -> None:
    originals, content = GraphOriginals(InMemoryStore()), text.encode("utf-8", "surrogatepass")

    originals.put("0123456789ab", content, namespace="acme/a.b%", tool="t")

    assert originals.get("0123456789ab", namespace="acme/a.b%") == content
    assert originals.get("0123456789ab", namespace="acme") is None
    assert originals.get("ffffffffffff", namespace="acme/a.b%") is None


@pytest.mark.parametrize("thread_id", ["t", "t.2%", ""])
def test_originals_leave_a_graphs_store_with_the_last_thread_that_has_put_them(thread_id: str) -> None:
    store = InMemoryStore()
    for number in range(250):
        GraphOriginals(store, thread_id).put(f"{number:012x}", b"one", namespace="acme")
    for other in ("tt", None):
        GraphOriginals(store, other).put("f" * 12, b"two", namespace="acme")
    GraphOriginals(store, thread_id).put("f" * 12, b"two", namespace="acme")
    GraphOriginals(store, thread_id).put("0" * 12, b"one", namespace="other")
    kept = GraphOriginals(store)

    assert delete_originals(store, thread_id, namespace="acme") == 250
    assert kept.get(f"{7:012x}", namespace="acme") is None
    assert kept.get("f" * 12, namespace="acme") == b"two"
    assert kept.get("0" * 12, namespace="other") == b"one"
    assert delete_originals(store, thread_id, namespace="acme") == 0
    assert delete_originals(store, "tt", namespace="acme") == 1
    assert kept.get("f" * 12, namespace="acme") is None


async def test_in_an_event_loop_they_leave_it_the_same() -> None:
    store = InMemoryStore()
    GraphOriginals(store, "t").put("0" * 12, b"one")

    assert await adelete_originals(store, "t") == 1
    assert GraphOriginals(store).get("0" * 12) is None


def test_going_back_to_before_birth_placement_was_switched_on_works() -> None:
    of = task(6, 2)
    with scripted(of) as stub:
        saver = InMemorySaver()
        ask(agent(stub, [], of, checkpointer=saver), of, 0)
        old = agent(stub, [], of, checkpointer=saver).get_state(THREAD).config
        birth = agent(stub, [HeadroomMiddleware(placement="birth", originals="memory")], of, checkpointer=saver)
        ask(birth, of, 1)
        again = birth.invoke({"messages": [HumanMessage(of.questions[1].text)]}, {**old, "recursion_limit": 100})

    assert isinstance(again["messages"][-1], AIMessage)
    results = [m for m in again["messages"] if isinstance(m, ToolMessage)]
    assert [bool(pointer_of(m)) for m in results][: len(of.questions[0].turns)] == [False] * len(of.questions[0].turns)
    assert any(pointer_of(m) for m in results)
