"""`HeadroomMemory`: a `Memory` that gives tool results in compressed form, and counts what it gives."""

from __future__ import annotations

import inspect
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.memory import Memory
from llama_index.core.storage.chat_store.sql import MessageStatus  # type: ignore[attr-defined,unused-ignore]
from pydantic import ConfigDict, Field, PrivateAttr, SecretStr, ValidationError

from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations.llama_index.events import record
from headroom_integrations.llama_index.memory import (
    INTEGRATION,
    SESSION,
    HeadroomMemoryBlock,
    gathered,
    refused_by,
    unwritten,
)
from headroom_integrations.llama_index.memory_stored import restored, stored
from headroom_integrations.llama_index.token_counter import MEDIA_TOKENS, MODEL, Measure

Key = tuple[str | int, ...]
"""Of a message, within this process."""
MOST_COUNTS = 10_000
OWN = ("model", "compress", "settings", "store_url", "secret")
OF_MEMORY = frozenset(inspect.signature(Memory.from_defaults).parameters)


class HeadroomMemory(Memory):
    """LlamaIndex's `Memory` for agents that call tools: it flushes when what the model reads is too long, not before.

        memory = HeadroomMemory.from_defaults(token_limit=30_000, memory_blocks=[HeadroomMemoryBlock()])
        await agent.run(question, memory=memory)

    `Memory` counts tool results as they are stored, calls of tools not at all, and notes for itself that no model is
    sent. Here tool calls count, and tool results count and come out of `get()` in compressed form; what is stored stays
    whole (`get_all()`). Everything else is `Memory`'s. `to_dict` holds the messages where they are nowhere else, and
    the blocks of this package.

    Args:
        model: Name of the model that reads it; its counter counts, and `tokenizer_fn` is not used.
        compress: Whether `get()` gives tool results in compressed form; False gives and counts them as they are.
        settings: Facts of each call (`retrieval`, `tool_profiles` ...) and settings of `HeadroomConfig`, by name; also
            given as arguments of their own.
        store_url: Where metrics go; None takes the configured place. Not written down.
        secret: Key of handles. Not written down.

    Raises:
        ConfigurationError: A setting is refused.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    model: str = MODEL
    compress: bool = True
    settings: dict[str, Any] = Field(default_factory=dict)
    store_url: str | None = Field(None, repr=False, exclude=True)
    secret: SecretStr | None = Field(None, repr=False, exclude=True)

    _measure: Measure = PrivateAttr()
    _lock: Any = PrivateAttr(default_factory=threading.Lock)
    _counts: OrderedDict[Key, int] = PrivateAttr(default_factory=OrderedDict)

    @classmethod
    def class_name(cls) -> str:
        """Its name, as traces show it."""
        return "HeadroomMemory"

    def __init__(self, **given: Any) -> None:  # not in a validator, whose errors would show what was given
        try:
            super().__init__(**gathered(given, type(self).model_fields))
        except ValidationError as error:
            refused = refused_by(type(self), error)
        else:
            self._measure = Measure(self.model, **{**self.settings, **unwritten(self)})
            return
        raise refused  # out here, so that pydantic's error, which holds the input, is not attached

    @classmethod
    def from_defaults(cls, *arguments: Any, **named: Any) -> HeadroomMemory:
        """As `Memory.from_defaults`, with the arguments of this class beside."""
        theirs = {name: value for name, value in named.items() if name in OF_MEMORY}
        ours = gathered({n: v for n, v in named.items() if n not in theirs}, dict.fromkeys(OWN), beside=OF_MEMORY)
        made = super().from_defaults(*arguments, **theirs)
        return cls(**{name: getattr(made, name) for name in Memory.model_fields}, **ours)

    def to_dict(self, **kwargs: Any) -> dict[str, Any]:
        """All of it as plain values; see the class."""
        return {**super().to_dict(**kwargs), **stored(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any], **kwargs: Any) -> HeadroomMemory:
        """What `to_dict` gave; `sql_store` and `memory_blocks` by name win over what is in it."""
        known = {name: value for name, value in data.items() if name in cls.model_fields}
        return cls(**{**known, **restored(data), **kwargs})

    def __reduce__(self) -> tuple[Any, ...]:  # LlamaIndex's own way takes the store away from the object at hand
        return type(self).from_dict, (self.to_dict(),)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> HeadroomMemory:
        return type(self).from_dict(self.to_dict(), **unwritten(self))

    async def aget(self, input: str | ChatMessage | None = None, **block_kwargs: Any) -> list[ChatMessage]:
        """The messages for the model: those of the blocks, then the newer ones; tool results in compressed form."""
        await self._count_queue()
        messages = await super().aget(input, **block_kwargs)
        return await in_thread(self._given, messages) if self.compress else messages

    async def areset(self, status: MessageStatus | None = None) -> None:
        """Forget the messages; without a status, also what blocks of this package hold of them."""
        await super().areset(status)
        if status is None:
            for block in self.memory_blocks:
                if isinstance(block, HeadroomMemoryBlock):
                    block.reset(self.session_id)

    async def _manage_queue(self) -> None:
        """Flush where what the model reads is too long."""
        await self._count_queue()
        await super()._manage_queue()

    async def _get_memory_blocks_content(
        self, chat_history: list[ChatMessage], input: str | ChatMessage | None = None, **block_kwargs: Any
    ) -> dict[str, Any]:
        """What the blocks give; counted in a thread of ours, as it may be long."""
        found = await super()._get_memory_blocks_content(chat_history, input=input, **block_kwargs)
        for content in found.values():
            if isinstance(content, list) and content and isinstance(content[0], ChatMessage):
                await in_thread(self._count_all, content)
        return found

    async def _count_queue(self) -> None:
        """Count the messages that are not flushed, all of them in one conversation, in a thread of ours."""
        queue = await self.sql_store.get_messages(self.session_id, status=MessageStatus.ACTIVE)
        if queue:
            await in_thread(self._count_all, queue)

    def _count_all(self, messages: Sequence[ChatMessage]) -> list[int]:
        """Tokens of each message of a conversation; those that were counted before are known."""
        keys = list(map(key_of, messages))
        with self._lock:
            known = [self._counts.get(key) for key in keys]
        if None not in known:
            return [size for size in known if size is not None]
        sizes = [self._measure.count(message, self._media()) for message in self._view(messages)]
        with self._lock:
            self._counts.update(zip(keys, sizes, strict=True))
            while len(self._counts) > MOST_COUNTS:
                self._counts.popitem(last=False)
        return sizes

    def _view(self, messages: Sequence[ChatMessage]) -> list[Any]:
        """Messages as they would be given."""
        return self._measure.view(messages) if self.compress else list(messages)

    def _given(self, messages: list[ChatMessage]) -> list[ChatMessage]:
        """Messages for the model, with a row in the ledger."""
        with contain(INTEGRATION, strict=bool(self.settings.get("strict"))):
            made, result = self._measure.run(messages)
            record(self._measure.engine, replace(result, messages=[]), integration=INTEGRATION)
            return made
        return messages

    def _estimate_token_count(self, message_or_blocks: Any) -> int:
        """Tokens of a message, of several, of blocks, or of a text."""
        if isinstance(message_or_blocks, ChatMessage):
            return self._count_all([message_or_blocks])[0]
        if isinstance(message_or_blocks, str):
            return self._measure.counter.count_text(message_or_blocks)
        return sum(map(self._estimate_one, message_or_blocks))

    def _estimate_one(self, one: Any) -> int:
        """Tokens of a message or a block."""
        if isinstance(one, ChatMessage):
            return self._estimate_token_count(one)
        return self._measure.count_content(one, self._media())

    def _media(self) -> dict[str, int]:
        """Tokens of blocks that are no text, as this memory estimates them."""
        return {kind: getattr(self, f"{kind}_token_size_estimate", known) for kind, known in MEDIA_TOKENS.items()}


def key_of(message: ChatMessage) -> Key:
    """What tells one message from another, quickly: hashes, so that no text is held or written out."""
    kwargs = {name: value for name, value in message.additional_kwargs.items() if name != SESSION}
    return (str(message.role), hash(repr(kwargs)), *map(block_key, message.blocks))


def block_key(block: Any) -> int:
    """What tells one block from another; bytes of images are not written out."""
    fields = vars(block).items()
    return hash(tuple((name, value if isinstance(value, (str, bytes)) else repr(value)) for name, value in fields))
