"""Twelve turns of tool calls by agents of every kind: what the provider sees and bills, what the agent keeps."""

from __future__ import annotations

import asyncio
import json
from itertools import groupby
from typing import Any

import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import Context, HumanResponseEvent, InputRequiredEvent, JsonPickleSerializer

from headroom_integrations.llama_index.tools import compress_tools
from tests.integrations.llama_index.openai_llms import AGENTS, BIG, results_in, rows, talking
from tests.integrations.llama_index.task_agents import (
    KINDS,
    Run,
    agent,
    prefix_breaks,
    run,
    script,
    task,
    tools,
)
from tests.stub.billing import Invoice
from tests.stub.turns import Call, turn

pytestmark = [*AGENTS, pytest.mark.slow]

ORIGINALS = sorted(step.result for turns in task().questions[0].turns for step in turns)


async def ran(kind: str, *, with_llm: bool = False, with_tools: bool = False, **facts: Any) -> tuple[Run, Any]:
    """A run of an agent, and the talk that it had."""
    async with talking(script(kind)) as talk:
        given = compress_tools(tools()) if with_tools else tools()
        done = await run(agent(kind, talk.llm if with_llm else talk.inner, given, **facts))
    return done, talk


@pytest.mark.parametrize("kind", KINDS)
async def test_tools_are_compressed_once_and_all_else_is_as_without(kind: str) -> None:
    plain, raw = await ran(kind)
    done, talk = await ran(kind, with_tools=True)

    assert done.answer == plain.answer
    assert done.events == plain.events
    assert [output.is_error for output in done.outputs] == [False] * len(plain.outputs)
    own = [output for output in done.outputs if output.tool_name != "handoff"]
    assert sorted(output.raw_output for output in own) == ORIGINALS
    assert sum(len(output.content) for output in own) < 0.8 * sum(map(len, ORIGINALS))
    assert await done.context.store.get("called") == await plain.context.store.get("called")
    assert prefix_breaks(talk) == prefix_breaks(raw)
    assert [facts(body) for body in talk.bodies] == [facts(body) for body in raw.bodies]


def facts(body: dict[str, Any]) -> Any:
    """A request without what tools said; results of parallel calls come as they are done, so in one order here."""
    shown: list[dict[str, Any]] = [
        {**one, "content": None}
        if one["role"] == "tool" or str(one["content"]).startswith("Observation: ")
        else {**one, "tool_calls": None}
        if one["role"] == "assistant"
        else one
        for one in body["messages"]
    ]
    groups = groupby(shown, lambda one: one["role"] == "tool")
    found = [one for are_results, group in groups for one in (sorted(group, key=repr) if are_results else group)]
    return {**body, "messages": found}


@pytest.mark.parametrize("kind", ["function", "workflow"])
async def test_around_the_llm_events_and_answers_are_as_without(kind: str) -> None:
    plain, raw = await ran(kind)
    done, talk = await ran(kind, with_llm=True)

    assert done.answer == plain.answer
    assert done.events == plain.events
    own = [output for output in done.outputs if output.tool_name != "handoff"]
    assert sorted(output.content for output in own) == ORIGINALS, "the agent keeps what its tools said"
    shown = results_in(talk.bodies[-1])
    assert set(shown) == set(results_in(raw.bodies[-1]))
    assert sum(map(len, shown.values())) < sum(map(len, ORIGINALS)) / 2
    assert prefix_breaks(talk) == prefix_breaks(raw)
    memory = await done.context.store.get("memory")
    kept = [message.content for message in memory.get_all() if message.role == "tool"]
    assert sorted(text for text in kept if text in ORIGINALS) == ORIGINALS


async def test_the_bill_is_less_than_half_of_no_compression() -> None:
    """Prompt dollars with the provider's prefix cache: `[pytest -s]` prints them."""
    bills: dict[str, Invoice] = {}
    for name, facts in (
        ("raw", {}),
        ("tools", {"with_tools": True}),
        ("llm", {"with_llm": True}),
        ("both", {"with_llm": True, "with_tools": True}),
    ):
        _, talk = await ran("function", **facts)
        bills[name] = talk.stub.invoice
        print(f"{name}: {bills[name].usage.prompt} prompt tokens, ${bills[name].input_dollars:.4f}")

    assert bills["llm"].input_dollars < bills["raw"].input_dollars / 2
    assert bills["tools"].input_dollars < 0.75 * bills["raw"].input_dollars
    assert bills["both"].input_dollars < 0.75 * bills["raw"].input_dollars


