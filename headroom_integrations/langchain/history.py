"""`HeadroomChatMessageHistory`: any chat history, read within a budget; what is stored is never touched."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.messages import BaseMessage

from headroom import CompressResult, ConfigurationError, HeadroomConfig, Tokenizer, choose_provider
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._settings import PER_CALL, sorted_out
from headroom_integrations._shared import EngineHolder
from headroom_integrations.langchain.messages import from_views, to_views

INTEGRATION = "langchain.history"
ARGUMENTS = ("compress_threshold_tokens", "keep_recent_turns", "model", "provider")
LEAST_KEPT = 3  # turns that a window keeps unless fewer are asked for


class HeadroomChatMessageHistory(BaseChatMessageHistory):
    """A history around another one. Reading gives at most `compress_threshold_tokens`; writing goes through.

        history = HeadroomChatMessageHistory(SQLChatMessageHistory("session"), compress_threshold_tokens=8000)

    Below the threshold the messages come as they are stored, the same objects. Above it, tool results take exact forms,
    and the oldest turns are left out, in large steps, so that a prefix stays the same for many turns; a message says so
    in their place. The newest turns and system messages stay even where they alone are larger. Each state of the
    history is worked out once. LangChain has deprecated histories in favour of LangGraph's checkpointers.

    Args:
        base_history: Where messages are stored.
        compress_threshold_tokens: Tokens that are given at most, as `model` counts them.
        keep_recent_turns: Newest turns that are never left out.
        model: Name of the model; decides how tokens are counted.
        provider: Name or provider whose counter measures; None goes by the model's name.
        config: Settings; single ones by name win over it.
        given: Facts of each call (`strict`, `tool_profiles` ...) and settings of `HeadroomConfig`, by name.

    Raises:
        ConfigurationError: A setting is refused.
    """

    def __init__(
        self,
        base_history: Any,
        compress_threshold_tokens: int = 4000,
        keep_recent_turns: int = 5,
        model: str = "gpt-4o",
        provider: Any = None,
        *,
        config: HeadroomConfig | None = None,
        **given: Any,
    ) -> None:  # not the base class's, which warns
        if not hasattr(base_history, "messages") or not callable(getattr(base_history, "add_messages", None)):
            kind = type(base_history).__name__
            raise ConfigurationError("base_history must be a chat message history", field="base_history", value=kind)
        self.base_history = base_history
        self.threshold_tokens = counted("compress_threshold_tokens", compress_threshold_tokens, 1)
        self.keep_recent_turns = counted("keep_recent_turns", keep_recent_turns, 0)
        facts = {name: value for name, value in given.items() if value is not None}
        own = sorted_out(facts, PER_CALL, beside=ARGUMENTS)
        settings = {**windows(self.keep_recent_turns), **own.pop("settings", {})}
        self.held = EngineHolder(config, settings)
        self.counter = Tokenizer(model) if provider is None else choose_provider(provider).get_token_counter(model)
        self.facts = {**own, "model": model, "counter": self.counter, "budget_tokens": self.threshold_tokens}
        self.held.engine.request(**self.facts)  # refuses bad values now, not in the first call
        self.counter.count_text("warm")
        self.lock = threading.Lock()
        self.read: tuple[list[BaseMessage], list[BaseMessage]] = ([], [])  # as stored, and as given
        self.count = 0
        self.saved_tokens = 0

    def __repr__(self) -> str:
        return f"HeadroomChatMessageHistory({type(self.base_history).__name__}, {self.threshold_tokens} tokens)"

    def __str__(self) -> str:
        return repr(self)  # the base class's shows the messages

    @property
    def messages(self) -> list[BaseMessage]:
        """The messages within the budget."""
        return self.view(self.base_history.messages)

    @messages.setter
    def messages(self, messages: list[BaseMessage]) -> None:
        self.base_history.messages = messages

    async def aget_messages(self) -> list[BaseMessage]:
        """`messages`, read the base history's async way; the work is done in a thread."""
        return await in_thread(self.view, await self.base_history.aget_messages())

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Store messages as they are."""
        self.base_history.add_messages(messages)

    async def aadd_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Store messages as they are, the base history's async way."""
        await self.base_history.aadd_messages(messages)

    def clear(self) -> None:
        """Remove all messages."""
        self.base_history.clear()

    async def aclear(self) -> None:
        """Remove all messages, the base history's async way."""
        await self.base_history.aclear()

    def get_compression_stats(self) -> dict[str, int]:
        """`compression_count` (states of the history that came out smaller), `total_tokens_saved` over them,
        `threshold_tokens` and `keep_recent_turns`."""
        with self.lock:
            return {
                "compression_count": self.count,
                "total_tokens_saved": self.saved_tokens,
                "threshold_tokens": self.threshold_tokens,
                "keep_recent_turns": self.keep_recent_turns,
            }

    def view(self, stored: Sequence[BaseMessage]) -> list[BaseMessage]:
        """What is given of the stored messages."""
        messages = list(stored)
        with self.lock:
            known, given = self.read
        if messages == known:
            return list(given)
        made = messages
        engine = self.held.engine
        request = engine.request(**self.facts)
        with contain(INTEGRATION, strict=request.strict) as fault:
            views = to_views(messages, strict=request.strict)
            if self.counter.count_messages(views) > self.threshold_tokens:
                result = engine.compress_result(engine.pipeline.run(views, request), request)
                made = from_views(result.messages, messages)
                self.remember(messages, made, result)
                return list(made)
        if fault.reason:
            failed = CompressResult(messages=[], tokens_before=0, tokens_after=0, warnings=[fault.reason])
            engine.record(failed, integration=INTEGRATION, error=fault.reason.removeprefix("failed_"))
        with self.lock:
            self.read = (messages, messages)
        return list(messages)

    def remember(self, stored: list[BaseMessage], made: list[BaseMessage], result: CompressResult) -> None:
        """Keep what is given of this state, count it, and write a row of the ledger."""
        with self.lock:
            self.read = (stored, made)
            self.count += result.tokens_saved > 0
            self.saved_tokens += result.tokens_saved
        self.held.engine.record(replace(result, messages=[]), integration=INTEGRATION)


def windows(keep_turns: int) -> dict[str, Any]:
    """Settings of the window that keeps so many turns."""
    return {"rolling_window": {"keep_last_turns": keep_turns, "min_keep_turns": min(keep_turns, LEAST_KEPT)}}


def counted(name: str, value: Any, least: int) -> int:
    """A whole number of at least `least`.

    Raises:
        ConfigurationError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        shown = value if isinstance(value, (int, float)) else type(value).__name__
        said = f"{name} must be a whole number of at least {least}, got {shown}"
        raise ConfigurationError(said, field=name, value=shown)
    return value
