from __future__ import annotations

from typing import Any, Literal

import anthropic.types
import openai.types.chat
import openai.types.responses
import pytest
from pydantic import BaseModel

from headroom.messages import ToolCall, read_message, turn_starts


class Block(BaseModel):
    type: str = "text"
    text: str


class ToolMessage(BaseModel):
    role: Literal["tool"] = "tool"
    tool_call_id: str
    content: str | list[Block]


def chat_message(**fields: Any) -> Any:
    return openai.types.chat.ChatCompletionMessage.model_validate({"role": "assistant", "content": None, **fields})


def anthropic_message(*blocks: dict[str, Any]) -> anthropic.types.Message:
    return anthropic.types.Message.model_validate(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude",
            "content": list(blocks),
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
    )


CALL = {"id": "c", "type": "function", "function": {"name": "n", "arguments": "{}"}}
BLOCKS = (
    {"type": "thinking", "thinking": "hm", "signature": "s"},
    {"type": "text", "text": "Let me look.", "citations": None},
    {"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}},
)


def test_an_openai_answer_is_read_and_goes_out_as_the_same_object() -> None:
    raw = chat_message(tool_calls=[CALL], content="Looking.")

    message = read_message(raw)

    assert (message.role, message.tool_calls) == ("assistant", (ToolCall("c", "n", "{}"),))
    assert message.parts[0].text == "Looking."
    assert message.output is raw


def test_an_edited_openai_answer_is_a_copy_of_the_same_class() -> None:
    raw = chat_message(content="Looking.", tool_calls=[CALL])

    output = read_message(raw).with_part_text(0, "L.").output

    assert type(output) is type(raw)
    assert (output.content, raw.content) == ("L.", "Looking.")
    assert output.tool_calls is raw.tool_calls
    assert output.model_dump() == {**raw.model_dump(), "content": "L."}


def test_sdk_tool_calls_in_a_dict_are_read() -> None:
    raw = {"role": "assistant", "content": None, "tool_calls": chat_message(tool_calls=[CALL]).tool_calls}

    assert read_message(raw).tool_calls == (ToolCall("c", "n", "{}"),)


@pytest.mark.parametrize("whole", [True, False], ids=["the message", "its content in a dict"])
def test_anthropic_answers_are_read_block_by_block(whole: bool) -> None:
    answer = anthropic_message(*BLOCKS)
    raw = answer if whole else {"role": "assistant", "content": answer.content}

    message = read_message(raw)

    assert [part.text for part in message.parts] == ["Let me look."]
    assert message.tool_calls == (ToolCall("t", "n", '{"a":1}'),)
    assert message.output is raw


@pytest.mark.parametrize("whole", [True, False], ids=["the message", "its content in a dict"])
def test_an_edited_anthropic_answer_keeps_its_other_blocks_as_they_are(whole: bool) -> None:
    answer = anthropic_message(*BLOCKS)

    output = read_message(answer if whole else {"role": "assistant", "content": answer.content})
    content = output.with_part_text(0, "Look.").output["content"]

    assert content[0] is answer.content[0]
    assert content[2] is answer.content[2]
    assert content[1] == anthropic.types.TextBlock(type="text", text="Look.", citations=None)
    assert answer.content[1].text == "Let me look."  # type: ignore[union-attr]


def test_cited_text_of_an_anthropic_answer_is_untouched() -> None:
    location = {
        "type": "char_location",
        "cited_text": "x",
        "document_index": 0,
        "document_title": None,
        "start_char_index": 0,
        "end_char_index": 1,
        "file_id": None,
    }

    assert read_message(anthropic_message({"type": "text", "text": "cited", "citations": [location]})).parts == ()


def test_responses_output_items_are_read() -> None:
    call = openai.types.responses.ResponseFunctionToolCall(
        type="function_call", call_id="c", name="n", arguments="{}", id="fc"
    )
    reasoning = openai.types.responses.ResponseReasoningItem(type="reasoning", id="rs", summary=[])
    said = openai.types.responses.ResponseOutputMessage.model_validate(
        {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Done.", "annotations": []}],
        }
    )

    assert read_message(call).tool_calls == (ToolCall("c", "n", "{}"),)
    assert read_message(reasoning).reason == "untouched_item"
    assert read_message(reasoning).output is reasoning
    assert read_message(said).parts[0].text == "Done."


def test_a_users_own_class_is_read_with_its_default_role() -> None:
    raw = ToolMessage(tool_call_id="c", content="[]")

    message = read_message(raw)

    assert (message.role, message.parts[0].kind, message.parts[0].tool_call_id) == ("tool", "tool_result", "c")
    assert message.with_part_text(0, "x").output == ToolMessage(tool_call_id="c", content="x")


def test_blocks_of_a_users_own_class_are_joined_and_rewritten() -> None:
    raw = ToolMessage(tool_call_id="c", content=[Block(text="a"), Block(text="b")])

    message = read_message(raw)

    assert message.parts[0].text == "a\nb"
    assert message.with_part_text(0, "x").output == {
        "role": "tool",
        "tool_call_id": "c",
        "content": [Block(text="x")],
    }


def test_an_object_with_a_dump_of_its_own_is_read_and_edited_as_a_dict() -> None:
    class Other:
        def model_dump(self) -> dict[str, Any]:
            return {"role": "user", "content": [{"type": "text", "text": "a"}]}

    raw = Other()
    message = read_message(raw)

    assert turn_starts([message]) == [0]
    assert message.output is raw
    assert message.with_part_text(0, "b").output == {"role": "user", "content": [{"type": "text", "text": "b"}]}
