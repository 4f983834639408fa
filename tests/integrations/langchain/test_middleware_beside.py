"""Beside LangChain's own middleware, in subgraphs, and as others call it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain.agents.middleware import (
    ClearToolUsesEdit,
    ContextEditingMiddleware,
    ModelFallbackMiddleware,
    SummarizationMiddleware,
)
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.state_counter import headroom_token_counter
from tests.integrations.langchain.middleware_agents import (
    THREAD,
    agent,
    ask,
    assert_prefix_stable,
    chat,
    results_in,
    scripted,
    task,
    wire,
)
from tests.stub import agents
from tests.stub.server import StubServer
from tests.stub.turns import Fault

pytestmark = pytest.mark.loopback
SUMMARY = "Here is a summary of the conversation to date"  # as the middleware introduces it


def summarizer() -> Any:
    return FakeListChatModel(responses=["Records were read."] * 20)


def summaries(stub: StubServer) -> int:
    """Requests in which a summary stands in for messages."""
    return sum(SUMMARY in json.dumps(body) for body in stub.bodies)


def lenient(of: Any) -> Any:
    """The script, for histories in which questions and results may be gone."""
    script, plan = agents.model(of, "chat"), agents.plan(of)
    turns, state = list(plan.values()), {"next": 0}

    def model(body: dict[str, Any]) -> Any:
        made = turns[min(state["next"], len(turns) - 1)]
        state["next"] += 1
        return made

    assert script
    return model


@pytest.mark.slow
def test_summarization_waits_until_what_the_model_reads_is_large() -> None:
    of, trigger = task(), ("tokens", 45_000)
    counts = {}
    for name in ("raw", "headroom"):
        headroom = HeadroomMiddleware()
        counter = {"token_counter": headroom_token_counter(headroom)} if name == "headroom" else {}
        summarize = SummarizationMiddleware(summarizer(), trigger=trigger, keep=("messages", 4), **counter)
        with StubServer(lenient(of)) as stub:
            ask(agent(stub, [headroom, summarize], of), of)
        counts[name] = summaries(stub)

    assert counts["raw"] > 0, "it reads the state, which holds the originals"
    assert counts["headroom"] == 0


def test_summarization_still_comes_where_that_is_large_too() -> None:
    of = task()
    headroom = HeadroomMiddleware()
    summarize = SummarizationMiddleware(
        summarizer(), trigger=("tokens", 15_000), keep=("messages", 4), token_counter=headroom_token_counter(headroom)
    )
    with StubServer(lenient(of)) as stub:
        after = ask(agent(stub, [headroom, summarize], of), of)

    assert summaries(stub) > 0
    assert isinstance(after["messages"][-1], AIMessage)


def test_the_counter_counts_what_is_sent_and_parts_of_it_as_parts() -> None:
    of = task(6)
    headroom = HeadroomMiddleware()
    with scripted(of) as stub:
        after = ask(agent(stub, [headroom], of), of)
    messages, count = after["messages"], headroom_token_counter(headroom)

    whole = count(messages)
    raw = headroom_token_counter(mode="audit", content_router_enabled=False)(messages)
    assert whole < 0.6 * raw
    assert sum(count([message]) for message in messages) == whole
    assert count(messages[5:]) + count(messages[:5]) == whole
    assert count([]) == 0
    assert count([("user", "hello there")]) == 6


@pytest.mark.parametrize("outer", [True, False])
def test_context_editing_beside_it_clears_by_what_it_sees(outer: bool) -> None:
    of = task()
    editing = ContextEditingMiddleware(edits=[ClearToolUsesEdit(trigger=60_000, keep=2)])
    order = [HeadroomMiddleware(), editing] if outer else [editing, HeadroomMiddleware()]
    with scripted(of) as stub:
        ask(agent(stub, order, of), of)

    cleared = sum(text == "[cleared]" for _, text in results_in(stub.bodies[-1]))
    assert (cleared == 0) is outer


def test_the_rest_of_a_wrapped_response_is_kept() -> None:
    from langchain.agents.middleware import AgentMiddleware
    from langchain.agents.middleware.types import ExtendedModelResponse
    from langgraph.types import Command

    class Notes(AgentMiddleware[Any, Any, Any]):
        def wrap_model_call(self, request: Any, handler: Any) -> Any:
            response = handler(request)
            return ExtendedModelResponse(response, Command(update={"headroom_saved": {"x": 1}}))

    of = task(3)
    for order in ([Notes(), HeadroomMiddleware()], [HeadroomMiddleware(), Notes()]):
        with scripted(of) as stub:
            after = ask(agent(stub, order, of), of)
        assert after["headroom_saved"]["x"] == 1
        assert len(after["headroom_saved"]) > 1


def test_a_fallback_model_is_sent_the_same_messages() -> None:
    of = task(3)
    script = agents.model(of, "chat")

    def model(body: dict[str, Any]) -> Any:
        return Fault(status=500) if body["model"] == "gpt-4o" else script(body)

    with StubServer(model) as stub:
        other = chat(stub, model="gpt-5-mini")
        ask(agent(stub, [HeadroomMiddleware(), ModelFallbackMiddleware(other)], of), of)

    first, second = stub.bodies[-2:]
    assert (first["model"], second["model"]) == ("gpt-4o", "gpt-5-mini")
    assert wire(first) == wire(second)


@pytest.mark.parametrize("placement", ["view", "birth"])
def test_as_a_subgraph_it_compresses_and_retrieves(placement: Any) -> None:
    of = task(6)
    originals = {} if placement == "view" else {"originals": "memory"}
    with scripted(of) as stub:
        inner = agent(stub, [HeadroomMiddleware(placement=placement, **originals)], of)
        builder = StateGraph(MessagesState)
        builder.add_node("agent", inner)
        builder.add_edge(START, "agent")
        outer = builder.compile(checkpointer=InMemorySaver())
        after = ask(outer, of)

    assert_prefix_stable(stub.bodies)
    results = [m for m in after["messages"] if isinstance(m, ToolMessage)]
    shown = results_in(stub.bodies[-1])
    assert [m.tool_call_id for m in results] == [call for call, _ in shown]
    assert sum(len(text) for _, text in shown) < 0.6 * sum(
        len(step.result) for turns in of.questions[0].turns for step in turns
    )


def test_repaired_or_imported_histories_without_ids_pass() -> None:
    of = task(3)
    results = [step.result for turns in of.questions[0].turns for step in turns]
    calls = [{"name": "query_records", "args": {}, "id": f"c{n}"} for n in range(len(results))]
    history = [HumanMessage("Which?"), AIMessage("", tool_calls=calls)]
    history += [ToolMessage(text, tool_call_id=call["id"]) for text, call in zip(results, calls, strict=True)]  # type: ignore[arg-type]
    with StubServer(["Those."]) as stub:
        after = agent(stub, [HeadroomMiddleware()], of).invoke({"messages": history}, THREAD)

    assert after["messages"][-1].text == "Those."
    assert len(json.dumps(stub.bodies[0])) < 0.7 * sum(map(len, results))
