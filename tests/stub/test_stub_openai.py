from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.stub.server import StubServer
from tests.stub.turns import AWKWARD, Call, Drop, Fault, Hang, Refusal, turn

pytestmark = pytest.mark.loopback

TOOL = {"type": "function", "function": {"name": "get_order", "parameters": {"type": "object", "properties": {}}}}
ASKED: list[Any] = [{"role": "user", "content": "Where is order 7?"}]
ARGUMENTS = {"id": 7, "note": 'caf\u00e9 \U0001f600 "quoted" \\ \n'}


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


class Weather(BaseModel):
    city: str
    degrees: int


def test_an_answer_parses_into_the_sdks_objects(stub: StubServer) -> None:
    stub.play(turn("On its way.", Call("get_order", ARGUMENTS), Call("get_order", {"id": 8})))

    made = stub.openai().chat.completions.create(model="gpt-4o", messages=ASKED, tools=[TOOL])

    choice = made.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content == "On its way."
    assert [json.loads(call.function.arguments) for call in choice.message.tool_calls] == [ARGUMENTS, {"id": 8}]
    assert made.usage.prompt_tokens == stub.invoice.usage.prompt > 0
    assert made.usage.completion_tokens == stub.invoice.usage.output > 0


@pytest.mark.parametrize("interleave", [False, True])
def test_a_stream_says_the_same_as_the_whole_answer(stub: StubServer, interleave: bool) -> None:
    parts = ("h\u00e9llo \U0001f600", Call("get_order", ARGUMENTS, id="a"), Call("get_order", {}, id="b"))
    stub.play(turn(*parts, sizes=AWKWARD, bytes_per_write=7, interleave=interleave))

    with stub.openai().chat.completions.stream(model="gpt-4o", messages=ASKED, tools=[TOOL]) as stream:
        for _ in stream:
            pass
        made = stream.get_final_completion()

    message = made.choices[0].message
    assert message.content == "h\u00e9llo \U0001f600"
    assert [json.loads(call.function.arguments) for call in message.tool_calls] == [ARGUMENTS, {}]
    assert [call.id for call in message.tool_calls] == ["a", "b"]


def test_usage_comes_at_the_end_of_a_stream_where_it_was_asked_for(stub: StubServer) -> None:
    stub.play("yes", "no")
    create = stub.openai().chat.completions.create
    usage = {"include_usage": True}

    asked = list(create(model="gpt-4o", messages=ASKED, stream=True, stream_options=usage))
    plain = list(create(model="gpt-4o", messages=ASKED, stream=True))

    assert asked[-1].choices == []
    assert asked[-1].usage.prompt_tokens == stub.invoice.lines[0].usage.prompt
    assert all(chunk.usage is None for chunk in (*asked[:-1], *plain))


def test_structured_output_and_refusals_parse(stub: StubServer) -> None:
    stub.play('{"city": "Oslo", "degrees": -3}', turn(Refusal("I will not.")))
    parse = stub.openai().chat.completions.parse

    made = parse(model="gpt-4o", messages=ASKED, response_format=Weather)
    refused = parse(model="gpt-4o", messages=ASKED, response_format=Weather)

    assert made.choices[0].message.parsed == Weather(city="Oslo", degrees=-3)
    assert refused.choices[0].message.refusal == "I will not."


def test_raw_and_streaming_responses_work(stub: StubServer) -> None:
    stub.play("one", "two")
    completions = stub.openai().chat.completions

    raw = completions.with_raw_response.create(model="gpt-4o", messages=ASKED)
    with completions.with_streaming_response.create(model="gpt-4o", messages=ASKED) as response:
        text = response.read()

    assert raw.headers["x-request-id"] == "req_stub"
    assert raw.parse().choices[0].message.content == "one"
    assert json.loads(text)["choices"][0]["message"]["content"] == "two"


