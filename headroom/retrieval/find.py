"""The original behind a handle: in the messages at hand first, then in a store that was named (law 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headroom.errors import RetrievalError
from headroom.markers import handle_of, is_handle
from headroom.messages import read_messages
from headroom.protocols import OriginalStore


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
    """
    if not is_handle(handle):
        raise RetrievalError("a handle has 12 hex digits", field="handle")
    for message in read_messages(messages or ()):
        for part in message.parts:
            if handle_of(part.text, namespace=namespace, secret=secret) == handle:
                return part.text
    content = store.get(handle, namespace=namespace) if store is not None else None
    if content is None:
        where = " and ".join([*(["these messages"] if messages is not None else []), *(["the store"] if store else [])])
        raise RetrievalError(f"no original in {where or 'any place given'}; asking again gives the same", handle=handle)
    return content.decode("utf-8", "surrogatepass")
