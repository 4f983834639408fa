"""Twelve turns of tool calls, by `create_agent` and by a graph written by hand: what the provider sees and bills."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain.agents.structured_output import ToolStrategy
from langchain_core.messages import AIMessageChunk, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from pydantic import BaseModel

from headroom.markers import RETRIEVE_TOOL
from headroom_integrations.langchain.graph_nodes import compress_tool_messages
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.integrations.langchain.middleware_agents import (
    THREAD,
    agent,
    ask,
    assert_prefix_stable,
    chat,
    claude,
    graph,
    results_in,
    scripted,
    task,
    tools,
    wire,
)
from tests.stub import agents
from tests.stub.server import StubServer
from tests.stub.turns import Call, turn

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

Runner = Callable[..., Any]


def hand_written(stub: StubServer, middleware: Any = (), **facts: Any) -> Any:
    """The graph, called as `agent` is."""
    return graph(stub, middleware=next(iter(middleware), None), **facts)


BOTH = pytest.mark.parametrize("make", [agent, hand_written], ids=["create_agent", "graph"])


@contextmanager
def saver(kind: str) -> Iterator[Any]:
    """A checkpointer."""
    if kind == "memory":
        yield InMemorySaver()
    else:
        with SqliteSaver.from_conn_string(":memory:") as made:
            yield made


@BOTH
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_each_result_is_compressed_once_and_every_prefix_stays(make: Runner, kind: str) -> None:
    with scripted() as stub, saver(kind) as checkpointer:
        runner = make(stub, [HeadroomMiddleware(retrieval="tool")], checkpointer=checkpointer)
        after = ask(runner)

    assert_prefix_stable(stub.bodies)
    originals = {m.tool_call_id: m.content for m in after["messages"] if isinstance(m, ToolMessage)}
    shown = dict(results_in(stub.bodies[-1]))
    assert list(shown) == list(originals)
    assert sum(map(len, shown.values())) < sum(map(len, originals.values())) / 2
    assert sorted(originals.values()) == sorted(step.result for turns in task().questions[0].turns for step in turns)


@BOTH
def test_messages_are_as_many_and_calls_keep_their_answers(make: Runner) -> None:
    with scripted() as plain:
        ask(make(plain))
    with scripted() as stub:
        ask(make(stub, [HeadroomMiddleware(retrieval="tool")]))

    for before, after in zip(plain.bodies, stub.bodies, strict=True):
        assert [facts(m) for m in after["messages"]] == [facts(m) for m in before["messages"]]


def facts(message: dict[str, Any]) -> dict[str, Any]:
    """A message without what a tool said."""
    return {name: value for name, value in message.items() if name != "content" or message["role"] != "tool"}


@BOTH
def test_the_bill_is_less_than_half_of_no_compression_and_below_keeping_the_newest_raw(make: Runner) -> None:
    dollars = {}
    for name, middleware in (("none", []), ("headroom", [HeadroomMiddleware(retrieval="tool")])):
        with scripted() as stub:
            ask(make(stub, middleware))
        dollars[name] = stub.invoice.input_dollars
    with scripted() as stub:
        ask(agent(stub, [KeepsNewestRaw()]))
    dollars["newest raw"] = stub.invoice.input_dollars

    assert dollars["headroom"] < dollars["none"] / 2
    assert dollars["headroom"] < dollars["newest raw"] / 2


class KeepsNewestRaw(AgentMiddleware[Any, Any, Any]):
    """What many write: everything but the newest result compressed."""

    def wrap_model_call(self, request: Any, handler: Any) -> Any:
        older = compress_tool_messages(request.messages[:-1]).messages
        return handler(request.override(messages=[*older, *request.messages[-1:]]))


@pytest.mark.parametrize("placement", ["view", "birth", "state"])
def test_anthropic_reads_from_its_cache_what_it_was_sent_before(placement: Any) -> None:
    from langchain_anthropic.middleware import AnthropicPromptCachingMiddleware

    originals = {} if placement == "view" else {"originals": "memory"}
    with scripted(api="messages") as stub:
        headroom = HeadroomMiddleware(placement=placement, **originals)
        runner = agent(stub, [headroom, AnthropicPromptCachingMiddleware()], model=claude(stub))
        ask(runner)

    shares = stub.invoice.shares_read
    assert len(shares) == len(task().questions[0].turns) + 1
    assert min(shares[3:]) > 0.5
    assert {json.dumps(body["tools"][-1]["name"]) for body in stub.bodies} == {json.dumps(RETRIEVE_TOOL)}


def test_every_token_is_streamed_once() -> None:
    streams = {}
    for name, middleware in (("bare", []), ("headroom", [HeadroomMiddleware()])):
        with scripted() as stub:
            runner = agent(stub, middleware)
            given = {"messages": [("user", task().questions[0].text)]}
            streams[name] = [m for m, _ in runner.stream(given, THREAD, stream_mode="messages")]
    words = {name: [m.text for m in stream if isinstance(m, AIMessageChunk)] for name, stream in streams.items()}

    assert words["headroom"] == words["bare"]
    assert len([text for text in words["headroom"] if text]) > 1
    results = [m for m in streams["headroom"] if isinstance(m, ToolMessage)]
    assert len(results) == len([m for m in streams["bare"] if isinstance(m, ToolMessage)])


def test_live_progress_is_on_the_custom_stream() -> None:
    with scripted() as stub:
        given = {"messages": [("user", task().questions[0].text)]}
        events = list(agent(stub, [HeadroomMiddleware()]).stream(given, THREAD, stream_mode="custom"))

    told = [event["headroom"] for event in events]
    assert len(told) == len(stub.bodies)
    assert told[0]["tokens_saved"] == 0
    assert told[-1]["tokens_saved"] == told[-1]["tokens_before"] - told[-1]["tokens_after"] > 10_000


def test_no_progress_is_written_where_it_is_not_wanted() -> None:
    with scripted() as stub:
        given = {"messages": [("user", task().questions[0].text)]}
        runner = agent(stub, [HeadroomMiddleware(progress=False)])

        assert list(runner.stream(given, THREAD, stream_mode="custom")) == []


class Report(BaseModel):
    """What is handed in at the end."""

    parts: int
    summary: str


def test_a_structured_answer_comes_as_without_headroom() -> None:
    script = agents.model(task(), "chat")

    def model(body: dict[str, Any]) -> Any:
        made = script(body)
        return made if made.calls else turn(Call("Report", {"parts": 1, "summary": "two records"}, id="report"))

    with StubServer(model) as stub:
        runner = create_agent(
            chat(stub), tools(task()), middleware=[HeadroomMiddleware()], response_format=ToolStrategy(Report)
        )
        after = runner.invoke({"messages": [("user", task().questions[0].text)]}, THREAD)

    assert after["structured_response"] == Report(parts=1, summary="two records")
    assert_prefix_stable(stub.bodies)
    names = {tuple(tool["function"]["name"] for tool in body["tools"]) for body in stub.bodies}
    assert len(names) == 1


def test_parallel_calls_are_answered_beside_each_other() -> None:
    with scripted() as stub:
        after = ask(agent(stub, [HeadroomMiddleware()]))

    double = [m for m in after["messages"] if len(getattr(m, "tool_calls", ())) == 2]
    assert double, "the task holds turns with two calls"
    for message in double:
        place = after["messages"].index(message)
        answers = after["messages"][place + 1 : place + 3]
        assert [m.tool_call_id for m in answers] == [call["id"] for call in message.tool_calls]


def test_the_state_says_how_many_tokens_the_model_need_not_read() -> None:
    from headroom_integrations.langchain.state import tokens_saved

    saved = {}
    for placement, originals in (("view", None), ("birth", "memory"), ("state", "memory")):
        with scripted() as stub:
            headroom = HeadroomMiddleware(placement=placement, originals=originals)  # type: ignore[arg-type]
            after = ask(agent(stub, [headroom], checkpointer=InMemorySaver()))
        saved[placement] = tokens_saved(after)
        ids = {m.id for m in after["messages"] if isinstance(m, ToolMessage)}
        assert set(after["headroom_saved"]) <= ids
        assert "headroom" not in after, "what the conversation began with is not for readers"

    assert saved["view"] == saved["birth"] == saved["state"] > 30_000


def test_a_further_question_goes_on_with_the_same_prefix() -> None:
    of = task(10, 2)
    with scripted(of) as stub:
        runner = agent(stub, [HeadroomMiddleware()], of, checkpointer=InMemorySaver())
        ask(runner, of, 0)
        ask(runner, of, 1)

    assert_prefix_stable(stub.bodies)


def test_all_placements_send_the_same_bytes_where_nothing_names_what_stands_elsewhere() -> None:
    sent = []
    for placement in ("view", "birth", "state"):
        with scripted() as stub:
            headroom = HeadroomMiddleware(placement=placement, originals="memory", references=False)  # type: ignore[arg-type]
            ask(agent(stub, [headroom]))
        sent.append([wire(body) for body in stub.bodies])

    assert sent[0] == sent[1] == sent[2]
