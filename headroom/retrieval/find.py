"""The original behind a handle: in the messages at hand first, then in a store that was named (law 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        for text in [part.text for part in message.parts] or framework_texts(message.raw):
            if handle_of(text, namespace=namespace, secret=secret) == handle:
                return text
    content = store.get(handle, namespace=namespace) if store is not None else None
    if content is None:
        where = " and ".join([*(["these messages"] if messages is not None else []), *(["the store"] if store else [])])
        raise RetrievalError(f"no original in {where or 'any place given'}; asking again gives the same", handle=handle)
    return content.decode("utf-8", "surrogatepass")


def framework_texts(raw: Any) -> list[str]:
    """The text of a framework's message, such as LangChain's: its `content`, text or blocks of text."""
    content = raw.get("content") if isinstance(raw, Mapping) else getattr(raw, "content", None)
    if isinstance(content, str):
        return [content]
    if not isinstance(content, list):
        return []
    blocks = [block.get("text") if isinstance(block, Mapping) else block for block in content]
    texts = [block for block in blocks if isinstance(block, str)]
    return ["\n".join(texts)] if texts else []
