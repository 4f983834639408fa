"""One call of a LlamaIndex LLM: the client's rules for retrieval and its ledger, over LlamaIndex's messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.config import HeadroomConfig
from headroom.transforms.contain import contain
from headroom_integrations._model_call import CountedCall, HeldModel, openai_provider
from headroom_integrations._shared import EngineHolder
from headroom_integrations.llama_index.events import emit, place_now
from headroom_integrations.llama_index.llm_given import given_back
from headroom_integrations.llama_index.llm_provider import detect_provider, model_name_of, provider_of
from headroom_integrations.llama_index.llm_shape import OFFER, LLMShape
from headroom_integrations.llama_index.retrieve_tool import RetrieveTool

INTEGRATION = "llama_index.llm"
SHAPES: dict[str, Any] = {"openai": "openai_chat", "anthropic": "anthropic", "google": "google"}


class Held(HeldModel):
    """What an LLM object keeps besides its fields."""

    def __init__(self, config: HeadroomConfig | None, settings: Mapping[str, Any], *, detect: bool, inner: Any) -> None:
        holder = EngineHolder(config, {**settings, "integration": INTEGRATION})
        self.provider_name = detect_provider(inner) if detect else "openai"
        provider = provider_of(inner) if detect else openai_provider()
        super().__init__(holder.engine, provider, (config, dict(settings), detect, inner))
        self.shape = LLMShape(inner, SHAPES[self.provider_name])
        self.tool = RetrieveTool(holder)


class LLMCall(CountedCall):
    """A call of an LLM; made where the span of the call is current.

    Args:
        held: The LLM object's.
        inner: The wrapped LLM.
        messages: As the caller gave them.
        given: The call's keywords over the LLM's settings, `headroom_*` among them.
        stream: Whether the answer comes in pieces.

    Raises:
        ConfigurationError: A `headroom_*` keyword is refused.
    """

    def __init__(
        self, held: Held, inner: Any, messages: Sequence[Any], given: Mapping[str, Any], *, stream: bool
    ) -> None:
        self.savings = held.savings
        self.own_model = "model" in given
        labels = {f"headroom_{name}": value for name, value in place_now().items() if value is not None}
        name = given["model"] if self.own_model else model_name_of(inner)
        arguments = {**labels, **given, "model": name, "messages": list(messages)}
        super().__init__(held.host, held.shape, arguments, stream=stream)

    def look(self) -> None:
        """Prepare what would be sent, and send nothing."""
        super().begin()

    def begin(self) -> dict[str, Any] | None:
        """What to send first; the instrumentation is told what was made of the messages."""
        arguments = super().begin()
        error = next((fault.removeprefix("failed_") for fault in self.faults), None)
        with contain("events"):
            emit(self.result(), integration=INTEGRATION, mode=self.mode, records_usage=True, error=error)
        with contain("retrieved"):
            self.given_back += given_back(self.given["messages"], self.host.engine.counter)
        return arguments

    def sending(self, arguments: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Messages and keywords for the wrapped LLM."""
        gone = {"messages", OFFER} if self.own_model else {"messages", OFFER, "model"}
        return arguments["messages"], {name: value for name, value in arguments.items() if name not in gone}
