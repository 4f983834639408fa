"""The memory under an agent that calls tools, over several runs and a restart."""

from __future__ import annotations

import gc
import itertools
import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.memory import Memory
from llama_index.core.workflow import Context
from llama_index.llms.openai import OpenAI

from headroom_integrations.llama_index import HeadroomLLM, HeadroomMemory, HeadroomMemoryBlock
from tests.integrations.llama_index.stores import closed_stores  # noqa: F401
from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import Call, Turn

ROWS = json.dumps([{"id": n, "state": "open", "title": f"issue number {n}", "labels": ["bug"]} for n in range(200)])
TURNS = 5

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20"),  # agents look at themselves
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211"),
]


@pytest.fixture(autouse=True, scope="module")
def closed_clients() -> Iterator[None]:
    """The HTTP clients of LlamaIndex's models close with their objects only."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def list_issues(state: str) -> str:
    """Issues in a state."""
    return ROWS


def asks(body: dict[str, Any]) -> Any:
    """A model that calls the tool for each question, and then answers."""
    if body["messages"][-1]["role"] == "user":
        return Turn(parts=(Call("list_issues", {"state": "open"}),))
    return "Two hundred."


def agent(stub: StubServer, *, wrapped: bool = False) -> FunctionAgent:
    llm: Any = OpenAI(model="gpt-4o", api_key=API_KEY, api_base=f"{stub.url}/v1", max_retries=0)
    return FunctionAgent(tools=[list_issues], llm=HeadroomLLM(llm) if wrapped else llm)


def questions(body: dict[str, Any]) -> list[str]:
    return [message["content"] for message in body["messages"] if message["role"] == "user"]


async def talked(stub: StubServer, memory: Any, turns: range = range(TURNS)) -> dict[str, Any]:
    """The last request of a conversation."""
    for number in turns:
        await agent(stub).run(f"Question {number}?", memory=memory)
    return dict(stub.requests[-1].body)


async def test_an_agent_remembers_more_turns_in_the_same_limit() -> None:
    with StubServer(asks) as stub:
        plain = await talked(stub, Memory.from_defaults(token_limit=16_000))
        ours = await talked(stub, HeadroomMemory.from_defaults(token_limit=16_000))

    assert len(questions(ours)) > len(questions(plain))
    assert len(json.dumps(ours)) < len(json.dumps(plain)) * len(questions(ours)) / 2


async def test_turns_before_the_limit_stay_readable_with_a_block() -> None:
    memory = HeadroomMemory.from_defaults(
        token_limit=12_000, token_flush_size=1000, memory_blocks=[HeadroomMemoryBlock(token_limit=6000)]
    )
    with StubServer(asks) as stub:
        last = await talked(stub, memory)

    assert questions(last) == [f"Question {number}?" for number in range(TURNS)]
    assert not any("session_id" in message for message in last["messages"])


async def test_a_prefix_once_sent_stays_the_same_until_turns_are_flushed() -> None:
    with StubServer(asks) as stub:
        await talked(stub, HeadroomMemory.from_defaults(token_limit=100_000), range(3))
        bodies = [request.body["messages"] for request in stub.requests]

    runs = [bodies[at] for at in (0, 2, 4)]  # the first request of each run: what the memory gave, and the question
    for before, after in itertools.pairwise(runs):
        assert after[: len(before)] == before


async def test_a_model_that_compresses_finds_nothing_left_to_do() -> None:
    memory = HeadroomMemory.from_defaults(token_limit=100_000)
    with StubServer(asks) as stub:
        await talked(stub, memory, range(2))
        given = await memory.aget()
        await agent(stub, wrapped=True).run("Once more?", memory=memory)
        sent = stub.requests[4].body["messages"]

    results = [str(message.content) for message in given if message.role.value == "tool"]
    assert [message["content"] for message in sent if message["role"] == "tool"] == results


async def test_a_conversation_goes_on_after_a_restart() -> None:
    block = HeadroomMemoryBlock(token_limit=6000)
    memory = HeadroomMemory.from_defaults(token_limit=12_000, token_flush_size=1000, memory_blocks=[block])
    with StubServer(asks) as stub:
        first = agent(stub)
        context = Context(first)
        for number in range(4):
            await first.run(f"Question {number}?", ctx=context, memory=memory)
        written = json.dumps(context.to_dict())

        second = agent(stub)
        await second.run("And now?", ctx=Context.from_dict(second, json.loads(written)))
        last = stub.requests[-1].body

    assert questions(last) == [*(f"Question {number}?" for number in range(4)), "And now?"]


async def test_an_event_loop_waits_for_nothing_of_ours() -> None:
    memory = HeadroomMemory.from_defaults(
        token_limit=12_000, token_flush_size=1000, memory_blocks=[HeadroomMemoryBlock(token_limit=6000)]
    )
    with StubServer(asks) as stub:
        await agent(stub).run("Before?", memory=memory)  # what LlamaIndex loads late
        with blockbuster_ctx():
            await talked(stub, memory, range(4))

    assert len(stub.requests) == 10
