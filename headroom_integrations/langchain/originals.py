"""`original`: what a tool said, for programs that parse it, wherever it now is (requirement R23)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from headroom import retrieve
from headroom.errors import RetrievalError, StorageError
from headroom.markers import find_markers
from headroom.messages import read_message
from headroom_integrations._shared import engine_for
from headroom_integrations.langchain.inputs import value_at
from headroom_integrations.langchain.messages import to_views
from headroom_integrations.langchain.placement_originals import original_content, pointer_of

GONE = (
    "this message holds compressed text, and its original is not here: pass state= of the graph, store= where "
    "originals went, or read an earlier checkpoint"
)


def original(
    message: Any, state: Any = None, store: Any = None, *, namespace: str = "", messages_key: str = "messages"
) -> Any:
    """The content of a tool message as the tool gave it, untouched, wherever it now is.

        rows = json.loads(original(state["messages"][-1], state, store=runtime.store))

    A message that was never compressed gives its own content, the same object, so that programs may always ask. Where
    the model's view was compressed (the default of the middleware), the state holds the original; where the state was
    rewritten, the message points to its artifact or to the store.

    Args:
        message: A message of the state, or what a model was shown of one.
        state: The graph's state, or its list of messages, in which the message is looked up by its id.
        store: Where originals went: `runtime.store`, an original store, or its URL.
        namespace: Scope of the originals.
        messages_key: Key of the messages in the state.

    Raises:
        StorageError: It was compressed, and its original is nowhere here; or the store cannot be read.
        RetrievalError: A store at a URL does not know it.
    """
    for found in (message, *same_messages(message, state, messages_key)):
        if pointer_of(found) is not None:
            return pointed_content(found, store, namespace)
        if not is_compressed(found):
            return content_of(found)
    return marked_content(message, state, store, namespace, messages_key)


def content_of(message: Any) -> Any:
    """The content of a message in any spelling."""
    return message.get("content") if isinstance(message, Mapping) else message.content


def pointed_content(message: Any, store: Any, namespace: str) -> Any:
    """The content that a message's pointer names."""
    pointer = pointer_of(message) or {}
    if isinstance(store, str) and "content" not in pointer:
        text = retrieve(pointer["handle"], store=store, namespace=namespace).text
        return original_content(message, store=OneOriginal(text))
    return original_content(message, store=store, namespace=namespace)


class OneOriginal:
    """A store that holds one original, which was found already."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "OneOriginal()"

    def get(self, handle: str, *, namespace: str = "") -> bytes:
        """It, whatever is asked for."""
        return self.text.encode("utf-8", "surrogatepass")


def same_messages(message: Any, state: Any, key: str) -> Iterator[Any]:
    """The messages of a state that answer the same call, or have the same id."""
    held = state if isinstance(state, (list, tuple)) else value_at(state, key)
    for other in held or ():
        names = (name for name in IDS if known(other, name))
        if other is not message and any(known(other, name) == known(message, name) for name in names):
            yield other


IDS = ("id", "tool_call_id")


def known(message: Any, name: str) -> Any:
    """A field of a message in any spelling, or None."""
    return message.get(name) if isinstance(message, Mapping) else getattr(message, name, None)


def is_compressed(message: Any) -> bool:
    """Whether a message holds what headroom wrote; a text that only looks like it is taken for it, too."""
    (view,) = to_views([message])
    if not read_message(view).parts:
        return False
    engine = engine_for(None, {"min_tokens": 1})
    done = engine.pipeline.run([view], engine.request(needs_call=False, is_conversation=False, dry_run=True))
    return any(note.reason == "already_compressed" for note in done.notes)


def handles_in(view: Any) -> list[str]:
    """Handles that marker lines of a message name."""
    markers = (marker for part in read_message(view).parts for marker in find_markers(part.text))
    return [marker.handle for marker in markers if marker.handle]


def marked_content(message: Any, state: Any, store: Any, namespace: str, key: str) -> str:
    """The original that the only marker of a message names: in its artifact, in the state, in the store.

    Raises:
        StorageError: There is no marker, or nothing has the original.
    """
    (view,) = to_views([message])
    handles = list(dict.fromkeys(handles_in(view)))
    held = state if isinstance(state, (list, tuple)) else value_at(state, key)
    if len(handles) == 1:
        with suppress(RetrievalError):
            return retrieve(handles[0], messages=[message, *(held or ())], store=store, namespace=namespace).text
    raise StorageError(GONE)
