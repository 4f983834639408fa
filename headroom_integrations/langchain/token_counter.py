"""`headroom_token_counter`: what a conversation comes to once it is compressed, for `trim_messages` and its like."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from langchain_core.messages import BaseMessage, convert_to_messages

from headroom import HeadroomConfig, Tokenizer
from headroom.engine import Engine
from headroom.transforms.contain import contain
from headroom_integrations._settings import PER_CALL, sorted_out
from headroom_integrations._shared import EngineHolder
from headroom_integrations.langchain.messages import to_views

DEFAULTS: dict[str, Any] = {"model": "gpt-4o", "view": True, "config": None}


def headroom_token_counter(
    middleware: Any = None,
    *,
    model: str = "gpt-4o",
    view: bool = True,
    config: HeadroomConfig | None = None,
    **settings: Any,
) -> Callable[[Iterable[Any]], int]:
    """A `token_counter` that counts what the model is sent, not what the history holds.

        trim_messages(messages, max_tokens=8000, token_counter=headroom_token_counter(model="gpt-4o"))

    So that nothing is trimmed or summarised that would have fitted. Counts by the counter of `model`, with what a
    provider adds around each message. A part of a history counts as if it were sent alone. Nothing is recorded.

    Args:
        middleware: The `HeadroomMiddleware` beside it, by whose settings and whose work it counts; all other arguments
            are refused then.
        model: Name of the model whose counter measures.
        view: Whether messages count as compressed; False counts them as they are.
        config: Settings; single ones by name win over it.
        settings: Facts of each call (`retrieval`, `tool_profiles` ...) and settings of `HeadroomConfig`, by name.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """
    if middleware is not None:
        from headroom_integrations.langchain.state_counter import headroom_token_counter as beside

        named: dict[str, Any] = {"model": model, "view": view, "config": config}
        return beside(middleware, **settings, **{name: named[name] for name in named if named[name] != DEFAULTS[name]})
    given = {name: value for name, value in settings.items() if value is not None}
    own = sorted_out(given, PER_CALL, beside=DEFAULTS)
    held = EngineHolder(config, own.pop("settings", {}))
    facts = {**own, "model": model, "needs_call": False, "dry_run": True}
    held.engine.request(**facts)  # refuses bad values now, not in the first call
    counter = Tokenizer(model)
    counter.count_text("warm")

    def headroom_tokens(messages: Iterable[Any]) -> int:
        given = [messages] if isinstance(messages, BaseMessage) else convert_to_messages(list(messages))
        views = to_views(given)
        return counter.count_messages(compressed(held.engine, views, facts) if view else views)

    return headroom_tokens


def compressed(engine: Engine, views: list[Any], facts: dict[str, Any]) -> list[Any]:
    """The views as they would be sent; as they are, where that fails."""
    with contain("token_counter"):
        return list(engine.pipeline.run(views, engine.request(**facts)).messages)
    return views
