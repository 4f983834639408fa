"""`headroom_retrieve` in an agent: constant in the tools, answered from the state or the store, in pages (R3, R7)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, LLMToolSelectorMiddleware
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.store.memory import InMemoryStore

from headroom.retrieval import tool_schema
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.integrations.langchain.middleware_agents import (
    THREAD,
    agent,
    ask,
    assert_prefix_stable,
    chat,
    claude,
    scripted,
    task,
    tools,
)
from tests.stub import agents
from tests.stub.server import StubServer
from tests.stub.turns import Call

pytestmark = pytest.mark.loopback
HASH = re.compile(r'headroom_retrieve\(hash="([0-9a-f]{12})"')
PLACES: dict[str, dict[str, Any]] = {
    "view": {},
    "runtime.store": {"placement": "birth", "originals": "runtime.store"},
    "url": {"placement": "birth", "originals": "sqlite:///{folder}/o.db"},
    "artifact": {"placement": "birth", "allow_artifact": True},
    "state": {"placement": "state", "originals": "runtime.store"},
}


def asks_for_the_newest(body: dict[str, Any], **arguments: Any) -> Call | None:
    """A call for what the newest result leaves out; None where it leaves nothing out."""
    content = body["messages"][-1]["content"]
    found = HASH.search(content if isinstance(content, str) else json.dumps(content).replace('\\"', '"'))
    return Call("headroom_retrieve", {"hash": found[1], **arguments}) if found else None


@pytest.mark.parametrize("place", PLACES)
def test_the_model_gets_exact_text_wherever_the_original_is(place: str, tmp_path: Path) -> None:
    of = task(6)
    facts = {n: v.format(folder=tmp_path) if isinstance(v, str) else v for n, v in PLACES[place].items()}
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    with StubServer(agents.model(of, "chat", asks_for_the_newest)) as stub:
        headroom = HeadroomMiddleware(store_url=url, **facts)
        after = ask(agent(stub, [headroom], of, store=InMemoryStore(), checkpointer=InMemorySaver()), of)

    originals = [step.result for turns in of.questions[0].turns for step in turns]
    answers = [m for m in after["messages"] if isinstance(m, ToolMessage) and m.name == "headroom_retrieve"]
    assert answers
    for answer in answers:
        page = answer.content.split("\n")[1:-1]  # between names of columns and how to go on
        assert len(answer.content) < 20_000
        assert any(all(line in original for line in page) for original in originals)
    sent = [m["content"] for m in stub.bodies[-1]["messages"] if m["role"] == "tool"]
    assert [a.content for a in answers] == [text for text in sent if text in {a.content for a in answers}]
    assert_prefix_stable(stub.bodies)
    flush_recorders()
    rows = open_metrics_store(url).read()
    assert sum(row.retrieve_rounds for row in rows) == len(answers)
    assert sum(row.retrieved_tokens for row in rows) == sum(a.artifact["headroom_retrieve"]["tokens"] for a in answers)
    by_tool = {name for row in rows for name in row.by_retrieved}
    assert by_tool <= {*of.tools, ""}
    if place == "view":
        assert by_tool <= set(of.tools)


def test_a_resumed_thread_answers_without_any_store_and_a_deleted_one_finally(tmp_path: Path) -> None:
    of = task(6)
    with SqliteSaver.from_conn_string(str(tmp_path / "c.db")) as saver:
        with scripted(of) as stub:
            ask(agent(stub, [HeadroomMiddleware()], of, checkpointer=saver), of)
            handle = HASH.search(json.dumps(stub.bodies[-1]).replace('\\"', '"'))
            assert handle
        for expected in ("next:", "No original is available"):
            wanted = Call("headroom_retrieve", {"hash": handle[1]}, id="wanted")
            with StubServer([lambda body, wanted=wanted: agents.turn(wanted), "Thanks."]) as stub:
                runner = agent(stub, [HeadroomMiddleware()], of, checkpointer=saver)
                after = runner.invoke({"messages": [HumanMessage("And the rest?")]}, THREAD)
            text = next(m.content for m in after["messages"] if getattr(m, "tool_call_id", "") == "wanted")
            assert len(text) < 20_000
            assert expected in text
            assert len(text) < (20_000 if expected == "next:" else 300)
            saver.delete_thread("t")


def test_the_same_request_is_answered_wider_and_then_finally() -> None:
    of = task(6)
    handle: list[str] = []

    def model(body: dict[str, Any]) -> Any:
        asked = [m for m in body["messages"] if m["role"] == "tool" and m["tool_call_id"].startswith("again")]
        found = HASH.search(json.dumps(body).replace('\\"', '"'))
        if found and len(asked) < 3:
            handle[:] = handle or [found[1]]
            return agents.turn(Call("headroom_retrieve", {"hash": handle[0]}, id=f"again{len(asked)}"))
        return script(body)

    script = agents.model(of, "chat")
    with StubServer(model) as stub:
        after = ask(agent(stub, [HeadroomMiddleware()], of), of)

    first, second, third = (m.content for m in after["messages"] if getattr(m, "name", "") == "headroom_retrieve")
    assert len(first) < len(second)
    assert len(third) < 300


class DropsOurs(AgentMiddleware[Any, Any, Any]):
    """Drops the retrieve tool from every second call."""

    calls = 0

    def wrap_model_call(self, request: Any, handler: Any) -> Any:
        self.calls += 1
        kept = [tool for tool in request.tools if tool.name != "headroom_retrieve"]
        return handler(request.override(tools=kept) if self.calls % 2 else request)


def test_dropped_by_others_it_is_put_back_and_the_tools_never_change() -> None:
    with scripted() as stub:
        ask(agent(stub, [DropsOurs(), HeadroomMiddleware()]))

    assert len({json.dumps(body["tools"]) for body in stub.bodies}) == 1
    assert stub.bodies[0]["tools"][-1] == tool_schema("openai_chat")
    assert_prefix_stable(stub.bodies)


def test_a_selector_that_always_includes_it_leaves_one_tools_list() -> None:
    of = task(6)

    class Selects(FakeListChatModel):
        def with_structured_output(self, *arguments: Any, **facts: Any) -> Any:
            return RunnableLambda(lambda _: {"tools": list(of.tools)})

    selector = LLMToolSelectorMiddleware(model=Selects(responses=["-"]), always_include=["headroom_retrieve"])
    for order in ([HeadroomMiddleware(), selector], [selector, HeadroomMiddleware()]):
        with scripted(of) as stub:
            ask(agent(stub, order, of), of)
        assert len({json.dumps(body["tools"]) for body in stub.bodies}) == 1
        assert_prefix_stable(stub.bodies)


def test_a_call_without_tools_stays_without_and_its_messages_say_the_same() -> None:
    class NoToolsAtTheEnd(AgentMiddleware[Any, Any, Any]):
        def wrap_model_call(self, request: Any, handler: Any) -> Any:
            done = sum(m.type == "tool" for m in request.messages) >= 7
            return handler(request.override(tools=[]) if done else request)

    of = task(6)
    with scripted(of) as stub:
        ask(agent(stub, [NoToolsAtTheEnd(), HeadroomMiddleware()], of), of)

    assert "tools" not in stub.bodies[-1]
    last, before = stub.bodies[-1]["messages"], stub.bodies[-2]["messages"]
    assert [json.dumps(m) for m in last[: len(before)]] == [json.dumps(m) for m in before]


def test_an_agent_without_tools_is_not_given_one_and_nothing_is_left_out_of_what_it_reads() -> None:
    rows = json.dumps([{"id": n, "note": f"{n * 7919 % 1000} and {n * 31 % 97}"} for n in range(2000)])
    call = {"name": "rows", "args": {}, "id": "c"}
    history = [HumanMessage("Which?"), AIMessage("", tool_calls=[call]), ToolMessage(rows, tool_call_id="c")]
    with StubServer(["All.", "All."]) as stub:
        for retrieval in ("auto", "tool"):
            runner = create_agent(chat(stub), [], middleware=[HeadroomMiddleware(retrieval=retrieval)])
            runner.invoke({"messages": history})

    auto, tool = stub.bodies
    assert "tools" not in auto
    assert "headroom_retrieve" not in json.dumps(auto)
    assert [t["function"]["name"] for t in tool["tools"]] == ["headroom_retrieve"]
    assert len(tool["messages"][-1]["content"]) < len(auto["messages"][-1]["content"]) < len(rows)


def test_anthropic_is_given_the_same_declaration() -> None:
    of = task(4)
    with scripted(of, "messages") as stub:
        ask(agent(stub, [HeadroomMiddleware()], of, model=claude(stub)), of)

    declared = {json.dumps(body["tools"][-1], sort_keys=True) for body in stub.bodies}
    assert declared == {json.dumps(tool_schema("anthropic"), sort_keys=True)}


def test_odd_arguments_are_answered_and_never_end_the_run() -> None:
    of = task(2)
    calls = [{}, {"hash": 7}, {"hash": "zz"}, {"hash": "0" * 12, "runtime": "x", "config": {}}, {"hash": "0" * 12}]
    for arguments in calls:
        with StubServer([agents.turn(Call("headroom_retrieve", arguments)), "Well."]) as stub:
            runner = create_agent(chat(stub), tools(of), middleware=[HeadroomMiddleware()])
            after = runner.invoke({"messages": [HumanMessage("?")]})
        (answer,) = [m for m in after["messages"] if isinstance(m, ToolMessage)]
        assert answer.status == "success"
        assert 0 < len(answer.content) < 400
