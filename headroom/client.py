"""`HeadroomClient`: an OpenAI, Anthropic or Google client whose calls are compressed, answered and recorded here."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from headroom.calls.controls import checked_mode
from headroom.calls.google_models import aclose_google, google_resources
from headroom.calls.host import Host
from headroom.calls.setup_check import setup_report
from headroom.completions import Namespace, resource
from headroom.config import CacheAlignerConfig, HeadroomConfig, RollingWindowConfig, SmartCrusherConfig
from headroom.engine import Engine
from headroom.errors import ConfigurationError
from headroom.frames import MetricsRows
from headroom.hooks import check_hooks
from headroom.providers import choose_provider
from headroom.storage import summarise_by
from headroom.warming import warm

REWRAPPED = ("with_options", "copy")  # methods of the SDKs that give another client


class HeadroomClient:
    """Wraps a provider's client. What is not named here is the wrapped client's own.

    Args:
        original_client: Client of `openai`, `anthropic` or `google-genai`, sync or async, or one that looks like it.
        provider: What is known of its models: a `Provider`, or `openai`, `anthropic`, `google`; None goes by the
            client's type.
        default_mode: Mode of calls that give none: `audit` (nothing is changed, figures are recorded), `optimize` or
            `simulate` (nothing is sent); None takes the configured one, by default `audit`.
        store_url: Where figures are kept, such as `sqlite:///headroom.db`; None takes the user's data directory.
        smart_crusher_config: Which rows of lists stay.
        cache_aligner_config: What moves to the end of the system text.
        rolling_window_config: What is dropped when the window overflows.
        enable_cache_optimizer: Give hints to the provider's prefix cache.
        enable_semantic_cache: Answer a request that was made before from memory.
        model_context_limits: Tokens that fit, by model; the exact name first, then the longest beginning.
        config: All settings at once; single arguments win over it.
        cache_optimizer: What gives those hints in place of the provider.
        embedder: Texts to vectors; lets the semantic cache answer similar questions, too.
        feedback: What was asked for again, as `headroom.telemetry.get_toin()` gives it: more of it is kept.
        hooks: `CompressionHooks` that are called before and after each compression.
        summarize_fn: Messages to a summary, where `intelligent_context.summarization_enabled` says so.
        settings: Any setting of `HeadroomConfig` by its name.

    Raises:
        ConfigurationError: An argument is refused; `details` holds `field` and `value`.

    Sizes are counted, and nothing of the provider is asked, when a call is made, not here.
    """

    def __init__(
        self,
        original_client: Any,
        provider: Any = None,
        default_mode: str | None = None,
        store_url: str | None = None,
        smart_crusher_config: SmartCrusherConfig | None = None,
        cache_aligner_config: CacheAlignerConfig | None = None,
        rolling_window_config: RollingWindowConfig | None = None,
        enable_cache_optimizer: bool | None = None,
        enable_semantic_cache: bool | None = None,
        model_context_limits: Mapping[str, int] | None = None,
        *,
        config: HeadroomConfig | None = None,
        cache_optimizer: Any = None,
        embedder: Any = None,
        feedback: Any = None,
        hooks: Any = None,
        summarize_fn: Callable[..., str] | None = None,
        **settings: Any,
    ) -> None:
        mode = None if default_mode is None else checked_mode(default_mode, "default_mode")
        given: dict[str, Any] = {
            "default_mode": mode,
            "store_url": store_url,
            "smart_crusher_config": smart_crusher_config,
            "cache_aligner_config": cache_aligner_config,
            "rolling_window_config": rolling_window_config,
            "enable_cache_optimizer": enable_cache_optimizer,
            "enable_semantic_cache": enable_semantic_cache,
            "model_context_limits": None if model_context_limits is None else dict(model_context_limits),
        }
        given |= {"feedback": feedback, "summarize_fn": summarize_fn}
        engine = Engine(config, integration="client", **given, **settings)
        if provider is None and not engine.config.cache_optimizer.auto_detect_provider:
            raise ConfigurationError(
                "provider must be given where cache_optimizer.auto_detect_provider is off", field="provider"
            )
        chosen = choose_provider(original_client if provider is None else provider)
        plugs = {"cache_optimizer": cache_optimizer, "embedder": embedder, "hooks": hooks}
        self.headroom_host = new_host(engine, chosen, original_client, **plugs)
        if is_async_client(original_client):
            warm()
            warm_provider(chosen)
        self.headroom_inner = original_client
        self.headroom_wrap(original_client)

    def headroom_wrap(self, client: Any) -> None:
        """Put our resources in the place of the client's, those that it has."""
        host, is_async = self.headroom_host, is_async_client(client)
        chat = getattr(client, "chat", None)
        completions = getattr(chat, "completions", None)
        if completions is not None:
            wrapped = resource(completions, host, "completions", is_async=is_async)
            self.chat = Namespace(chat, completions=wrapped)
        for api in ("responses", "messages"):
            inner = getattr(client, api, None)
            if inner is not None:
                setattr(self, api, resource(inner, host, api, is_async=is_async))
        for name, made in google_resources(client, host, is_async=is_async).items():
            setattr(self, name, made)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("headroom_"):
            raise AttributeError(name)
        found = getattr(self.headroom_inner, name)
        return self.headroom_rewrapped(found) if name in REWRAPPED else found

    def headroom_rewrapped(self, method: Any) -> Any:
        """A method that gives another client, wrapped around this one's settings."""

        def call(*arguments: Any, **named: Any) -> HeadroomClient:
            made = object.__new__(HeadroomClient)
            made.headroom_inner = method(*arguments, **named)
            made.headroom_host = replace(self.headroom_host, base_url=base_url_of(made.headroom_inner))
            made.headroom_wrap(made.headroom_inner)
            return made

        return call

    def __repr__(self) -> str:
        return f"HeadroomClient({type(self.headroom_inner).__name__}, mode={self.headroom_host.default_mode!r})"

    def get_stats(self) -> dict[str, Any]:
        """Figures of this client since it was made, from memory: `session`, `config`, `transforms`."""
        host = self.headroom_host
        config, totals = host.engine.config, host.engine.recorder.totals.snapshot()
        optimizer = host.optimizer if config.cache_optimizer.enabled else None
        return {
            "session": totals,
            "config": {
                "mode": host.default_mode,
                "provider": host.provider.name,
                "cache_optimizer": getattr(optimizer, "name", None),
                "cache_optimizer_enabled": optimizer is not None,
                "semantic_cache": host.semantic_cache is not None,
                "semantic_cache_enabled": host.semantic_cache is not None,
            },
            "transforms": {
                "smart_crusher_enabled": config.smart_crusher.enabled,
                "rolling_window_enabled": config.rolling_window.enabled,
                "intelligent_context_enabled": config.intelligent_context.enabled,
                "cache_aligner_enabled": config.cache_aligner.enabled,
                "content_router_enabled": config.content_router_enabled,
            },
        }

    def get_metrics(
        self,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        model: str | None = None,
        mode: str | None = None,
        limit: int | None = 100,
    ) -> MetricsRows:
        """Rows of the store within the bounds (inclusive; naive times are UTC), newest first.

        A list that has `to_pandas()`, `to_polars()` and `to_arrow()`.

        Raises:
            ConfigurationError: A bound is refused.
            StorageError: The store cannot be read.
        """
        check_bounds(start_time=start_time, end_time=end_time)
        if limit is not None and (type(limit) is not int or limit < 0):
            raise ConfigurationError(f"limit must be a number of at least 0, got {limit!r}", field="limit", value=limit)
        wanted = None if mode is None else checked_mode(mode, "mode")
        recorder = self.headroom_host.engine.recorder
        found = recorder.read(start_time=start_time, end_time=end_time, model=model, mode=wanted, limit=limit)
        return MetricsRows(found)

    def get_summary(
        self,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        *,
        group_by: Sequence[str] | None = None,
    ) -> Any:
        """Sums over the rows of the store within the bounds, as a dict; zeros for none.

        Args:
            start_time: First moment; a naive one is UTC.
            end_time: Last moment.
            group_by: Names such as `["tenant", "model", "tool"]`: then a list with one dict per combination of their
                values, most saved first.

        Raises:
            ConfigurationError: A bound or name is refused.
            StorageError: The store cannot be read.
        """
        check_bounds(start_time=start_time, end_time=end_time)
        recorder = self.headroom_host.engine.recorder
        if group_by is None:
            return recorder.summary(start_time, end_time)
        return summarise_by(recorder.read(start_time=start_time, end_time=end_time, limit=None), group_by)

    def validate_setup(self) -> dict[str, Any]:
        """Whether counting, storing and the settings work: `valid`, `issues`, and what was looked at. Never raises."""
        return setup_report(self.headroom_host)

    def flush(self, timeout: float = 2.0) -> bool:
        """Have all figures until now written; whether they were, within `timeout` seconds."""
        return self.headroom_host.engine.recorder.flush(timeout)

    def close(self) -> None:
        """Write what waits, release the store, and close the wrapped client."""
        self.headroom_host.engine.recorder.close()
        self.headroom_close_hints()
        close = getattr(self.headroom_inner, "close", None)
        if callable(close) and not inspect.iscoroutinefunction(close):
            close()

    async def aclose(self) -> None:
        """`close` of an async client."""
        from headroom.threads import in_thread

        await in_thread(self.headroom_host.engine.recorder.close)
        await aclose_google(self.headroom_inner, getattr(self, "headroom_caches", None))
        await in_thread(self.headroom_close_hints)
        close = getattr(self.headroom_inner, "close", None)
        found = close() if callable(close) else None
        if inspect.isawaitable(found):
            await found

    def headroom_close_hints(self) -> None:
        """Release what the optimizer keeps with the provider."""
        for holder in (getattr(self, "headroom_caches", None), self.headroom_host.optimizer):
            release = getattr(holder, "close", None)
            if callable(release):
                release()

    def __enter__(self) -> HeadroomClient:
        return self

    def __exit__(self, *raised: Any) -> None:
        self.close()

    async def __aenter__(self) -> HeadroomClient:
        return self

    async def __aexit__(self, *raised: Any) -> None:
        await self.aclose()


