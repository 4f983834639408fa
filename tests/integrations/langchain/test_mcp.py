"""MCP end to end: a real server over stdio, LangChain's adapters, an agent, and what the providers are sent."""

from __future__ import annotations

import asyncio
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from headroom import retrieve
from headroom.compressors.table import decode
from headroom.tokenizers import built_in_counter
from headroom_integrations import HeadroomCompressor
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.mcp_server import TRACE, issue, numbers
from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import Call, turn

pytestmark = pytest.mark.loopback

SERVER = Path(__file__).resolve().parents[2] / "mcp_server.py"
ROOT = SERVER.parents[1]
NAMES = ("list_dicts", "list_models", "one_dict", "text_and_image", "embedded", "fails", "structured_only")
CALLS = [Call(f"github__{name}", id=f"call_{name}") for name in NAMES]
APIS = ("chat", "responses", "messages")
COUNTER = built_in_counter()

Run = tuple[dict[str, str], dict[str, Any], list[BaseMessage]]
"""Tool to the text that the provider was sent for it; the same as blocks; the messages of the agent's state."""


def model(api: str, stub: StubServer) -> Any:
    if api == "messages":
        return ChatAnthropic(
            model_name="claude-sonnet-5", base_url=stub.url, api_key=SecretStr(API_KEY), timeout=None, stop=None
        )
    return ChatOpenAI(
        model="gpt-5-mini",
        base_url=f"{stub.url}/v1",
        api_key=SecretStr(API_KEY),
        max_retries=0,
        use_responses_api=api == "responses",
    )


@cache
def runs() -> dict[tuple[str, bool], Run]:
    """One run per API with the middleware and one without, over one server."""
    return asyncio.run(all_runs())


async def all_runs() -> dict[tuple[str, bool], Run]:
    here = {"transport": "stdio", "command": sys.executable, "args": [str(SERVER)], "cwd": str(ROOT)}
    client = MultiServerMCPClient({"github": {**here, "env": {"PYTHONPATH": str(ROOT)}}})  # type: ignore[dict-item]
    found = {}
    async with client.session("github") as session:
        tools = await load_mcp_tools(session)
        for tool in tools:
            tool.name = f"github__{tool.name}"
        for api in APIS:
            for has_middleware in (True, False):
                found[api, has_middleware] = await one_run(api, tools, has_middleware)
    return found


async def one_run(api: str, tools: Any, has_middleware: bool) -> Run:
    with StubServer([turn(*CALLS), "Twenty are open."]) as stub:
        middleware = [HeadroomMiddleware(retrieval="off")] if has_middleware else []
        agent = create_agent(model(api, stub), tools, middleware=middleware)
        after = await agent.ainvoke({"messages": [HumanMessage("Which issues are open?")]})
        blocks = blocks_of(api, stub.bodies[-1])
    return {name: text_of(found) for name, found in blocks.items()}, blocks, after["messages"]


def blocks_of(api: str, body: dict[str, Any]) -> dict[str, Any]:
    """Tool to the content that it has in a request."""
    if api == "responses":
        items = [item for item in body["input"] if item.get("type") == "function_call_output"]
        return {item["call_id"].removeprefix("call_"): item["output"] for item in items}
    if api == "chat":
        items = [item for item in body["messages"] if item["role"] == "tool"]
        return {item["tool_call_id"].removeprefix("call_"): item["content"] for item in items}
    results = [block for item in body["messages"] if item["role"] == "user" for block in as_blocks(item["content"])]
    results = [block for block in results if block["type"] == "tool_result"]
    return {block["tool_use_id"].removeprefix("call_"): block["content"] for block in results}


