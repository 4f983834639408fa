"""`TransformPipeline`: transforms one after the other, put together by hand or from settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from headroom.config import HeadroomConfig
from headroom.errors import ConfigurationError, ValidationError
from headroom.protocols import Provider, Request, TokenCounter, Transform
from headroom.results import SimulationResult, TransformResult
from headroom.transforms.cache_aligner import CacheAligner
from headroom.transforms.clearing import Clearing
from headroom.transforms.contain import contain
from headroom.transforms.face import request_by_hand
from headroom.transforms.intelligent_context import IntelligentContextManager
from headroom.transforms.pipeline import Pipeline
from headroom.transforms.public_adapted import as_transform
from headroom.transforms.public_router import ContentRouter
from headroom.transforms.rolling_window import RollingWindow
from headroom.transforms.tool_crusher import ToolCrusher

BUFFER_SHARE = 4  # a quarter of a limit at most is kept free where nobody said how much


class TransformPipeline:
    """Runs transforms in order over a copy of the messages; one that fails costs only itself, and a warning.

    Args:
        transforms_or_config: A list of transforms, or settings of which the pipeline is built: aligner, tool crusher,
            router, clearing and window, each where the settings switch it on.
        transforms: The list, by name. Its members have `transform`, or `apply(messages, tokenizer, **context)`.
        provider: Says limits and counts of models, for calls that name one.
        config: The settings, by name.

    Raises:
        ConfigurationError: An argument has the wrong type, or is given twice.
    """

    def __init__(
        self,
        transforms_or_config: Sequence[Any] | HeadroomConfig | None = None,
        *,
        transforms: Sequence[Any] | None = None,
        provider: Provider | None = None,
        config: HeadroomConfig | None = None,
    ) -> None:
        given, settings = told_apart(transforms_or_config, transforms, config)
        self.config = (settings or HeadroomConfig()).model_copy(deep=True)
        self.provider = provider
        steps = steps_of(self.config) if given is None else [as_transform(step) for step in given]
        self.pipeline = Pipeline(steps)

    def __repr__(self) -> str:
        return f"TransformPipeline({[transform.name for transform in self.transforms]})"

    @property
    def transforms(self) -> list[Transform]:
        """What runs, first to last."""
        return self.pipeline.transforms

    def transform(self, messages: Sequence[Any], model: str | None = None, **context: Any) -> TransformResult:
        """`messages` after all transforms; the list given is not changed. Arguments and errors are those of `apply`."""
        return self.apply(messages, model, **context)

    def apply(
        self,
        messages: Sequence[Any],
        model: str | None = None,
        model_limit: int | None = None,
        output_buffer: int | None = None,
        *,
        tokenizer: TokenCounter | str | None = None,
        **context: Any,
    ) -> TransformResult:
        """`messages` after all transforms; the list given is not changed.

        Args:
            messages: OpenAI or Anthropic messages.
            model: Name of the model; decides limits and figures, never bytes.
            model_limit: Tokens that fit into its window; None asks the provider and the settings, and where these do
                not know, windows go by their own settings.
            output_buffer: Tokens of the limit kept free for the answer; None takes the configured number, but at most
                a quarter of the limit.
            tokenizer: A counter or a model name, under which budgets hold; None goes by the model.
            context: Facts of the call by name, as `protocols.Request` has them, such as `query`.

        Raises:
            ValidationError: `messages` is no list.
            ConfigurationError: A fact is unknown or refused.
        """
        if not isinstance(messages, (list, tuple)):
            raise ValidationError(f"messages must be a list, got {type(messages).__name__}", field="messages")
        request, warnings = self.request(model, model_limit, output_buffer, tokenizer, context)
        done = self.pipeline.run(messages, request)
        return replace(done, warnings=[*warnings, *done.warnings]) if warnings else done

    def simulate(self, messages: Sequence[Any], model: str | None = None, **context: Any) -> SimulationResult:
        """What `apply` would do; nothing is stored. Arguments and errors are those of `apply`."""
        done = self.apply(messages, model, **{**context, "dry_run": True})
        return SimulationResult(
            tokens_before=done.tokens_before,
            tokens_after=done.tokens_after,
            transforms_applied=done.transforms_applied,
            messages_optimized=done.messages,
            notes=done.notes,
        )

    def request(
        self,
        model: str | None,
        limit: int | None,
        buffer: int | None,
        tokenizer: TokenCounter | str | None,
        context: dict[str, Any],
    ) -> tuple[Request, list[str]]:
        """The facts of one call, and what could not be found out."""
        warnings: list[str] = []
        if model and limit is None and context.get("max_tokens") is None:
            limit = self.config.get_context_limit(model)
            if limit is None and self.provider is not None:
                with contain("provider") as fault:
                    limit = self.provider.get_context_limit(model)
                warnings += [f"limit of the model: {fault.reason}"] * bool(fault.reason)
        if model and tokenizer is None and self.provider is not None:
            with contain("provider") as fault:
                tokenizer = self.provider.get_token_counter(model)
            warnings += [f"counter of the model: {fault.reason}"] * bool(fault.reason)
        if type(limit) is int and buffer is None:
            buffer = min(self.config.rolling_window.output_buffer_tokens, limit // BUFFER_SHARE)
        facts = {"align": True, **context, "model": model, "model_limit": limit, "output_buffer": buffer}
        return request_by_hand(tokenizer, facts), warnings


def told_apart(
    first: object, transforms: Sequence[Any] | None, config: HeadroomConfig | None
) -> tuple[Sequence[Any] | None, HeadroomConfig | None]:
    """The transforms and the settings, whichever of them were given, and how."""
    if isinstance(first, HeadroomConfig):
        if config is not None:
            raise ConfigurationError("settings were given twice", field="config")
        config = first
    elif first is not None:
        if transforms is not None:
            raise ConfigurationError("transforms were given twice", field="transforms")
        transforms = first  # type: ignore[assignment]  # checked below
    if config is not None and not isinstance(config, HeadroomConfig):
        raise ConfigurationError(f"config must be a HeadroomConfig, got {type(config).__name__}", field="config")
    if transforms is not None and not isinstance(transforms, (list, tuple)):
        kind = type(transforms).__name__
        raise ConfigurationError(f"expected a list of transforms or a HeadroomConfig, got {kind}", field="transforms")
    return transforms, config


def steps_of(config: HeadroomConfig) -> list[Transform]:
    """The transforms that settings ask for, first to last."""
    steps: list[Transform] = []
    if config.cache_aligner.enabled:
        steps.append(CacheAligner(config.cache_aligner))
    if config.tool_crusher.enabled:
        steps.append(ToolCrusher(config.tool_crusher, secret=config.secret.get_secret_value()))
    if config.content_router_enabled:
        steps.append(ContentRouter(config))
    if config.clear_old_results:
        steps.append(Clearing(config))
    if config.intelligent_context.enabled:
        steps.append(IntelligentContextManager(config.intelligent_context, settings=config))
    elif config.rolling_window.enabled:
        steps.append(RollingWindow(config.rolling_window, settings=config))
    return steps
