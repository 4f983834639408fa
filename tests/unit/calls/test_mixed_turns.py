"""Turns in which the model calls our tool and the caller's: what goes back to the provider afterwards (R25)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from headroom import HeadroomClient
from tests.stub.server import StubServer
from tests.stub.turns import Call, turn
from tests.unit.calls.test_rounds import asking
from tests.unit.calls.ways import APIS, ask, new_client

pytestmark = pytest.mark.loopback

THEIRS = Call("list_items", {"page": 2}, id="mine_2")


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


def continued(api: str, arguments: dict[str, Any], answer: Any, result: str = "page two") -> dict[str, Any]:
    """What a caller's loop sends next: the answer as it got it, and the results of its calls."""
    if api == "chat":
        message = answer.choices[0].message
        results = [{"role": "tool", "tool_call_id": call.id, "content": result} for call in message.tool_calls]
        return {**arguments, "messages": [*arguments["messages"], message.model_dump(exclude_none=True), *results]}
    if api == "responses":
        items = [item.model_dump(exclude_none=True) for item in answer.output]
        calls = [item for item in answer.output if item.type == "function_call"]
        results = [{"type": "function_call_output", "call_id": call.call_id, "output": result} for call in calls]
        return {**arguments, "input": [*arguments["input"], *items, *results]}
    blocks = [block.model_dump(exclude_none=True) for block in answer.content]
    calls = [block for block in answer.content if block.type == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": result} for call in calls]
    tail = [{"role": "assistant", "content": blocks}, {"role": "user", "content": results}]
    return {**arguments, "messages": [*arguments["messages"], *tail]}


def items_of(body: dict[str, Any]) -> list[Any]:
    return list(body.get("messages") or body.get("input") or [])


def without_marks(items: list[Any]) -> str:
    """The items as text, without breakpoints, which move on."""
    return json.dumps(items).replace(', "cache_control": {"type": "ephemeral"}', "")


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("order", ["first", "last"])
def test_our_call_is_put_back_at_its_place_and_stays_there(stub: StubServer, api: str, order: str) -> None:
    client, arguments = new_client(stub, api, "create"), APIS[api].arguments()
    stub.play(asking(*((..., THEIRS) if order == "first" else (THEIRS, ...))), "Go on.", "Done.")

    answer = ask(api, "create", client, **arguments).raw
    following = continued(api, arguments, answer)
    second = ask(api, "create", client, **following).raw
    third = {**following}
    key = "input" if api == "responses" else "messages"
    said = second.output_text if api == "responses" else "Go on."
    third[key] = [*following[key], {"role": "assistant", "content": said}, {"role": "user", "content": "And now?"}]
    ask(api, "create", client, **third)

    assert '"id": 700' in str(items_of(stub.bodies[1]))
    before, after = items_of(stub.bodies[1]), items_of(stub.bodies[2])
    assert without_marks(after[: len(before)]) == without_marks(before)
    where = without_marks(before)
    ours, theirs = where.index('"headroom_retrieve"'), where.index("mine_2")
    assert (ours < theirs) == (order == "first")


@pytest.mark.parametrize("api", APIS)
def test_another_process_sends_the_turn_without_our_call(stub: StubServer, api: str) -> None:
    arguments = APIS[api].arguments()
    stub.play(asking(THEIRS, ...), "Go on.")

    answer = ask(api, "create", new_client(stub, api, "create"), **arguments).raw
    ask(api, "create", new_client(stub, api, "create"), **continued(api, arguments, answer))

    assert '"headroom_retrieve"' not in json.dumps(items_of(stub.bodies[1]))
    assert "mine_2" in json.dumps(items_of(stub.bodies[1]))


@pytest.mark.parametrize("api", APIS)
def test_turns_of_another_tenant_are_not_put_back(stub: StubServer, api: str) -> None:
    client, arguments = new_client(stub, api, "create"), APIS[api].arguments()
    stub.play(asking(THEIRS, ...), "Go on.")

    answer = ask(api, "create", client, headroom_namespace="acme", **arguments).raw
    ask(api, "create", client, headroom_namespace="other", **continued(api, arguments, answer))

    assert '"headroom_retrieve"' not in json.dumps(items_of(stub.bodies[1]))


def thinking_arguments() -> dict[str, Any]:
    arguments = APIS["messages"].arguments()  # the turn before ended, so that its call needs no thinking
    arguments["messages"] += [{"role": "assistant", "content": "Got them."}, {"role": "user", "content": "So?"}]
    return {**arguments, "max_tokens": 4000, "thinking": {"type": "enabled", "budget_tokens": 2000}}


@pytest.mark.parametrize("way", ["create", "stream", "helper"])
def test_with_signed_thinking_our_call_stays_visible_and_gets_its_answer(stub: StubServer, way: str) -> None:
    client, arguments = new_client(stub, "messages", way), thinking_arguments()
    stub.play(asking(..., THEIRS, thinking="Hm."), "Go on.")

    answer = ask("messages", way, client, **arguments)
    assert [name for name, _ in answer.calls] == ["headroom_retrieve", "list_items"]
    ask("messages", "create", client, **continued("messages", arguments, answer.raw, "unknown tool headroom_retrieve"))

    results = items_of(stub.bodies[1])[-1]["content"]
    assert '"id": 700' in results[0]["content"]
    assert len(results) == 2
    assert items_of(stub.bodies[1])[-2]["content"][0]["type"] == "thinking"


@pytest.mark.parametrize("way", ["create", "stream", "helper"])
def test_thinking_before_a_call_of_ours_alone_goes_back_to_the_provider_as_it_was(stub: StubServer, way: str) -> None:
    client = new_client(stub, "messages", way)
    stub.play(asking(..., thinking="Let me think."), turn("It is item 700.", thinking="Now I know."))

    answer = ask("messages", way, client, **thinking_arguments())

    assert answer.text == "It is item 700."
    assert answer.calls == []
    assert [block["type"] for block in items_of(stub.bodies[1])[-2]["content"]] == ["thinking", "tool_use"]


def test_a_raw_response_keeps_what_the_provider_sent(stub: StubServer) -> None:
    client: HeadroomClient = new_client(stub, "chat", "create")
    stub.play(asking(THEIRS, ...), asking(...), "Done.")

    mixed = client.chat.completions.with_raw_response.create(**APIS["chat"].arguments())
    alone = client.chat.completions.with_raw_response.create(**APIS["chat"].arguments())

    assert len(mixed.parse().choices[0].message.tool_calls) == 2
    assert alone.parse().choices[0].message.content == "Done."
    assert alone.headers["content-type"].startswith("application/json")
