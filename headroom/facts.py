"""The facts of one call, refused where they are wrong, and as hooks see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.environment import suggestion
from headroom.errors import ConfigurationError, ValidationError
from headroom.hooks import HookContext
from headroom.protocols import Request

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function", "human", "ai"})
BUDGETS = ("token_budget", "model_limit", "output_buffer_tokens")
FACT_TYPES: dict[str, tuple[type, ...]] = {
    "model": (str,),
    "namespace": (str,),
    "query": (str,),
    "keep_turns": (int,),
    "strict": (bool,),
    "references": (bool,),
    "is_conversation": (bool,),
    "roles": (list, tuple, set, frozenset),
}


def check_facts(given: Mapping[str, Any]) -> None:
    """Refuse what has the wrong type; the settings among the facts are checked as settings."""
    for name, types in FACT_TYPES.items():
        value = given.get(name)
        if value is not None and (not isinstance(value, types) or (name == "keep_turns" and isinstance(value, bool))):
            wanted = " or ".join(kind.__name__ for kind in types)
            raise ConfigurationError(f"{name} must be {wanted}, got {type(value).__name__}", field=name)
    if given.get("keep_turns", 0) < 0:
        raise ConfigurationError(f"keep_turns must be >= 0, got {given['keep_turns']}", field="keep_turns")
    if "\0" in given.get("namespace", ""):
        raise ConfigurationError("namespace must not hold a NUL character", field="namespace")
    for role in given.get("roles", ()):
        if role not in ROLES:
            raise ConfigurationError(f"unknown role {role!r}{suggestion(str(role), ROLES)}", field="roles", value=role)


def check_list(messages: object) -> None:
    """Refuse what is no list of messages."""
    if not isinstance(messages, (list, tuple)):
        raise ValidationError(
            f"messages must be a list, got {type(messages).__name__}", field="messages", type=type(messages).__name__
        )


def checked_count(name: str, value: object) -> int | None:
    """A number of tokens, or None.

    Raises:
        ConfigurationError: It is no number, or too small.
    """
    least = 0 if name == "output_buffer_tokens" else 1
    if value is None or (type(value) is int and value >= least):
        return value
    shown = value if type(value) is int else type(value).__name__
    raise ConfigurationError(f"{name} must be a number of at least {least}, got {shown}", field=name, value=shown)


def context_of(request: Request, tool_names: Sequence[str]) -> HookContext:
    """The facts of a call, as hooks see them."""
    return HookContext(
        model=request.model,
        query=request.query,
        provider=str(request.extra.get("provider", "")),
        tool_names=tuple(tool_names),
        retrieval=request.retrieval,
        namespace=request.namespace,
        dry_run=request.dry_run,
    )
