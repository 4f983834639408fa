"""`compress()`, `simulate()`, `retrieve()`: messages in, result out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from headroom.config import HeadroomConfig
from headroom.engine import Engine
from headroom.environment import headroom_variables
from headroom.results import CompressResult, SimulationResult

MOST_ENGINES = 16
PER_CALL = ("query", "retrieval", "selection", "target_tokens", "keep_turns", "tool_profiles", "roles", "strict", "format", "namespace")

engines: dict[Any, Engine] = {}
engines_lock = threading.Lock()


def engine_for(config: HeadroomConfig | None, settings: dict[str, Any]) -> Engine:
    """The engine of this process for these settings; environment variables count as settings."""
    key = (
        None if config is None else config.model_dump_json(exclude_unset=True),
        repr(sorted(settings.items())),
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
    originals (`retrieval="tool"`) or the caller wants a limit (`selection="always"`, `target_tokens=...`).

    Args:
        messages: OpenAI or Anthropic messages: dicts or the SDKs' objects. What is not understood goes out untouched.
        model: Name of the model; decides figures, never bytes.
        config: Settings; single ones by name win over it.
        optimize: False measures only.
        settings: For this call: `query`, `retrieval` ("tool" or "off"), `selection` ("reachable", "always", "never"),
            `target_tokens`, `keep_turns`, `tool_profiles`, `roles`, `strict`, `format`, `namespace`; or any setting of
            `HeadroomConfig` by its name.

    Raises:
        ValidationError: `messages` is no list.
        ConfigurationError: A setting has an unknown name or a bad value.
        CompressionError: With `strict=True`, where a fault would leave a text untouched.
    """
    facts = {name: settings.pop(name) for name in PER_CALL if name in settings}
    engine = engine_for(config, settings)
    if not optimize:
        facts["roles"], facts["keep_turns"] = (), 1_000_000
    result = engine.prepare(messages, model=model, **facts)
    engine.record(result, mode="optimize" if optimize else "audit")
    return result


async def acompress(messages: Sequence[Any], model: str = "gpt-4o", **arguments: Any) -> CompressResult:
    """`compress` in a thread, so that the event loop goes on."""
    return await asyncio.to_thread(compress, messages, model, **arguments)


def simulate(
    messages: Sequence[Any], model: str = "gpt-4o", *, config: HeadroomConfig | None = None, **settings: Any
) -> SimulationResult:
    """What `compress` would do; nothing is recorded or stored. Arguments and errors are those of `compress`."""
    facts = {name: settings.pop(name) for name in PER_CALL if name in settings}
    result = engine_for(config, settings).prepare(messages, model=model, **facts)
    return SimulationResult(
        tokens_before=result.tokens_before,
        tokens_after=result.tokens_after,
        transforms_applied=result.transforms_applied,
        messages_optimized=result.messages,
        notes=result.notes,
    )


async def asimulate(messages: Sequence[Any], model: str = "gpt-4o", **arguments: Any) -> SimulationResult:
    """`simulate` in a thread, so that the event loop goes on."""
    return await asyncio.to_thread(simulate, messages, model, **arguments)
