"""Which calls and which answers may be remembered at all."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from anthropic import NOT_GIVEN as ANTHROPIC_NOT_GIVEN
from google.genai.types import GenerateContentConfig
from hypothesis import given
from hypothesis import strategies as st
from openai import NOT_GIVEN, omit
from openai.types.chat import ChatCompletionMessage
from pydantic import BaseModel

from headroom.semantic_cache import Questions
from headroom.semantic_cache.answers import is_repeatable
from headroom.semantic_cache.questions import LONGEST_SIMILAR, facts, same_facts
from tests.answers import CALL, anthropic_message, chat, google_answer, responses_answer
from tests.strategies import json_values, openai_conversations

QUESTIONS = Questions()
PLAIN: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}


class Form(BaseModel):
    """What `response_format` may be."""

    name: str


@pytest.mark.parametrize(
    "arguments",
    [
        {"temperature": 0},
        {"temperature": None},
        {"temperature": NOT_GIVEN},
        {"n": 1},
        {"stream": False},
        {"config": {"temperature": 0.0}},
        {"previous_response_id": "r1"},
    ],
)
def test_calls_that_ask_for_one_steady_answer_are_remembered(arguments: dict[str, Any]) -> None:
    assert QUESTIONS.of({**PLAIN, **arguments}) is not None


def generator() -> Any:
    yield {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    "arguments",
    [
        {"stream": True},
        {"temperature": 0.7},
        {"n": 2},
        {"config": {"temperature": 1}},
        {"config": {"candidateCount": 3}},
        {"config": GenerateContentConfig(temperature=0.2)},
        {"extra_body": {"temperature": 1}},
        {"conversation": "conv_1"},
        {"background": True},
        {"container": "c1"},
        {"web_search_options": {"search_context_size": "low"}},
        {"response_format": Form},
        {"messages": generator()},
        {"messages": [{"role": "user", "content": b"bytes"}]},
        {"messages": [object()]},
        {"metadata": {("a", "b"): 1}},
    ],
)
def test_calls_whose_answer_may_differ_or_that_are_no_json_are_not(arguments: dict[str, Any]) -> None:
    assert QUESTIONS.of({**PLAIN, **arguments}) is None


def test_what_is_no_json_is_not_consumed() -> None:
    messages = generator()

    assert QUESTIONS.of({**PLAIN, "messages": messages}) is None
    assert list(messages) == [{"role": "user", "content": "Hi"}]


def test_circles_are_no_json() -> None:
    circle: list[Any] = []
    circle.append(circle)

    assert QUESTIONS.of({**PLAIN, "messages": circle}) is None


@pytest.mark.parametrize(
    "same",
    [
        {"temperature": NOT_GIVEN, "tools": omit, "stop": ANTHROPIC_NOT_GIVEN},
        {"timeout": 3},
        {"stream": False, "tools": None},
        {"messages": ({"role": "user", "content": "Hi"},)},
    ],
)
def test_what_decides_nothing_makes_no_other_question(same: dict[str, Any]) -> None:
    assert QUESTIONS.of({**PLAIN, **same}) == QUESTIONS.of(dict(reversed(PLAIN.items())))


def test_sdk_objects_ask_what_they_say() -> None:
    def asked(text: str) -> Any:
        said = ChatCompletionMessage(role="assistant", content=text)
        return QUESTIONS.of({**PLAIN, "messages": [said, *PLAIN["messages"]]})

    assert asked("one") == asked("one") != asked("two")


@given(openai_conversations(), openai_conversations())
def test_different_conversations_are_different_questions(one: list[Any], other: list[Any]) -> None:
    asked = [QUESTIONS.of({"model": "m", "messages": messages}) for messages in (one, other)]

    assert None not in asked
    assert (asked[0] == asked[1]) is (one == other)


@given(json_values(), json_values(), st.sampled_from(["tools", "stop", "metadata"]))
def test_different_parameters_are_different_questions(one: Any, other: Any, name: str) -> None:
    asked = [QUESTIONS.of({**PLAIN, name: [value]}) for value in (one, other)]

    assert (asked[0] == asked[1]) is (repr(one) == repr(other))


def test_texts_do_not_run_together() -> None:
    one, other = (QUESTIONS.of(PLAIN, namespace=a, endpoint=b) for a, b in (("ab", "c"), ("a", "bc")))

    assert one is not None
    assert other is not None
    assert one.exact != other.exact


def test_hashes_mean_nothing_to_another_cache() -> None:
    assert QUESTIONS.of(PLAIN) != Questions().of(PLAIN)


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ([{"role": "user", "content": "Hi"}], "Hi"),
        ([{"role": "user", "content": [{"type": "text", "text": "Hi"}]}], "Hi"),
        ([{"role": "user", "parts": [{"text": "Hi"}]}], "Hi"),
        ("Hi", "Hi"),
        ([], ""),
        ([{"role": "assistant", "content": "Hi"}], ""),
        ([{"role": "user", "content": ""}], ""),
        ([{"role": "user", "content": "x" * (LONGEST_SIMILAR + 1)}], ""),
        ([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}], ""),
        ([{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "Hi"}]}], ""),
        ([{"role": "tool", "tool_call_id": "1", "content": "Hi"}], ""),
    ],
)
@pytest.mark.parametrize("name", ["messages", "input", "contents"])
def test_only_the_last_words_of_a_user_can_be_similar(name: str, messages: Any, text: str) -> None:
    question = QUESTIONS.of({"model": "m", name: messages})

    assert question is not None
    assert question.text == text
    assert bool(question.frame) is bool(text)
    assert "Hi" not in repr(question)


def test_the_frame_holds_everything_but_the_last_text() -> None:
    def frame(text: str, before: str = "a", **more: Any) -> str:
        messages = [{"role": "user", "content": before}, {"role": "user", "content": text, **more}]
        question = QUESTIONS.of({"model": "m", "messages": messages})
        return "" if question is None else question.frame

    assert frame("one") == frame("other")
    assert len({frame("one"), frame("one", before="b"), frame("one", name="ann")}) == 3


def test_a_question_full_of_facts_is_like_no_other() -> None:
    text = " ".join(f"id{number}" for number in range(80))

    assert facts(text) is None
    assert not same_facts(text, text)


class Reason(str, enum.Enum):
    """As some SDKs give it."""

    STOP = "stop"


SEARCH = {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search", "query": "q"}}
THINKING = {"type": "thinking", "thinking": "hm", "signature": "s"}
TOOL_USE = {"type": "tool_use", "id": "t", "name": "search", "input": {}}
FUNCTION = {"function_call": {"name": "search", "args": {}}}


@pytest.mark.parametrize(
    "answer",
    [
        chat(),
        chat().model_dump(),
        {"choices": [{"finish_reason": Reason.STOP, "message": {"content": "x"}}]},
        responses_answer(),
        responses_answer({"type": "reasoning", "id": "r", "summary": []}),
        anthropic_message(),
        anthropic_message(THINKING, stop="stop_sequence"),
        google_answer(),
    ],
)
def test_whole_answers_in_words_are_repeatable(answer: Any) -> None:
    assert is_repeatable(answer)


@pytest.mark.parametrize(
    "answer",
    [
        chat(calls=[CALL]),
        chat(finish="tool_calls", calls=[CALL]),
        chat(finish="length"),
        chat(finish="content_filter"),
        chat(None),
        chat(""),
        responses_answer(status="incomplete"),
        responses_answer(SEARCH),
        responses_answer({"type": "function_call", "call_id": "c", "name": "search", "arguments": "{}"}),
        anthropic_message(TOOL_USE, stop="tool_use"),
        anthropic_message(TOOL_USE),
        anthropic_message(stop="max_tokens"),
        anthropic_message(stop="refusal"),
        google_answer(FUNCTION),
        google_answer(finish="MAX_TOKENS"),
        {"choices": []},
        {"choices": ["stop"]},
        {"choices": None},
        {},
        "text",
        None,
        object(),
        ChatCompletionMessage(role="assistant", content="x"),
    ],
)
def test_calls_of_tools_cut_answers_and_unknown_shapes_are_not(answer: Any) -> None:
    assert not is_repeatable(answer)
