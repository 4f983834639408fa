"""Answers as different integrations give them: usage, why they ended, seals, and streams that say things in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, TextBlock

from headroom.calls.values import Usage
from headroom_integrations.llama_index.llm_messages import is_signed, names_called, without_calls
from headroom_integrations.llama_index.llm_provider import detect_provider
from headroom_integrations.llama_index.llm_stream import ResponsesReader
from headroom_integrations.llama_index.llm_usage import stop_reason, usage_of

OURS = "headroom_retrieve"


def response(text: str = "", raw: Any = None, more: Any = None, calls: Any = (), delta: str = "") -> ChatResponse:
    kept = {"tool_calls": list(calls)} if calls else {}
    message = ChatMessage(role="assistant", blocks=[TextBlock(text=text)], additional_kwargs=kept)
    return ChatResponse(message=message, raw=raw, additional_kwargs=more or {}, delta=delta)


def call(name: str, known: str = "c1") -> dict[str, Any]:
    """A call in Anthropic's form."""
    return {"type": "tool_use", "id": known, "name": name, "input": {}}


OPENAI = {"prompt_tokens": 100, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 64}}
RESPONSES = {"input_tokens": 100, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 64}}
ANTHROPIC = {
    "input_tokens": 6,
    "cache_read_input_tokens": 64,
    "cache_creation_input_tokens": 30,
    "output_tokens": 7,
}
GOOGLE = {
    "prompt_token_count": 100,
    "cached_content_token_count": 64,
    "candidates_token_count": 5,
    "thoughts_token_count": 2,
    "tool_use_prompt_token_count": None,
}
BEDROCK = {"inputTokens": 6, "outputTokens": 7, "cacheReadInputTokens": 64, "cacheWriteInputTokens": 30}
BESIDE = {"prompt_tokens": 6, "completion_tokens": 7, "cache_read_input_tokens": 64, "cache_creation_input_tokens": 30}


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (response(raw={"usage": OPENAI}), 0),
        (response(raw=SimpleNamespace(usage=SimpleNamespace(**OPENAI))), 0),
        (response(raw={"usage": RESPONSES}), 0),
        (response(raw={"usage": SimpleNamespace(**ANTHROPIC)}), 30),
        (response(raw={"usage_metadata": GOOGLE}), 0),
        (response(raw={"usage": BEDROCK}), 30),
        (response(raw={"metadata": {}}, more=BESIDE), 30),
    ],
    ids=["openai", "openai object", "responses", "anthropic", "google", "bedrock", "bedrock stream"],
)
def test_usage_is_read_in_the_words_of_every_provider(given: ChatResponse, written: int) -> None:
    found = usage_of(given)

    assert found == Usage(input=100, cached=64, written=written, output=7)


def test_usage_of_local_models_has_no_cache() -> None:
    assert usage_of(response(raw={"prompt_eval_count": 100, "eval_count": 7})) == Usage(input=100, output=7)


@pytest.mark.parametrize("raw", [None, {}, {"usage": None}, {"usage": {}}, {"usage": {"prompt_tokens": 0}}, "text", 7])
def test_where_nothing_is_said_there_is_no_usage(raw: Any) -> None:
    assert usage_of(response(raw=raw)) is None


class FinishReason(Enum):
    """As Google's."""

    MAX_TOKENS = 2


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"choices": [{"finish_reason": "length"}]}, "length"),
        ({"stop_reason": "max_tokens"}, "max_tokens"),
        ({"delta": SimpleNamespace(stop_reason="end_turn")}, "end_turn"),
        ({"finish_reason": FinishReason.MAX_TOKENS}, "max_tokens"),
        ({"messageStop": {"stopReason": "tool_use"}}, "tool_use"),
        ({"done_reason": "stop"}, "stop"),
        ({"status": "incomplete"}, "incomplete"),
        ({}, None),
    ],
)
def test_why_an_answer_ended_is_read_in_every_form(raw: Any, reason: str | None) -> None:
    assert stop_reason(response(raw=raw)) == reason


@pytest.mark.parametrize(
    ("more", "signed"),
    [
        ({}, False),
        ({"thought_signatures": []}, False),
        ({"thought_signatures": [None, None]}, False),
        ({"thought_signatures": [None, b"x"]}, True),
        ({"thinking_signature": "abc"}, True),
    ],
)
def test_sealed_reasoning_is_known_by_its_seal(more: dict[str, Any], signed: bool) -> None:
    assert is_signed(ChatMessage(role="assistant", content="Hm.", additional_kwargs=more)) is signed


def test_calls_are_taken_out_only_where_they_are_held_as_they_are_known() -> None:
    message = response(calls=[call(OURS), call("other", "c2")]).message

    left = without_calls(message, {0}, 2)

    assert left is not None
    assert names_called(left) == ["other"]
    assert without_calls(message, {0}, 3) is None
    assert without_calls(ChatMessage(role="assistant", content=""), {0}, 1) is None


def pieces(*names: str, usage: bool = True) -> Iterator[ChatResponse]:
    """A stream whose only call gets its name in pieces; usage comes before its end."""
    yield response("Let me see.", delta="Let me see.")
    for n in range(len(names)):
        raw = {"usage": OPENAI} if usage and not n else {}
        yield response("Let me see.", raw=raw, calls=[call("".join(names[: n + 1]))])


def test_a_name_in_pieces_waits_until_it_is_known_whose_it_is() -> None:
    reader = ResponsesReader()

    passed = [one for event in pieces("head", "room_", "retrieve") for one in reader.feed(event)]

    assert [one.delta for one in passed] == ["Let me see."]
    assert reader.is_ours
    assert reader.unsaid() == []


def test_a_name_that_only_begins_like_ours_goes_on_whole() -> None:
    reader, given = ResponsesReader(), list(pieces("head", "ers"))

    passed = [one for event in given for one in reader.feed(event)]

    assert passed == given
    assert reader.waiting == []


def test_usage_that_came_before_the_end_is_not_lost() -> None:
    reader = ResponsesReader()
    for event in pieces("other", "_tool"):
        reader.feed(event)

    assert reader.answer()["usage"].input == 100


def llm(module: str, model: str) -> Any:
    """Something of that module, with a model of that name."""
    kind = type("LLM", (), {"__module__": module})
    made = kind()
    made.metadata = SimpleNamespace(model_name=model)
    return made


@pytest.mark.parametrize(
    ("module", "model", "provider"),
    [
        ("llama_index.llms.openai.base", "gpt-5", "openai"),
        ("llama_index.llms.anthropic.base", "claude-sonnet-5", "anthropic"),
        ("llama_index.llms.google_genai.base", "gemini-2.5-pro", "google"),
        ("llama_index.llms.bedrock_converse.base", "us.anthropic.claude-sonnet-5-v1:0", "anthropic"),
        ("llama_index.llms.vertex.base", "unknown", "google"),
        ("llama_index.llms.openai_like.base", "claude-sonnet-5", "anthropic"),
        ("llama_index.llms.ollama.base", "qwen3", "openai"),
    ],
)
def test_whose_model_it_is(module: str, model: str, provider: str) -> None:
    assert detect_provider(llm(module, model)) == provider
