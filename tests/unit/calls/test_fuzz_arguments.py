"""Arguments of a call: what the SDK takes the client takes, and it reaches the SDK as it was given."""

from __future__ import annotations

import copy
import json
from collections import deque
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from headroom import HeadroomClient
from headroom.errors import ConfigurationError
from tests.stub.server import StubServer
from tests.stub.turns import Call, turn
from tests.unit.calls.test_mixed_turns import continued
from tests.unit.calls.test_rounds import asking
from tests.unit.calls.ways import APIS, ask, chat_arguments, new_client

pytestmark = pytest.mark.loopback

NAMES = ("chat", "responses", "messages")
LISTS = {"chat": "messages", "responses": "input", "messages": "messages"}


class Order(BaseModel):
    number: int


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


class Recording:
    """A client that keeps what it was asked for, and answers nothing."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.chat = self
        self.completions = self

    def create(self, **arguments: Any) -> None:
        self.sent.append(arguments)


values = st.one_of(
    st.none(),
    st.integers(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from([openai.NOT_GIVEN, openai.omit, anthropic.NOT_GIVEN, object()]),
)
names = st.sampled_from(
    ["temperature", "stop", "metadata", "user", "extra_headers", "extra_query", "timeout", "logit_bias", "own_thing"]
)


@given(more=st.dictionaries(names, values, max_size=4), mode=st.sampled_from(["audit", "optimize"]))
def test_an_argument_reaches_the_sdk_as_the_same_object(more: dict[str, Any], mode: str) -> None:
    recording, given_arguments = Recording(), chat_arguments("short")
    client = HeadroomClient(recording, "openai", store_url="memory")
    before = copy.deepcopy(given_arguments)

    client.chat.completions.create(**given_arguments, **more, headroom_mode=mode, headroom_query="x")

    sent = recording.sent[0]
    assert sent.keys() == given_arguments.keys() | more.keys()
    assert all(sent[name] is value for name, value in more.items())
    assert sent["messages"] is given_arguments["messages"]
    assert given_arguments == before


@given(name=st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1, max_size=12))
def test_an_unknown_argument_of_ours_is_refused_before_anything_is_sent(name: str) -> None:
    recording = Recording()
    client = HeadroomClient(recording, "openai", store_url="memory")

    with pytest.raises(ConfigurationError, match="unknown argument"):
        client.chat.completions.create(**chat_arguments(), **{f"headroom_x{name}": 1})

    assert recording.sent == []
    assert client.get_metrics() == []


@pytest.mark.parametrize("api", NAMES)
@pytest.mark.parametrize("mode", ["audit", "optimize"])
@pytest.mark.parametrize("kind", [iter, tuple, deque])
def test_messages_and_tools_may_be_any_iterable(stub: StubServer, api: str, mode: str, kind: Any) -> None:
    client, plain = new_client(stub, api, "create", default_mode=mode), APIS[api].arguments()
    stub.play("a", "b")

    ask(api, "create", client, **plain)
    ask(api, "create", client, **{**plain, LISTS[api]: kind(plain[LISTS[api]]), "tools": kind(plain["tools"])})

    first, second = stub.bodies
    assert second == first
    one, other = client.get_metrics()
    assert one.tokens_input_before == other.tokens_input_before > 1000


@pytest.mark.parametrize("retrieval", ["auto", "tool"])
@pytest.mark.parametrize("nothing", [openai.NOT_GIVEN, openai.omit])
def test_what_is_not_given_is_not_sent(stub: StubServer, nothing: Any, retrieval: str) -> None:
    client, plain = new_client(stub, "chat", "create"), chat_arguments()
    stub.play("a", "b")

    more = {"stream": nothing, "temperature": nothing, "timeout": openai.NOT_GIVEN}
    client.chat.completions.create(**{**plain, "tools": nothing, **more}, headroom_retrieval=retrieval)

    assert "temperature" not in stub.bodies[0]
    names = [tool["function"]["name"] for tool in stub.bodies[0].get("tools", ())]
    assert names == (["headroom_retrieve"] if retrieval == "tool" else [])


@pytest.mark.parametrize("api", NAMES)
def test_answers_of_the_sdk_may_stand_among_the_messages(stub: StubServer, api: str) -> None:
    client, plain = new_client(stub, api, "create"), APIS[api].arguments()
    calls = [Call("list_items", {"page": 2}, id="mine_1"), Call("list_items", {"page": 3}, id="mine_2")]
    stub.play(asking(calls[0], ..., calls[1]), "a", "b")

    answer = ask(api, "create", client, **plain).raw
    as_dicts = continued(api, plain, answer)
    key = LISTS[api]
    said: list[Any] = [{"role": "assistant", "content": getattr(answer, "content", None)}]
    if api != "messages":
        said = [answer.choices[0].message] if api == "chat" else list(answer.output)
    place = len(plain[key])
    as_objects = {**as_dicts, key: [*plain[key], *said, *as_dicts[key][place + len(said) :]]}
    ask(api, "create", client, **as_dicts)
    ask(api, "create", client, **as_objects)

    ours = [json.dumps(body).count('"headroom_retrieve"') for body in stub.bodies]
    assert ours == [1, 2, 2]
    assert client.get_metrics()[0].error is None


def test_stream_may_be_anything_true(stub: StubServer) -> None:
    stub.play(asking(...), "It is 7.")

    events = list(new_client(stub, "chat", "create").chat.completions.create(**chat_arguments(), stream=1))

    assert "headroom" not in repr(events)
    assert len(stub.bodies) == 2


@pytest.mark.parametrize("api", NAMES)
@pytest.mark.parametrize("is_async", [False, True])
async def test_structured_answers_are_parsed_after_rounds_of_ours(stub: StubServer, api: str, is_async: bool) -> None:
    client, arguments = new_client(stub, api, "acreate" if is_async else "create"), APIS[api].arguments()
    tool = arguments["tools"][0]
    tool.get("function", tool)["strict"] = True
    stub.play(asking(...), '{"number": 7}', '{"number": 8}')
    name = {"chat": "response_format", "responses": "text_format", "messages": "output_format"}[api]
    resource = APIS[api].resource(client)

    found = resource.parse(**arguments, **{name: Order})
    found = await found if is_async else found
    raw = resource.with_raw_response.create(**arguments)
    raw = await raw if is_async else raw

    parsed = found.choices[0].message.parsed if api == "chat" else getattr(found, "output_parsed", None)
    assert (parsed or found.parsed_output) == Order(number=7)
    assert raw.status_code == 200
    assert len({json.dumps(body["tools"]) for body in stub.bodies}) == 1
    assert json.dumps(stub.bodies[0]["tools"]).count("headroom_retrieve") == 1
    if is_async:
        await client.aclose()


def test_tools_in_the_extra_body_are_the_callers_alone(stub: StubServer) -> None:
    stub.play("a")
    given_arguments = chat_arguments()

    new_client(stub, "chat", "create").chat.completions.create(
        **given_arguments, extra_body={"tools": given_arguments["tools"]}
    )

    assert stub.bodies[0]["tools"] == given_arguments["tools"]
    assert "not shown here" not in json.dumps(stub.bodies[0])


def test_where_calls_pass_by_headroom_its_arguments_are_refused(stub: StubServer) -> None:
    client = new_client(stub, "chat", "create")
    stub.play("a")

    with pytest.raises(ConfigurationError, match="with_streaming_response"):
        client.chat.completions.with_streaming_response.create(**chat_arguments(), headroom_mode="audit")
    with client.chat.completions.with_streaming_response.create(**chat_arguments()) as response:
        answer = response.parse()

    assert answer.choices[0].message.content == "a"
    assert stub.bodies[0]["messages"] == chat_arguments()["messages"]


@pytest.mark.parametrize("name", ["with_options", "copy"])
def test_a_client_with_other_options_is_wrapped_as_this_one(stub: StubServer, name: str) -> None:
    client = new_client(stub, "chat", "create")
    stub.play(asking(...), turn("It is 7."))

    other = getattr(client, name)(max_retries=1)
    answer = other.chat.completions.create(**chat_arguments(), headroom_run_id="r")

    assert answer.choices[0].message.content == "It is 7."
    assert [row.run_id for row in client.get_metrics()] == ["r"]
