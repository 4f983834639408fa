"""Durable execution: whatever is run again, the same bytes go out, and no row and no token is counted twice (R40)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from langchain.agents.middleware import AgentMiddleware, ModelRetryMiddleware
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command, RetryPolicy, interrupt

from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.langchain.chat_model import HeadroomChatModel
from headroom_integrations.langchain.graph_hook import pre_model_hook
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.state import tokens_saved
from tests.integrations.langchain import middleware_agents as ours
from tests.integrations.langchain.middleware_agents import THREAD, agent, chat, scripted, wire
from tests.stub import agents
from tests.stub.server import StubServer
from tests.stub.task import Task
from tests.stub.turns import Fault

pytestmark = pytest.mark.loopback
PLACEMENTS: dict[str, dict[str, Any]] = {"view": {}, "birth": {"placement": "birth", "originals": "memory"}}
TRIES = RetryPolicy(max_attempts=3, initial_interval=0.0, jitter=False, retry_on=Exception)


@dataclass
class Once:
    """Fails at the given times it is reached, each time once; `reached` counts."""

    at: tuple[int, ...]
    reached: int = 0

    def __call__(self) -> None:
        self.reached += 1
        if self.reached in self.at:
            raise ConnectionError("lost")


@dataclass
class Run:
    """What an undisturbed run comes to: bodies by their bytes, tokens in the state's counter."""

    sent: list[list[str]] = field(default_factory=list)
    saved: int = 0


def undisturbed(of: Task, placement: str) -> Run:
    with scripted(of) as stub:
        after = ours.ask(agent(stub, [HeadroomMiddleware(**PLACEMENTS[placement])], of), of)
        return Run([wire(body) for body in stub.bodies], tokens_saved(after))


@contextmanager
def ledger(folder: Path) -> Iterator[tuple[str, Any]]:
    """Where rows go, and a function that reads them."""
    url = f"sqlite:///{folder / 'metrics.db'}"

    def rows() -> Any:
        flush_recorders()
        return open_metrics_store(url).read()

    yield url, rows


def assert_counted_once(rows: Any, stub: StubServer) -> None:
    """A row for each call that was made, and the provider's figures."""
    assert len(rows) == len(stub.requests)
    assert len({row.request_id for row in rows}) == len(rows)
    assert sum(row.tokens_input_billed or 0 for row in rows) == stub.invoice.usage.prompt
    assert sum(row.tokens_output or 0 for row in rows) == stub.invoice.usage.output


@pytest.mark.parametrize("durability", ["exit", "async", "sync"])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_each_durability_with_a_pause_before_each_tool_is_the_same_run(
    placement: str, durability: Any, tmp_path: Path
) -> None:
    of = ours.task(4)
    expected = undisturbed(of, placement)
    given: Any = {"messages": [("user", of.questions[0].text)]}
    with (
        ledger(tmp_path) as (url, rows),
        scripted(of) as stub,
        SqliteSaver.from_conn_string(str(tmp_path / "c.db")) as saver,
    ):
        for _ in range(len(expected.sent)):  # each time with everything made anew, as another worker would
            headroom = HeadroomMiddleware(store_url=url, **PLACEMENTS[placement])
            runner = agent(stub, [headroom], of, checkpointer=saver, interrupt_before=["tools"])
            after = runner.invoke(given, THREAD, durability=durability)
            given = None
        assert not runner.get_state(THREAD).next

    assert [wire(body) for body in stub.bodies] == expected.sent
    assert tokens_saved(after) == expected.saved > 0
    assert_counted_once(rows(), stub)


class AsksBefore(AgentMiddleware[Any, Any, Any]):
    """Has a person agree before each call of the model."""

    def wrap_model_call(self, request: Any, handler: Any) -> Any:
        assert interrupt("Call the model?") == "yes"
        return handler(request)

    async def awrap_model_call(self, request: Any, handler: Any) -> Any:
        assert interrupt("Call the model?") == "yes"
        return await handler(request)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
async def test_a_call_that_waits_for_a_person_is_one_call(is_async: bool, tmp_path: Path) -> None:
    of = ours.task(3)
    expected = undisturbed(of, "view")
    given: Any = {"messages": [("user", of.questions[0].text)]}
    with ledger(tmp_path) as (url, rows), scripted(of) as stub:
        runner = agent(stub, [HeadroomMiddleware(store_url=url), AsksBefore()], of, checkpointer=InMemorySaver())
        pauses = 0
        while True:
            after = await runner.ainvoke(given, THREAD) if is_async else runner.invoke(given, THREAD)
            if "__interrupt__" not in after:
                break
            pauses, given = pauses + 1, Command(resume="yes")

    assert pauses == len(expected.sent)
    assert [wire(body) for body in stub.bodies] == expected.sent
    assert tokens_saved(after) == expected.saved
    assert_counted_once(rows(), stub)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_tool_that_waits_for_a_person_is_answered_once(placement: str, tmp_path: Path) -> None:
    of = ours.task(4)
    expected = undisturbed(of, placement)
    given: Any = {"messages": [("user", of.questions[0].text)]}
    with ledger(tmp_path) as (url, rows), scripted(of) as stub:
        headroom = HeadroomMiddleware(store_url=url, **PLACEMENTS[placement])
        asking = ours.tools(of, lambda: interrupt("Call the tool?"))
        runner = agent(stub, [headroom], of, tools=asking, checkpointer=InMemorySaver())
        while True:
            after = runner.invoke(given, THREAD)
            if "__interrupt__" not in after:
                break
            given = Command(resume={one.id: "yes" for one in after["__interrupt__"]})

    assert [wire(body) for body in stub.bodies] == expected.sent
    assert tokens_saved(after) == expected.saved
    assert_counted_once(rows(), stub)


