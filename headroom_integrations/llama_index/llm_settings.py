"""Settings of `HeadroomLLM`: what it has of the wrapped LLM, what are arguments of each call, what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llama_index.core.llms.llm import LLM

from headroom.errors import ConfigurationError
from headroom_integrations import _model_settings
from headroom_integrations.llama_index.llm_call import Held, LLMCall
from headroom_integrations.llama_index.messages import role_name

SYNONYMS = {"headroom_config": "config", "wrapped_llm": "inner"}
# What the base class reads of itself: taken from the wrapped LLM, and set on both.
SHARED = (
    "callback_manager",
    "system_prompt",
    "messages_to_prompt",
    "completion_to_prompt",
    "output_parser",
    "pydantic_program_mode",
    "query_wrapper_prompt",
    "rate_limiter",
)
PREFIX = "headroom_"


def prepared_fields(given: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords as fields, with what the base class wants to know of the wrapped LLM.

    Raises:
        ConfigurationError: A keyword is refused.
    """
    inner = given.get("inner", given.get("wrapped_llm"))
    if not isinstance(inner, LLM):
        kind = type(inner).__name__
        raise ConfigurationError(f"inner must be an LLM of LlamaIndex, got {kind}", field="inner", value=kind)
    own = _model_settings.given_fields(given, fields, SYNONYMS, dry="llm.simulate(messages)")
    for name in SHARED:
        if name not in given and name in fields and hasattr(inner, name):
            own[name] = getattr(inner, name)
    return own


def call_arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of an LLM as arguments of a call; roles in headroom's words."""
    return _model_settings.call_arguments(settings, role_name)


def check_settings(held: Held, arguments: Mapping[str, Any]) -> None:
    """Refuse bad values when an LLM is made, not in its first call.

    Raises:
        ConfigurationError: A value is refused.
    """
    LLMCall(held, None, [], {"model": "", **arguments}, stream=False)


def plain(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords of a call without ours."""
    return {name: value for name, value in kwargs.items() if not name.startswith(PREFIX)}


def ours(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Our keywords of a call."""
    return {name: value for name, value in kwargs.items() if name.startswith(PREFIX)}
