"""Async means async: the same bytes, and an event loop that nothing of ours blocks (requirement R9)."""

from __future__ import annotations

from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.instrumentation.dispatcher import instrument_tags

from headroom_integrations.llama_index import compress_tools, headroom_retrieve_tool
from tests.integrations.llama_index.openai_llms import (
    AGENTS,
    BIG,
    ROW,
    ask,
    asking,
    issues_tool,
    messages,
    results_in,
    rows,
    talking,
)
from tests.integrations.llama_index.task_agents import agent, run, script, tools
from tests.stub.turns import Call, turn

pytestmark = AGENTS
OURS = ["headroom", "headroom_integrations"]
MIXED = (asking("Both. ", ..., Call("list_issues", {"state": "closed"}, id="c2")), "Done.")


@pytest.mark.parametrize("way", ["achat", "astream_chat"])
@pytest.mark.parametrize("steps", [(asking(...), "It is row 403."), MIXED[:1]], ids=["rounds", "mixed"])
async def test_nothing_blocks_the_loop_and_the_bytes_are_those_of_the_sync_call(
    way: str, steps: Any, store_url: str
) -> None:
    async with talking(steps, store_url=store_url) as plain:
        await ask(way.removeprefix("a"), plain.llm, messages())
    async with talking(steps, store_url=store_url) as talk:
        with blockbuster_ctx(scanned_modules=OURS):
            await ask(way, talk.llm, messages())

    assert talk.bodies == plain.bodies
    assert len(rows(store_url)) == 2


async def test_nothing_blocks_the_loop_of_an_agent_with_tools_that_keep_originals(store_url: str) -> None:
    given: dict[str, Any] = {"originals": store_url.replace("metrics", "originals"), "retrieval": "tool"}
    async with talking([turn(Call("list_issues", {"state": "open"}, id="c1")), asking(...), "Row 403."]) as talk:
        own = [*compress_tools([issues_tool()], **given), headroom_retrieve_tool(**given)]
        runner = FunctionAgent(tools=own, llm=talk.inner)
        with blockbuster_ctx(scanned_modules=OURS):
            done = await runner.run("Which?")

    assert ROW in results_in(talk.bodies[-1])["call_ours"]
    assert ROW not in results_in(talk.bodies[-1])["c1"]
    assert [call.tool_output.is_error for call in done.tool_calls] == [False, False]
    assert done.tool_calls[0].tool_output.raw_output == BIG


@pytest.mark.slow
async def test_nothing_blocks_the_loop_over_a_long_run() -> None:
    async with talking(script("function")) as talk:
        runner = agent("function", talk.llm, compress_tools(tools()))
        with blockbuster_ctx(scanned_modules=OURS):
            done = await run(runner)

    assert [output.is_error for output in done.outputs] == [False] * len(done.outputs)
    assert talk.llm.get_metrics()["requests"] == len(talk.bodies)


async def test_a_stream_that_is_left_is_recorded_without_an_error(store_url: str) -> None:
    async with talking([turn("A long answer. " * 50)], store_url=store_url) as talk:
        stream = await talk.llm.astream_chat_with_tools([issues_tool()], chat_history=messages())
        async for _ in stream:
            break
        await stream.aclose()

    (row,) = rows(store_url)
    assert (row.error, row.stream) == (None, True)
    assert row.tokens_saved > 1000


async def test_rows_know_the_conversation_by_its_tag(store_url: str) -> None:
    async with talking(["One."], store_url=store_url) as talk:
        with instrument_tags({"thread_id": "t7"}):
            await ask("achat", talk.llm, messages())

    (row,) = rows(store_url)
    assert row.thread_id == "t7"
