"""What breaking the client has found: each was a defect once."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from headroom import HeadroomClient, scope
from headroom.calls.anthropic_messages import AnthropicMessages
from headroom.calls.anthropic_stream import MessagesReader
from headroom.calls.openai_chat import OpenAIChat
from headroom.calls.openai_chat_stream import ChatReader
from headroom.calls.openai_responses import OpenAIResponses
from headroom.calls.sums import added
from tests.stub.server import StubServer
from tests.stub.turns import Call, turn
from tests.unit.calls.test_mixed_turns import continued
from tests.unit.calls.test_rounds import asking
from tests.unit.calls.ways import APIS, QUESTION, ask, chat_arguments, new_client

pytestmark = pytest.mark.loopback

NAMES = ("chat", "responses", "messages")
THEIRS = Call("list_items", {"page": 2}, id="call_0")


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


def said(body: dict[str, Any]) -> str:
    return json.dumps(body.get("messages") or body.get("input"))


@pytest.mark.parametrize("api", NAMES)
def test_servers_that_count_their_calls_anew_mix_up_no_conversations(stub: StubServer, api: str) -> None:
    client, one = new_client(stub, api, "create"), APIS[api].arguments()
    other = json.loads(json.dumps(one).replace(QUESTION, "Something else?"))
    stub.play(asking(THEIRS, ...), turn(THEIRS), "a", "b")

    first = ask(api, "create", client, **one).raw
    second = ask(api, "create", client, **other).raw
    ask(api, "create", client, **continued(api, other, second))
    ask(api, "create", client, **continued(api, one, first))

    assert '"headroom_retrieve"' not in said(stub.bodies[2])
    assert '"headroom_retrieve"' in said(stub.bodies[3])


@pytest.mark.parametrize("api", NAMES)
def test_calls_with_one_id_are_told_apart(api: str) -> None:
    function = {"name": "headroom_retrieve", "arguments": "{"}
    other = {"name": "list_items", "arguments": "{}"}
    answers: dict[str, tuple[Any, Any]] = {
        "chat": (
            OpenAIChat(),
            {"choices": [{"message": {"tool_calls": [{"id": "", "function": f} for f in (other, function)]}}]},
        ),
        "responses": (
            OpenAIResponses(),
            {"output": [{"type": "function_call", "call_id": "", **f} for f in (other, function)]},
        ),
        "messages": (
            AnthropicMessages(),
            {"content": [{"type": "tool_use", "id": "", "name": f["name"], "input": {}} for f in (other, function)]},
        ),
    }
    shape, answer = answers[api]

    theirs, ours = shape.calls_of(answer)
    rest = shape.calls_of(shape.without_calls(answer, frozenset([ours.id])))

    assert [call.name for call in rest] == ["list_items"]
    assert theirs.id != ours.id
    following = shape.next_round({}, answer, {ours.id: "page"})
    assert json.dumps(following).count("page") == 1
    assert '"{"' not in json.dumps(following)  # servers refuse a request that holds broken JSON


def test_calls_that_are_no_functions_are_the_callers() -> None:
    custom = {"id": "a", "type": "custom", "custom": {"name": "shell", "input": "ls"}}
    ours = {"id": "b", "type": "function", "function": {"name": "headroom_retrieve", "arguments": "{}"}}
    chat = OpenAIChat().calls_of({"choices": [{"message": {"tool_calls": [custom, ours]}}]})
    items = [{"type": "computer_call", "call_id": "c"}, {"type": "custom_tool_call", "call_id": "d", "name": "shell"}]

    assert [call.name for call in chat] == ["shell", "headroom_retrieve"]
    assert chat[0].raw == custom
    assert [call.id for call in OpenAIResponses().calls_of({"output": items})] == ["", "d"]


def test_what_else_stands_in_a_call_goes_back_with_it() -> None:
    signed = {"google": {"thought_signature": "c2ln"}}
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}, "extra_content": signed}
    chunk = {"choices": [{"delta": {"role": "assistant", "reasoning": "Hm.", "tool_calls": [{"index": 0, **call}]}}]}
    reader = ChatReader()
    reader.feed(chunk)
    answer = reader.answer()

    following = OpenAIChat().next_round({}, answer, {"a": "page"})

    assert following["messages"][0]["tool_calls"] == [call]
    assert following["messages"][0]["reasoning"] == "Hm."


@pytest.mark.parametrize("index", [None, 0])
def test_servers_that_number_all_calls_alike_are_read(index: int | None) -> None:
    pieces = [
        {"index": index, "id": known, "type": "function", "function": {"name": name, "arguments": "{}"}}
        for known, name in (("a", "list_items"), ("b", "headroom_retrieve"))
    ]
    reader = ChatReader()

    passed = [reader.feed({"choices": [{"delta": {"tool_calls": [piece]}}]}) for piece in pieces]

    assert [len(events) for events in passed] == [1, 0]
    assert [call.name for call in OpenAIChat().calls_of(reader.answer())] == ["list_items", "headroom_retrieve"]


def test_blocks_of_a_stream_are_put_together_as_they_were() -> None:
    cited = {"type": "char_location", "cited_text": "x"}
    reader = MessagesReader()
    for event in (
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "It is x."}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": cited}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "compaction", "content": None}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "compaction_delta", "content": "Before."}},
    ):
        reader.feed(event)

    assert reader.answer()["content"] == [
        {"type": "text", "text": "It is x.", "citations": [cited]},
        {"type": "compaction", "content": "Before."},
    ]


def test_every_figure_of_the_usage_is_summed() -> None:
    rounds = [
        {"total": 3, "cost": 0.5, "details": {"reasoning": 1, "kind": "x"}, "tier": None},
        {"total": 4, "cost": 0.25, "details": {"reasoning": 2, "kind": "y"}, "is_byok": True},
    ]

    assert added(rounds) == {"total": 7, "cost": 0.75, "details": {"reasoning": 3, "kind": "y"}, "is_byok": True}


@pytest.mark.parametrize("api", NAMES)
@pytest.mark.parametrize("reads", [0, 1])
def test_a_stream_that_is_dropped_is_booked(stub: StubServer, api: str, reads: int) -> None:
    client = new_client(stub, api, "stream")
    stub.play(turn("word " * 20, sizes=(3,)))

    stream = APIS[api].resource(client).create(stream=True, **APIS[api].arguments())
    response, events = stream.response, iter(stream)
    for _ in range(reads):
        next(events)
    del stream, events
    gc.collect()
    response.close()
    for _ in range(500):  # the row is written by a thread
        if client.get_metrics():
            break
        time.sleep(0.01)

    assert [(row.stream, row.error, row.tokens_output) for row in client.get_metrics()] == [(True, None, None)]


@pytest.mark.parametrize("api", NAMES)
@pytest.mark.parametrize("is_async", [False, True])
async def test_leaving_a_helper_closes_the_connection_of_the_newest_round(
    stub: StubServer, api: str, is_async: bool
) -> None:
    client = new_client(stub, api, "ahelper" if is_async else "helper")
    held = turn("word " * 30, sizes=(4,), hold_after=8)
    stub.play(asking(...), held)
    manager = APIS[api].resource(client).stream(**APIS[api].arguments())

    if is_async:
        async with manager as helper:
            async for _ in helper:
                if len(stub.bodies) == 2:
                    break
    else:
        with manager as helper:
            for _ in helper:
                if len(stub.bodies) == 2:
                    break

    assert helper._raw_stream.response.is_closed
    held.gate.set()
    assert len(client.get_metrics()) == 1
    if is_async:
        await client.aclose()


def test_a_stream_is_the_work_of_whoever_began_it(stub: StubServer) -> None:
    client = new_client(stub, "chat", "stream")
    stub.play("hello")

    with scope(tenant="acme"):
        stream = client.chat.completions.create(stream=True, **chat_arguments())
    with scope(tenant="other"):
        list(stream)

    assert client.get_metrics()[0].tenant == "acme"


class Failing:
    """An optimizer that has none."""

    name = "failing"

    def cache_hints(self, *arguments: Any, **facts: Any) -> Any:
        raise RuntimeError("KANARIENVOGEL")


def test_hints_that_fail_cost_the_hints_alone(stub: StubServer) -> None:
    client = HeadroomClient(stub.openai(), default_mode="optimize", store_url="memory", cache_optimizer=Failing())
    stub.play("a")

    client.chat.completions.create(**chat_arguments())

    assert "headroom_retrieve" in json.dumps(stub.bodies[0]["tools"])
    row = client.get_metrics()[0]
    assert row.tokens_saved > 1000
    assert row.error == "RuntimeError"


@pytest.mark.parametrize("api", NAMES)
async def test_raw_responses_of_async_clients_are_read(stub: StubServer, api: str) -> None:
    stub.play(asking(...), "It is 7.", "It is 8.")
    client = new_client(stub, api, "acreate")
    resource = APIS[api].resource(client).with_raw_response

    raw = await resource.create(**APIS[api].arguments())
    stream = (await resource.create(stream=True, **APIS[api].arguments())).parse()
    stream = await stream if asyncio.iscoroutine(stream) else stream
    events = [event async for event in stream]

    answer = raw.parse()
    answer = await answer if asyncio.iscoroutine(answer) else answer
    assert APIS[api].final(answer).text == "It is 7."
    assert "8" in repr(events)
    assert [row.retrieve_rounds for row in client.get_metrics()] == [0, 1]
    await client.aclose()


def test_threads_share_a_client(stub: StubServer) -> None:
    client = new_client(stub, "chat", "create")

    def answer(body: dict[str, Any]) -> Any:
        is_asked = any(message["role"] == "tool" and "item 700" in message["content"] for message in body["messages"])
        return turn("done") if len(body["messages"]) > 4 or is_asked else asking(...)(body)

    stub.provider.script.model = answer
    found: list[str] = []

    def work() -> None:
        for _ in range(4):
            found.append(client.chat.completions.create(**chat_arguments()).choices[0].message.content)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["done"] * 16
    assert len(client.get_metrics()) == 16
