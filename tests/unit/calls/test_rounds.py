"""Retrieve calls of the model, answered inside the caller's call: every API, whole and streamed, sync and async."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stub.server import StubServer
from tests.stub.turns import AWKWARD, Call, turn
from tests.unit.calls.ways import EVERY, EVERY_API, ask, new_client

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession"),  # of Google's SDK
]
NEVER = ("none", {"type": "none"}, {"functionCallingConfig": {"mode": "NONE"}})

HANDLE = re.compile(r'headroom_retrieve\(hash=\\*"([0-9a-f]{12})')


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


def handle_in(body: dict[str, Any]) -> str:
    found = HANDLE.search(json.dumps(body))
    assert found
    return found[1]


def asking(*parts: Any, **facts: Any) -> Any:
    """A step that asks for the original that the request's marker names."""

    def step(body: dict[str, Any]) -> Any:
        call = Call("headroom_retrieve", {"hash": handle_in(body), "search": "item 700"})
        return turn(*[call if part is ... else part for part in parts], **facts)

    return step


@pytest.mark.parametrize(("api", "way"), EVERY)
def test_a_call_of_ours_is_answered_within(stub: StubServer, api: str, way: str) -> None:
    stub.play(asking(..., sizes=AWKWARD), "It is item 700.")
    client = new_client(stub, api, way)

    final = ask(api, way, client)

    assert final.text == "It is item 700."
    assert final.calls == []
    assert '"id": 700' in str(stub.bodies[1])
    row = client.get_metrics()[0]
    assert row.retrieve_rounds == 1
    assert row.by_retrieved["list_items"][0] == 1
    is_told = (api, way.removeprefix("a")) != ("chat", "helper")  # a stream says its usage where it was asked to
    assert row.tokens_input_billed == (stub.invoice.usage.prompt if is_told else None)
    assert row.tokens_output == (stub.invoice.usage.output if is_told else None)


@pytest.mark.parametrize(("api", "way"), EVERY)
def test_words_before_the_call_of_ours_go_on_in_streams(stub: StubServer, api: str, way: str) -> None:
    stub.play(asking("Let me look. ", ..., sizes=AWKWARD), "It is item 700.")

    final = ask(api, way, new_client(stub, api, way))

    is_stream = way.removeprefix("a") != "create"
    assert final.text == ("Let me look. It is item 700." if is_stream else "It is item 700.")
    assert final.calls == []


@pytest.mark.parametrize(("api", "way"), EVERY)
@pytest.mark.parametrize("order", ["first", "last", "between"])
def test_of_a_mixed_turn_the_caller_gets_his_calls(stub: StubServer, api: str, way: str, order: str) -> None:
    theirs, other = Call("list_items", {"page": 2}, id="mine_2"), Call("list_items", {"page": 3}, id="mine_3")
    parts = {"first": (..., theirs, other), "last": (theirs, other, ...), "between": (theirs, ..., other)}[order]
    stub.play(asking("Both. ", *parts, sizes=AWKWARD))

    final = ask(api, way, new_client(stub, api, way))

    assert final.text == "Both. "
    assert [(name, json.loads(arguments)) for name, arguments in final.calls] == [
        ("list_items", {"page": 2}),
        ("list_items", {"page": 3}),
    ]
    assert len(stub.bodies) == 1


@pytest.mark.parametrize("api", EVERY_API)
def test_usage_is_that_of_all_rounds_and_lists_them(stub: StubServer, api: str) -> None:
    stub.play(asking(...), asking(...), "Done.")

    usage = ask(api, "create", new_client(stub, api, "create")).usage

    assert len(usage.headroom_rounds) == 3
    assert sum(each["output_tokens"] for each in usage.headroom_rounds) == stub.invoice.usage.output
    assert sum(each["input_tokens"] for each in usage.headroom_rounds) == stub.invoice.usage.prompt


@pytest.mark.parametrize(("api", "way"), EVERY)
def test_rounds_are_bounded(stub: StubServer, api: str, way: str) -> None:
    def stubborn(body: dict[str, Any]) -> Any:
        if body.get("tool_choice", body.get("toolConfig")) in NEVER:
            return turn("I give up.")
        return asking(...)(body)

    stub.play(stubborn, stubborn, stubborn, stubborn, stubborn)

    final = ask(api, way, new_client(stub, api, way))

    assert final.text == "I give up."
    assert final.calls == []
    assert len(stub.bodies) == 4


@pytest.mark.parametrize("api", EVERY_API)
def test_the_tools_list_is_the_same_in_every_request(stub: StubServer, api: str) -> None:
    client = new_client(stub, api, "create")
    stub.play("a", asking(...), "b", "c")

    ask(api, "create", client)
    ask(api, "create", client)
    ask(api, "create", client, **EVERY_API[api].arguments("short"))

    assert len({json.dumps(body["tools"]) for body in stub.bodies}) == 1
    assert "headroom_retrieve" in json.dumps(stub.bodies[0]["tools"])


@pytest.mark.parametrize("api", EVERY_API)
def test_without_tools_of_the_caller_nothing_is_added(stub: StubServer, api: str) -> None:
    stub.play("a")
    arguments = EVERY_API[api].arguments()
    del arguments.get("config", arguments)["tools"]

    ask(api, "create", new_client(stub, api, "create"), **arguments)

    assert "tools" not in stub.bodies[0]
    assert "not shown here" not in json.dumps(stub.bodies[0])
