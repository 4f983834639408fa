"""Agents that ask for what was left out: by the LLM unseen, or by a tool of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from llama_index.core.agent.workflow import FunctionAgent, ReActAgent
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import Context, JsonPickleSerializer
from pydantic import BaseModel

from headroom import ConfigurationError
from headroom.retrieval import tool_schema
from headroom_integrations.llama_index import HeadroomLLM, compress_tools, headroom_retrieve_tool
from tests.integrations.llama_index.openai_llms import (
    AGENTS,
    BIG,
    HANDLE,
    ROW,
    asking,
    issues_tool,
    messages,
    results_in,
    rows,
    talking,
    tool_names,
)
from tests.integrations.llama_index.task_agents import prefix_breaks
from tests.stub.turns import Call, Turn, turn

pytestmark = AGENTS
LOOK = turn(Call("list_issues", {"state": "open"}, id="c1"))


async def events_of(handler: Any) -> list[Any]:
    """All events of a run that is done."""
    return [event async for event in handler.stream_events()]


@pytest.mark.parametrize("streaming", [True, False])
async def test_the_llm_answers_and_the_agent_sees_nothing_of_it(streaming: bool) -> None:
    async with talking([LOOK, asking(...), "It is row 403."]) as talk:
        runner = FunctionAgent(tools=[issues_tool()], llm=talk.llm, streaming=streaming)
        context = Context(runner)
        handler = runner.run("Which?", ctx=context)
        seen = await events_of(handler)
        done = await handler
        memory = (await context.store.get("memory")).get_all()

    assert str(done) == "It is row 403."
    assert ROW in results_in(talk.bodies[2])["call_ours"]
    assert "headroom_retrieve" not in str(seen) + str(memory)
    assert memory[2].content == BIG
    assert prefix_breaks(talk) == []


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_tool_of_the_agents_own_answers_from_its_turn(streaming: bool, store_url: str) -> None:
    async with talking([LOOK, asking(...), "It is row 403."], store_url=store_url) as talk:
        given = [issues_tool(), headroom_retrieve_tool(talk.llm)]
        handler = FunctionAgent(tools=given, llm=talk.llm, streaming=streaming).run("Which?")
        seen = await events_of(handler)
        done = await handler

    outputs = [event.tool_output for event in seen if type(event).__name__ == "ToolCallResult"]
    assert [(output.tool_name, output.is_error) for output in outputs] == [
        ("list_issues", False),
        ("headroom_retrieve", False),
    ]
    assert ROW in outputs[1].content
    assert str(done) == "It is row 403."
    assert ROW not in results_in(talk.bodies[1])["c1"]
    assert prefix_breaks(talk) == []
    ledger = rows(store_url)
    assert [row.retrieved_tokens > 0 for row in ledger] == [False, False, True]


async def test_a_run_that_goes_on_elsewhere_can_ask_for_what_was_left_out_before() -> None:
    def runner_of(talk: Any) -> FunctionAgent:
        return FunctionAgent(tools=[issues_tool(), headroom_retrieve_tool(talk.llm)], llm=talk.llm)

    async with talking([LOOK, "Many."]) as talk:
        runner = runner_of(talk)
        context = Context(runner)
        await runner.run("Which?", ctx=context)
        written = json.dumps(context.to_dict(serializer=JsonPickleSerializer()))
    async with talking([asking(...), "It is row 403."]) as again:
        runner = runner_of(again)
        context = Context.from_dict(runner, json.loads(written), serializer=JsonPickleSerializer())
        await runner.run("And row 403?", ctx=context)

    assert ROW in results_in(again.bodies[-1])["call_ours"]


def acting(tool: str, arguments: Any) -> str:
    """Words by which a ReAct model calls a tool."""
    return f"Thought: I look.\nAction: {tool}\nAction Input: {json.dumps(arguments)}"


def asks_in_words(body: dict[str, Any]) -> Turn:
    """Asks for the rows of the first handle that is shown, where its line says that they are."""
    shown = body["messages"][-1]["content"]
    found = HANDLE.search(shown)
    assert found is not None
    place = {"at": "line 1"} if 'at="line 1"' in shown else {}
    return turn(acting("headroom_retrieve", {"hash": found.group(), "rows": "403-404", **place}))


async def test_a_react_agent_asks_for_what_its_compressed_tool_left_out() -> None:
    given = {"originals": "memory", "retrieval": "tool"}
    steps = [acting("list_issues", {"state": "open"}), asks_in_words, "Thought: I see.\nAnswer: It is row 403."]
    async with talking(steps) as talk:
        tools = [*compress_tools([issues_tool()], **given), headroom_retrieve_tool(**given)]  # type: ignore[arg-type]
        done = await ReActAgent(tools=tools, llm=talk.inner).run("Which?")

    first, second = (body["messages"][-1]["content"] for body in talk.bodies[1:])
    assert first.startswith("Observation: ")
    assert ROW not in first
    assert ROW in second
    assert str(done) == "It is row 403."
    assert [call.tool_output.is_error for call in done.tool_calls] == [False, False]


async def test_what_a_react_model_is_sent_as_words_of_the_user_comes_back_too() -> None:
    steps = [acting("list_issues", {"state": "open"}), asks_in_words, "Thought: I see.\nAnswer: It is row 403."]
    settings = {"roles": {"user"}, "retrieval": "off", "target_tokens": 1500, "selection": "always"}
    async with talking(steps, **settings) as talk:
        tools = [issues_tool(), headroom_retrieve_tool(talk.llm)]
        await ReActAgent(tools=tools, llm=talk.llm).run("Which?")

    first, second = (body["messages"][-1]["content"] for body in talk.bodies[1:])
    assert first.startswith("Observation: ")
    assert ROW not in first
    assert ROW in second


async def test_the_tool_is_declared_as_by_the_format_wherever_it_stands() -> None:
    async with talking(["One.", "One."]) as talk:
        await FunctionAgent(tools=[issues_tool()], llm=talk.llm).run("Hi.")
        await FunctionAgent(tools=[issues_tool(), headroom_retrieve_tool(talk.llm)], llm=talk.llm).run("Hi.")

    unseen, own = (body["tools"] for body in talk.bodies)
    assert unseen == own
    wanted = tool_schema("openai_chat")["function"]
    function = own[-1]["function"]
    assert (function["name"], function["description"]) == (wanted["name"], wanted["description"])
    assert function["parameters"] == {**wanted["parameters"], "additionalProperties": False}


def shown_handle(**settings: Any) -> str:
    """The handle under which the large result is known."""
    result = HeadroomLLM(mock(), selection="always", target_tokens=1500, **settings).simulate(messages())
    return result.ccr_hashes[0]


def mock() -> Any:
    from llama_index.core.llms import MockLLM

    return MockLLM()


def test_outside_of_an_agent_it_reads_a_memory_or_messages() -> None:
    memory = ChatMemoryBuffer.from_defaults(messages(), token_limit=10**6)

    for source in (memory, messages()):
        output = headroom_retrieve_tool(source)(hash=shown_handle(), rows="403-404")
        assert ROW in output.content
        assert not output.is_error


def test_handles_of_another_namespace_are_unknown() -> None:
    asked = {"hash": shown_handle(namespace="a"), "rows": "403-404"}

    assert ROW in headroom_retrieve_tool(messages(), namespace="a")(**asked).content
    assert ROW not in headroom_retrieve_tool(messages(), namespace="b")(**asked).content


@pytest.mark.parametrize("arguments", [{"hash": "0" * 12}, {"hash": 7}, {}, {"hash": "x", "rows": "a-b"}])
def test_whatever_is_asked_there_is_an_answer(arguments: dict[str, Any]) -> None:
    output = headroom_retrieve_tool(messages())(**arguments)

    assert output.content
    assert not output.is_error


def test_the_same_asked_again_brings_more_and_then_an_end() -> None:
    handle = shown_handle()
    call = {"name": "headroom_retrieve", "arguments": json.dumps({"hash": handle})}
    asked = [
        ChatMessage(
            role="assistant",
            content="",
            additional_kwargs={"tool_calls": [{"id": f"r{n}", "type": "function", "function": call}]},
        )
        for n in range(3)
    ]

    answers = [headroom_retrieve_tool([*messages(), *asked[: n + 1]])(hash=handle).content for n in range(3)]

    assert len(answers[0]) < len(answers[1])
    assert len(answers[2]) < 500


async def test_a_conversation_that_cannot_be_read_is_said_and_is_no_error() -> None:
    class Broken:
        """A context whose store fails."""

        class store:  # noqa: N801
            @staticmethod
            async def get(*args: Any, **kwargs: Any) -> Any:
                raise OSError("zebra-4711")

    output = await headroom_retrieve_tool().acall(ctx=Broken, hash=shown_handle())

    assert not output.is_error
    assert "zebra" not in output.content
    assert ROW not in output.content


@pytest.mark.parametrize(
    ("source", "settings", "field"),
    [(7, {}, "source"), ("llm", {}, "source"), (None, {"orginals": "memory"}, "orginals")],
)
def test_bad_settings_are_refused(source: Any, settings: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        headroom_retrieve_tool(source, **settings)

    assert refused.value.details["field"] == field


async def test_a_tool_without_a_name_of_ours_is_not_taken_for_it() -> None:
    async with talking(["One."]) as talk:
        other = FunctionTool.from_defaults(lambda hash: "x", name="retrieve", description="Another.")
        await FunctionAgent(tools=[other], llm=talk.llm).run("Hi.")

    assert tool_names(talk.bodies[0]) == ["retrieve", "headroom_retrieve"]


class Report(BaseModel):
    """What is handed in at the end."""

    open_issues: int


async def test_a_structured_answer_comes_as_without_it_and_is_short_where_tools_are_compressed() -> None:
    """LlamaIndex writes the whole memory into one message of the user for it: nothing for the LLM to compress."""
    report = turn(Call("Report", {"open_issues": 900}, id="r1"))
    found = {}
    for name, given in (
        ("inner", [issues_tool()]),
        ("llm", [issues_tool()]),
        ("tools", compress_tools([issues_tool()])),
    ):
        async with talking([LOOK, "Many.", report]) as talk:
            llm = talk.llm if name == "llm" else talk.inner
            runner = FunctionAgent(tools=list(given), llm=llm, output_cls=Report)
            found[name] = (await runner.run("How many?")).structured_response, talk.bodies[-1]

    assert [answer for answer, _ in found.values()] == [{"open_issues": 900}] * 3
    sizes = {name: len(json.dumps(body)) for name, (_, body) in found.items()}
    assert sizes["llm"] == sizes["inner"] > 1.5 * sizes["tools"]
