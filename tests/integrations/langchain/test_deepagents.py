"""deepagents as a host: the real package, with a model that follows a script."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from deepagents import create_deep_agent
from deepagents.backends import StateBackend
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import Field

from headroom.errors import ConfigurationError
from headroom.tokenizers import built_in_counter
from headroom_integrations.langchain.deepagents import with_headroom
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.originals import original

COUNTER = built_in_counter()
WINDOW = 40_000
RESULTS = 12
FILE = json.dumps([{"line": n, "state": "open", "note": "as it stands"} for n in range(40)], indent=2)

Answer = Callable[[Sequence[BaseMessage]], AIMessage]


class Scripted(BaseChatModel):
    """Answers by a function of the messages, and keeps what it was sent."""

    answer: Any = Field(repr=False)
    sent: list[list[BaseMessage]] = Field(default_factory=list, repr=False)
    offered: list[list[str]] = Field(default_factory=list, repr=False)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        self.offered.append([getattr(one, "name", "") or one.get("name", "") for one in tools])
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.sent.append(list(messages))
        return ChatResult(generations=[ChatGeneration(message=self.answer(messages))])


def rows(page: int, count: int = 120) -> str:
    """About 5,000 tokens of issues, others on each page."""
    found = [
        {"id": page * 1000 + n, "state": "open", "owner": "ada", "milestone": None, "title": f"issue {n * 31 % 97}"}
        for n in range(count)
    ]
    return json.dumps(found, indent=4)


@tool
def list_issues(page: int) -> str:
    """Issues of a page."""
    return rows(page)


@tool
def all_issues() -> str:
    """Every issue."""
    return rows(7, 1200)


@tool
def a_story() -> str:
    """Long prose."""
    return " ".join(f"Then number {n * 7919 % 10007} came by and told of {n * 31 % 997} others." for n in range(3000))


def call(name: str, number: int = 0, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"{name}_{number}"}])


def results(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    return [message for message in messages if isinstance(message, ToolMessage)]


def pages(messages: Sequence[BaseMessage]) -> AIMessage:
    """Asks for one page after the other; summaries are told by having no tool to call."""
    if "summar" in str(messages[-1].content)[:4000].lower() and not results(messages):
        return AIMessage("A summary.")
    numbers = [int(message.tool_call_id.rpartition("_")[2]) for message in results(messages)]
    page = max(numbers, default=-1) + 1
    return call("list_issues", page, page=page) if page < RESULTS else AIMessage("done")


def model(answer: Answer) -> Scripted:
    return Scripted(answer=answer, profile={"max_input_tokens": WINDOW})


def run(scripted: Scripted, **facts: Any) -> Any:
    agent = create_deep_agent(**with_headroom(model=scripted, **facts))
    return agent.invoke({"messages": [HumanMessage("Which issues are open?")]})


def size(messages: Sequence[BaseMessage]) -> int:
    return sum(COUNTER.count_text(str(message.content)) for message in messages)


def test_twelve_results_fit_a_window_that_they_would_overflow_and_nothing_is_summarised() -> None:
    plain, ours = model(pages), model(pages)
    create_deep_agent(model=plain, tools=[list_issues]).invoke({"messages": [HumanMessage("Which issues are open?")]})

    state = run(ours, tools=[list_issues])

    assert len(results(plain.sent[-1])) < RESULTS
    assert len(plain.sent) > RESULTS + 1
    assert len(results(ours.sent[-1])) == RESULTS
    assert len(ours.sent) == RESULTS + 1
    assert size(ours.sent[-1]) < WINDOW / 3 < WINDOW < size(state["messages"])
    assert [message.content for message in results(state["messages"])] == [rows(page) for page in range(RESULTS)]


async def test_asynchronous_runs_are_sent_the_same() -> None:
    sync, asynchronous = model(pages), model(pages)
    run(sync, tools=[list_issues])

    agent = create_deep_agent(**with_headroom(model=asynchronous, tools=[list_issues]))
    await agent.ainvoke({"messages": [HumanMessage("Which issues are open?")]})

    assert [m.content for m in results(asynchronous.sent[-1])] == [m.content for m in results(sync.sent[-1])]


@pytest.mark.parametrize("subagents", [[], [{"name": "helper", "description": "helps", "system_prompt": "Help."}]])
def test_subagents_read_compressed_results_too(subagents: list[Any]) -> None:
    name = subagents[0]["name"] if subagents else "general-purpose"

    def answer(messages: Sequence[BaseMessage]) -> AIMessage:
        found = [message.name for message in results(messages)]
        if any("delegated" in str(message.content) for message in messages[:2]):
            return AIMessage("helped") if found else call("list_issues", page=1)
        return AIMessage("done") if found else call("task", description="delegated", subagent_type=name)

    scripted = model(answer)
    state = run(scripted, tools=[list_issues], subagents=subagents)

    (inside,) = [messages for messages in scripted.sent if results(messages) and results(messages)[0].name != "task"]
    assert COUNTER.count_text(str(results(inside)[0].content)) < COUNTER.count_text(rows(1)) / 2
    assert results(state["messages"])[0].content == "helped"
    assert state["messages"][-1].content == "done"


def test_a_handle_that_a_subagent_quotes_is_answered_finally_in_the_parent_and_resolves_where_it_was_shown() -> None:
    quoted: list[str] = []

    def answer(messages: Sequence[BaseMessage]) -> AIMessage:
        found = results(messages)
        if any("delegated" in str(message.content) for message in messages[:2]):
            if len(found) == 0:
                return call("list_issues", page=1)
            if len(found) == 1:
                quoted.append(str(found[0].content).partition('hash="')[2][:12])
                return call("headroom_retrieve", 1, hash=quoted[0], rows="2-3")
            return AIMessage(f"see {quoted[0]}")
        if len(found) == 0:
            return call("task", description="delegated", subagent_type="general-purpose")
        return call("headroom_retrieve", 2, hash=quoted[0]) if len(found) == 1 else AIMessage("done")

    scripted = model(answer)
    state = run(scripted, tools=[list_issues], headroom={"target_tokens": 300})

    inside = next(
        messages for messages in scripted.sent if any(m.name == "headroom_retrieve" for m in results(messages))
    )
    assert '"id": 1001' in str(results(inside)[1].content)
    assert "No original is available under this hash" in str(results(state["messages"])[1].content)


def test_parallel_tasks_write_their_savings_beside_each_other() -> None:
    def answer(messages: Sequence[BaseMessage]) -> AIMessage:
        if any("delegated" in str(message.content) for message in messages[:2]):
            return (
                AIMessage("helped") if results(messages) else call("list_issues", page=len(str(messages[-1].content)))
            )
        if results(messages):
            return AIMessage("done")
        tasks = [("delegated", 1), ("delegated more", 2)]
        arguments = [{"description": text, "subagent_type": "general-purpose"} for text, _ in tasks]
        return AIMessage("", tool_calls=[{"name": "task", "args": a, "id": f"t{n}"} for n, a in enumerate(arguments)])

    state = run(model(answer), tools=[list_issues])

    assert [message.content for message in results(state["messages"])] == ["helped", "helped"]


def test_what_the_file_tools_say_stays_as_it_is() -> None:
    steps = [
        call("write_file", file_path="/a.json", content=FILE),
        call("read_file", file_path="/a.json"),
        call("grep", pattern="as it stands", path="/", output_mode="content"),
        call("ls", path="/"),
        AIMessage("done"),
    ]
    scripted = model(lambda messages: steps[len(results(messages))])

    state = run(scripted, tools=[])

    assert [m.content for m in results(scripted.sent[-1])] == [m.content for m in results(state["messages"])]
    assert "as it stands" in str(results(scripted.sent[-1])[2].content)


def test_a_result_that_would_go_to_a_file_is_compressed_and_stays_and_the_file_holds_the_original() -> None:
    steps = [call("all_issues"), call("read_file", file_path="/large_tool_results/all_issues_0"), AIMessage("done")]
    scripted = model(lambda messages: steps[len(results(messages))])

    state = run(scripted, tools=[all_issues])

    first, page = results(state["messages"])
    assert len(str(first.content)) < 80_000 < len(rows(7, 1200))
    assert "too large" not in str(first.content)
    assert results(scripted.sent[-1])[0].content == first.content
    assert first.artifact["headroom_original"]["path"] == "/large_tool_results/all_issues_0"
    assert state["files"]["/large_tool_results/all_issues_0"]["content"] == rows(7, 1200)
    assert '"id": 7000' in str(page.content)


def test_a_result_that_stays_too_large_is_offloaded_as_ever() -> None:
    def last(middleware: bool) -> Any:
        scripted = model(lambda messages: AIMessage("done") if results(messages) else call("a_story"))
        facts: dict[str, Any] = {"model": scripted, "tools": [a_story]}
        agent = create_deep_agent(**with_headroom(**facts)) if middleware else create_deep_agent(**facts)
        agent.invoke({"messages": [HumanMessage("Tell.")]})
        return results(scripted.sent[-1])[0].content

    assert "too large" in str(last(True))
    assert last(True) == last(False)


def test_threads_go_on_and_the_model_may_ask_for_what_it_does_not_see() -> None:
    scripted = model(lambda messages: AIMessage("done") if results(messages) else call("list_issues", page=1))
    agent = create_deep_agent(**with_headroom(model=scripted, tools=[list_issues], checkpointer=InMemorySaver()))
    config: Any = {"configurable": {"thread_id": "1"}}

    agent.invoke({"messages": [HumanMessage("One?")]}, config)
    agent.invoke({"messages": [HumanMessage("Two?")]}, config)

    first, second = (next(m for m in sent if isinstance(m, ToolMessage)).content for sent in scripted.sent[-2:])
    assert first == second
    assert "headroom_retrieve" in scripted.offered[-1]


def test_what_the_caller_gives_is_kept() -> None:
    mine = HeadroomMiddleware(retrieval="off")
    backend = StateBackend()
    compiled = {"name": "c", "description": "d", "runnable": object()}
    remote = {"name": "r", "description": "d", "graph_id": "g"}

    made = with_headroom(
        model=model(pages), middleware=[mine], backend=backend, subagents=[compiled, remote], name="agent"
    )

    assert made["backend"] is backend
    assert made["name"] == "agent"
    assert [one for one in made["middleware"] if isinstance(one, HeadroomMiddleware)] == [mine]
    assert made["subagents"][:2] == [compiled, remote]
    assert [spec["name"] for spec in made["subagents"]] == ["c", "r", "general-purpose"]
    assert [spec["name"] for spec in with_headroom(model=model(pages), general_purpose=False)["subagents"]] == []
    profiles = with_headroom(model=model(pages), headroom={"tool_profiles": {"ls": {"skip_compression": False}}})
    assert profiles["middleware"]


def test_bad_settings_are_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="model"):
        with_headroom(tools=[])
    with pytest.raises(ConfigurationError, match="selektion"):
        with_headroom(model=model(pages), headroom={"selektion": "always"})


def test_originals_stay_readable_for_programs() -> None:
    state = run(model(pages), tools=[list_issues])

    assert json.loads(original(results(state["messages"])[3], state)) == json.loads(rows(3))