def as_blocks(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def text_of(content: Any) -> str:
    """All text of it."""
    return "\n".join(block["text"] for block in as_blocks(content) if "text" in block)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("name", ["list_dicts", "list_models", "one_dict", "text_and_image"])
def test_a_list_is_one_table_of_at_most_a_quarter_of_its_tokens(api: str, name: str) -> None:
    sent, blocks, _ = runs()[api, True]
    raw, _, _ = runs()[api, False]

    tables = [block for block in as_blocks(blocks[name]) if "text" in block and "Build fails" in block["text"]]
    assert len(tables) == 1
    assert COUNTER.count_text(sent[name]) <= COUNTER.count_text(raw[name]) / 4


@pytest.mark.parametrize("api", APIS)
def test_the_table_reads_back_as_what_the_server_said(api: str) -> None:
    sent, _, _ = runs()[api, True]

    assert as_json(decode(sent["list_models"].removeprefix("lines"))) == [issue(number) for number in numbers(1)]


def as_json(value: Any) -> Any:
    """A decoded value with numbers as Python has them."""
    if isinstance(value, dict):
        return {name: as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return json.loads(value) if type(value).__name__ == "Number" else value


@pytest.mark.parametrize("api", APIS)
def test_errors_pictures_and_what_is_no_table_go_out_as_they_came(api: str) -> None:
    sent, blocks, _ = runs()[api, True]
    raw, plain_blocks, _ = runs()[api, False]

    assert TRACE in sent["fails"] == raw["fails"]
    assert sent["structured_only"] == raw["structured_only"] == "60 issues"
    pictures = [block for block in as_blocks(blocks["text_and_image"]) if "text" not in block]
    assert len(pictures) == 1
    assert pictures == [block for block in as_blocks(plain_blocks["text_and_image"]) if "text" not in block]
    assert as_blocks(blocks["text_and_image"])[-1]["text"] == "That was the board."
    assert [block for block in as_blocks(blocks["embedded"]) if "text" not in block] == [
        block for block in as_blocks(plain_blocks["embedded"]) if "text" not in block
    ]


@pytest.mark.parametrize("api", APIS)
def test_no_random_id_of_a_merged_block_is_sent(api: str) -> None:
    _, blocks, _ = runs()[api, True]

    assert "lc_" not in json.dumps([block for name, block in blocks.items() if name.startswith("list_")])


def test_the_state_keeps_what_the_server_said() -> None:
    _, _, messages = runs()["chat", True]
    _, _, plain = runs()["chat", False]

    for one, other in zip(messages, plain, strict=True):
        if isinstance(one, ToolMessage) and isinstance(other, ToolMessage):
            assert text_of(one.content) == text_of(other.content)
            assert (one.name, one.status, one.artifact) == (other.name, other.status, other.artifact)


def conversation() -> list[BaseMessage]:
    """The state of a run without us, as a step of a chain gets it."""
    _, _, messages = runs()["chat", False]
    return messages[:-1]


def test_a_step_merges_the_blocks_of_a_result_and_sends_no_random_id() -> None:
    after = HeadroomCompressor().invoke(conversation())

    listed = next(message for message in after if message.name == "github__list_models")
    assert [sorted(block) for block in listed.content] == [["text", "type"]]
    assert [sorted(block) for block in conversation()[3].content][:1] == [["id", "text", "type"]]
    assert [note.tool for note in HeadroomCompressor().simulate(conversation()).notes if note.change] == [
        f"github__{name}" for name in NAMES[:5]
    ]


def test_globs_know_the_prefix_of_a_server() -> None:
    kept = HeadroomCompressor(tool_profiles={"github__list_*": {"skip_compression": True}}).invoke(conversation())

    changed = [new.name for new, old in zip(kept, conversation(), strict=True) if new is not old]
    assert changed == ["github__one_dict", "github__text_and_image", "github__embedded"]


def test_structured_content_beside_a_message_is_the_original_that_a_handle_names() -> None:
    messages = conversation()
    result = HeadroomCompressor(target_tokens=300, selection="always", references=False).simulate(messages)
    handles = {note.tool: note.handle for note in result.notes if note.handle}
    listed = next(m for m in messages if isinstance(m, ToolMessage) and m.name == "github__list_models")
    rewritten = listed.model_copy(update={"content": "what the model read"})

    found = retrieve(handles["github__list_models"], messages=[AIMessage(""), rewritten])

    assert found.text == text_of(listed.content)


def test_gemini_which_is_sent_ids_of_blocks_is_sent_one_block_without() -> None:
    google = pytest.importorskip("langchain_google_genai")
    listed = next(message for message in conversation() if message.name == "github__list_dicts")
    call = {"name": "github__list_dicts", "args": {}, "id": "call_list_dicts"}
    history = [HumanMessage("Which are open?"), AIMessage("", tool_calls=[call]), listed]

    with StubServer(["ok", "ok"]) as stub:
        chat = google.ChatGoogleGenerativeAI(
            model="gemini-2.5-flash", base_url=stub.url, api_key=SecretStr(API_KEY), max_retries=1
        )
        chat.invoke(history)
        (HeadroomCompressor() | chat).invoke(history)
        raw, sent = (json.dumps(body["contents"][-1]) for body in stub.bodies)

    assert "lc_" in raw
    assert "lc_" not in sent
    assert COUNTER.count_text(sent) <= COUNTER.count_text(raw) / 4
