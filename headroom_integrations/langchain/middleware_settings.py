"""What a middleware was asked for, checked at once: settings, places of originals, whether the model may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langgraph.store.base import BaseStore

from headroom.config import HeadroomConfig
from headroom.engine import Engine
from headroom.environment import suggestion
from headroom.errors import ConfigurationError
from headroom_integrations._settings import sorted_out
from headroom_integrations._shared import EngineHolder
from headroom_integrations.langchain.messages import role_name
from headroom_integrations.langchain.placement import Compression
from headroom_integrations.langchain.placement_originals import GraphOriginals

RUNTIME_STORE = "runtime.store"
CHOICES = {
    "placement": ("view", "birth", "state"),
    "mode": ("optimize", "audit"),
    "apply_settings": ("new_threads", "now"),
}
FACTS = ("query", "keep_turns", "roles")
ARGUMENTS = (
    *FACTS,
    *CHOICES,
    "max_tool_result_tokens",
    "allow_artifact",
    "drop_duplicate_artifact",
    "progress",
    "name",
)

CEILING = "max_tool_result_tokens"

STORE_WANTED = (
    'placement="{placement}" takes the originals out of the state: say where they go, originals="runtime.store" '
    '(with create_agent(..., store=...)) or originals="sqlite:///originals.db"; or keep them in the messages\' '
    "artifacts with allow_artifact=True, at the price of checkpoints that are no smaller"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was asked for.

    Attributes:
        compression: By which settings.
        store: From a runtime to where originals are; None for those that are in the state.
        mode: `optimize` or `audit`.
        retrieval: `auto`, `tool` or `off`.
    """

    compression: Compression
    store: Callable[[Any], Any] = field(repr=False)
    mode: str
    retrieval: str


def choose(
    config: HeadroomConfig | None,
    *,
    placement: str,
    mode: str,
    max_tool_result_tokens: int | None,
    originals: Any,
    allow_artifact: bool,
    drop_duplicate_artifact: bool,
    apply_settings: str,
    settings: Mapping[str, Any],
) -> Chosen:
    """What was asked for.

    Raises:
        ConfigurationError: Something is refused.
    """
    for name, value in (("placement", placement), ("mode", mode), ("apply_settings", apply_settings)):
        check_choice(name, value)
    facts, rest = facts_and_settings(settings)
    in_graph = originals == RUNTIME_STORE if isinstance(originals, str) else isinstance(originals, BaseStore)
    if originals is not None and not in_graph:
        rest["originals"] = originals
    held = EngineHolder(config, limited(config, rest, max_tool_result_tokens))
    compression = Compression(held, facts, apply_now=apply_settings == "now")
    named = in_graph or held.engine.originals is not None
    check_place(placement, named, allow_artifact, drop_duplicate_artifact)
    return Chosen(
        compression=compression,
        store=store_of(held.engine, originals if in_graph else None),
        mode=mode,
        retrieval=retrieval_of(held.engine, placement, mode, named or allow_artifact),
    )


def check_choice(name: str, value: Any) -> None:
    """Refuse what is none of the words."""
    if value not in CHOICES[name]:
        shown = repr(value)[:60] if isinstance(value, str) else type(value).__name__
        near = suggestion(value[:60], CHOICES[name]) if isinstance(value, str) else ""
        text = f"{name} must be {' or '.join(CHOICES[name])}, got {shown}{near}"
        raise ConfigurationError(text, field=name, value=shown)


def check_kinds(flags: Mapping[str, Any], name: Any) -> None:
    """Refuse what would be taken for true or false, and a name that is none."""
    for field_name, value in flags.items():
        if not isinstance(value, bool):
            kind = type(value).__name__
            said = f"{field_name} must be true or false, got {kind}"
            raise ConfigurationError(said, field=field_name, value=kind)
    if not isinstance(name, str) or not name:
        said = f"name must be a text that is not empty, got {type(name).__name__}"
        raise ConfigurationError(said, field="name", value=type(name).__name__)


def facts_and_settings(settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts of every call, and settings of the engine."""
    facts = {name: settings[name] for name in FACTS if settings.get(name) is not None}
    if "roles" in facts:
        given = [facts["roles"]] if isinstance(facts["roles"], str) else facts["roles"]
        facts["roles"] = sorted({"tool", "function"} | {role_name(str(role)) for role in given})
    rest = {name: value for name, value in settings.items() if name not in FACTS}
    return facts, sorted_out(rest, (), beside=ARGUMENTS).get("settings", {})


def limited(config: HeadroomConfig | None, settings: dict[str, Any], most_tokens: int | None) -> dict[str, Any]:
    """The settings with a ceiling for every tool that has none of its own."""
    if most_tokens is None:
        return settings
    if type(most_tokens) is not int:
        kind = type(most_tokens).__name__
        said = f"{CEILING} must be a whole number, got {kind}"
        raise ConfigurationError(said, field=CEILING, value=kind)
    profiles = {
        name: {"max_tokens": most_tokens, **profile.model_dump(exclude_unset=True, exclude_none=True)}
        for name, profile in Engine(config, **settings).config.tool_profiles.items()
    }
    try:
        made = {**settings, "tool_profiles": {"*": {"max_tokens": most_tokens}, **profiles}}
        Engine(config, **made)
    except ConfigurationError as error:
        said = error.message.replace("tool_profiles.*.max_tokens", CEILING)
        raise ConfigurationError(said, error.details, field=CEILING) from None
    return made


def check_place(placement: str, is_named: bool, allow_artifact: bool, drop_duplicate: bool) -> None:
    """Refuse what would leave originals nowhere, and what would have no effect."""
    if placement == "birth" and not (is_named or allow_artifact):
        raise ConfigurationError(STORE_WANTED.format(placement=placement), field="originals", value="conversation")
    if allow_artifact and placement == "view":
        raise ConfigurationError('allow_artifact is for placement="birth" and "state"', field="allow_artifact")
    if drop_duplicate and (placement == "view" or allow_artifact or not is_named):
        text = 'drop_duplicate_artifact is for placement="birth" and "state" with a store of originals'
        raise ConfigurationError(text, field="drop_duplicate_artifact")


def retrieval_of(engine: Engine, placement: str, mode: str, is_kept: bool) -> str:
    """Whether the model can ask for originals.

    Raises:
        ConfigurationError: It is to, and they are nowhere.
    """
    wanted = engine.config.retrieval
    ccr = engine.config.ccr
    if mode == "audit" or not (ccr.enabled and ccr.inject_tool):
        return "off"
    if placement == "state" and not is_kept:
        if wanted == "tool":
            raise ConfigurationError(STORE_WANTED.format(placement=placement), field="originals", value="conversation")
        return "off"
    return wanted


def store_of(engine: Engine, graph: Any) -> Callable[[Any], Any]:
    """From a runtime to the store of originals."""

    def store(runtime: Any) -> Any:
        place = getattr(runtime, "store", None) if graph == RUNTIME_STORE else graph
        if place is not None:
            from headroom_integrations.langchain.middleware_call import thread_of

            return GraphOriginals(place, thread_of(runtime))
        return engine.originals

    return store
