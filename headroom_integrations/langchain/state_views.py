"""Views of messages, and the copies made of them, kept from call to call: a call pays for its new messages (law 11)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import BaseMessage

from headroom_integrations._views import FAULT, ORIGIN
from headroom_integrations.langchain.messages import from_view, to_views

MOST_CHARS = 50_000_000
LEAST_CHARS = 500  # of one entry, about


@dataclass(slots=True)
class Kept:
    """What is known of one message.

    Attributes:
        message: The object it was met as first; holds its place in memory, which is the key of one without an id.
        view: How headroom reads it.
        changed: The object that was changed last, what it said then, and the copy that was made.
        chars: Memory that all of it keeps alive, about.
    """

    message: Any = field(repr=False)
    view: dict[str, Any] = field(repr=False)
    changed: tuple[Any, Any, Any] | None = field(default=None, repr=False)
    chars: int = LEAST_CHARS


class KeptViews:
    """The same view for the same message at the same place, so that the engine knows it again. Thread-safe.

    A message is known by its id, or by being the same object, and counts as the same while it holds the same; so it
    does not matter whether a state comes from memory or was read from a checkpoint.
    """

    def __init__(self, most_chars: int = MOST_CHARS) -> None:
        self.most_chars = most_chars
        self.kept: OrderedDict[tuple[Any, int], Kept] = OrderedDict()
        self.chars = 0
        self.lock = threading.Lock()

    def __repr__(self) -> str:
        return f"KeptViews({len(self.kept)} messages)"

    def views(self, messages: Sequence[Any]) -> list[Any]:
        """`to_views`, with views that were given out before in place of equal ones."""
        fresh = to_views(messages)
        return [
            self.view(message, view, place) for place, (message, view) in enumerate(zip(messages, fresh, strict=True))
        ]

    def view(self, message: Any, fresh: dict[str, Any], place: int) -> dict[str, Any]:
        """The view of one message."""
        if not isinstance(message, BaseMessage) or FAULT in fresh:
            return fresh
        key = key_of(message, place)
        found = self.kept.get(key)
        if found is not None and equal(found.view, fresh):
            return found.view
        self.keep(key, Kept(message, fresh, chars=LEAST_CHARS + chars_of(fresh)))
        return fresh

    def keep(self, key: tuple[Any, int], kept: Kept) -> None:
        """Remember a view; the oldest leave for it."""
        with self.lock:
            old = self.kept.pop(key, None)
            self.chars += kept.chars - (old.chars if old else 0)
            self.kept[key] = kept
            while self.chars > self.most_chars and len(self.kept) > 1:
                self.chars -= self.kept.popitem(last=False)[1].chars

    def messages(self, views: Sequence[Mapping[str, Any]], messages: Sequence[Any]) -> list[Any]:
        """`from_views`; a copy that was made before of the same object is given again."""
        return [self.message(view, messages) for view in views]

    def message(self, view: Mapping[str, Any], messages: Sequence[Any]) -> Any:
        """What became of one message."""
        place = view.get(ORIGIN)
        message = messages[place] if place is not None else None
        if not isinstance(message, BaseMessage) or "content" not in view or view["content"] is message.content:
            return from_view(view, messages)
        found, content = self.kept.get(key_of(message, view[ORIGIN])), view["content"]
        known = found.changed if found is not None else None
        if known is not None and known[0] is message and known[1] == content and same_beside(message, known[2]):
            return known[2]
        made = from_view(view, messages)
        if found is not None:
            found.changed = (message, content, made)
        return made


def key_of(message: BaseMessage, place: int) -> tuple[Any, int]:
    """What a message is looked up by."""
    return (message.id or id(message), place)


def same_beside(message: BaseMessage, made: BaseMessage) -> bool:
    """Whether a copy still is one, but for its content: messages can be edited."""
    fields = message.__dict__
    return all(made.__dict__.get(name) is value for name, value in fields.items() if name != "content")


def equal(known: Mapping[str, Any], fresh: Mapping[str, Any]) -> bool:
    """Whether two views say the same, down to types of values and the order of keys in a call's arguments."""
    if known != fresh:
        return False
    content = known.get("content")
    written = isinstance(content, str) or same(content or (), fresh.get("content") or ())
    return written and same(known.get("tool_calls") or (), fresh.get("tool_calls") or ())


def same(known: Sequence[Any], fresh: Sequence[Any]) -> bool:
    """Whether two lists that are equal hold the same objects, or such that are written the same."""
    return all(one is other or repr(one) == repr(other) for one, other in zip(known, fresh, strict=True))


def chars_of(view: Mapping[str, Any]) -> int:
    """Characters that a view keeps alive, about."""
    return content_chars(view.get("content"))


def content_chars(content: Any) -> int:
    """Characters of a message's content, about."""
    if isinstance(content, str):
        return len(content)
    blocks = content if isinstance(content, list) else []
    return sum(len(block) if isinstance(block, str) else len(str(block.get("text", ""))) + 200 for block in blocks)
