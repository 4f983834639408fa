"""The original behind a handle: in the messages at hand first, then in a store that was named (law 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.errors import RetrievalError
from headroom.markers import handle_of, is_handle
from headroom.messages import read_messages
from headroom.messages.rendering import prefix_of_handle
from headroom.protocols import OriginalStore
from headroom.retrieval.texts import Named, texts_in


@dataclass(frozen=True, slots=True)
class Found:
    """An original.

    Attributes:
        text: The text, byte for byte.
        tool: Name of the tool that answered with it, or None.
    """

    text: str = field(repr=False)
    tool: str | None = None


class Originals:
    """What handles name in one conversation, and in a store where one was named.

    Each text is hashed once, in order, as far as the handles asked for need it: about 10 ms for two million characters.
    For one thread at a time.

    Args:
        messages: The conversation as it came, not as it was sent.
        store: Where originals were put; None looks in the messages only.
        namespace: Scope in which handles were made.
        secret: Key with which they were made.
    """

    def __init__(
        self,
        messages: Sequence[Any],
        *,
        store: OriginalStore | None = None,
        namespace: str = "",
        secret: str = "",
    ) -> None:
        self.views = read_messages(messages)
        self.store = store
        self.namespace = namespace
        self.secret = secret
        self.known: dict[str, Found] = {}
        self.missing: set[str] = set()
        self.rest: Iterator[Named] = texts_in(self.views)

    def find(self, handle: str) -> Found | None:
        """The original behind a handle; None where it is unknown, or known in another namespace only.

        Raises:
            StorageError: The store cannot be read.
        """
        if handle in self.missing:
            return None
        found = self.in_texts(handle) or self.in_turns(handle) or self.in_store(handle)
        if found is None:
            self.missing.add(handle)
        else:
            self.known[handle] = found
        return found

    def in_texts(self, handle: str) -> Found | None:
        """The text of a message."""
        if handle in self.known:
            return self.known[handle]
        for tool, text in self.rest:
            made = handle_of(text, namespace=self.namespace, secret=self.secret)
            found = self.known.setdefault(made, Found(text, tool))
            if made == handle:
                return found
        return None

    def in_turns(self, handle: str) -> Found | None:
        """The turns that a window dropped."""
        text = prefix_of_handle(handle, self.views, namespace=self.namespace, secret=self.secret)
        return None if text is None else Found(text)

    def in_store(self, handle: str) -> Found | None:
        """What was put into the store."""
        content = self.store.get(handle, namespace=self.namespace) if self.store is not None else None
        return None if content is None else Found(content.decode("utf-8", "surrogatepass"))


def find_original(
    handle: str,
    *,
    messages: Sequence[Any] | None = None,
    store: OriginalStore | None = None,
    namespace: str = "",
    secret: str = "",
) -> str:
    """The original text, byte for byte.

    Args:
        handle: 12 hex digits, as the marker line shows them.
        messages: The conversation as it came, not as it was sent; the original is recognised by its content.
        store: Where originals were put; None looks in the messages only.
        namespace: Scope in which the handle was made.
        secret: Key with which it was made.

    Raises:
        RetrievalError: The handle is malformed, or no original is known; final, asking again gives the same.
        StorageError: The store cannot be read.
    """
    if not is_handle(handle):
        raise RetrievalError("a handle has 12 hex digits", field="handle")
    found = Originals(messages or (), store=store, namespace=namespace, secret=secret).find(handle)
    if found is None:
        where = " and ".join([*(["these messages"] if messages is not None else []), *(["the store"] if store else [])])
        raise RetrievalError(f"no original in {where or 'any place given'}; asking again gives the same", handle=handle)
    return found.text
