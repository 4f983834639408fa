"""Settings of an adapter, from keywords: which are fields of its own, which belong to the engine, which are refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from headroom.config import HeadroomConfig
from headroom.environment import suggestion
from headroom.errors import ConfigurationError

# The facts of one call, as `Engine.request` takes them.
PER_CALL = (
    "format",
    "keep_turns",
    "namespace",
    "query",
    "references",
    "retrieval",
    "roles",
    "selection",
    "strict",
    "target_tokens",
    "tool_profiles",
)


def sorted_out(given: Mapping[str, Any], fields: Collection[str], *, beside: Collection[str] = ()) -> dict[str, Any]:
    """`given` with the settings of `HeadroomConfig` that are no fields moved into `settings`.

    Args:
        given: Keywords.
        fields: Names of the fields.
        beside: Further names that the adapter takes, for the nearest one to a name that is unknown.

    Raises:
        ConfigurationError: A name is neither; the message holds the nearest one.
    """
    own = {name: value for name, value in given.items() if name in fields}
    rest = {name: value for name, value in given.items() if name not in fields and value is not None}
    for name in rest:
        if name.split(".")[0] not in HeadroomConfig.model_fields:
            raise unknown(name, {*fields, *beside, *HeadroomConfig.model_fields})
    if rest:
        own["settings"] = {**(given.get("settings") or {}), **rest}
    return own


ROLES = frozenset({"system", "user", "assistant", "tool", "function"})

# Facts of one call that the adapter itself acts upon.
OWN = ("token_budget",)


def checked_count(name: str, value: Any) -> int | None:
    """A count given with a call.

    Raises:
        ConfigurationError: It is no whole number of at least 1.
    """
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    shown = value if isinstance(value, (int, float)) else type(value).__name__
    raise ConfigurationError(f"{name} must be a whole number of at least 1, got {shown}", field=name, value=shown)


def check_call(facts: Mapping[str, Any]) -> None:
    """Refuse keywords of one call that are no facts of a call.

    Raises:
        ConfigurationError: A name is unknown; the message holds the nearest one.
    """
    for name in facts:
        if name not in PER_CALL and name != "model":
            raise unknown(name, {*PER_CALL, *OWN, "model"})


def listed_roles(roles: Any) -> Any:
    """Roles in one order, as JSON has them; one may come without a set around it. Anything else as it is."""
    if isinstance(roles, str):
        return [roles]
    return sorted(roles, key=str) if isinstance(roles, (set, frozenset, tuple)) else roles


def role_name(name: str, names: Mapping[str, str]) -> str:
    """A role as headroom calls it, from either vocabulary.

    Args:
        name: Of the role.
        names: The framework's names to headroom's.

    Raises:
        ConfigurationError: There is no such role.
    """
    role = names.get(name, name)
    if role not in ROLES:
        known = ", ".join(sorted(ROLES | set(names)))
        raise ConfigurationError(f"roles must be among {known}, got {name[:60]!r}", field="roles", value=name[:60])
    return role


Made = TypeVar("Made")


def given_or_made(kind: type[Made], name: str, given: Any, settings: Mapping[str, Any]) -> Made:
    """`given`, or one that is made with `settings`.

    Args:
        kind: Its class.
        name: Of the argument, for errors.
        given: None makes one.
        settings: For the one that is made.

    Raises:
        ConfigurationError: `given` is none, or has settings beside it, which would have no effect.
    """
    if given is None:
        return kind(**settings)
    if not isinstance(given, kind):
        shown = type(given).__name__
        raise ConfigurationError(f"{name} must be a {kind.__name__}, got {shown}", field=name, value=shown)
    if settings:
        field = next(iter(settings))[:60]
        raise ConfigurationError(f"{field} is the {name}'s to say: give it to {kind.__name__}(...)", field=field)
    return given


def unknown(name: str, known: Collection[str]) -> ConfigurationError:
    """The error for a name that nobody knows."""
    return ConfigurationError(f"unknown setting {name[:60]!r}{suggestion(name[:60], known)}", field=name[:60])
