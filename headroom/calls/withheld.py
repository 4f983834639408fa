"""Retrieve calls that were taken out of a mixed turn, kept until the caller sends that turn back (R25)."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

from headroom.calls.openai_responses import CALLS
from headroom.calls.shapes import Shape
from headroom.calls.values import Withheld, field_of
from headroom.markers import RETRIEVE_TOOL
from headroom.messages import Message, read_messages, texts_of

MOST_CHARS = 20_000_000
Turn = tuple[str, str, tuple[str, ...]]
Key = tuple[Turn, bytes]


class WithheldCalls:
    """Bounded memory from the calls that stayed in an answer to those that were taken out. Thread-safe.

    A turn is known by the ids of its calls and by what was said before it: some servers begin to count anew with each
    answer, and another conversation of the same tenant must get nothing of this one.
    In another process the turn goes out without our call: correct, and one rewrite of the provider's cache from there.
    """

    def __init__(self, *, most_chars: int = MOST_CHARS) -> None:
        self.most_chars = most_chars
        self.lock = threading.Lock()
        self.known: OrderedDict[Key, Withheld] = OrderedDict()
        self.turns: Counter[Turn] = Counter()
        self.chars = 0

    def __repr__(self) -> str:
        return f"WithheldCalls({len(self.known)} turns)"

    def keep(
        self, shape: Shape, namespace: str, before: Sequence[Any], rest: Sequence[str], withheld: Withheld
    ) -> None:
        """Remember what was taken out beside the calls `rest` of the answer to the messages `before`."""
        turn = (shape.name, namespace, tuple(known for known in rest if known))
        key = (turn, said_in(read_messages(before)).digest())
        with self.lock:
            self.forget(key)
            self.chars += withheld.chars
            self.turns[turn] += 1
            self.known[key] = withheld
            while self.chars > self.most_chars and len(self.known) > 1:
                self.forget(next(iter(self.known)))

    def forget(self, key: Key) -> None:
        """Drop one turn, if it is known."""
        old = self.known.pop(key, None)
        if old is not None:
            self.chars -= old.chars
            self.turns[key[0]] -= 1
            self.turns += Counter()  # without those that are 0

    def find(self, turn: Turn, before: bytes) -> Withheld | None:
        """What was taken out of this turn."""
        with self.lock:
            found = self.known.get((turn, before))
            if found is not None:
                self.known.move_to_end((turn, before))
            return found

    def put_back(self, shape: Shape, namespace: str, messages: list[Any], views: Sequence[Message]) -> list[Any]:
        """The messages with every call that was taken out of them; the same list where there is none."""
        turns = dict(self.known_turns(shape, namespace, views))
        if not turns:
            return messages
        said, before = said_in(()), {}
        for index, view in enumerate(views[: max(turns) + 1]):
            if index in turns:
                before[index] = said.digest()
            add_said(said, view)
        made = messages
        for index in sorted(turns, reverse=True):
            withheld = self.find(turns[index], before[index])
            made = made if withheld is None else shape.put_back(made, index, withheld)
        return made

    def known_turns(self, shape: Shape, namespace: str, views: Sequence[Message]) -> Iterator[tuple[int, Turn]]:
        """Positions of turns with calls as they were beside some that were taken out."""
        for index in range(len(views)) if self.turns else ():
            if views[index].tool_calls:
                turn = (shape.name, namespace, turn_ids(views, index))
                if turn[2] and turn in self.turns:
                    yield index, turn


def said_in(views: Sequence[Message]) -> Any:
    """A hash over what was said, the system text apart: that may tell the time."""
    found = hashlib.sha256()
    for view in views:
        add_said(found, view)
    return found


def add_said(said: Any, view: Message) -> None:
    """Add a message: lengths and both ends of its texts."""
    if view.role != "system":
        for text in texts_of(view):
            said.update(f"{view.role}\0{len(text)}\0{text[:64]}\0{text[-64:]}\0".encode("utf-8", "surrogatepass"))


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
    return tuple(call.id for call in calls if call.id)


def is_call_item(view: Message) -> bool:
    """Whether a message is a call standing alone, as a Responses item."""
    return bool(view.tool_calls) and field_of(view.raw, "type") in CALLS
