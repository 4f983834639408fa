"""`HeadroomMemoryBlock`: what a `Memory` flushes stays readable, in compressed form, within a limit of its own."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.memory import BaseMemoryBlock
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError

from headroom import CompressResult, ConfigurationError, Retrieved, retrieve
from headroom.config.refusals import refusal
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._settings import PER_CALL, sorted_out
from headroom_integrations.llama_index.events import record
from headroom_integrations.llama_index.messages import to_views
from headroom_integrations.llama_index.token_counter import MODEL, Measure

INTEGRATION = "llama_index.memory"
SESSION = "session_id"
CONTENT = ("history", "memory_blocks", "sql_store")
"""Fields that hold what was said."""
MOST_VIEWS = 64  # sessions whose view is kept
ALL_MAY_GO = {"rolling_window.preserve_recent_turns": 0, "rolling_window.min_keep_turns": 0}


class HeadroomMemoryBlock(BaseMemoryBlock[list[ChatMessage]]):
    """The turns that a `Memory` flushes, as messages before the newer ones; tool results in compressed form.

        memory = HeadroomMemory.from_defaults(token_limit=30_000, memory_blocks=[HeadroomMemoryBlock(token_limit=6000)])

    What is flushed is kept whole, by session, and comes out within `token_limit`: exact forms first; where they do not
    suffice, large tool results are cut to what matters, then the oldest turns are left out, in large steps, and a
    message says so in their place. A tool call stays with its answer, and system messages stay. `retrieve(handle)`
    gives back what a marker line names; `headroom_retrieve_tool(memory)` lets the model ask. What it holds is content:
    it is in `model_dump()`, and not in `repr` or metrics.

    Args:
        name: Of the block.
        token_limit: Tokens of what it gives at most, by the counter of `model`; None sets no limit, and then nothing is
            left out.
        model: Name of the model that reads it; decides how tokens are counted.
        settings: Facts of each call (`retrieval`, `tool_profiles` ...) and settings of `HeadroomConfig`, by name; also
            given as arguments of their own.
        store_url: Where metrics go; None takes the configured place. Not written down.
        secret: Key of handles. Not written down.
        priority: As every block has it: 0, the default, is never shortened below `token_limit`.

    Raises:
        ConfigurationError: A setting is refused.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = "earlier_turns"
    description: str | None = "Earlier turns of this conversation, their tool results in short form."
    token_limit: int | None = Field(default=6000, ge=1)
    model: str = MODEL
    settings: dict[str, Any] = Field(default_factory=dict)
    store_url: str | None = Field(None, repr=False, exclude=True)
    secret: SecretStr | None = Field(None, repr=False, exclude=True)
    history: dict[str, list[ChatMessage]] = Field(default_factory=dict, repr=False)

    _measure: Measure = PrivateAttr()
    _lock: Any = PrivateAttr(default_factory=threading.Lock)
    _views: dict[Any, list[ChatMessage]] = PrivateAttr(default_factory=dict)

    def __init__(self, **given: Any) -> None:  # not in a validator, whose errors would show what was given
        try:
            super().__init__(**gathered(given, type(self).model_fields))
        except ValidationError as error:
            refused = refused_by(type(self), error)
        else:
            self._prepare()
            return
        raise refused  # out here, so that pydantic's error, which holds the input, is not attached

    def _prepare(self) -> None:
        """Load what the first call needs, so that no event loop waits for it."""
        self._measure = Measure(self.model, **{**ALL_MAY_GO, **self.settings, **unwritten(self)})

    def __getstate__(self) -> dict[Any, Any]:
        return {**super().__getstate__(), "__pydantic_private__": None}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        self.model_post_init(None)
        self._prepare()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> HeadroomMemoryBlock:
        return type(self)(**self.model_dump(), **unwritten(self))

    def messages(self, session_id: str | None = None) -> list[ChatMessage]:
        """What was flushed in a session, as it came, oldest first."""
        with self._lock:
            return list(self.history.get(session_id or "", ()))

    def reset(self, session_id: str | None = None) -> None:
        """Forget a session."""
        with self._lock:
            self.history.pop(session_id or "", None)
            self._views = {key: view for key, view in self._views.items() if key[0] != (session_id or "")}

    def retrieve(self, handle: str, session_id: str | None = None, **query: Any) -> Retrieved:
        """What a marker line of this block stands for: all of it, or what `query` asks for.

        Args:
            handle: As the marker line shows it.
            session_id: Whose conversation; None is that without one.
            query: As `headroom.retrieve` takes it: `rows`, `where`, `search`, `at`, `page`.

        Raises:
            RetrievalError: It names nothing of this session.
        """
        given = {"config": self._measure.engine.config, "namespace": self.settings.get("namespace"), **query}
        return retrieve(handle, messages=to_views(self.messages(session_id)), **given)

    async def aput(
        self, messages: list[ChatMessage], from_short_term_memory: bool = False, session_id: str | None = None
    ) -> None:
        """Keep messages of a session; they are not changed."""
        if from_short_term_memory and not self.accept_short_term_memory:
            return
        kept = [without_session(message) for message in messages]
        with self._lock:
            self.history.setdefault(session_id or "", []).extend(kept)

    async def _aput(self, messages: list[ChatMessage]) -> None:
        await self.aput(messages)

    async def _aget(
        self, messages: list[ChatMessage] | None = None, *, session_id: str | None = None, **block_kwargs: Any
    ) -> list[ChatMessage]:
        made = await in_thread(self._view, session_id or "", self.token_limit)
        return [message.model_copy() for message in made]  # `Memory` writes into what it is given

    async def atruncate(self, content: list[ChatMessage], tokens_to_truncate: int) -> list[ChatMessage] | None:
        """The same turns in so many tokens less; None where nothing would be left.

        Args:
            content: As the block gave it.
            tokens_to_truncate: Tokens that are too many.
        """
        return await in_thread(self._shortened, content, tokens_to_truncate)

    def _shortened(self, content: list[ChatMessage], tokens_to_truncate: int) -> list[ChatMessage] | None:
        most = sum(map(self._measure.count, content)) - tokens_to_truncate
        with self._lock:
            session = next((key[0] for key, view in self._views.items() if view == content), None)
        if most < 1 or session is None:
            return None
        made = self._view(session, most)
        return made if sum(map(self._measure.count, made)) <= most else None

    def _view(self, session: str, most: int | None) -> list[ChatMessage]:
        """What is given of a session within a limit; each state of it is worked out once."""
        messages = self.messages(session)
        key = (session, len(messages), most)
        with self._lock:
            known = self._views.get(key)
        if known is not None or not messages:
            return list(known or ())
        made = messages
        with contain(INTEGRATION, strict=bool(self.settings.get("strict"))) as fault:
            made, result = self._fitted(messages, most)
            record(self._measure.engine, replace(result, messages=[]), integration=INTEGRATION)
        if fault.reason:
            failed = CompressResult(messages=[], tokens_before=0, tokens_after=0, warnings=[fault.reason])
            record(self._measure.engine, failed, integration=INTEGRATION, error=fault.reason.removeprefix("failed_"))
            return list(messages)
        with self._lock:
            self._views[key] = made
            while len(self._views) > MOST_VIEWS:
                del self._views[next(iter(self._views))]
        return list(made)

    def _fitted(self, messages: list[ChatMessage], most: int | None) -> tuple[list[ChatMessage], CompressResult]:
        """The messages within a limit. The newer turns that follow are what a window never drops: one stands for them,
        so that every flushed turn may go."""
        newer = ChatMessage(role="user", content="")
        made, result = self._measure.run([*messages, newer], budget_tokens=most)
        return made[:-1], result