def new_host(engine: Engine, provider: Any, client: Any, **plugs: Any) -> Host:
    """What a client gives to its calls."""
    hooks = plugs["hooks"]
    return Host(
        engine=engine,
        provider=provider,
        default_mode=str(engine.config.default_mode),
        base_url=base_url_of(client),
        optimizer=plugs["cache_optimizer"] or provider,
        semantic_cache=semantic_cache(engine.config, plugs["embedder"]),
        hooks=None if hooks is None else check_hooks(hooks),
        page_tokens=engine.config.ccr.page_tokens,
        most_rounds=engine.config.ccr.max_rounds,
    )


def base_url_of(client: Any) -> str:
    """Where a client sends to; "" where it does not say."""
    return str(getattr(client, "base_url", "") or "")


def semantic_cache(config: HeadroomConfig, embedder: Any) -> Any:
    """The memory of answers, where it is switched on; else None."""
    from headroom.semantic_cache import SemanticCache

    settings = config.cache_optimizer
    if not settings.enable_semantic_cache:
        return None
    return SemanticCache(
        max_entries=settings.semantic_cache_max_entries,
        ttl_seconds=settings.semantic_cache_ttl_seconds,
        similarity=settings.semantic_cache_similarity,
        embedder=embedder,
    )


def warm_provider(provider: Any) -> None:
    """Load what counting needs, where the provider offers to."""
    load = getattr(provider, "warm", None)
    if callable(load):
        load("")


def is_async_client(client: Any) -> bool:
    """Whether a client's methods are to be awaited."""
    if any(kind.__name__.startswith("Async") for kind in type(client).__mro__):
        return True
    chat = getattr(client, "chat", None)
    for holder in (getattr(chat, "completions", None), getattr(client, "messages", None)):
        if holder is not None and inspect.iscoroutinefunction(getattr(holder, "create", None)):
            return True
    return False


def check_bounds(**bounds: object) -> None:
    """Refuse what is no time."""
    for name, value in bounds.items():
        if value is not None and not isinstance(value, datetime):
            kind = type(value).__name__
            raise ConfigurationError(f"{name} must be a datetime, got {kind}", field=name, value=kind)
