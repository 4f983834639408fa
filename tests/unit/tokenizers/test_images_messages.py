"""Messages that are objects of an SDK, items of the Responses API, views: all count what they say."""

from __future__ import annotations

from typing import Any

import pytest

from headroom.messages import read_message
from headroom.tokenizers.message_tokens import message_tokens


class Words:
    name = "words"
    is_exact = False

    def count_text(self, text: str) -> int:
        return len(text.split())


WORDS = Words()


def count(message: Any) -> int:
    return message_tokens(message, WORDS)


@pytest.mark.parametrize(
    ("item", "tokens"),
    [
        ({"type": "function_call", "call_id": "c1", "name": "search", "arguments": "a b c"}, 4 + 10 + 1 + 1 + 3),
        ({"type": "custom_tool_call", "call_id": "c1", "name": "search", "input": "a b"}, 4 + 10 + 1 + 1 + 2),
        ({"type": "function_call_output", "call_id": "c1", "output": "one two three"}, 4 + 3 + 2 + 1),
        ({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "one two"}]}, 4 + 1 + 2),
        ({"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [{"text": "a b"}]}}]}, 4 + 1 + 5),
        ({"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": "a b"}}]}, 4 + 1 + 14),
    ],
)
def test_items_of_responses_and_blocks_of_bedrock_are_read(item: dict[str, Any], tokens: int) -> None:
    assert count(item) == tokens


def test_objects_of_the_sdks_count_as_their_dicts() -> None:
    anthropic, openai = pytest.importorskip("anthropic.types"), pytest.importorskip("openai.types.chat")
    use = anthropic.ToolUseBlock(type="tool_use", id="t1", name="search", input={"q": "x"})
    said = anthropic.TextBlock(type="text", text="one two three", citations=None)
    call = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": "a b c"}}
    message = {"role": "assistant", "content": "one two", "tool_calls": [call]}

    assert count({"role": "assistant", "content": [said, use]}) == 4 + 1 + 3 + 10 + 1 + 1 + 1
    assert count(openai.ChatCompletionMessage.model_validate(message)) == count(message)


def test_a_view_counts_what_it_says_now() -> None:
    view = read_message({"role": "tool", "tool_call_id": "c1", "content": "one two three four"})

    assert count(view) == 4 + 1 + 4 + 2 + 1
    assert count(view.with_part_text(0, "one")) == 4 + 1 + 1 + 2 + 1


def test_an_object_that_cannot_be_asked_is_counted_by_its_name() -> None:
    class Broken:
        def model_dump(self) -> Any:
            raise ValueError("no")

    assert count({"role": "user", "content": [Broken()]}) == 4 + 1 + 1
    assert count(Broken()) == 4 + 1
