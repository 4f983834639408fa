"""Settings of a wrapped model: which are arguments of each call, which belong to the engine, which are refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from headroom.environment import suggestion
from headroom.errors import ConfigurationError
from headroom_integrations._settings import sorted_out

# Fields that are `headroom_*` arguments of each call, where they are set.
PER_CALL = (
    "mode",
    "retrieval",
    "selection",
    "query",
    "target_tokens",
    "token_budget",
    "output_buffer_tokens",
    "keep_turns",
    "tool_profiles",
    "roles",
    "strict",
    "format",
    "namespace",
)
MODES = ("optimize", "audit")


def given_fields(
    given: Mapping[str, Any], fields: Collection[str], synonyms: Mapping[str, str], *, dry: str
) -> dict[str, Any]:
    """Keywords under the names of the fields, settings of `HeadroomConfig` among `settings`.

    Args:
        given: The keywords.
        fields: Names of the fields.
        synonyms: Other names of fields.
        dry: What simulates a call, for the error that refuses the mode `simulate`.

    Raises:
        ConfigurationError: A name is unknown, or given under two names.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        own = synonyms.get(name, name)
        if own in found and own != name:
            raise ConfigurationError(f"{name} and {own} are the same: give one", field=name)
        if value is not None or own == "inner":
            found[own] = value
    if "mode" in found:
        found["mode"] = checked_mode(found["mode"], dry)
    return sorted_out(found, fields)


def checked_mode(mode: Any, dry: str) -> str:
    """The mode as its text.

    Raises:
        ConfigurationError: A model has no such mode.
    """
    text = getattr(mode, "value", mode)
    if text in MODES:
        return str(text)
    hint = suggestion(str(text)[:40], MODES) if text != "simulate" else f"; {dry} sends nothing"
    shown = str(text)[:40] if isinstance(text, str) else type(mode).__name__
    raise ConfigurationError(f"mode must be optimize or audit, got {shown!r}{hint}", field="mode", value=shown)


def call_arguments(settings: Mapping[str, Any], role_name: Callable[[str], str]) -> dict[str, Any]:
    """Settings of a model as arguments of a call; roles in headroom's words."""
    found = {f"headroom_{name}": settings[name] for name in PER_CALL if settings.get(name) is not None}
    if "headroom_roles" in found:
        found["headroom_roles"] = sorted({"tool", "function"} | {role_name(role) for role in found["headroom_roles"]})
    return found
