"""Agents of every kind over the stub, working through a task with twelve turns of tool calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, pairwise
from typing import Any

from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent, ReActAgent
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import Context

from tests.integrations.llama_index.openai_llms import Talk
from tests.stub import agents
from tests.stub.task import Task, long_task
from tests.stub.turns import Call, Turn, turn

TURNS = 12
KINDS = ("function", "react", "workflow")
SPEAKING = "Thought: I look at the next part.\nAction: {tool}\nAction Input: {arguments}"


@cache
def task(turns: int = TURNS) -> Task:
    """Tool results of 1,000 to 20,000 tokens, and the calls that bring them; one turn in seven has two calls."""
    return long_task(turns, questions=1)


def tools(of: Task | None = None) -> list[FunctionTool]:
    """The task's tools; each wants the agent's context, and counts its calls there."""
    of = of or task()

    def make(name: str, description: str) -> FunctionTool:
        async def run(ctx: Context, page: int, digest: str) -> str:
            async with ctx.store.edit_state() as state:
                state["called"] = [*state.get("called", []), name]
            return of.result(name, json.dumps({"page": page, "digest": digest}))

        run.__annotations__.update({"ctx": Context, "page": int, "digest": str})
        return FunctionTool.from_defaults(async_fn=run, name=name, description=description)

    return [make(name, description) for name, description in of.tools.items()]


def script(kind: str, of: Task | None = None) -> Callable[[dict[str, Any]], Turn]:
    """A model that works through the task for an agent of this kind."""
    of = of or task()
    if kind == "function":
        return agents.model(of, "chat")
    return speaking(of) if kind == "react" else handing_off(of)


def speaking(of: Task) -> Callable[[dict[str, Any]], Turn]:
    """A model that calls tools in words; one at a time."""
    steps = [step for turns in of.questions[0].turns for step in turns]

    def answer(body: dict[str, Any]) -> Turn:
        seen = sum(one["role"] == "user" and one["content"].startswith("Observation: ") for one in body["messages"])
        if seen == len(steps):
            return turn(f"Thought: I can answer.\nAnswer: {of.questions[0].answer}")
        step = steps[seen]
        return turn(SPEAKING.format(tool=step.tool, arguments=step.arguments))

    return answer


def handing_off(of: Task) -> Callable[[dict[str, Any]], Turn]:
    """The task's model, which hands over to another agent after six results."""
    plain = agents.model(of, "chat")

    def answer(body: dict[str, Any]) -> Turn:
        results = [one["tool_call_id"] for one in body["messages"] if one["role"] == "tool"]
        if sum(known.startswith("step_") for known in results) >= 6 and "handed" not in results:
            return turn(Call("handoff", {"to_agent": "closer", "reason": "the rest is yours"}, id="handed"))
        kept = [one for one in body["messages"] if one["role"] != "user" or one is first_user(body)]
        return plain({**body, "messages": kept})

    return answer


def first_user(body: dict[str, Any]) -> Any:
    """The question; a hand-off adds words of the user."""
    return next(one for one in body["messages"] if one["role"] == "user")


def agent(kind: str, llm: Any, given: Sequence[Any], of: Task | None = None, **facts: Any) -> Any:
    """An agent over the task."""
    of = of or task()
    facts = {"tools": list(given), "llm": llm, "system_prompt": of.system, **facts}
    if kind == "react":
        return ReActAgent(**facts)
    if kind == "function":
        return FunctionAgent(**facts)
    first = FunctionAgent(name="opener", description="Begins.", can_handoff_to=["closer"], **facts)
    other = FunctionAgent(name="closer", description="Ends.", **facts)
    return AgentWorkflow([first, other], root_agent="opener")


@dataclass
class Run:
    """One run of an agent.

    Attributes:
        answer: Its last words.
        events: Name of each event, and what it says of tools.
        outputs: Outputs of the tools, in order.
        context: The agent's context at the end.
    """

    answer: str
    events: list[tuple[Any, ...]] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)
    context: Any = None


async def run(runner: Any, of: Task | None = None, context: Any = None, question: str | None = None) -> Run:
    """Ask the task's question; every event of the run is read."""
    of = of or task()
    context = context or Context(runner)
    memory = {} if await context.store.get("memory", default=None) else {"memory": big_memory()}
    handler = runner.run(question or of.questions[0].text, ctx=context, max_iterations=100, **memory)
    found = Run("")
    async for event in handler.stream_events():
        found.events.append(said(event))
        if type(event).__name__ == "ToolCallResult":
            found.outputs.append(event.tool_output)
    found.events = [one for group in grouped(found.events) for one in group]
    found.answer = str(await handler)
    found.context = context
    return found


def grouped(events: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Events in their order, those of parallel calls in one that is always the same."""
    for is_tools, group in groupby(events, lambda event: event[0].startswith("ToolCall")):
        found = list(group)
        yield sorted(found, key=repr) if is_tools else found


def big_memory() -> Any:
    """A memory that forgets nothing."""
    return ChatMemoryBuffer.from_defaults(token_limit=10**9)


def said(event: Any) -> tuple[Any, ...]:
    """An event without the words of tools, and without ids made up in each run."""
    delta = getattr(event, "delta", None)
    return type(event).__name__, getattr(event, "tool_name", None), getattr(event, "tool_kwargs", None), delta


def prefix_breaks(talk: Talk) -> list[int]:
    """Calls after which the next request does not begin with all of their messages and tools."""
    found = []
    for number, (before, after) in enumerate(pairwise(talk.bodies)):
        kept = after["messages"][: len(before["messages"])] == before["messages"]
        if not kept or after.get("tools") != before.get("tools"):
            found.append(number)
    return found
