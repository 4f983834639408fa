"""Agents of both kinds over the stub server: `create_agent`, and a graph written by hand; what their bodies show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, TypedDict

from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AnyMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode, tools_condition

from headroom_integrations.langchain.graph_hook import pre_model_hook
from headroom_integrations.langchain.state import HeadroomChannel, SavedChannel
from tests.stub import agents
from tests.stub.server import API_KEY, StubServer
from tests.stub.task import Task, long_task

TURNS = 12
THREAD: Any = {"configurable": {"thread_id": "t"}, "recursion_limit": 100}


@cache
def task(turns: int = TURNS, questions: int = 1) -> Task:
    """Tool results of 1,000 to 20,000 tokens, and the calls that bring them; one turn in seven has two calls."""
    return long_task(turns, questions=questions)


def tools(of: Task, called: Callable[[], None] = lambda: None) -> list[BaseTool]:
    """The task's tools; `called` is told of each call."""

    def make(name: str, description: str) -> BaseTool:
        def run(page: int, digest: str) -> str:
            called()
            return of.result(name, json.dumps({"page": page, "digest": digest}))

        async def arun(page: int, digest: str) -> str:
            return run(page, digest)

        return StructuredTool.from_function(run, arun, name=name, description=description)

    return [make(name, description) for name, description in of.tools.items()]


def chat(stub: StubServer, **facts: Any) -> ChatOpenAI:
    """OpenAI's chat completions."""
    given = {"model": "gpt-4o", "stream_usage": True, "max_retries": 0, **facts}
    return ChatOpenAI(base_url=f"{stub.url}/v1", api_key=API_KEY, **given)


def claude(stub: StubServer, **facts: Any) -> ChatAnthropic:
    """Anthropic's messages."""
    given = {"model_name": "claude-sonnet-5", "max_tokens": 2000, "max_retries": 0, **facts}
    return ChatAnthropic(base_url=stub.url, api_key=API_KEY, **given)


def agent(stub: StubServer, middleware: Sequence[Any] = (), of: Task | None = None, **facts: Any) -> Any:
    """`create_agent` over the task."""
    of = of or task()
    model = facts.pop("model", None) or chat(stub)
    given = facts.pop("tools", None) or tools(of)
    return create_agent(model, given, system_prompt=of.system, middleware=list(middleware), **facts)


class State(TypedDict, total=False):
    """The state of the graph written by hand."""

    messages: Annotated[list[AnyMessage], add_messages]
    headroom: HeadroomChannel
    headroom_saved: SavedChannel


def graph(stub: StubServer, of: Task | None = None, middleware: Any = None, **facts: Any) -> Any:
    """The same agent as people write it without `create_agent`; with headroom's hook before the model."""
    of = of or task()
    given = [*tools(of), *(middleware.tools if middleware else [])]
    model = chat(stub).bind_tools(given)
    hook = pre_model_hook(middleware, keep_in_state=True) if middleware else None

    def call_model(state: State, config: RunnableConfig) -> dict[str, Any]:
        update = hook.invoke(state, config) if hook else {"llm_input_messages": state["messages"]}
        messages = [("system", of.system), *update.pop("llm_input_messages")]
        return {"messages": [model.invoke(messages, config)], **update}

    builder = StateGraph(State)
    builder.add_node("model", call_model)
    builder.add_node("tools", ToolNode(given))
    builder.add_edge(START, "model")
    builder.add_conditional_edges("model", tools_condition)
    builder.add_edge("tools", "model")
    return builder.compile(**facts)


@contextmanager
def scripted(of: Task | None = None, api: str = "chat", **facts: Any) -> Iterator[StubServer]:
    """A stub whose model works through the task."""
    with StubServer(agents.model(of or task(), api, **facts)) as stub:
        yield stub


def ask(runner: Any, of: Task | None = None, question: int = 0, config: Any = None) -> dict[str, Any]:
    """One question of the task, answered."""
    text = (of or task()).questions[question].text
    return dict(runner.invoke({"messages": [("user", text)]}, config or THREAD))


def wire(body: dict[str, Any]) -> list[str]:
    """What the provider's cache goes by: tools, system text and messages, each as JSON text, in order."""
    system = [json.dumps(body["system"])] if "system" in body else []
    return [json.dumps(body.get("tools")), *system, *map(json.dumps, body["messages"])]


def assert_prefix_stable(bodies: Sequence[dict[str, Any]]) -> None:
    """Each request begins with the very bytes of the one before."""
    sent = [wire(body) for body in bodies]
    for number, (before, after) in enumerate(pairwise(sent)):
        assert after[: len(before)] == before, f"request {number + 1} changes what request {number} said"


def results_in(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Call id and text of each tool result of a chat request."""
    return [(m["tool_call_id"], m["content"]) for m in body["messages"] if m["role"] == "tool"]