def gathered(values: Mapping[str, Any], fields: Mapping[str, Any], *, beside: Collection[str] = ()) -> dict[str, Any]:
    """Arguments with those that are settings of headroom moved into `settings`.

    Args:
        values: The arguments.
        fields: Fields of its own, by name.
        beside: Further names that may be given, for the nearest one to a name that is unknown.

    Raises:
        ConfigurationError: A name is unknown; the message holds the nearest one.
    """
    own = {name: value for name, value in values.items() if name in fields}
    rest = {name: value for name, value in values.items() if name not in fields}
    if rest:
        facts = sorted_out(rest, PER_CALL, beside={*fields, *beside})
        own["settings"] = {**(values.get("settings") or {}), **facts.pop("settings", {}), **facts}
    return own


def refused_by(kind: type[BaseModel], error: ValidationError) -> ConfigurationError:
    """What is said of values that were refused; of those that hold what was said, their name only."""
    fields = [str(finding["loc"][0]) for finding in error.errors(include_url=False) if finding["loc"]]
    name = next((field for field in fields if field in CONTENT), None)
    if name is not None:
        return ConfigurationError(f"{name} has the wrong form", field=name)
    return refusal(kind, error)


def unwritten(memory: Any) -> dict[str, Any]:
    """The settings of a memory or a block that are not written down."""
    return {"store_url": memory.store_url, "secret": memory.secret}


def without_session(message: ChatMessage) -> ChatMessage:
    """`message` without the mark that LlamaIndex's blocks leave on it: providers would be sent it."""
    if SESSION not in message.additional_kwargs:
        return message
    kwargs = {name: value for name, value in message.additional_kwargs.items() if name != SESSION}
    return message.model_copy(update={"additional_kwargs": kwargs})
