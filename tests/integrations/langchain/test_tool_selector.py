"""A real tool selector in the stack and a structured last call: one tools array, one growing prefix (R3)."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from langchain.agents.middleware import AgentMiddleware, LLMToolSelectorMiddleware, ModelRequest
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_anthropic.middleware import AnthropicPromptCachingMiddleware
from pydantic import BaseModel

from headroom.markers import RETRIEVE_TOOL
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.integrations.langchain.middleware_agents import (
    agent,
    ask,
    assert_prefix_stable,
    chat,
    claude,
    scripted,
    task,
)
from tests.stub import agents
from tests.stub.server import StubServer
from tests.stub.task import Task
from tests.stub.turns import Call

pytestmark = pytest.mark.loopback
SELECTS = "select the most relevant tools"  # of the selector's own system text


class Report(BaseModel):
    """The structured answer."""

    finding: str
    records: int


REPORT = {"finding": "two records need attention", "records": 2}
FORMATS: dict[str, Any] = {"tool": ToolStrategy(Report), "provider": ProviderStrategy(Report)}


def is_selection(body: dict[str, Any]) -> bool:
    """Whether the selector asks, and not the agent."""
    return SELECTS in json.dumps([body.get("system"), body["messages"][0]])


def model(of: Task, form: str, selects: Any) -> Any:
    """Answers the selector by `selects`, from the names it offers, and the agent by its script, its end structured."""
    script = agents.model(of, "chat")

    def answer(body: dict[str, Any]) -> Any:
        if is_selection(body):
            return json.dumps({"tools": selects(body)})
        made = script(body)
        if any(isinstance(part, Call) for part in made.parts):
            return made
        return agents.turn(Call("Report", REPORT)) if form == "tool" else json.dumps(REPORT)

    return answer


def selector(stub: StubServer, **facts: Any) -> LLMToolSelectorMiddleware:
    """The real one, with a cheap model of its own."""
    return LLMToolSelectorMiddleware(model=chat(stub, model="gpt-4o-mini"), **facts)


def agent_bodies(stub: StubServer) -> list[dict[str, Any]]:
    """What the agent's model was sent."""
    return [body for body in stub.bodies if not is_selection(body)]


def names(body: dict[str, Any]) -> list[str]:
    """Of the tools of a call."""
    return [tool["function"]["name"] for tool in body["tools"]]


class Fickle:
    """Selects the task's tools always, and ours every second time where it is offered, in changing order."""

    def __init__(self, of: Task) -> None:
        self.own = list(of.tools)
        self.calls = 0

    def __call__(self, body: dict[str, Any]) -> list[str]:
        self.calls += 1
        offered = RETRIEVE_TOOL in json.dumps(body)
        chosen = [*self.own, RETRIEVE_TOOL] if offered and self.calls % 2 else self.own
        return chosen[::-1] if self.calls % 3 else chosen


def run(turns: int, outer: bool, form: str, **facts: Any) -> tuple[StubServer, dict[str, Any], Fickle]:
    """One question of so many turns, answered by an agent with both in its stack."""
    of = task(turns)
    fickle = Fickle(of)
    with StubServer(model(of, form, fickle)) as stub:
        both = [selector(stub, **facts), HeadroomMiddleware()]
        after = ask(agent(stub, both if outer else both[::-1], of, response_format=FORMATS[form]), of)
    return stub, after, fickle


def assert_steady(stub: StubServer, turns: int) -> None:
    """One tools array, ours behind the caller's, and a prefix that only grows."""
    bodies = agent_bodies(stub)
    assert len(bodies) == turns + 1
    assert len({json.dumps(body["tools"]) for body in bodies}) == 1
    assert names(bodies[0]).count(RETRIEVE_TOOL) == 1
    assert [name for name in names(bodies[0]) if name != "Report"][-1] == RETRIEVE_TOOL
    assert_prefix_stable(bodies)


ALWAYS = {"always": {"always_include": [RETRIEVE_TOOL]}, "never": {}}