async def test_async_clients_work(stub: StubServer) -> None:
    stub.play("one", "two", "three")
    async with stub.async_openai() as client:
        made = await client.chat.completions.create(model="gpt-4o", messages=ASKED)
        stream = await client.chat.completions.create(model="gpt-4o", messages=ASKED, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        answered = await client.responses.create(model="gpt-4o", input="Hm?")

    assert (made.choices[0].message.content, text, answered.output_text) == ("one", "two", "three")


def test_requests_are_recorded_byte_for_byte(stub: StubServer) -> None:
    stub.play("yes")
    stub.openai().chat.completions.create(model="gpt-4o", messages=ASKED, extra_headers={"x-mine": "7"})

    request = stub.requests[0]
    assert json.loads(request.raw) == request.body == {"model": "gpt-4o", "messages": ASKED}
    assert request.headers["x-mine"] == "7"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (529, openai.InternalServerError),
    ],
)
def test_faults_come_as_the_sdks_exceptions(stub: StubServer, status: int, error: type[Exception]) -> None:
    stub.play(Fault(status=status))

    with pytest.raises(error):
        stub.openai().chat.completions.create(model="gpt-4o", messages=ASKED)

    assert stub.invoice.lines == []


def test_hanging_dropping_and_an_empty_script_end_a_call(stub: StubServer) -> None:
    hang = Hang()
    stub.play(hang, Drop())
    create = stub.openai(timeout=0.2).chat.completions.create

    for error in (openai.APITimeoutError, openai.APIConnectionError, openai.APIStatusError):
        with pytest.raises(error):
            create(model="gpt-4o", messages=ASKED)
    hang.gate.set()


def test_a_fault_is_tried_again_where_the_client_does_so(stub: StubServer) -> None:
    stub.play(Fault(status=429, headers={"retry-after-ms": "1"}), "yes")

    made = stub.openai(max_retries=1).chat.completions.create(model="gpt-4o", messages=ASKED)

    assert made.choices[0].message.content == "yes"
    assert [request.status for request in stub.requests] == [429, 200]


@pytest.mark.parametrize("how", ["cut_after", "garbage_after", "error_after"])
def test_a_stream_breaks_where_it_is_told(stub: StubServer, how: str) -> None:
    stub.play(turn("one two three four", sizes=(4,), **{how: 3}))
    chunks = stub.openai().chat.completions.create(model="gpt-4o", messages=ASKED, stream=True)
    seen: list[Any] = []

    with pytest.raises(Exception) as caught:
        seen.extend(chunk.choices[0].delta.content for chunk in chunks)

    assert seen == ["", "one ", "two "]
    assert type(caught.value).__module__.split(".")[0] in ("openai", "httpx", "httpx2", "json")


CALLED = {"id": "c1", "type": "function", "function": {"name": "get_order", "arguments": "{}"}}


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [*ASKED, {"role": "tool", "tool_call_id": "c1", "content": "x"}]},
        {"messages": [*ASKED, {"role": "assistant", "tool_calls": [CALLED]}]},
        {"messages": [*ASKED, {"role": "assistant", "tool_calls": [CALLED]}, *ASKED]},
        {"messages": [{"role": "user", "content": "x", "headroom_note": 1}]},
        {"messages": [{"role": "robot", "content": "x"}]},
        {"messages": ASKED, "extra_body": {"headroom_mode": "optimize"}},
        {"messages": ASKED, "tools": [TOOL, TOOL]},
        {"messages": ASKED, "stream_options": {"include_usage": True}},
        {"messages": ASKED, "tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "other"}}},
    ],
)
def test_what_openai_refuses_is_refused(stub: StubServer, body: dict[str, Any]) -> None:
    stub.play("never")

    with pytest.raises(openai.BadRequestError):
        stub.openai().chat.completions.create(model="gpt-4o", **body)


def test_a_window_can_be_set() -> None:
    with StubServer(["never"], window_tokens=3) as stub, pytest.raises(openai.BadRequestError, match="context length"):
        stub.openai().chat.completions.create(model="gpt-4o", messages=ASKED)


def test_a_model_can_be_a_function_of_the_request() -> None:
    with StubServer(lambda body: body["messages"][-1]["content"].upper()) as stub:
        made = stub.openai().chat.completions.create(model="gpt-4o", messages=ASKED)

    assert made.choices[0].message.content == "WHERE IS ORDER 7?"
