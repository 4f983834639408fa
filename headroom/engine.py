"""`Engine`: what one program needs, built once: settings, pipeline, memo, metrics. Safe to share between threads."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from headroom.catalog import estimate_cost
from headroom.compressors.outline import require_outlines
from headroom.config import HeadroomConfig
from headroom.config.accepted import warn_of_later
from headroom.environment import suggestion
from headroom.errors import ConfigurationError, ValidationError
from headroom.formats import check_format
from headroom.installation import check_installation
from headroom.protocols import OriginalStore, Request
from headroom.resolve import Resolved, override, resolve
from headroom.results import CompressResult, Note, RequestMetrics, TransformResult, savings_by_reach
from headroom.scope import current_scope
from headroom.storage import Recorder, open_original_store
from headroom.tokenizers import built_in_counter
from headroom.transforms import ContentRouter, Pipeline
from headroom.transforms.contain import contain
from headroom.transforms.memo import Memo

CHECKED = ("selection", "retrieval", "tool_profiles", "target_tokens")  # settings that a call may give for itself


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
            dry_run=given.get("dry_run", False),
            extra=given.get("extra", {}),
        )

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
            facts: As `request` takes them.

        Raises:
            ValidationError: `messages` is no list.
            ConfigurationError: A fact is refused.
        """
        check_list(messages)
        request = self.request(**facts)
        return self.compress_result(self.pipeline.run(messages, request), request)

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


def metrics_row(result: CompressResult, *, mode: str, **facts: Any) -> RequestMetrics:
    """The ledger's row for one result. Holds names and sizes, no content."""
    saved = savings_by_reach(result.notes)
    scope = current_scope()
    return RequestMetrics(
        **{
            "request_id": uuid.uuid4().hex,
            "timestamp": datetime.now(timezone.utc),
            "model": result.model,
            "mode": mode,
            "tokens_input_before": result.tokens_before,
            "tokens_input_after": result.tokens_after,
            "saved_exact": saved["exact"],
            "saved_reachable": saved["reachable"],
            "saved_unreachable": saved["unreachable"],
            "cost_before": cost_of(result.model, result.tokens_before),
            "cost_after": cost_of(result.model, result.tokens_after),
            "transforms_applied": result.transforms_applied,
            "by_kind": sums((note.kind, note) for note in result.notes),
            "by_tool": sums((note.tool or "", note) for note in result.notes),
            "skips": skips(result.notes),
            "duration_ms": sum(result.timing.values()),
            "format": result.format,
            "fingerprint": result.fingerprint,
            "tenant": scope.tenant,
            **facts,
        }
    )


def cost_of(model: str, input_tokens: int) -> float | None:
    """Dollars for input tokens, uncached; None where the model or its price is not known."""
    return estimate_cost(input_tokens, 0, model) if model else None


def sums(named: Iterable[tuple[str, Note]]) -> Mapping[str, list[int]]:
    """Name to parts, tokens before and tokens after."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, note in named:
        row = found[name]
        row[0] += 1
        row[1] += note.tokens_before
        row[2] += note.tokens_after
    return dict(found)


def skips(notes: Sequence[Note]) -> dict[str, int]:
    """Reason to number of parts that went out as they came."""
    found: dict[str, int] = defaultdict(int)
    for note in notes:
        if note.change is None:
            found[note.reason] += 1
    return dict(found)
