"""Settings of a chat model, as the adapters share them, with LangChain's names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from headroom_integrations import _model_settings
from headroom_integrations._model_settings import PER_CALL
from headroom_integrations.langchain.chat_model_call import Held, ModelCall, Place
from headroom_integrations.langchain.messages import role_name

SYNONYMS = {"headroom_config": "config", "wrapped_model": "inner"}

__all__ = ["PER_CALL", "call_arguments", "check_settings", "given_fields"]


def given_fields(given: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """Keywords under the names of the fields, settings of `HeadroomConfig` among `settings`.

    Raises:
        ConfigurationError: A name is unknown, or given under two names.
    """
    return _model_settings.given_fields(given, fields, SYNONYMS, dry="model.simulate(messages)")


def call_arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a model as arguments of a call; roles in headroom's words."""
    return _model_settings.call_arguments(settings, role_name)


def check_settings(held: Held, arguments: dict[str, Any]) -> None:
    """Refuse bad values when a model is made, not in its first call.

    Raises:
        ConfigurationError: A value is refused.
    """
    ModelCall(held, None, [], {"model": "", **arguments}, place=Place(), stream=False)
