"""`Engine`: what one program needs, built once: settings, pipeline, memo, metrics. Safe to share between threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from headroom.catalog import lookup_caching
from headroom.compressors.outline import require_outlines
from headroom.config import HeadroomConfig
from headroom.environment import suggestion
from headroom.errors import ConfigurationError
from headroom.excess import has_window, with_excess
from headroom.facts import BUDGETS, check_facts, check_list, checked_count, context_of
from headroom.feedback import Feedback
from headroom.feedback.learning import learn_left_out
from headroom.formats import check_format
from headroom.hooks import (
    CompressEvent,
    check_hooks,
    run_compute_biases,
    run_post_compress,
    run_pre_compress,
)
from headroom.installation import check_installation
from headroom.ledger import metrics_row
from headroom.protocols import Request
from headroom.resolve import Resolved, override, resolve
from headroom.results import CompressResult, TransformResult
from headroom.scope import current_scope
from headroom.steps import checked_feedback, limited, originals_of, steps_of
from headroom.storage import Recorder, default_store_url
from headroom.tokenizers import built_in_counter, counter_for, messages_tokens
from headroom.tracing import count_call, trace_compression
from headroom.transforms.contain import contain
from headroom.transforms.memo import Memo
from headroom.transforms.pipeline import Pipeline

CHECKED = ("selection", "retrieval", "tool_profiles", "target_tokens")  # settings that a call may give for itself


UNCHANGED: dict[str, Any] = {
    "roles": (),
    "keep_turns": 1_000_000,
    "references": False,
    "is_conversation": False,  # then no window looks at it
    "dry_run": True,
    "hooks": None,
    "token_budget": None,
    "model_limit": None,
    "output_buffer_tokens": None,
}
"""Facts of a call that measures only."""

TARGETS = (1000, 500, 250)  # sizes of a selection that are tried in turn where a budget asks for less

FACTS = frozenset(Request.__dataclass_fields__) - {"model", "namespace"}


class Engine:
    """Compresses conversations with one set of settings.

    Args:
        config: Settings; the engine takes a copy, later edits reach new engines only.
        integration: Which surface it serves, as metrics name it.
        recorder: Where metrics rows go; None opens the configured store at the first row.
        feedback: What was asked for again, as `headroom.telemetry.get_toin()` gives it: then what windows keep depends
            on it, too.
        summarize_fn: Messages to a summary, where `intelligent_context.summarization_enabled` says so.
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
        feedback: Any = None,
        summarize_fn: Callable[..., str] | None = None,
        **settings: Any,
    ) -> None:
        check_installation()
        self.resolved: Resolved = resolve(config, **settings)
        self.config = self.resolved.config
        for tool, profile in self.config.tool_profiles.items():
            if profile.outline:
                require_outlines(field=f"tool_profiles.{tool}.outline")
        self.integration = integration
        self.recorder = recorder or Recorder(self.config.store_url or default_store_url())
        self.counter = built_in_counter()
        self.overrides: Memo[HeadroomConfig] = Memo(max_chars=200_000)
        self.originals = limited(originals_of(self.config.originals), self.config)
        self.feedback = checked_feedback(feedback)
        steps = steps_of(self.config, self.counter, self.originals, feedback=feedback, summarize_fn=summarize_fn)
        self.pipeline = Pipeline(steps, counter=self.counter)

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
            biases=given.get("biases", {}),
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
                `counter`: large results are cut further, then turns are dropped; or `model_limit`, less
                `output_buffer_tokens`, to which turns are dropped; and `hooks`, with `tool_names` for them to see.

        Raises:
            ValidationError: `messages` is no list.
            ConfigurationError: A fact is refused.
        """
        check_list(messages)
        most, facts = self.budgeted(facts)
        hooks, tools = facts.pop("hooks", None), facts.pop("tool_names", ())
        request = self.request(**facts)
        context = context_of(request, tools)
        warnings: list[str] = []
        if hooks is not None:
            messages, warnings = run_pre_compress(check_hooks(hooks), messages, context, strict=request.strict)
            biases, more = run_compute_biases(hooks, messages, context, strict=request.strict)
            request, warnings = replace(request, biases=biases), [*warnings, *more]
        if most is not None:
            done = self.fitted(messages, replace(request, budget_tokens=most))
        else:
            done = self.pipeline.run(messages, request)
            done = self.told(done, request)
        result = self.compress_result(replace(done, warnings=[*done.warnings, *warnings]), request)
        self.learn(result, messages, request)
        if hooks is not None:
            told = run_post_compress(hooks, CompressEvent.of(result, dry_run=request.dry_run))
            result = replace(result, warnings=[*result.warnings, *told])
        return result

    def learn(self, result: CompressResult, messages: Sequence[Any], request: Request) -> None:
        """Count what was left out, where feedback is on."""
        if isinstance(self.feedback, Feedback) and self.config.ccr.feedback_enabled and not request.dry_run:
            with contain("feedback"):
                learn_left_out(self.feedback, result.notes, messages)

    def budgeted(self, facts: Mapping[str, Any]) -> tuple[int | None, dict[str, Any]]:
        """The token budget among the facts of a call, and the facts with the budget of a window in their place.

        Raises:
            ConfigurationError: A number is refused, or the buffer leaves nothing.
        """
        rest = {name: value for name, value in facts.items() if name not in BUDGETS}
        given = {name: checked_count(name, facts.get(name)) for name in BUDGETS}
        most, limit = given["token_budget"], given["model_limit"]
        if limit is None and given["output_buffer_tokens"] is not None:
            raise ConfigurationError("output_buffer_tokens needs model_limit", field="output_buffer_tokens")
        if (most or limit) and rest.get("counter") is None:
            rest["counter"] = counter_for(str(rest.get("model") or ""))
        if limit is not None:
            buffer = given["output_buffer_tokens"]
            buffer = self.config.rolling_window.output_buffer_tokens if buffer is None else buffer
            if limit <= buffer:
                text = f"output_buffer_tokens {buffer} leaves nothing of model_limit {limit}"
                raise ConfigurationError(text, field="output_buffer_tokens", value=buffer)
            rest["budget_tokens"] = limit - buffer
            most = None if most is None else min(most, limit - buffer)
        return most, rest

    def measured(self, messages: Sequence[Any], *, model: str = "", **facts: Any) -> CompressResult:
        """`messages` as they are, with their size: nothing is changed or stored, whatever `facts` ask for."""
        return self.prepare(messages, model=model, **{**facts, **UNCHANGED})

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
        request = replace(request, budget_tokens=budget)
        return self.told(self.pipeline.run(messages, request), request)

    def told(self, done: TransformResult, request: Request) -> TransformResult:
        """`done` with a warning where it is larger than the call's budget and no window was there to say so."""
        windows = has_window(self.config)
        if windows and request.is_conversation:
            return done
        return with_excess(done, request, self.counter, has_window=windows)

    def compress_result(self, done: TransformResult, request: Request) -> CompressResult:
        """What the pipeline did, as callers see it."""
        result = CompressResult(
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
        if not request.dry_run:
            trace_compression(result, integration=str(request.extra.get("integration", self.integration)))
        return result

    def record(self, result: CompressResult, *, mode: str = "optimize", **facts: Any) -> None:
        """Write one metrics row for a call; never raises, never waits for the disk.

        Args:
            facts: Further fields of `RequestMetrics`, such as `run_id`, `tokens_output` or `error`.
        """
        with contain("metrics"):
            row = metrics_row(result, mode=mode, **{"integration": self.integration, **facts})
            self.recorder.record(row)
            count_call(row)
