"""`Engine`: what one program needs, built once: settings, pipeline, memo, metrics. Safe to share between threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from headroom.catalog import lookup_caching
from headroom.compressors.outline import require_outlines
from headroom.config import HeadroomConfig
from headroom.config.accepted import warn_of_later
from headroom.environment import suggestion
from headroom.errors import ConfigurationError, ValidationError
from headroom.formats import check_format
from headroom.installation import check_installation
from headroom.ledger import metrics_row
from headroom.protocols import OriginalStore, Request
from headroom.resolve import Resolved, override, resolve
from headroom.results import CompressResult, TransformResult
from headroom.scope import current_scope
from headroom.storage import Recorder, open_original_store
from headroom.tokenizers import built_in_counter, messages_tokens
from headroom.transforms import ContentRouter, Pipeline
from headroom.transforms.contain import contain
from headroom.transforms.memo import Memo

CHECKED = ("selection", "retrieval", "tool_profiles", "target_tokens")  # settings that a call may give for itself


TARGETS = (1000, 500, 250)  # sizes of a selection that are tried in turn where a budget asks for less

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function", "human", "ai"})
FACTS = frozenset(Request.__dataclass_fields__) - {"model", "namespace"}


class Engine:
    """Compresses conversations with one set of settings.

    Args:
        config: Settings; the engine takes a copy, later edits reach new engines only.
        integration: Which surface it serves, as metrics name it.
        recorder: Where metrics rows go; None opens the configured store at the first row.
        settings: Single settings by name, as `resolve` takes them.

    Raises:
        ConfigurationError: A setting is refused; `details` holds `field` and `value`.
        HeadroomError: Another distribution has installed files of its own into this package.
    """

    def __init__(
        self,
        config: HeadroomConfig | None = None,
        *,
        integration: str = "compress",
        recorder: Recorder | None = None,
        **settings: Any,
    ) -> None:
        check_installation()
        self.resolved: Resolved = resolve(config, **settings)
        self.config = self.resolved.config
        warn_of_later(name for name, origin in self.resolved.origins.items() if origin != "default")
        for tool, profile in self.config.tool_profiles.items():
            if profile.outline:
                require_outlines(field=f"tool_profiles.{tool}.outline")
        self.integration = integration
        self.recorder = recorder or Recorder(self.config.store_url)
        self.counter = built_in_counter()
        self.overrides: Memo[HeadroomConfig] = Memo(max_chars=200_000)
        self.originals = originals_of(self.config.originals)
        router = ContentRouter(self.config, counter=self.counter, originals=self.originals)
        self.pipeline = Pipeline([router], counter=self.counter)

    def __repr__(self) -> str:
        return f"Engine(integration={self.integration!r}, fingerprint={self.resolved.fingerprint!r})"

    def request(self, *, model: str | None = "", namespace: str | None = None, **fields: Any) -> Request:
        """The facts of one call over the engine's settings; None takes the setting.

        Raises:
            ConfigurationError: A value is refused.
        """
        for name in fields:
            if name not in FACTS:
                raise ConfigurationError(f"unknown argument {name!r}{suggestion(name, FACTS)}", field=name)
        given = {name: value for name, value in fields.items() if value is not None}
        check_facts({**given, "model": model or "", "namespace": namespace or ""})
        config = self.config
        checked = self.checked({name: given[name] for name in CHECKED if name in given})
        retrieval = given.get("retrieval", config.retrieval)
        return Request(
            model=model or "",
            query=given.get("query"),
            retrieval="tool" if retrieval == "tool" else "off",
            selection=given.get("selection", config.selection),
            is_selection_given="selection" in given,
            target_tokens=checked.target_tokens if "target_tokens" in given else None,
            keep_turns=given.get("keep_turns"),
            tool_profiles=checked.tool_profiles if "tool_profiles" in given else {},
            roles=frozenset(given.get("roles", Request().roles)),
            strict=given.get("strict", config.strict),
            format=check_format(given.get("format", config.format)),
            namespace=config.namespace or current_scope().namespace if namespace is None else namespace,
            needs_call=given.get("needs_call", True),
            references=given.get("references", config.references) and given.get("is_conversation", True),
            is_conversation=given.get("is_conversation", True),
            counter=given.get("counter"),
            budget_tokens=given.get("budget_tokens"),
            min_cacheable_tokens=given.get("min_cacheable_tokens", self.least_prefix(model or "")),
            prefix_tokens=given.get("prefix_tokens", 0),
            align=given.get("align", False),
            dry_run=given.get("dry_run", False),
            extra=given.get("extra", {}),
        )

    def least_prefix(self, model: str) -> int | None:
        """Shortest prefix that the model's provider caches; None where a setting says it, or nobody knows."""
        is_set = "min_cacheable_tokens" in self.config.cache_optimizer.model_fields_set
        return None if is_set or not model else lookup_caching(model).min_tokens

    def checked(self, given: dict[str, Any]) -> HeadroomConfig:
        """The settings with those of one call over them, refused where a value is bad."""
        key = repr(given)
        found = self.overrides.get(key)
        if found is None:
            found = override(self.config, **given)
            self.overrides.put(key, found, len(key))
        return found

    def prepare(self, messages: Sequence[Any], **facts: Any) -> CompressResult:
        """`messages` as they should be sent; the list given is not changed.

        Args:
            messages: Provider dicts, SDK objects, or what an adapter made of its own.
            facts: As `request` takes them; and `token_budget`, tokens that the messages may have together under
                `counter`: large results are cut further, then turns are dropped.

        Raises:
            ValidationError: `messages` is no list.
            ConfigurationError: A fact is refused.
        """
        check_list(messages)
        most = facts.pop("token_budget", None)
        request = self.request(**facts)
        if most is not None:
            return self.compress_result(self.fitted(messages, replace(request, budget_tokens=most)), request)
        return self.compress_result(self.pipeline.run(messages, request), request)

    def measured(self, messages: Sequence[Any], *, model: str = "") -> CompressResult:
        """`messages` as they are, with their size: nothing is changed or stored."""
        return self.prepare(messages, model=model, roles=(), keep_turns=1_000_000, references=False, dry_run=True)

    def fitted(self, messages: Sequence[Any], request: Request) -> TransformResult:
        """`messages` within a budget that the caller set: large results are cut further before turns are dropped."""
        budget, counter = request.budget_tokens or 0, request.counter or self.counter
        targets = [size for size in TARGETS if size < (request.target_tokens or self.config.selection_tokens)]
        request = replace(request, budget_tokens=None)
        for target in (request.target_tokens, *targets):
            request = replace(request, target_tokens=target)
            done = self.pipeline.run(messages, request)
            if messages_tokens(done.messages, counter) <= budget:
                return done
        return self.pipeline.run(messages, replace(request, budget_tokens=budget))

    def compress_result(self, done: TransformResult, request: Request) -> CompressResult:
        """What the pipeline did, as callers see it."""
        return CompressResult(
            messages=done.messages,
            tokens_before=done.tokens_before,
            tokens_after=done.tokens_after,
            transforms_applied=done.transforms_applied,
            ccr_hashes=[note.handle for note in done.notes if note.handle],
            notes=done.notes,
            warnings=done.warnings,
            format=request.format,
            fingerprint=self.resolved.fingerprint,
            model=request.model,
            timing=done.timing,
            turns_dropped=done.turns_dropped,
            tool_units_dropped=done.tool_units_dropped,
        )

    def record(self, result: CompressResult, *, mode: str = "optimize", **facts: Any) -> None:
        """Write one metrics row for a call; never raises, never waits for the disk.

        Args:
            facts: Further fields of `RequestMetrics`, such as `run_id`, `tokens_output` or `error`.
        """
        with contain("metrics"):
            self.recorder.record(metrics_row(result, mode=mode, **{"integration": self.integration, **facts}))


@lru_cache(maxsize=64)
def originals_of(place: str) -> OriginalStore | None:
    """The store that a setting names, one per process and name; None where originals stay in the conversation."""
    return None if place == "conversation" else open_original_store(place)


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