def flaky(of: Task, at: tuple[int, ...]) -> Any:
    """The script, with errors of the provider at some requests."""
    script, fails = agents.model(of, "chat"), Once(at)

    def model(body: dict[str, Any]) -> Any:
        try:
            fails()
        except ConnectionError:
            return Fault(status=500)
        return script(body)

    return model


def without_repeats(sent: list[list[str]]) -> list[list[str]]:
    """Requests of which those that follow the same one are left out."""
    return [one for number, one in enumerate(sent) if not number or sent[number - 1] != one]


@pytest.mark.parametrize("outer", [True, False], ids=["retry_first", "headroom_first"])
def test_a_retried_call_of_the_model_sends_the_same_and_is_counted_once(outer: bool, tmp_path: Path) -> None:
    of = ours.task(4)
    expected = undisturbed(of, "view")
    with ledger(tmp_path) as (url, rows), StubServer(flaky(of, (2, 5, 6))) as stub:
        retry = ModelRetryMiddleware(max_retries=2, initial_delay=0.0, jitter=False, on_failure="error")
        stack = [HeadroomMiddleware(store_url=url), retry]
        after = ours.ask(agent(stub, stack[::-1] if outer else stack, of), of)

    found, sent = rows(), [wire(body) for body in stub.bodies]
    assert len(sent) == len(expected.sent) + 3
    assert without_repeats(sent) == expected.sent
    assert tokens_saved(after) == expected.saved
    answered = [row for row in found if not row.error]
    assert len(answered) == len(expected.sent)
    assert len(found) == len(sent) if outer else len(found) == len(answered)
    assert sum(row.tokens_input_billed or 0 for row in found) == stub.invoice.usage.prompt


def test_a_node_that_fails_behind_its_call_is_run_again_with_the_same_bytes(tmp_path: Path) -> None:
    of, fails = ours.task(4), Once((2, 4))
    with ledger(tmp_path) as (url, rows), scripted(of) as stub:
        headroom = HeadroomMiddleware(store_url=url, retrieval="tool")
        given = [*ours.tools(of), *headroom.tools]
        model, hook = chat(stub).bind_tools(given), pre_model_hook(headroom, keep_in_state=True)

        def call_model(state: ours.State) -> dict[str, Any]:
            update = hook.invoke(state)
            messages = [("system", of.system), *update.pop("llm_input_messages")]
            answer = model.invoke(messages)
            fails()
            return {"messages": [answer], **update}

        builder = StateGraph(ours.State)
        builder.add_node("model", call_model, retry_policy=TRIES)
        builder.add_node("tools", ToolNode(given))
        builder.add_edge(START, "model")
        builder.add_conditional_edges("model", tools_condition)
        builder.add_edge("tools", "model")
        after = ours.ask(builder.compile(checkpointer=InMemorySaver()), of)

    sent = [wire(body) for body in stub.bodies]
    assert len(sent) == len(without_repeats(sent)) + 2
    ours.assert_prefix_stable([body for n, body in enumerate(stub.bodies) if not n or sent[n - 1] != sent[n]])
    assert tokens_saved(after) == undisturbed(of, "view").saved
    assert len(rows()) == len(sent)


@pytest.mark.parametrize("durability", ["exit", "async", "sync"])
def test_the_functional_api_with_retries_and_pauses_is_the_same_run(durability: Any, tmp_path: Path) -> None:
    of = ours.task(4)
    with ledger(tmp_path) as (url, rows), StubServer(flaky(of, (2, 6))) as stub:
        with SqliteSaver.from_conn_string(str(tmp_path / "c.db")) as saver:
            given: Any = of.questions[0].text
            while True:  # everything made anew, as another worker would
                done = functional(of, stub, url, saver).invoke(given, THREAD, durability=durability)
                if not (isinstance(done, dict) and "__interrupt__" in done):
                    break
                given = Command(resume="yes")
        sent = [wire(body) for body in stub.bodies]
    with scripted(of) as calm:
        functional(of, calm, url="memory", saver=None).invoke(of.questions[0].text)

    assert done == of.questions[0].answer
    assert without_repeats(sent) == [wire(body) for body in calm.bodies]
    assert len(sent) == len(calm.bodies) + 2
    found = rows()
    assert_counted_once(found, stub)
    answered = [row for row in found if not row.error]
    assert len(answered) == len(calm.bodies), "no answered call has a second row"
    assert sum(row.tokens_saved for row in answered) > 0


def functional(of: Task, stub: StubServer, url: str, saver: Any) -> Any:
    """The agent as people write it with tasks; with a saver it asks a person before each round of tools."""
    known = {tool.name: tool for tool in ours.tools(of)}
    model = HeadroomChatModel(chat(stub), store_url=url).bind_tools(list(known.values()))

    @task(retry_policy=TRIES)
    def call_model(messages: list[Any]) -> AIMessage:
        return model.invoke([("system", of.system), *messages])

    @task(retry_policy=TRIES)
    def call_tool(call: dict[str, Any]) -> ToolMessage:
        return known[call["name"]].invoke({**call, "type": "tool_call"})

    @entrypoint(checkpointer=saver)
    def run(question: str) -> str:
        messages: list[Any] = [("user", question)]
        while True:
            answer = call_model(messages).result()
            messages.append(answer)
            if not answer.tool_calls:
                return str(answer.content)
            if saver is not None:
                assert interrupt("Call the tools?") == "yes"
            messages += [waiting.result() for waiting in [call_tool(call) for call in answer.tool_calls]]

    return run
