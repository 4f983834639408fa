"""`compress()`, `simulate()`, `retrieve()`: messages in, result out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from headroom.config import HeadroomConfig
from headroom.engine import Engine
from headroom.environment import headroom_variables
from headroom.errors import ConfigurationError
from headroom.plans import planned
from headroom.protocols import OriginalStore
from headroom.results import CompressResult, SimulationResult
from headroom.retrieval import Retrieved, find_original, look_into
from headroom.scope import current_scope
from headroom.steps import originals_of

MOST_ENGINES = 16
PER_CALL = (
    "query",
    "retrieval",
    "selection",
    "target_tokens",
    "keep_turns",
    "tool_profiles",
    "roles",
    "strict",
    "format",
    "namespace",
    "token_budget",
    "model_limit",
    "output_buffer_tokens",
    "hooks",
)

engines: dict[Any, Engine] = {}
engines_lock = threading.Lock()


def engine_for(config: HeadroomConfig | None, settings: dict[str, Any]) -> Engine:
    """The engine of this process for these settings; environment variables count as settings."""
    if config is not None and not isinstance(config, HeadroomConfig):
        raise ConfigurationError(f"config must be a HeadroomConfig, got {type(config).__name__}", field="config")
    key = (
        None if config is None else (config.model_dump_json(exclude_unset=True), config.secret.get_secret_value()),
        secret_text(settings.get("secret")),
        repr(sorted(settings.items())),
        id(settings.get("feedback")),  # two may look alike; the engine keeps its own alive
        headroom_variables(),
    )
    found = engines.get(key)
    if found is None:
        with engines_lock:
            found = engines.get(key) or Engine(config, **settings)
            while len(engines) >= MOST_ENGINES:
                del engines[next(iter(engines))]
            engines[key] = found
    return found


def secret_text(secret: Any) -> Any:
    """A secret as it is; its own text is masked, so that two would look alike."""
    return secret.get_secret_value() if hasattr(secret, "get_secret_value") else secret


def compress(
    messages: Sequence[Any],
    model: str = "gpt-4o",
    *,
    config: HeadroomConfig | None = None,
    optimize: bool = True,
    **settings: Any,
) -> CompressResult:
    """A copy of `messages` in which tool results are smaller; the list given is not changed.

    Without further arguments nothing is left out: only exact forms are used, unless the model can ask for the
    originals (`retrieval="tool"`) or the caller wants a limit (`selection="always"`, `target_tokens=...`,
    `smart_crusher={"max_items_after_crush": ...}`); an explicit `selection="reachable"` goes before such a limit.

    Args:
        messages: OpenAI or Anthropic messages: dicts or the SDKs' objects. What is not understood goes out untouched.
        model: Name of the model; decides figures, and from which size on its provider caches a prefix.
        config: Settings; single ones by name win over it.
        optimize: False measures only.
        settings: For this call: `query`, `retrieval` ("tool" or "off"), `selection` ("reachable", "always", "never"),
            `target_tokens`, `keep_turns`, `tool_profiles`, `roles`, `strict`, `format`, `namespace`; `token_budget`
            (large results are cut further, then turns are dropped) or `model_limit` and `output_buffer_tokens` (turns
            are dropped); `hooks` (`CompressionHooks`); for the whole process `feedback` and `summarize_fn`, as
            `Engine` takes them; or any setting of `HeadroomConfig` by its name.

    Raises:
        ValidationError: `messages` is no list.
        ConfigurationError: A setting has an unknown name or a bad value.
        CompressionError: With `strict=True`, where a fault would leave a text untouched.
    """
    facts = {name: settings.pop(name) for name in PER_CALL if name in settings}
    engine = engine_for(config, settings)
    prepare = engine.prepare if optimize else engine.measured
    result = prepare(messages, model=model, **facts)
    engine.record(result, mode="optimize" if optimize else "audit")
    return replace(result, came=messages)


async def acompress(messages: Sequence[Any], model: str = "gpt-4o", **arguments: Any) -> CompressResult:
    """`compress` in a thread, so that the event loop goes on."""
    return await asyncio.to_thread(compress, messages, model, **arguments)


def simulate(
    messages: Sequence[Any], model: str = "gpt-4o", *, config: HeadroomConfig | None = None, **settings: Any
) -> SimulationResult:
    """What `compress` would do; nothing is recorded or stored. Arguments and errors are those of `compress`."""
    facts = {name: settings.pop(name) for name in PER_CALL if name in settings}
    engine = engine_for(config, settings)
    result = engine.prepare(messages, model=model, dry_run=True, **facts)
    return planned(engine, result, messages, result.messages)


async def asimulate(messages: Sequence[Any], model: str = "gpt-4o", **arguments: Any) -> SimulationResult:
    """`simulate` in a thread, so that the event loop goes on."""
    return await asyncio.to_thread(simulate, messages, model, **arguments)


def retrieve(
    handle: str,
    query: str | None = None,
    *,
    messages: Sequence[Any] | None = None,
    store: OriginalStore | str | None = None,
    rows: str | None = None,
    where: str | None = None,
    search: str | None = None,
    at: str | None = None,
    page: int | None = None,
    page_tokens: int = 4000,
    namespace: str | None = None,
    config: HeadroomConfig | None = None,
) -> Retrieved:
    """The original that a marker line names: all of it, or the rows asked for.

    Args:
        handle: 12 hex digits, as the marker line shows them.
        query: The same as `search`.
        messages: The conversation as it came; originals are found there by their content, in any process.
        store: Where originals were put, as an object or a URL; None takes the configured store, if there is one.
        rows: Ranges such as `47-90`, counted from 1.
        where: Comparisons such as `state=open and size>100`, for rows of JSON.
        search: Words; rows that contain them literally go before rows that share some. Where they stand beside the
            rows only, the lines of the text that hold them.
        at: Path of the list whose rows are meant, such as `Results[0].Vulnerabilities`; None takes the largest.
        page: Page of the answer, from 1; None gives all of it in one.
        page_tokens: Tokens of a page at most, but one row at least.
        namespace: Scope in which the handle was made; None takes the configured one.
        config: Settings, for `secret` and `namespace`.

    Raises:
        RetrievalError: No original is known for the handle, or there is no list at `at`.
        ValidationError: A value has the wrong form.
        StorageError: The store cannot be read.
    """
    engine = engine_for(config, {})
    known = engine.config.namespace or current_scope().namespace if namespace is None else namespace
    opened = originals_of(store) if isinstance(store, str) else store or engine.originals
    secret = engine.config.secret.get_secret_value()
    text = find_original(handle, messages=messages, store=opened, namespace=known, secret=secret)
    return look_into(
        text,
        handle,
        counter=engine.counter,
        rows=rows,
        where=where,
        search=query if search is None else search,
        at=at,
        page=page,
        page_tokens=page_tokens,
    )


async def aretrieve(handle: str, query: str | None = None, **arguments: Any) -> Retrieved:
    """`retrieve` in a thread, so that the event loop goes on."""
    return await asyncio.to_thread(retrieve, handle, query, **arguments)
