from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.errors import ConfigurationError
from headroom.tokenizers import Tokenizer, count_tokens_messages, count_tokens_text


class WordCounter:
    name = "words"
    is_exact = False

    def count_text(self, text: str) -> int:
        return len(text.split())


WORDS = WordCounter()


def count(message: Any) -> int:
    return Tokenizer(WORDS).count_message(message)


def test_the_reference_example() -> None:
    assert count_tokens_text("Hello, world!", model="gpt-4o") == 4
    assert Tokenizer(model="gpt-4o").count_text("Hello") == 1


def test_model_and_counter_may_be_given_in_every_documented_way() -> None:
    assert Tokenizer().model == "gpt-4o"
    assert Tokenizer("gpt-4").model == "gpt-4"
    assert Tokenizer(WORDS, model="mine").model == "mine"
    assert Tokenizer(WORDS, "mine").count_text("three words here") == 3
    assert count_tokens_text("three words here", WORDS) == 3
    assert count_tokens_messages([{"role": "user", "content": "three words here"}], WORDS) == 3 + 4 + 1 + 3


def test_availability_says_whether_counts_are_exact() -> None:
    assert Tokenizer("gpt-4o").available
    assert not Tokenizer("claude-sonnet-5").available


@pytest.mark.parametrize("wrong", [None, 7, object()])
def test_what_is_neither_model_nor_counter_is_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="expected a model name or a token counter"):
        Tokenizer(wrong)


def test_overhead_of_a_plain_message() -> None:
    assert count({"role": "user", "content": "one two"}) == 4 + 1 + 2


def test_overhead_of_name_calls_and_ids() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": "a b c"}}

    assert count({"role": "user", "name": "ann", "content": "one"}) == 4 + 1 + 1 + 1 + 1
    assert count({"role": "assistant", "content": None, "tool_calls": [call]}) == 4 + 1 + 10 + 1 + 1 + 3
    assert count({"role": "tool", "tool_call_id": "c1", "content": "one two"}) == 4 + 1 + 2 + 1 + 2


def test_blocks_of_openai_and_anthropic_and_parts_of_google_are_read() -> None:
    text = {"type": "text", "text": "one two"}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1000}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [text, image]}
    use = {"type": "tool_use", "id": "t1", "name": "search", "input": {"q": "x"}}

    assert count({"role": "user", "content": [text, image]}) == 4 + 1 + 2 + 85
    assert count({"role": "user", "content": [result]}) == 4 + 1 + 2 + 85 + 2 + 1
    assert count({"role": "assistant", "content": [use]}) == 4 + 1 + 10 + 1 + 1 + 1
    assert count({"role": "model", "parts": [{"text": "one two"}, {"functionCall": {"name": "f", "args": {}}}]}) == (
        4 + 1 + 2 + 10 + 1 + 1
    )


def test_an_empty_list_costs_its_overhead_and_a_lone_message_is_a_list() -> None:
    assert count_tokens_messages([], WORDS) == 3
    assert count_tokens_messages({"role": "user", "content": "one"}, WORDS) == 3 + 4 + 1 + 1  # type: ignore[arg-type]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "text", "tool_calls", "function", "parts", "name", "input"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@example({"role": "user", "content": [{"type": ["not", "hashable"]}]})
@given(ODD)
def test_odd_messages_never_raise(message: Any) -> None:
    assert count_tokens_messages([message], WORDS) >= 7
    assert count_tokens_messages(message, WORDS) >= 3


def test_circular_and_unknown_objects_never_raise() -> None:
    circle: dict[str, Any] = {"type": "custom"}
    circle["self"] = circle

    def forever() -> Iterator[int]:
        yield 1

    assert count({"role": "user", "content": [circle, forever(), object()]}) >= 5
