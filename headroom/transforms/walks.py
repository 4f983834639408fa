"""Conversations that were gone through before: a call that goes on from one pays for its new messages only (law 11)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from operator import is_
from typing import Any, Generic, Protocol, TypeVar

from headroom.messages import Message, read_message

MOST_KEPT = 64  # conversations
MOST_CHARS = 50_000_000  # of all of them together
PLAIN = (str, int, float, bool, type(None))
ARGUMENTS = frozenset({"input", "args"})  # of a call, where they are a value and no text
DEEPEST = 12


class Walked(Protocol):
    """What is kept of one conversation: the views it was made of, in order, and how much memory it keeps alive."""

    views: list[Message]
    chars: int


W = TypeVar("W", bound=Walked)


class Walks(Generic[W]):
    """Finished ways through conversations, newest last; each is taken out by the one call that goes on from it."""

    def __init__(self) -> None:
        self.kept: OrderedDict[int, tuple[Hashable, W]] = OrderedDict()
        self.lock = threading.Lock()

    def take(self, key: Hashable, messages: Sequence[Message]) -> W | None:
        """The longest that went through the beginning of `messages` with the same facts; the caller owns it."""
        with self.lock:
            best: W | None = None
            for made_with, walk in self.kept.values():
                if made_with == key and (best is None or len(walk.views) > len(best.views)) and begins(messages, walk):
                    best = walk
            if best is not None:
                del self.kept[id(best)]
            return best

    def give(self, key: Hashable, walk: W) -> None:
        """Keep `walk` for whoever goes on from it; the oldest leave for it."""
        with self.lock:
            self.kept[id(walk)] = (key, walk)
            while len(self.kept) > MOST_KEPT or sum(old.chars for _, old in self.kept.values()) > MOST_CHARS:
                self.kept.popitem(last=False)


def begins(messages: Sequence[Message], walk: Walked) -> bool:
    """Whether `messages` begin with the very views that `walk` went through."""
    size = len(walk.views)
    if size > len(messages) or (size and messages[size - 1] is not walk.views[-1]):
        return False
    return all(map(is_, walk.views, messages))


class Reader:
    """Views of messages; a message that is the same object, unchanged, keeps its view."""

    def __init__(self) -> None:
        self.kept: OrderedDict[int, tuple[Message, Snapshot]] = OrderedDict()
        self.chars = 0
        self.lock = threading.Lock()

    def read(self, raw: Any) -> Message:
        """The view of one message."""
        found = self.kept.get(id(raw))
        if found is not None and found[0].raw is raw and same(found[1], raw):
            return found[0]
        view = read_message(raw)
        snapshot = snapshot_of(raw) if type(raw) is dict and not view.reason else None
        if snapshot is not None:
            self.keep(raw, view, snapshot)
        return view

    def keep(self, raw: Any, view: Message, snapshot: Snapshot) -> None:
        """Remember a view; the oldest leave for it."""
        chars = chars_of(view)
        if chars > MOST_CHARS // 4:
            return
        with self.lock:
            old = self.kept.pop(id(raw), None)
            self.chars += chars - (chars_of(old[0]) if old else 0)
            self.kept[id(raw)] = (view, snapshot)
            while self.chars > MOST_CHARS:
                self.chars -= chars_of(self.kept.popitem(last=False)[1][0])


def chars_of(view: Message) -> int:
    """Characters that a view keeps alive, about."""
    return 500 + sum(len(part.text) for part in view.parts)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a message held when it was read.

    Attributes:
        value: A copy of it.
        is_text: Whether it holds nothing but texts, at places where their order says nothing: then `==` tells all.
    """

    value: Any = field(repr=False)
    is_text: bool


def snapshot_of(raw: dict[str, Any]) -> Snapshot | None:
    """A copy of dicts and lists of plain values; None where there is anything else, or it nests too deeply."""
    try:
        return Snapshot(copied(raw, DEEPEST), holds_text(raw))
    except TypeError:
        return None


def copied(value: Any, depth: int) -> Any:
    """The same; raises TypeError."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if depth and kind is dict:
        return {key: copied(inner, depth - 1) for key, inner in value.items()}
    if depth and kind is list:
        return [copied(inner, depth - 1) for inner in value]
    raise TypeError(kind.__name__)


def holds_text(value: Any) -> bool:
    """Whether all leaves are texts, none of them among the arguments of a call, which are written down in order."""
    if type(value) is dict:
        return all(type(key) is str and key not in ARGUMENTS and holds_text(inner) for key, inner in value.items())
    if type(value) is list:
        return all(map(holds_text, value))
    return value is None or type(value) is str


def same(snapshot: Snapshot, raw: Any) -> bool:
    """Whether a message still holds what it held, to the type of each value and the order of keys."""
    return snapshot.value == raw and (snapshot.is_text or identical(snapshot.value, raw))


def identical(one: Any, other: Any) -> bool:
    """Equality that tells 1 from True and 1.0, 0.0 from -0.0, and one order of keys from another."""
    if type(one) is not type(other):
        return False
    if type(one) is dict:
        return list(one) == list(other) and all(map(identical, one.values(), other.values()))
    if type(one) is list:
        return len(one) == len(other) and all(map(identical, one, other))
    return repr(one) == repr(other) if type(one) is float else bool(one == other)
