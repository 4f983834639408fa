"""Where originals go that leave the state, and how a message says so: a small pointer, no second copy (R29)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import ToolMessage

from headroom.engine import Engine
from headroom.errors import StorageError
from headroom.markers import handle_of
from headroom.messages import read_messages
from headroom_integrations.langchain.messages import view_of

POINTER = "headroom_original"
"""Key of the pointer, in a message's artifact, or in its `response_metadata` where the artifact is no dict."""
FOLDER = ("headroom", "originals")
THREADS = ("headroom", "threads")


class GraphOriginals:
    """A LangGraph store as a store of originals; namespaces are folders of their own.

    Args:
        store: `runtime.store`, or any `BaseStore`. Its sync methods are called, from threads of our own where the
            graph is async.
        thread_id: Under which each original is noted, for whoever deletes the thread.
    """

    def __init__(self, store: Any, thread_id: str | None = None) -> None:
        self.store = store
        self.thread_id = thread_id

    def __repr__(self) -> str:
        return f"GraphOriginals({type(self.store).__name__})"

    def put(self, handle: str, content: bytes, *, namespace: str = "", tool: str | None = None) -> None:
        """Store `content`; storing the same again is no error."""
        self.store.put(folder(namespace), handle, {**packed(content), "tool": tool}, index=False)
        if self.thread_id is not None:
            self.store.put(threads_folder(namespace, self.thread_id), handle, {"handle": handle}, index=False)

    def get(self, handle: str, *, namespace: str = "") -> bytes | None:
        """The content, or None.

        Raises:
            StorageError: It cannot be read.
        """
        try:
            item = self.store.get(folder(namespace), handle)
            return None if item is None else unpacked(item.value)
        except (KeyError, ValueError, TypeError, NotImplementedError, RuntimeError) as error:
            raise StorageError("the graph's store cannot be read", error=type(error).__name__) from None


def folder(namespace: str) -> tuple[str, ...]:
    """Where originals of a namespace are."""
    return (*FOLDER, label(namespace))


def threads_folder(namespace: str, *thread_id: str) -> tuple[str, ...]:
    """Where handles are noted that threads of a namespace, or one of them, have put."""
    return (*THREADS, label(namespace), *map(label, thread_id))


def label(name: str) -> str:
    """The name of a folder, which holds no dots and is not empty."""
    return name.replace("%", "%25").replace(".", "%2E") or "-"


def packed(content: bytes) -> dict[str, str]:
    """`content` as a store of JSON takes it: NUL and lone surrogates do not pass everywhere."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    return {"base64": base64.b64encode(content).decode("ascii")} if "\0" in text else {"text": text}


def unpacked(value: Mapping[str, Any]) -> bytes:
    """The content of a stored value."""
    if "text" in value:
        return str(value["text"]).encode("utf-8", "surrogatepass")
    return base64.b64decode(value["base64"])


def encoded(text: str) -> bytes:
    """Text as stores keep it."""
    return text.encode("utf-8", "surrogatepass")


def content_text(content: Any) -> str:
    """A message's content as one text: itself, or blocks as JSON, from which they come back."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def put_original(message: ToolMessage, store: Any, engine: Engine, namespace: str) -> str:
    """Have everything stored that the message says; the handle of its content. Returns once all is acknowledged."""
    secret = engine.config.secret.get_secret_value()
    (view,) = read_messages([view_of(message)])
    whole = content_text(message.content)
    for text in dict.fromkeys([*(part.text for part in view.parts), whole]):
        handle = handle_of(text, namespace=namespace, secret=secret)
        store.put(handle, encoded(text), namespace=namespace, tool=message.name)
    return handle_of(whole, namespace=namespace, secret=secret)


def pointed(message: ToolMessage, content: Any, pointer: dict[str, Any]) -> ToolMessage:
    """A copy of `message` with other content and the pointer; what the tool has put into the artifact stays."""
    artifact = message.artifact
    if artifact is None or isinstance(artifact, dict):
        return message.model_copy(update={"content": content, "artifact": {**(artifact or {}), POINTER: pointer}})
    metadata = {**message.response_metadata, POINTER: pointer}
    return message.model_copy(update={"content": content, "response_metadata": metadata})


def pointer_of(message: Any) -> Mapping[str, Any] | None:
    """The pointer of a message that was compressed at birth or in the state; None for others."""
    for holder in (getattr(message, "artifact", None), getattr(message, "response_metadata", None)):
        found = holder.get(POINTER) if isinstance(holder, Mapping) else None
        if isinstance(found, Mapping) and isinstance(found.get("handle"), str):
            return found
    return None


def without_duplicate(message: ToolMessage, handle: str) -> ToolMessage:
    """The message without MCP's structured content where its text says the same; a pointer stands there."""
    artifact = message.artifact
    structured = artifact.get("structured_content") if isinstance(artifact, dict) else None
    if structured is None or not any(says(text, structured) for text in texts(message)):
        return message
    return message.model_copy(update={"artifact": {**artifact, "structured_content": {POINTER: handle}}})


def texts(message: ToolMessage) -> list[str]:
    """The texts of a message, each as headroom reads it."""
    return [part.text for view in read_messages([view_of(message)]) for part in view.parts]


def says(text: str, structured: Any) -> bool:
    """Whether a text is the JSON of a structured value, or of what its only field holds."""
    values = [structured]
    if isinstance(structured, Mapping) and len(structured) == 1:  # MCP wraps what is no object: {"result": [...]}
        values.append(next(iter(structured.values())))
    try:
        found = [json.loads(text)]
    except (ValueError, RecursionError):
        found = [lines(text)]
    written = [json.dumps(value, sort_keys=True) for value in values]
    return any(json.dumps(value, sort_keys=True) in written for value in found)


def lines(text: str) -> Any:
    """The values of a text with one JSON value per line; None for others."""
    try:
        return [json.loads(line) for line in text.split("\n")]
    except (ValueError, RecursionError):
        return None


def original_content(message: Any, *, store: Any = None, engine: Engine | None = None, namespace: str = "") -> Any:
    """What the tool said, untouched, wherever it now is: in the message itself, its artifact, or the store.

    Args:
        message: A message of the state.
        store: Where its original is: a LangGraph store, or a store of originals.
        engine: Whose named store is looked into where `store` is None.
        namespace: Scope of the originals.

    Raises:
        StorageError: It is in a store that was not given, or no longer has it.
    """
    pointer = pointer_of(message)
    if pointer is None:
        return message.content
    if "content" in pointer:
        return pointer["content"]
    place = store if store is not None else engine.originals if engine is not None else None
    if place is not None and not hasattr(place, "aput"):
        found = place.get(pointer["handle"], namespace=namespace)
    else:
        found = GraphOriginals(place).get(pointer["handle"], namespace=namespace) if place is not None else None
    if found is None:
        raise StorageError("the original is in a store that was not given, or no longer holds it")
    text = found.decode("utf-8", "surrogatepass")
    return text if isinstance(message.content, str) else json.loads(text)