async def test_what_tools_have_compressed_the_llm_leaves_as_it_is() -> None:
    done, talk = await ran("function", with_llm=True, with_tools=True, streaming=False)

    contents = {output.content for output in done.outputs}
    shown = [text for text in results_in(talk.bodies[-1]).values() if not text.startswith("[headroom ")]
    assert len(shown) > 8
    assert set(shown) <= contents


async def test_every_call_has_a_row_and_every_tool_too(store_url: str) -> None:
    async with talking(script("function"), store_url=store_url) as talk:
        await run(agent("function", talk.llm, compress_tools(tools(), store_url=store_url)))

    ledger = rows(store_url)
    calls = [row for row in ledger if row.integration == "llama_index.llm"]
    assert len(calls) == len(talk.bodies)
    assert len([row for row in ledger if row.integration == "llama_index.tools"]) == len(ORIGINALS)
    assert sum(row.tokens_input_billed or 0 for row in calls) == talk.stub.invoice.usage.prompt
    assert sum(row.cached_tokens or 0 for row in calls) == talk.stub.invoice.usage.read


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_run_goes_on_from_a_written_context_with_the_same_prefix(streaming: bool) -> None:
    def made(talk: Any) -> Any:
        return agent("function", talk.llm, compress_tools(tools()), streaming=streaming)

    async with talking(script("function")) as talk:
        first = await run(made(talk))
        written = json.dumps(first.context.to_dict(serializer=JsonPickleSerializer()))
    async with talking(["All as before."]) as again:
        runner = made(again)
        context = Context.from_dict(runner, json.loads(written), serializer=JsonPickleSerializer())
        done = await run(runner, context=context, question="And now?")

    before, after = talk.bodies[-1], again.bodies[0]
    assert done.answer == "All as before."
    assert after["messages"][: len(before["messages"])] == before["messages"]
    assert after["tools"] == before["tools"]


@pytest.mark.parametrize("around", ["llm", "tools"])
async def test_a_person_in_between_is_asked_and_heard(around: str) -> None:
    async def dangerous(ctx: Context) -> str:
        """Asks before it does anything."""
        heard = await ctx.wait_for_event(HumanResponseEvent, waiter_event=InputRequiredEvent(prefix="Sure?"))
        return f"{heard.response}: {BIG}"

    dangerous.__annotations__["ctx"] = Context
    async with talking([turn(Call("dangerous", id="c1")), "Done."]) as talk:
        given: list[Any] = [FunctionTool.from_defaults(async_fn=dangerous)]
        given = compress_tools(given) if around == "tools" else given
        runner = FunctionAgent(tools=given, llm=talk.llm if around == "llm" else talk.inner)
        handler = runner.run("Do it.")
        async for event in handler.stream_events():
            if isinstance(event, InputRequiredEvent):
                assert handler.ctx is not None
                handler.ctx.send_event(HumanResponseEvent(response="yes"))
        done = await handler

    assert str(done) == "Done."
    (output,) = [call.tool_output for call in done.tool_calls]
    assert not output.is_error
    assert output.raw_output == f"yes: {BIG}"
    assert len(results_in(talk.bodies[-1])["c1"]) < len(BIG)


async def test_parallel_calls_are_answered_beside_each_other() -> None:
    _, talk = await ran("function", with_llm=True, with_tools=True)

    history = talk.bodies[-1]["messages"]
    double = [n for n, one in enumerate(history) if len(one.get("tool_calls") or ()) == 2]
    assert double, "the task holds turns with two calls"
    for place in double:
        wanted = {call["id"] for call in history[place]["tool_calls"]}
        assert {one["tool_call_id"] for one in history[place + 1 : place + 3]} == wanted


async def test_runs_side_by_side_do_not_disturb_each_other() -> None:
    async with talking(script("function")) as talk:
        given = compress_tools(tools())
        done = await asyncio.gather(*(run(agent("function", talk.llm, given)) for _ in range(3)))

    assert {one.answer for one in done} == {task().questions[0].answer}
    shown = [results_in(body) for body in talk.bodies]
    for known in {name for results in shown for name in results}:
        assert len({results[known] for results in shown if known in results}) == 1
