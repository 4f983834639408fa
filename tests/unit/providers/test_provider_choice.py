"""Which provider a client leads to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headroom.errors import ConfigurationError
from headroom.providers import AnthropicProvider, GoogleProvider, OpenAIProvider, choose_provider


def sdk_clients() -> list[tuple[Any, type]]:
    anthropic, openai = pytest.importorskip("anthropic"), pytest.importorskip("openai")
    azure = {"api_key": "x", "azure_endpoint": "https://example.openai.azure.com", "api_version": "1"}
    return [
        (openai.OpenAI(api_key="x"), OpenAIProvider),
        (openai.AsyncOpenAI(api_key="x"), OpenAIProvider),
        (openai.AzureOpenAI(**azure), OpenAIProvider),
        (anthropic.Anthropic(api_key="x"), AnthropicProvider),
        (anthropic.AsyncAnthropic(api_key="x"), AnthropicProvider),
        (anthropic.AnthropicBedrock.__new__(anthropic.AnthropicBedrock), AnthropicProvider),
        (anthropic.AnthropicVertex.__new__(anthropic.AnthropicVertex), AnthropicProvider),
    ]


def test_clients_of_the_sdks_lead_to_their_provider() -> None:
    for client, provider in sdk_clients():
        assert type(choose_provider(client)) is provider


def test_a_google_client_leads_to_google() -> None:
    genai = pytest.importorskip("google.genai")
    client = genai.Client(api_key="x")

    assert type(choose_provider(client)) is GoogleProvider
    assert type(choose_provider(client.aio)) is GoogleProvider
    client.close()


def test_a_class_derived_from_an_sdks_client_is_one_too() -> None:
    openai = pytest.importorskip("openai")

    class Traced(openai.OpenAI):  # type: ignore[misc, name-defined]
        messages = object()

    assert type(choose_provider(Traced(api_key="x"))) is OpenAIProvider


@pytest.mark.parametrize(
    ("client", "provider"),
    [
        (SimpleNamespace(messages=object()), AnthropicProvider),
        (SimpleNamespace(messages=object(), chat=object()), OpenAIProvider),
        (SimpleNamespace(chat=object()), OpenAIProvider),
        (SimpleNamespace(models=SimpleNamespace(generate_content=print)), GoogleProvider),
        (SimpleNamespace(models=SimpleNamespace(list=print), chat=object()), OpenAIProvider),
        (object(), OpenAIProvider),
    ],
)
def test_another_client_is_told_by_what_it_offers(client: Any, provider: type) -> None:
    assert type(choose_provider(client)) is provider


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("openai", OpenAIProvider),
        ("OpenAI", OpenAIProvider),
        ("azure", OpenAIProvider),
        ("anthropic", AnthropicProvider),
        ("google", GoogleProvider),
        ("gemini", GoogleProvider),
        ("google-genai", GoogleProvider),
    ],
)
def test_names(name: str, provider: type) -> None:
    assert type(choose_provider(name)) is provider


def test_a_provider_comes_back_as_it_is() -> None:
    mine = AnthropicProvider()
    own = SimpleNamespace(name="mine", get_token_counter=print, get_context_limit=print)

    assert choose_provider(mine) is mine
    assert choose_provider(own) is own


@pytest.mark.parametrize("wrong", ["opnai", "", None, 7, {}, []])
def test_what_is_none_is_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError) as refused:
        choose_provider(wrong)

    assert refused.value.details["field"] == "provider"
    if isinstance(wrong, str):
        assert "openai, anthropic, google" in str(refused.value)
