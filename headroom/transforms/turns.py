"""Turns: what stays together when a conversation is cut, and the places at which the model was called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headroom.messages import Message, ToolCall
from headroom.messages.wire import as_mapping

CALLERS_ITEMS = ("_output", "_response", "message")  # how the types of items end that the model did not make


@dataclass(frozen=True, slots=True)
class Turn:
    """A user message with everything after it up to the next one: messages `start` to `stop`, without the last.

    Attributes:
        is_open: Whether it holds a call that has no answer yet.
    """

    start: int
    stop: int
    is_open: bool = False

    @property
    def size(self) -> int:
        """Messages in it."""
        return self.stop - self.start


def is_models(message: Message) -> bool:
    """Whether the model made this message: an assistant's, or an item such as reasoning that is left as it is."""
    if message.role is not None or message.reason == "not_a_message":
        return message.role == "assistant"
    wire = as_mapping(message.raw) or {}
    role, kind = wire.get("role"), wire.get("type")
    if role is not None:
        return role in ("assistant", "model")
    return isinstance(kind, str) and not kind.endswith(CALLERS_ITEMS)


def is_call_point(messages: Sequence[Message], place: int) -> bool:
    """Whether the model was called with `messages[:place]`: it made what stands there, and not what stands before."""
    return 0 < place < len(messages) and is_models(messages[place]) and not is_models(messages[place - 1])


def ids_answered(message: Message) -> set[str]:
    """The calls that a message answers; also one whose content is not understood."""
    found = {part.tool_call_id for part in message.parts if part.kind == "tool_result"} | {message.tool_call_id}
    return {call_id for call_id in [*found, *ids_in_raw(message)] if call_id is not None}


def ids_in_raw(message: Message) -> list[str]:
    """Ids of calls that are answered in ways of which no text is read, such as a result that is a picture only."""
    if message.role == "assistant" or (message.role is not None and not has_blocks(message.raw)):
        return []
    wire = as_mapping(message.raw) or {}
    content = wire.get("content")
    fields = [as_mapping(block) or {} for block in content] if isinstance(content, (list, tuple)) else []
    found = [block.get("tool_use_id") for block in fields]
    if message.role is None and str(wire.get("type")).endswith(CALLERS_ITEMS):
        found.append(wire.get("call_id"))
    return [call_id for call_id in found if isinstance(call_id, str)]


def ids_called(message: Message) -> list[str]:
    """The calls that a message makes; also one of a built-in tool, which is left as it is."""
    if message.role is not None:
        return [call.id for call in message.tool_calls if call.id is not None]
    wire = as_mapping(message.raw) or {}
    is_call = isinstance(wire.get("call_id"), str) and str(wire.get("type")).endswith("_call")
    return [call.id for call in message.tool_calls if call.id is not None] + ([wire["call_id"]] if is_call else [])


def has_blocks(raw: object) -> bool:
    """Whether the content of a message may be blocks."""
    return not (type(raw) is dict and type(raw.get("content")) is str)


class Turns:
    """The turns of a conversation, message by message; a call and its answer are never in two.

    Attributes:
        starts: Where each turn begins, oldest first.
        calls: Calls so far, by id, the latest of each.
    """

    def __init__(self, lead: int) -> None:
        self.lead = lead
        self.starts: list[int] = []
        self.calls: dict[str, ToolCall] = {}
        self.made: dict[str, int] = {}
        self.open: dict[str, int] = {}
        self.ids: list[set[str]] = []

    def add(self, place: int, message: Message) -> None:
        """Go past the message at `place`."""
        if place < self.lead:
            return
        if not self.starts or message.begins_turn:
            self.starts.append(place)
        for call_id in ids_answered(message):
            self.open.pop(call_id, None)
            made = self.made.get(call_id, place)
            while len(self.starts) > 1 and self.starts[-1] > made:  # the answer came after another word of the user
                self.starts.pop()
        for call_id in ids_called(message):
            self.made[call_id] = self.open[call_id] = place
        self.calls.update({call.id: call for call in message.tool_calls if call.id is not None})

    def so_far(self, stop: int) -> list[Turn]:
        """The turns of `messages[:stop]`, all of which were added."""
        if not self.starts:
            return []
        ends = [*self.starts[1:], stop]
        unanswered = set(self.open.values())
        return [
            Turn(start, end, any(start <= place < end for place in unanswered))
            for start, end in zip(self.starts, ends, strict=True)
        ]
