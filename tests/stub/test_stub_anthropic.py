from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from pydantic import BaseModel

from tests.stub.server import StubServer
from tests.stub.turns import AWKWARD, Call, Fault, Hang, Thinking, turn

pytestmark = pytest.mark.loopback

MODEL = "claude-sonnet-5"
TOOL: Any = {"name": "get_order", "input_schema": {"type": "object", "properties": {}}}
ASKED: list[Any] = [{"role": "user", "content": "Where is order 7?"}]
FACTS: Any = {"model": MODEL, "max_tokens": 2000}
THINKS: Any = {**FACTS, "thinking": {"type": "enabled", "budget_tokens": 1024}}
MARK = {"type": "ephemeral"}
BROKEN = r"peer|incomplete|reset|closed|verloaded|read"


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


class Weather(BaseModel):
    city: str


def test_an_answer_parses_into_the_sdks_objects(stub: StubServer) -> None:
    stub.play(turn(Thinking("secret", redacted=True), "Hm.", Call("get_order", {"id": 7}), thinking="Let me look."))

    made = stub.anthropic().messages.create(messages=ASKED, tools=[TOOL], **THINKS)

    assert [block.type for block in made.content] == ["thinking", "redacted_thinking", "text", "tool_use"]
    assert made.content[3].input == {"id": 7}
    assert made.stop_reason == "tool_use"
    assert made.usage.input_tokens == stub.invoice.usage.plain > 0
    assert made.usage.output_tokens == stub.invoice.usage.output > 0


def test_a_stream_says_the_same_as_the_whole_answer(stub: StubServer) -> None:
    calls = (Call("get_order", {"id": "\u00e9\n\U0001f600"}, id="a"), Call("get_order", {}, id="b"))
    stub.play(turn("caf\u00e9", *calls, thinking="Hm.", sizes=AWKWARD, bytes_per_write=5))

    with stub.anthropic().messages.stream(messages=ASKED, tools=[TOOL], **THINKS) as stream:
        text = "".join(stream.text_stream)
        made = stream.get_final_message()

    assert text == "caf\u00e9"
    assert [block.input for block in made.content[2:]] == [{"id": "\u00e9\n\U0001f600"}, {}]
    assert made.content[0].signature
    assert made.usage.output_tokens == stub.invoice.usage.output


def test_raw_events_raw_responses_and_counting_work(stub: StubServer) -> None:
    stub.play("one", "two", "three")
    messages = stub.anthropic().messages

    kinds = [event.type for event in messages.create(messages=ASKED, stream=True, **FACTS)]
    raw = messages.with_raw_response.create(messages=ASKED, **FACTS)
    with messages.with_streaming_response.create(messages=ASKED, **FACTS) as response:
        three = response.parse()

    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert raw.parse().content[0].text == "two"
    assert three.content[0].text == "three"
    counted = messages.count_tokens(model=MODEL, messages=ASKED)
    assert counted.input_tokens == stub.invoice.lines[0].usage.prompt


def test_structured_output_parses(stub: StubServer) -> None:
    stub.play('{"city": "Oslo"}')

    made = stub.anthropic().messages.parse(messages=ASKED, output_format=Weather, **FACTS)

    assert made.parsed_output == Weather(city="Oslo")


async def test_async_clients_work(stub: StubServer) -> None:
    stub.play("one", "two")
    async with stub.async_anthropic() as client:
        made = await client.messages.create(messages=ASKED, **FACTS)
        async with client.messages.stream(messages=ASKED, **FACTS) as stream:
            text = "".join([piece async for piece in stream.text_stream])

    assert (made.content[0].text, text) == ("one", "two")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, anthropic.BadRequestError),
        (401, anthropic.AuthenticationError),
        (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError),
        (529, anthropic.APIStatusError),
    ],
)
def test_faults_come_as_the_sdks_exceptions(stub: StubServer, status: int, error: type[Exception]) -> None:
    stub.play(Fault(status=status))

    with pytest.raises(error):
        stub.anthropic().messages.create(messages=ASKED, **FACTS)