@pytest.mark.slow
@pytest.mark.parametrize("outer", [True, False], ids=["selector_first", "headroom_first"])
def test_forty_turns_have_one_tools_array_and_one_growing_prefix(outer: bool) -> None:
    stub, after, fickle = run(40, outer, "tool")

    assert fickle.calls == 41, "it has really chosen before each call"
    assert_steady(stub, 40)
    assert after["structured_response"] == Report(**REPORT)
    assert len(json.dumps(agent_bodies(stub)[-1])) < 0.6 * sum(
        len(step.result) for steps in task(40).questions[0].turns for step in steps
    )


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("always", ALWAYS)
@pytest.mark.parametrize("outer", [True, False], ids=["selector_first", "headroom_first"])
def test_each_order_and_form_of_the_last_answer_has_one_tools_array(outer: bool, always: str, form: str) -> None:
    stub, after, fickle = run(6, outer, form, **ALWAYS[always])

    assert fickle.calls == 7
    assert_steady(stub, 6)
    assert after["structured_response"] == Report(**REPORT)


@pytest.mark.parametrize("place", range(3), ids=["outermost", "between", "innermost"])
def test_marks_of_prompt_caching_stay_on_the_tool_that_is_put_back(place: int) -> None:
    of = task(4)
    script = agents.model(of, "messages")

    def answer(body: dict[str, Any]) -> Any:
        if not is_selection(body):
            return script(body)
        (tool,) = body["tools"]
        return agents.turn(Call(tool["name"], {"tools": list(of.tools)}))

    with StubServer(answer) as stub:
        stack: list[Any] = [HeadroomMiddleware(), LLMToolSelectorMiddleware(model=claude(stub))]
        stack.insert(place, AnthropicPromptCachingMiddleware())
        ask(agent(stub, stack, of, model=claude(stub)), of)

    bodies = agent_bodies(stub)
    assert len(bodies) == 5
    assert len({json.dumps(body["tools"]) for body in bodies}) == 1
    declared = bodies[0]["tools"]
    assert declared[-1]["name"] == RETRIEVE_TOOL
    # Outermost it sees the tools in LangChain's order, in which one of the caller's is the last.
    marked = declared[-2 if place == 0 else -1]
    assert [tool for tool in declared if "cache_control" in tool] == [marked]
    assert stub.invoice.usage.read > 0


def test_a_call_that_the_selector_leaves_without_tools_has_none() -> None:
    of = task(4)
    with StubServer(model(of, "", lambda body: [])) as stub:
        ask(agent(stub, [HeadroomMiddleware(), selector(stub)], of), of)

    assert all("tools" not in body for body in agent_bodies(stub))


async def test_in_an_event_loop_it_is_the_same() -> None:
    of = task(4)
    fickle = Fickle(of)
    with StubServer(model(of, "tool", fickle)) as stub:
        runner = agent(stub, [HeadroomMiddleware(), selector(stub)], of, response_format=FORMATS["tool"])
        await runner.ainvoke({"messages": [("user", of.questions[0].text)]})

    assert fickle.calls == 5
    assert_steady(stub, 4)


class MakesItsOwn(AgentMiddleware[Any, Any, Any]):
    """Makes requests of the fields of others, in the ways that Python offers."""

    def __init__(self, way: Any) -> None:
        super().__init__()
        self.way = way

    def wrap_model_call(self, request: Any, handler: Any) -> Any:
        return handler(self.way(request).override(model_settings={}))


WAYS: dict[str, Any] = {
    "replace": dataclasses.replace,
    "values": lambda request: ModelRequest(**vars(request)),
    "copy": lambda request: request.override(),
}


@pytest.mark.parametrize("way", WAYS)
def test_other_middleware_may_copy_the_request_as_any(way: str) -> None:
    of = task(3)
    with scripted(of) as stub:
        ask(agent(stub, [HeadroomMiddleware(), MakesItsOwn(WAYS[way])], of), of)

    assert len({json.dumps(body["tools"]) for body in stub.bodies}) == 1
    assert names(stub.bodies[0])[-1] == RETRIEVE_TOOL
    assert_prefix_stable(stub.bodies)
