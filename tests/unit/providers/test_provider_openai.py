"""OpenAI: facts of the reference, and the key of the prompt cache."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headroom.providers import Hinted, OpenAIProvider
from headroom.providers.openai import is_openai

OPENAI = "https://api.openai.com/v1/"
CHAT: dict[str, Any] = {"model": "gpt-5", "messages": [{"role": "user", "content": "word " * 2000}]}
RESPONSES: dict[str, Any] = {"model": "gpt-5", "instructions": "Help. " * 2000, "input": "Hello."}


def hint(arguments: dict[str, Any], base_url: str = OPENAI, key: str = "steady", **settings: Any) -> Hinted:
    return OpenAIProvider(**settings).cache_hints(arguments, model=arguments["model"], base_url=base_url, key=key)


def test_the_reference_example() -> None:
    provider = OpenAIProvider(enable_prefix_caching=True)

    assert provider.get_token_counter("gpt-4o").count_text("Hello, world!") == 4
    assert provider.get_context_limit("gpt-4o") == 128_000
    assert provider.estimate_cost(input_tokens=1000, output_tokens=500, model="gpt-4o") == 0.0075


def test_a_limit_of_the_user_wins_for_a_known_model_too() -> None:
    assert OpenAIProvider(context_limits={"gpt-4o*": 64_000}).get_context_limit("gpt-4o-mini") == 64_000


@pytest.mark.parametrize("arguments", [CHAT, RESPONSES], ids=["chat", "responses"])
def test_the_key_goes_to_openai(arguments: dict[str, Any]) -> None:
    hinted = hint(arguments)

    assert hinted.arguments == {**arguments, "prompt_cache_key": "steady"}
    assert (hinted.strategy, hinted.breakpoints) == ("prompt_cache_key", 0)
    assert hinted.cacheable_tokens > 2000


def test_a_prompt_that_is_too_short_has_nothing_to_cache_and_keeps_its_key() -> None:
    hinted = hint({"model": "gpt-5", "messages": [{"role": "user", "content": "Hello."}]})

    assert hinted.arguments["prompt_cache_key"] == "steady"
    assert hinted.cacheable_tokens == 0


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "https://example.openai.azure.com",
        "http://127.0.0.1:8000/v1",
        "https://api.openai.com.evil.example/v1",
        "[::",
    ],
)
def test_other_hosts_get_no_key(base_url: str) -> None:
    assert hint(CHAT, base_url).arguments is CHAT
    assert not is_openai(base_url)


def test_without_a_base_url_that_of_the_client_counts() -> None:
    client = SimpleNamespace(base_url=OPENAI)

    assert hint(CHAT, "", client=client).strategy == "prompt_cache_key"
    assert hint(CHAT, "http://127.0.0.1/v1", client=client).strategy is None


@pytest.mark.parametrize(
    "own",
    [{"prompt_cache_key": "mine"}, {"prompt_cache_key": None}, {"extra_body": {"prompt_cache_key": "mine"}}],
)
def test_a_key_of_the_caller_stays(own: dict[str, Any]) -> None:
    arguments = {**CHAT, **own}

    assert hint(arguments).arguments is arguments


def test_the_placeholder_of_the_sdk_is_no_key() -> None:
    openai = pytest.importorskip("openai")
    arguments = {**CHAT, "prompt_cache_key": openai.omit, "extra_body": {"other": 1}}

    assert hint(arguments).arguments["prompt_cache_key"] == "steady"


def test_without_a_key_a_cache_or_the_wish_there_is_none() -> None:
    assert hint(CHAT, key="").arguments is CHAT
    assert hint(CHAT, enable_prefix_caching=False).arguments is CHAT
    uncached = {**CHAT, "model": "gpt-4"}
    assert hint(uncached).arguments is uncached


def test_a_key_that_is_too_long_goes_as_its_digest() -> None:
    long = hint(CHAT, key="k" * 65).arguments["prompt_cache_key"]

    assert len(long) == 64
    assert long != "k" * 64
    assert hint(CHAT, key="k" * 65).arguments["prompt_cache_key"] == long
    assert hint(CHAT, key="k" * 64).arguments["prompt_cache_key"] == "k" * 64


def test_models_that_think_get_a_larger_buffer() -> None:
    provider = OpenAIProvider()

    assert provider.get_output_buffer("gpt-4o") == 4000
    assert provider.get_output_buffer("o3") == 25_000
    assert provider.get_output_buffer("gpt-5.4-mini") == 25_000
    assert provider.get_output_buffer("gpt-5-chat-latest") == 4000
    assert provider.get_output_buffer("gpt-4") == 4000
    assert provider.get_output_buffer("gpt-4", 8000) == 4096