def test_a_call_can_hang_and_a_stream_can_break(stub: StubServer) -> None:
    hang = Hang()
    stub.play(hang, turn("one two", cut_after=3), turn("one two", error_after=3))
    messages = stub.anthropic(timeout=0.2).messages

    with pytest.raises(anthropic.APITimeoutError):
        messages.create(messages=ASKED, **FACTS)
    hang.gate.set()
    for _ in range(2):
        with pytest.raises(Exception, match=BROKEN):
            list(messages.create(messages=ASKED, stream=True, **FACTS))


USED: Any = {"type": "tool_use", "id": "t1", "name": "get_order", "input": {}}
RESULT: Any = {"type": "tool_result", "tool_use_id": "t1", "content": "x"}
ANSWERED: list[Any] = [
    *ASKED,
    {"role": "assistant", "content": [USED]},
    {"role": "user", "content": [RESULT]},
]


def marked(count: int) -> list[Any]:
    blocks = [{"type": "text", "text": "x", "cache_control": MARK} for _ in range(count)]
    return [{"role": "user", "content": blocks}]


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "assistant", "content": "x"}, *ASKED]},
        {"messages": [{"role": "user", "content": [RESULT]}]},
        {"messages": ANSWERED[:2]},
        {"messages": [*ANSWERED[:2], *ASKED]},
        {"messages": [*ANSWERED[:2], {"role": "user", "content": [{"type": "text", "text": "x"}, RESULT]}]},
        {"messages": marked(5)},
        {"messages": marked(4), "cache_control": MARK},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "headroom": 1}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]},
        {"messages": ASKED, "extra_body": {"headroom_mode": "optimize"}},
        {"messages": ASKED, "tools": [{**TOOL, "headroom": 1}]},
    ],
)
def test_what_anthropic_refuses_is_refused(stub: StubServer, body: dict[str, Any]) -> None:
    stub.play("never")

    with pytest.raises(anthropic.BadRequestError):
        stub.anthropic().messages.create(**FACTS, **body)


def test_the_newest_thinking_may_not_be_left_out(stub: StubServer) -> None:
    stub.play(turn(Call("get_order", {}), thinking="Let me look."), turn(Call("get_order", {}), thinking="Again."))
    create = stub.anthropic().messages.create
    messages = list(ASKED)
    for _ in range(2):
        made = create(messages=messages, tools=[TOOL], **THINKS)
        blocks = [block.model_dump(exclude_none=True) for block in made.content]
        result = {"type": "tool_result", "tool_use_id": made.content[1].id, "content": "x"}
        messages += [{"role": "assistant", "content": blocks}, {"role": "user", "content": [result]}]
    del messages[3]["content"][0]

    with pytest.raises(anthropic.BadRequestError, match="Expected `thinking`"):
        create(messages=messages, tools=[TOOL], **THINKS)


@pytest.mark.parametrize(("field", "value"), [("thinking", "Let me lock."), ("signature", "AAAA"), ("data", "AAAA")])
def test_reasoning_may_come_back_but_not_altered(stub: StubServer, field: str, value: str) -> None:
    stub.play(turn(Thinking("s", redacted=True), Call("get_order", {}), thinking="Let me look."), "Done.", "never")
    create = stub.anthropic().messages.create
    made = create(messages=ASKED, tools=[TOOL], **THINKS)
    blocks = [block.model_dump(exclude_none=True) for block in made.content]
    result = {"type": "tool_result", "tool_use_id": made.content[2].id, "content": "x"}
    messages: list[Any] = [*ASKED, {"role": "assistant", "content": blocks}, {"role": "user", "content": [result]}]

    assert create(messages=messages, tools=[TOOL], **THINKS).content[0].text == "Done."

    altered = next(block for block in blocks if field in block)
    altered[field] = value
    with pytest.raises(anthropic.BadRequestError, match="Invalid"):
        create(messages=messages, tools=[TOOL], **THINKS)
