"""Which provider belongs to a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headroom.errors import ConfigurationError
from headroom.providers.anthropic import AnthropicProvider
from headroom.providers.google import GoogleProvider
from headroom.providers.openai import OpenAIProvider
from headroom.providers.provider import BaseProvider

PROVIDERS: dict[str, Callable[..., BaseProvider]] = {
    "openai": OpenAIProvider,
    "anthropic": AnthropicProvider,
    "google": GoogleProvider,
}
NAMES = {
    "azure": "openai",
    "azure_openai": "openai",
    "claude": "anthropic",
    "gemini": "google",
    "google_genai": "google",
}
# Modules that make clients, by how they begin; also of classes that a client's class is derived from.
MODULES = (("openai", "openai"), ("anthropic", "anthropic"), ("google.genai", "google"))


def choose_provider(client_or_name: Any) -> Any:
    """The provider of a client, or of that name; a provider as it is.

    A client of an SDK is told by the module that its class, or one that it is derived from, comes from; another one by
    what it offers: `models.generate_content` is Google's, `messages` without `chat` is Anthropic's, all else counts as
    OpenAI's. Providers made here do not keep the client, so that nothing is asked over the network for counting.

    Raises:
        ConfigurationError: There is no provider of that name, or it is no client.
    """
    if isinstance(client_or_name, str):
        return PROVIDERS[provider_name(client_or_name)]()
    if is_provider(client_or_name):
        return client_or_name
    if client_or_name is None or isinstance(client_or_name, (bytes, int, float, list, tuple, dict)):
        raise ConfigurationError(
            "provider must be a name, a provider or a client", field="provider", value=type(client_or_name).__name__
        )
    return PROVIDERS[by_module(client_or_name) or by_offer(client_or_name)]()


def provider_name(name: str) -> str:
    """The name of a provider, also where it was written otherwise.

    Raises:
        ConfigurationError: There is none.
    """
    plain = name.strip(" ").lower().replace("-", "_")
    known = NAMES.get(plain, plain)
    if known not in PROVIDERS:
        listed = ", ".join(PROVIDERS)
        raise ConfigurationError(f"provider must be one of {listed}", field="provider", value=name[:60], known=listed)
    return known


def is_provider(thing: Any) -> bool:
    """Whether `thing` answers as a provider does."""
    methods = ("get_token_counter", "get_context_limit")
    return not isinstance(thing, type) and all(callable(getattr(thing, name, None)) for name in methods)


def by_module(client: Any) -> str | None:
    """The provider whose SDK made the client's class; None for other classes."""
    for kind in type(client).__mro__:
        module = kind.__module__ or ""
        for begin, name in MODULES:
            if module == begin or module.startswith(f"{begin}."):
                return name
    return None


def by_offer(client: Any) -> str:
    """The provider whose methods the client has."""
    if callable(getattr(getattr(client, "models", None), "generate_content", None)):
        return "google"
    has_messages = getattr(client, "messages", None) is not None
    return "anthropic" if has_messages and getattr(client, "chat", None) is None else "openai"
