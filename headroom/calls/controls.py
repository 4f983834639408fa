"""The `headroom_*` arguments of a call: taken out before anything is sent, and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from headroom.config import HeadroomMode
from headroom.environment import suggestion
from headroom.errors import ConfigurationError

PREFIX = "headroom_"
# Argument without its prefix to the fact of `Engine.request` it is.
FACTS = {
    "query": "query",
    "keep_turns": "keep_turns",
    "tool_profiles": "tool_profiles",
    "selection": "selection",
    "target_tokens": "target_tokens",
    "roles": "roles",
    "strict": "strict",
    "format": "format",
    "namespace": "namespace",
    "token_budget": "token_budget",
    "cache_prefix_tokens": "min_cacheable_tokens",
}
LABELS = ("run_id", "thread_id")
OTHERS = ("mode", "output_buffer_tokens", "retrieval")
KNOWN = [PREFIX + name for name in (*FACTS, *LABELS, *OTHERS)]


LISTS = ("messages", "input", "tools", "system")  # arguments that the SDKs take as any iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What the caller said for one call.

    Attributes:
        mode: `audit`, `optimize` or `simulate`; None takes the client's.
        output_buffer_tokens: Tokens of the window kept free for the answer; None takes the configured ones.
        retrieval: Whether the retrieve tool is offered; None takes the configured way.
        facts: Facts for `Engine.request`.
        labels: `run_id` and `thread_id` of the ledger.
    """

    mode: str | None = None
    output_buffer_tokens: int | None = None
    retrieval: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)


def split(arguments: Mapping[str, Any]) -> tuple[Controls, dict[str, Any]]:
    """The controls among the arguments of a call, and the arguments without them.

    Raises:
        ConfigurationError: A control is unknown or has a bad value; nothing was sent.
    """
    given = {name[len(PREFIX) :]: value for name, value in arguments.items() if name.startswith(PREFIX)}
    if not given:
        return Controls(), {name: readable(name, value) for name, value in arguments.items()}
    for name in given:
        if PREFIX + name not in KNOWN:
            full = PREFIX + name
            raise ConfigurationError(f"unknown argument {full!r}{suggestion(full, KNOWN)}", field=full)
    rest = {name: readable(name, value) for name, value in arguments.items() if not name.startswith(PREFIX)}
    controls = Controls(
        mode=None if given.get("mode") is None else checked_mode(given["mode"], "headroom_mode"),
        output_buffer_tokens=checked_count(given.get("output_buffer_tokens"), "headroom_output_buffer_tokens", 0),
        retrieval=checked_retrieval(given.get("retrieval")),
        facts={FACTS[name]: value for name, value in given.items() if name in FACTS and value is not None},
        labels={name: str(given[name]) for name in LABELS if given.get(name) is not None},
    )
    checked_count(given.get("token_budget"), "headroom_token_budget", 1)
    checked_count(given.get("cache_prefix_tokens"), "headroom_cache_prefix_tokens", 0)
    return controls, rest


def readable(name: str, value: Any) -> Any:
    """The value itself; a list of what can be read only once, such as a generator."""
    if name not in LISTS or isinstance(value, (str, bytes, list, tuple, Mapping)) or hasattr(value, "model_dump"):
        return value
    return list(value) if isinstance(value, Iterable) else value


def checked_mode(mode: object, name: str) -> str:
    """A mode as its text.

    Raises:
        ConfigurationError: There is none of that name; `details` holds `valid`.
    """
    valid = [each.value for each in HeadroomMode]
    text = mode.value if isinstance(mode, HeadroomMode) else mode
    if text not in valid:
        shown = text[:40] if isinstance(text, str) else type(text).__name__
        raise ConfigurationError(
            f"{name} must be one of {', '.join(valid)}, got {shown!r}", field=name, value=shown, valid=valid
        )
    return str(text)


def checked_retrieval(value: object) -> str | None:
    """`auto`, `tool`, `off` or None.

    Raises:
        ConfigurationError: It is none of these.
    """
    if value is None or value in ("auto", "tool", "off"):
        return None if value is None else str(value)
    name = "headroom_retrieval"
    raise ConfigurationError(f"{name} must be one of auto, tool, off", field=name, value=repr(value)[:40])


def checked_count(value: object, name: str, least: int) -> int | None:
    """A number of tokens, or None.

    Raises:
        ConfigurationError: It is no number, or too small.
    """
    if value is None or (type(value) is int and value >= least):
        return value
    shown = value if type(value) is int else type(value).__name__
    raise ConfigurationError(f"{name} must be a number of at least {least}, got {shown}", field=name, value=shown)
