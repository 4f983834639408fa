"""Whose model a LangChain chat model is, and what it is called."""

from __future__ import annotations

from typing import Any, Literal

from langchain_core.runnables import Runnable

from headroom import choose_provider
from headroom.retrieval.tool import Shape

ProviderName = Literal["openai", "anthropic", "google"]

# Beginnings of `ls_provider`, of a module or of a model's name, to the provider whose tokens and tools they are.
PROVIDERS: tuple[tuple[str, ProviderName], ...] = (
    ("anthropic", "anthropic"),
    ("langchain_anthropic", "anthropic"),
    ("claude", "anthropic"),
    ("google", "google"),
    ("langchain_google", "google"),
    ("gemini", "google"),
    ("azure", "openai"),
    ("openai", "openai"),
    ("langchain_openai", "openai"),
)
SHAPES: dict[str, Shape] = {"anthropic": "anthropic", "openai": "openai_responses", "google": "google"}


def get_model_name_from_langchain(model: Any) -> str:
    """The name of the model behind a chat model; "" where it does not say."""
    facts = ls_params(model)
    found = facts.get("ls_model_name") or getattr(model, "model_name", None) or getattr(model, "model", None)
    return found if isinstance(found, str) else ""


def detect_provider(model: Any) -> ProviderName:
    """`openai`, `anthropic` or `google`: by what the model says of itself, its class, then its name; else `openai`."""
    kinds = [kind.__module__ for kind in type(model).__mro__]
    for word in (str(ls_params(model).get("ls_provider") or ""), *kinds, get_model_name_from_langchain(model)):
        for begin, name in PROVIDERS:
            if word.startswith(begin):
                return name
    return "openai"


def get_headroom_provider(model: Any) -> Any:
    """What is known of the models of the chat model's provider."""
    return choose_provider(detect_provider(model))


def ls_params(model: Any) -> dict[str, Any]:
    """What a chat model tells LangSmith about itself."""
    read = getattr(model, "_get_ls_params", None)
    return dict(read()) if callable(read) else {}


def tool_shape_of(model: Any) -> Shape:
    """How the model's LangChain class keeps tools; `google` for those that have a form of their own."""
    modules = {kind.__module__.split(".")[0] for kind in type(model).__mro__}
    if modules & {"langchain_openai", "langchain_anthropic"}:
        return SHAPES[detect_provider(model)]
    return "google"


def bound_tools(model: Any, tool: Any) -> list[Any]:
    """A tool in the form in which the model's own `bind_tools` keeps it."""
    bound: Runnable[Any, Any] = model.bind_tools([{"type": "function", "function": tool}])
    return list(getattr(bound, "kwargs", {}).get("tools") or ())
