"""MCP end to end: a real server over stdio, llama-index-tools-mcp, an agent, and what the provider is sent."""

from __future__ import annotations

import asyncio
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.tools import FunctionTool, ToolOutput

from headroom.compressors.table import decode
from headroom.tokenizers import built_in_counter
from headroom_integrations.llama_index.tools import compress_tools
from tests.integrations.llama_index.openai_llms import AGENTS, results_in, talking
from tests.mcp_server import TRACE, issue, numbers
from tests.stub.turns import Call, turn

pytest.importorskip("llama_index.tools.mcp")
pytestmark = AGENTS

SERVER = Path(__file__).resolve().parents[2] / "mcp_server.py"
ROOT = SERVER.parents[1]
NAMES = ("list_dicts", "list_models", "one_dict", "text_and_image", "embedded", "fails", "structured_only")
COUNTER = built_in_counter()


@cache
def runs() -> dict[str, tuple[dict[str, str], dict[str, ToolOutput]]]:
    """`plain` and `ours`: tool to what the stub was sent for it, and to the agent's own output."""
    return asyncio.run(both_runs())


async def both_runs() -> dict[str, Any]:
    from llama_index.tools.mcp import McpToolSpec  # type: ignore[import-untyped]
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    here = StdioServerParameters(
        command=sys.executable, args=[str(SERVER)], cwd=str(ROOT), env={"PYTHONPATH": str(ROOT)}
    )
    async with stdio_client(here) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        tools = await McpToolSpec(session).to_tool_list_async()
        return {"plain": await one_run(tools), "ours": await one_run(compress_tools(tools))}


async def one_run(tools: Any) -> tuple[dict[str, str], dict[str, ToolOutput]]:
    calls = [Call(name, id=f"call_{name}") for name in NAMES]
    async with talking([turn(*calls), "Twenty are open."]) as talk:
        agent = FunctionAgent(tools=tools, llm=talk.inner)
        after = await agent.run("Which issues are open?")
    sent = {known.removeprefix("call_"): text for known, text in results_in(talk.bodies[-1]).items()}
    return sent, {call.tool_name: call.tool_output for call in after.tool_calls}


@pytest.mark.parametrize("name", ["list_dicts", "list_models", "one_dict", "text_and_image"])
def test_a_list_is_one_table_of_at_most_a_quarter_of_its_tokens(name: str) -> None:
    (plain, _), (ours, outputs) = runs()["plain"], runs()["ours"]

    tables = [block for block in outputs[name].blocks if "Build fails" in getattr(block, "text", "")]
    assert len(tables) == 1
    assert COUNTER.count_text(ours[name]) <= COUNTER.count_text(plain[name]) / 4


def test_the_table_reads_back_as_what_the_server_said() -> None:
    sent, _ = runs()["ours"]

    assert as_json(decode(sent["list_models"].removeprefix("lines"))) == [issue(number) for number in numbers(1)]


def as_json(value: Any) -> Any:
    """A decoded value with numbers as Python has them."""
    if isinstance(value, dict):
        return {name: as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return int(value) if type(value).__name__ not in ("str", "bool", "NoneType") else value


def test_what_has_no_text_stands_on_lines_of_its_own_as_it_was_printed() -> None:
    (plain, _), (ours, _) = runs()["plain"], runs()["ours"]

    (line,) = [line for line in ours["text_and_image"].splitlines() if line.startswith("ImageContent(")]
    assert line in plain["text_and_image"]


def test_errors_stay_to_the_letter() -> None:
    (plain, _), (ours, outputs) = runs()["plain"], runs()["ours"]

    assert ours["fails"] == plain["fails"]
    assert all(line.strip() in ours["fails"] for line in TRACE.splitlines()[-3:-1])
    assert outputs["fails"].raw_output.isError


def test_structured_content_alone_is_there_and_the_same_twice_is_not() -> None:
    (plain, _), (ours, _) = runs()["plain"], runs()["ours"]

    assert "structuredContent" in plain["list_models"]
    assert "structuredContent" not in ours["list_models"]
    assert ours["structured_only"].count("Build fails") > 0
    assert COUNTER.count_text(ours["structured_only"]) < COUNTER.count_text(plain["structured_only"]) / 3


def test_the_servers_own_object_is_in_raw_output() -> None:
    _, outputs = runs()["ours"]

    assert {type(output.raw_output).__name__ for output in outputs.values()} == {"CallToolResult"}
    assert [output.is_error for output in outputs.values()] == [False] * len(NAMES)
    texts = [item.text for item in outputs["list_models"].raw_output.content]
    assert [json.loads(text)["number"] for text in texts] == [issue(number)["number"] for number in numbers(1)]


def result(**facts: Any) -> Any:
    """A result of the SDK's."""
    from mcp.types import CallToolResult

    return CallToolResult(**facts)


def text(words: str, **facts: Any) -> Any:
    """A text block of the SDK's."""
    from mcp.types import TextContent

    return TextContent(type="text", text=words, **facts)


def answered(raw: Any) -> str:
    """What a compressed tool says for it."""
    tool = FunctionTool.from_defaults(lambda: raw, name="t", description="d")
    (made,) = compress_tools([tool], min_chars_to_compress=0)
    return made().content  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("texts", "structured", "is_twin"),
    [
        (['{"a": 1}', '{"a": 2}'], {"result": [{"a": 1}, {"a": 2}]}, True),
        (['{"b": 1, "a": 2}'], {"a": 2, "b": 1}, True),
        (["plain words"], {"result": "plain words"}, True),
        (['{"a": 1}'], {"a": True}, False),
        (["3 rows"], {"rows": [1, 2, 3]}, False),
    ],
)
def test_structured_content_goes_only_where_the_texts_say_all_of_it(
    texts: list[str], structured: Any, is_twin: bool
) -> None:
    said = answered(result(content=[text(one) for one in texts], structuredContent=structured))

    assert (json.dumps(structured) in said) is (not is_twin or json.dumps(structured) in texts)
    assert all(one in said for one in texts)


def test_a_result_that_says_more_than_is_understood_stays_as_it_was_printed() -> None:
    raw = result(content=[text("words")], _meta={"trace": "t7"})

    assert answered(raw) == str(raw)


def test_a_block_with_notes_of_the_server_stays_as_it_was_printed() -> None:
    from mcp.types import Annotations

    block = text("words", annotations=Annotations(audience=["user"]))

    assert answered(result(content=[block])) == repr(block)
