"""One call of a chat model: the client's rules for retrieval and its ledger, over LangChain's messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from headroom.config import HeadroomConfig
from headroom_integrations._model_call import CountedCall, HeldModel, openai_provider
from headroom_integrations._shared import engine_for
from headroom_integrations.langchain.chat_model_provider import (
    bound_tools,
    detect_provider,
    get_headroom_provider,
    get_model_name_from_langchain,
    tool_shape_of,
)
from headroom_integrations.langchain.chat_model_shape import ChatModelShape

INTEGRATION = "langchain.chat_model"
PREFIX = "headroom_"


class Sent(list[Any]):
    """Messages as they go to the wrapped model: what calls one of its hooks with them again is not compressed twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a program a call is made.

    Attributes:
        run_id: LangChain's id of the run.
        metadata: Of the run; LangGraph puts `thread_id` there.
        handlers: What is told of the run.
    """

    run_id: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    handlers: Sequence[Any] = field(default=(), repr=False)

    @property
    def labels(self) -> dict[str, str]:
        """As arguments of a call."""
        found = {"headroom_run_id": self.run_id, "headroom_thread_id": self.metadata.get("thread_id")}
        return {name: str(value) for name, value in found.items() if value is not None}


CURRENT: ContextVar[Place] = ContextVar("headroom_place", default=Place())  # noqa: B039  a frozen value


@contextmanager
def at(place: Place) -> Iterator[None]:
    """Calls made within are made at `place`."""
    token = CURRENT.set(place)
    try:
        yield
    finally:
        CURRENT.reset(token)


def place_of(run_manager: Any) -> Place:
    """The place of a run manager; without one, that of the run this is part of."""
    if run_manager is None:
        return CURRENT.get()
    run_id, metadata = str(run_manager.run_id), run_manager.metadata or {}
    return Place(run_id=run_id, metadata=metadata, handlers=run_manager.handlers)


class Held(HeldModel):
    """What a chat model keeps besides its fields."""

    def __init__(self, config: HeadroomConfig | None, settings: Mapping[str, Any], *, detect: bool, inner: Any) -> None:
        engine = engine_for(config, {**settings, "integration": INTEGRATION})
        self.provider_name = detect_provider(inner) if detect else "openai"
        provider = get_headroom_provider(inner) if detect else openai_provider()
        super().__init__(engine, provider, (config, dict(settings), detect, inner))
        self.shape = ChatModelShape(tool_shape_of(inner), lambda tool: bound_tools(inner, tool))


class ModelCall(CountedCall):
    """A call of a chat model.

    Args:
        held: The model object's.
        inner: The wrapped model.
        messages: As the caller gave them.
        given: The call's keywords over the model's settings, `headroom_*` among them.
        place: Where it is made.
        stream: Whether the answer comes in chunks.

    Raises:
        ConfigurationError: A `headroom_*` keyword is refused.
    """

    def __init__(
        self, held: Held, inner: Any, messages: Sequence[Any], given: dict[str, Any], *, place: Place, stream: bool
    ) -> None:
        self.held = held
        self.savings = held.savings
        self.first: dict[str, Any] | None = None
        self.has_begun = False
        self.own_model = "model" in given
        name = given.get("model") or get_model_name_from_langchain(inner)
        arguments = {**place.labels, **given, "model": name, "messages": list(messages)}
        super().__init__(held.host, held.shape, arguments, stream=stream)

    def begin(self) -> dict[str, Any] | None:
        """What to send first; asked again it says the same."""
        if not self.has_begun:
            self.first, self.has_begun = super().begin(), True
        return self.first

    def sending(self, arguments: Mapping[str, Any]) -> tuple[Sent, dict[str, Any]]:
        """Messages and keywords for the wrapped model's hook."""
        gone = {"messages"} if self.own_model else {"messages", "model"}
        return Sent(arguments["messages"]), {name: value for name, value in arguments.items() if name not in gone}
