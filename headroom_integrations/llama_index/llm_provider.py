"""Whose model a LlamaIndex LLM is, and what it is called."""

from __future__ import annotations

from typing import Any, Literal

from headroom import choose_provider
from headroom.transforms.contain import contain

ProviderName = Literal["openai", "anthropic", "google"]

# Beginnings of a module of `llama_index.llms`, or parts of a model's name, to the provider whose tokens they are.
MODULES: tuple[tuple[str, ProviderName], ...] = (
    ("anthropic", "anthropic"),
    ("google", "google"),
    ("gemini", "google"),
    ("vertex", "google"),
    ("openai", "openai"),
    ("azure", "openai"),
)
NAMES: tuple[tuple[str, ProviderName], ...] = (("claude", "anthropic"), ("gemini", "google"))
PACKAGE = "llama_index.llms."


def model_name_of(llm: Any) -> str:
    """The name of the model behind an LLM; "" where it does not say."""
    with contain("model name"):
        found = llm.metadata.model_name
        if isinstance(found, str) and found != "unknown":
            return found
    found = getattr(llm, "model", None)
    return found if isinstance(found, str) else ""


def detect_provider(llm: Any) -> ProviderName:
    """`openai`, `anthropic` or `google`: by the model's name where that is plain, then by its class; else `openai`."""
    name = model_name_of(llm)
    for part, provider in NAMES:
        if part in name:
            return provider
    for kind in type(llm).__mro__:
        for begin, provider in MODULES:
            if kind.__module__.startswith(PACKAGE + begin):
                return provider
    return "openai"


def provider_of(llm: Any) -> Any:
    """What is known of the models of the LLM's provider."""
    return choose_provider(detect_provider(llm))
