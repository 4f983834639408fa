"""Retrieve calls that were taken out of a mixed turn, kept until the caller sends that turn back (R25)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from headroom.calls.shapes import Shape
from headroom.calls.values import Withheld
from headroom.markers import RETRIEVE_TOOL
from headroom.messages import Message, read_messages

MOST_CHARS = 20_000_000
Key = tuple[str, str, tuple[str, ...]]


class WithheldCalls:
    """Bounded memory from the calls that stayed in an answer to those that were taken out. Thread-safe.

    In another process the turn goes out without our call: correct, and one rewrite of the provider's cache from there.
    """

    def __init__(self, *, most_chars: int = MOST_CHARS) -> None:
        self.most_chars = most_chars
        self.lock = threading.Lock()
        self.known: OrderedDict[Key, Withheld] = OrderedDict()
        self.chars = 0

    def __repr__(self) -> str:
        return f"WithheldCalls({len(self.known)} turns)"

    def keep(self, shape: Shape, namespace: str, rest: Sequence[str], withheld: Withheld) -> None:
        """Remember what was taken out beside the calls `rest`."""
        key = (shape.name, namespace, tuple(rest))
        with self.lock:
            old = self.known.pop(key, None)
            self.chars += withheld.chars - (old.chars if old else 0)
            self.known[key] = withheld
            while self.chars > self.most_chars and len(self.known) > 1:
                self.chars -= self.known.popitem(last=False)[1].chars

    def find(self, shape: Shape, namespace: str, rest: Sequence[str]) -> Withheld | None:
        """What was taken out beside these calls."""
        key = (shape.name, namespace, tuple(rest))
        with self.lock:
            found = self.known.get(key)
            if found is not None:
                self.known.move_to_end(key)
            return found

    def put_back(self, shape: Shape, namespace: str, messages: Sequence[Any]) -> tuple[list[Any], list[str]]:
        """The messages with every call that was taken out of them, and the texts that were added."""
        if not self.known:
            return list(messages), []
        made, texts = list(messages), []
        views = read_messages(messages)
        for index in reversed(range(len(views))):
            ids = turn_ids(views, index)
            withheld = self.find(shape, namespace, ids) if ids else None
            if withheld is not None:
                made = shape.put_back(made, index, withheld)
                texts += [*withheld.answers.values(), *(call.name + call.arguments for call in withheld.calls)]
        return made, texts


def turn_ids(views: Sequence[Message], index: int) -> tuple[str, ...]:
    """The calls of the turn that begins at a message; none where it began before, or ours are still in it."""
    view = views[index]
    calls = list(view.tool_calls)
    if is_call_item(view):  # Responses: each call is an item of its own
        if index and is_call_item(views[index - 1]):
            return ()
        for following in views[index + 1 :]:
            if not is_call_item(following):
                break
            calls += following.tool_calls
    if any(call.name == RETRIEVE_TOOL for call in calls):
        return ()
    return tuple(call.id or "" for call in calls)


def is_call_item(view: Message) -> bool:
    """Whether a message is a call standing alone, as a Responses item."""
    return bool(view.tool_calls) and isinstance(view.raw, dict) and view.raw.get("type") == "function_call"
