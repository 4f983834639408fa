from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.stub.server import StubServer
from tests.stub.turns import AWKWARD, Call, Refusal, turn

pytestmark = pytest.mark.loopback

TOOL: Any = {
    "type": "function",
    "name": "get_order",
    "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
    "strict": True,
}
BROKEN = r"peer|incomplete|reset|closed|Connection|read"
SEALED: Any = {"include": ["reasoning.encrypted_content"], "store": False}


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


class Weather(BaseModel):
    city: str


def test_reasoning_text_and_calls_parse(stub: StubServer) -> None:
    stub.play(turn("Wait.", Call("get_order", {"id": 7}), thinking="Let me look."))

    made = stub.openai().responses.create(model="gpt-5", input="Where?", tools=[TOOL], **SEALED)

    assert [item.type for item in made.output] == ["reasoning", "message", "function_call"]
    assert made.output[0].encrypted_content
    assert made.output_text == "Wait."
    assert made.usage.input_tokens == stub.invoice.usage.prompt
    assert made.usage.output_tokens_details.reasoning_tokens == stub.invoice.usage.reasoning > 0


def test_a_stream_says_the_same_as_the_whole_answer(stub: StubServer) -> None:
    stub.play(
        turn("caf\u00e9", Call("get_order", {"id": "\u00e9\n"}), thinking="Hm.", sizes=AWKWARD, bytes_per_write=5)
    )

    with stub.openai().responses.stream(model="gpt-5", input="Where?", tools=[TOOL]) as stream:
        kinds = [event.type for event in stream]
        made = stream.get_final_response()

    assert made.output_text == "caf\u00e9"
    assert json.loads(made.output[2].arguments) == {"id": "\u00e9\n"}
    assert made.usage.total_tokens > 0
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"


def test_structured_output_and_refusals_parse(stub: StubServer) -> None:
    stub.play('{"city": "Oslo"}', turn(Refusal("No.")))
    client = stub.openai()

    made = client.responses.parse(model="gpt-5", input="Where?", text_format=Weather)
    refused = client.responses.create(model="gpt-5", input="Where?")

    assert made.output_parsed == Weather(city="Oslo")
    assert refused.output[0].content[0].refusal == "No."


def test_earlier_items_are_sent_again_and_verified(stub: StubServer) -> None:
    stub.play(turn(Call("get_order", {"id": 7}), thinking="Let me look."), "Done.", "never")
    create = stub.openai().responses.create
    first = create(model="gpt-5", input="Where?", tools=[TOOL], **SEALED)
    output = {"type": "function_call_output", "call_id": first.output[1].call_id, "output": "[]"}
    items = [{"role": "user", "content": "Where?"}, *[item.model_dump() for item in first.output], output]

    assert create(model="gpt-5", input=items, tools=[TOOL], **SEALED).output_text == "Done."

    items[1]["encrypted_content"] = "AAAA" + items[1]["encrypted_content"][4:]
    with pytest.raises(openai.BadRequestError, match="could not be verified"):
        create(model="gpt-5", input=items, tools=[TOOL], **SEALED)
    for removed in (1, 2, 3):
        with pytest.raises(openai.BadRequestError):
            create(model="gpt-5", input=items[:removed] + items[removed + 1 :], tools=[TOOL], **SEALED)


def test_a_response_is_continued_by_its_id(stub: StubServer) -> None:
    stub.play("One.", "Two.")
    create = stub.openai().responses.create
    first = create(model="gpt-5", input="word " * 3000)

    create(model="gpt-5", input="More?", previous_response_id=first.id)

    lines = stub.invoice.lines
    assert lines[1].usage.prompt > lines[0].usage.prompt
    assert lines[1].usage.read > 2500
    with pytest.raises(openai.BadRequestError, match="not found"):
        create(model="gpt-5", input="More?", previous_response_id="resp_none")


def test_unknown_fields_are_refused(stub: StubServer) -> None:
    with pytest.raises(openai.BadRequestError, match="headroom_mode"):
        stub.openai().responses.create(model="gpt-5", input="x", extra_body={"headroom_mode": "audit"})


def test_a_stream_can_break(stub: StubServer) -> None:
    stub.play(turn("one two", cut_after=4), turn("one two", error_after=4))
    create = stub.openai().responses.create

    with pytest.raises(Exception, match=BROKEN):
        list(create(model="gpt-5", input="x", stream=True))
    assert list(create(model="gpt-5", input="x", stream=True))[-1].type == "error"
