"""Tokens of messages as the model is shown them, for those who decide by the size of a history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from langchain_core.messages import BaseMessage, convert_to_messages

from headroom.transforms.contain import contain
from headroom_integrations._settings import given_or_made
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.placement import Compression
from headroom_integrations.langchain.state_views import content_chars

AROUND = 4  # tokens around each message, about
MOST_KEPT = 20_000  # messages


def headroom_token_counter(
    middleware: HeadroomMiddleware | None = None, **settings: Any
) -> Callable[[Iterable[Any]], int]:
    """A `token_counter` that counts what the model is sent, not what the state holds.

        headroom = HeadroomMiddleware()
        summarize = SummarizationMiddleware(model, trigger=("tokens", 50_000),
                                            token_counter=headroom_token_counter(headroom))

    Part of a history counts as what it comes to in the history it is part of, where that was counted before.

    Args:
        middleware: The one beside it, whose work is used again; None makes one with `settings`.
        settings: As `HeadroomMiddleware` takes them; none beside a middleware.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """
    made = given_or_made(HeadroomMiddleware, "middleware", middleware, settings)
    retrieval = "tool" if made.tools else "off"
    counter = SizeCounter(made.compression, retrieval)

    def headroom_tokens(messages: Iterable[Any]) -> int:
        return counter.count(convert_to_messages(list(messages)))

    return headroom_tokens


class SizeCounter:
    """Sizes of messages, remembered by message: whoever cuts a history asks for many parts of it."""

    def __init__(self, compression: Compression, retrieval: str) -> None:
        self.compression = compression
        self.retrieval = retrieval
        self.known: dict[Any, int] = {}

    def count(self, messages: list[BaseMessage]) -> int:
        """Tokens of these messages."""
        keys = [key_of(message) for message in messages]
        known = [self.known.get(key) for key in keys if key is not None]
        found = [size for size in known if size is not None]
        if len(found) < len(messages):
            found = self.sizes(messages)
            self.keep(keys, found)
        return sum(found) + AROUND * len(messages)

    def keep(self, keys: list[Any], sizes: list[int]) -> None:
        """Remember sizes; the oldest leave for them."""
        self.known.update((key, size) for key, size in zip(keys, sizes, strict=True) if key is not None)
        while len(self.known) > MOST_KEPT:
            del self.known[next(iter(self.known))]

    def sizes(self, messages: list[BaseMessage]) -> list[int]:
        """Tokens of each, as it is shown; of a text that cannot be read, as it is."""
        with contain("token_counter"):
            begun = self.compression.begun(None, retrieval=self.retrieval)
            return self.compression.sizes(self.compression.view(messages, begun, dry_run=True))
        return [content_chars(message.content) // 4 for message in messages]


def key_of(message: BaseMessage) -> Any:
    """What a message's size is remembered by; None for one without an id."""
    return (message.id, message.type, content_chars(message.content)) if message.id else None
