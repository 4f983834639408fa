"""LLMs over the stub, with a result too large to stay whole, and every way to chat with them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]

from headroom.results import RequestMetrics
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.llama_index.llm import HeadroomLLM
from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import Call, Turn, turn

BIG = json.dumps([{"id": n, "text": f"{n * 7919 % 10007} {n * 104729 % 99991} words"} for n in range(900)])
ROW = f"{402 * 7919 % 10007} {402 * 104729 % 99991}"
"""A row that is not shown at first."""
AGENTS = [
    pytest.mark.loopback,
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211"),
    pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning"),
]
"""Marks of tests with agents: workflows look at every attribute of theirs, those that pydantic has given up, too."""
WAYS = ("chat", "achat", "stream_chat", "astream_chat")
HANDLE = re.compile(r"\b[0-9a-f]{12}\b")


@dataclass(frozen=True)
class Talk:
    """A stub, and LLMs over it."""

    stub: StubServer
    inner: OpenAILike
    llm: HeadroomLLM

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What the stub saw."""
        return self.stub.bodies


@asynccontextmanager
async def talking(steps: Iterable[Any] | Callable[..., Any] = (), **settings: Any) -> AsyncIterator[Talk]:
    """A stub that plays `steps`, an LLM, and the same with headroom; clients are closed at the end."""
    with StubServer(steps) as stub, httpx.Client(trust_env=False) as client:
        async with httpx.AsyncClient(trust_env=False) as async_client:
            inner = inner_llm(stub, http_client=client, async_http_client=async_client)
            yield Talk(stub, inner, HeadroomLLM(inner, **settings))


def inner_llm(stub: StubServer, **facts: Any) -> OpenAILike:
    """The LLM without headroom."""
    own = {"model": "gpt-4o", "api_base": f"{stub.url}/v1", "api_key": API_KEY, "max_retries": 0}
    kind = {"is_chat_model": True, "is_function_calling_model": True, "context_window": 128_000}
    more = {"additional_kwargs": {"stream_options": {"include_usage": True}}}
    return OpenAILike(**{**own, **kind, **more, **facts})


def list_issues(state: str) -> str:
    """Lists the issues in this state."""
    return BIG


def issues_tool() -> FunctionTool:
    """The tool whose result is too large."""
    return FunctionTool.from_defaults(list_issues)


def messages(content: str = BIG, call_id: str = "c1") -> list[ChatMessage]:
    """A question, a call, and its result."""
    call = {"id": call_id, "type": "function", "function": {"name": "list_issues", "arguments": '{"state": "open"}'}}
    return [
        ChatMessage(role="user", content="Which issues are open?"),
        ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": [call]}),
        ChatMessage(role="tool", content=content, additional_kwargs={"tool_call_id": call_id}),
    ]


async def ask(way: str, llm: Any, history: list[ChatMessage], **facts: Any) -> list[Any]:
    """The responses of one chat, with the tool; plain answers are one."""
    facts = {"tools": [issues_tool()], **facts}
    if way == "chat":
        return [llm.chat_with_tools(chat_history=history, **facts)]
    if way == "achat":
        return [await llm.achat_with_tools(chat_history=history, **facts)]
    if way == "stream_chat":
        return list(llm.stream_chat_with_tools(chat_history=history, **facts))
    stream = await llm.astream_chat_with_tools(chat_history=history, **facts)
    return [response async for response in stream]


def asking(*parts: Any, rows: str = "403-404", **facts: Any) -> Callable[[dict[str, Any]], Turn]:
    """A step that asks for rows of the original that the request's marker names, where `...` stands."""

    def step(body: dict[str, Any]) -> Turn:
        found = HANDLE.search(json.dumps(body["messages"]))
        call = Call("headroom_retrieve", {"hash": found.group() if found else "0" * 12, "rows": rows}, id="call_ours")
        return turn(*[call if part is ... else part for part in parts], **facts)

    return step


def tool_names(body: dict[str, Any]) -> list[str]:
    """Names of the tools of a request."""
    return [tool["function"]["name"] for tool in body.get("tools") or ()]


def results_in(body: dict[str, Any]) -> dict[str, str]:
    """Id of a call to the text that answers it in a request."""
    return {one["tool_call_id"]: one["content"] for one in body["messages"] if one["role"] == "tool"}


def rows(store_url: str) -> list[RequestMetrics]:
    """The ledger, oldest first."""
    flush_recorders()
    return sorted(open_metrics_store(store_url).read(limit=None), key=lambda row: row.timestamp)
