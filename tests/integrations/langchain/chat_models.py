"""Chat models over the stub, with a result too large to stay whole, and every way to call them."""

from __future__ import annotations

import asyncio
import gc
import json
import re
from collections.abc import Callable
from typing import Any

from langchain_anthropic import ChatAnthropic
from langchain_anthropic._client_utils import _get_default_async_httpx_client
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models._client_utils import _cached_async_httpx_client

from headroom_integrations.langchain.chat_model import HeadroomChatModel
from tests.integrations.langchain.conversations import conversation
from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import Call, Turn, turn

BIG = json.dumps([{"id": n, "text": f"{n * 7919 % 10007} {n * 104729 % 99991} words"} for n in range(900)])
ROW = f"{402 * 7919 % 10007} {402 * 104729 % 99991}"
"""A row that is not shown at first."""
ROWS = "402-404"
APIS = ("chat", "responses", "claude")
WAYS = ("invoke", "ainvoke", "stream", "astream")
KEPT = (_cached_async_httpx_client, _get_default_async_httpx_client)
HANDLE = re.compile(r"\b[0-9a-f]{12}\b")


@tool
def list_issues(state: str) -> str:
    """Lists the issues in this state."""
    return BIG


def inner_model(api: str, stub: StubServer, **facts: Any) -> Any:
    """The model without headroom."""
    own = {"api_key": API_KEY, "max_retries": 0}
    if api == "claude":
        return ChatAnthropic(**{"base_url": stub.url, "model": "claude-sonnet-4-6", **own, **facts})
    own |= {"base_url": f"{stub.url}/v1", "model": "gpt-4o", "stream_usage": True}
    return ChatOpenAI(**{**own, "use_responses_api": api == "responses", **facts})


async def close_clients(stub: StubServer) -> None:
    """Close the async clients of this server: LangChain keeps them by address, beyond the loop that they belong to,
    and another server may get the address."""
    for thing in gc.get_objects():
        if type(thing).__name__ == "_AsyncHttpxClientWrapper" and str(thing.base_url).startswith(stub.url):
            await thing.aclose()
    for kept in KEPT:
        kept.cache_clear()
    for _ in range(5):  # transports close in steps of the loop
        await asyncio.sleep(0)


def wrapped(api: str, stub: StubServer, **settings: Any) -> HeadroomChatModel:
    """The model with headroom."""
    return HeadroomChatModel(inner_model(api, stub), **settings)


def talk(content: str = BIG) -> list[BaseMessage]:
    """A question, a call, and its result."""
    return conversation(content)[:4]


async def ask(way: str, model: Any, messages: Any, **facts: Any) -> AIMessage:
    """The model's answer by one of the four ways; chunks are joined as LangChain joins them."""
    if way == "invoke":
        return model.invoke(messages, **facts)  # type: ignore[no-any-return]
    if way == "ainvoke":
        return await model.ainvoke(messages, **facts)  # type: ignore[no-any-return]
    if way == "stream":
        chunks = list(model.stream(messages, **facts))
    else:
        chunks = [chunk async for chunk in model.astream(messages, **facts)]
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    return whole  # type: ignore[no-any-return]


def asking(*parts: Any, rows: str = ROWS, **facts: Any) -> Callable[[dict[str, Any]], Turn]:
    """A step that asks for rows of the original that the request's marker names, where `...` stands."""

    def step(body: dict[str, Any]) -> Turn:
        found = HANDLE.search(json.dumps(body.get("messages") or body.get("input")))
        call = Call("headroom_retrieve", {"hash": found.group() if found else "0" * 12, "rows": rows}, id="call_ours")
        return turn(*[call if part is ... else part for part in parts], **facts)

    return step


def items_of(body: dict[str, Any]) -> list[Any]:
    """Messages or items of a request."""
    return list(body.get("messages") or body.get("input") or [])


def tool_names(body: dict[str, Any]) -> list[str]:
    """Names of the tools of a request."""
    return [(one.get("function") or one)["name"] for one in body.get("tools") or ()]
