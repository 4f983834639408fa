"""Chunks of OpenAI chat completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headroom.calls.call import Call
from headroom.calls.openai_chat import chat_usage, listed, summed
from headroom.calls.values import field_of, with_fields
from headroom.markers import RETRIEVE_TOOL


class ChatReader:
    """Tool calls wait until their name is known; from one of ours on everything waits for the end of the round."""

    def __init__(self) -> None:
        self.first_id: Any = None
        self.rounds = 0
        self.start()

    def start(self) -> None:
        """Nothing of this round yet."""
        self.content: list[str] = []
        self.calls: dict[int, dict[str, Any]] = {}
        self.finish_reason: Any = None
        self.usage: Any = None
        self.waiting: list[Any] = []
        self.is_ours = False  # one of our calls is among those that wait
        self.is_open = False  # one of them may be ours yet
        self.has_begun = False

    def feed(self, chunk: Any) -> list[Any]:
        """The chunk, unless it has to wait."""
        self.has_begun = True
        if field_of(chunk, "usage") is not None:
            self.usage = field_of(chunk, "usage")
        choice = next(iter(listed(field_of(chunk, "choices")) or []), None)
        self.read(choice)
        chunk = self.joined(chunk, choice)
        self.waiting.append(chunk)
        names = [str(call["function"]["name"]) for call in self.calls.values()]
        self.is_ours = RETRIEVE_TOOL in names
        self.is_open = any(RETRIEVE_TOOL.startswith(name) for name in names) and self.finish_reason is None
        if self.is_ours or self.is_open or (choice is None and self.usage is not None):
            return []
        passed, self.waiting = self.waiting, []
        return passed

    def read(self, choice: Any) -> None:
        """Add what a chunk says to what is known of the answer."""
        delta = field_of(choice, "delta")
        text = field_of(delta, "content")
        self.content += [text] if isinstance(text, str) else []
        self.finish_reason = field_of(choice, "finish_reason") or self.finish_reason
        for piece in listed(field_of(delta, "tool_calls")) or []:
            index = field_of(piece, "index")
            known = self.calls.setdefault(
                index if isinstance(index, int) else len(self.calls),
                {"id": "", "type": "function", "function": {"name": "", "arguments": ""}},
            )
            known["id"] = field_of(piece, "id") or known["id"]
            function = field_of(piece, "function")
            for name in ("name", "arguments"):
                said = field_of(function, name)
                known["function"][name] += said if isinstance(said, str) else ""

    def joined(self, chunk: Any, choice: Any) -> Any:
        """The chunk as part of one stream: all rounds have the first one's id, and the role is said once."""
        if not self.rounds:
            self.first_id = self.first_id or field_of(chunk, "id")
            return chunk
        delta = field_of(choice, "delta")
        if field_of(delta, "role") is not None:
            chunk = with_fields(chunk, choices=[with_fields(choice, delta=with_fields(delta, role=None))])
        return with_fields(chunk, id=self.first_id)

    def answer(self) -> Any:
        """The round's answer as a chat completion."""
        if not self.has_begun:
            return None
        calls = [self.calls[index] for index in sorted(self.calls)]
        message = {"role": "assistant", "content": "".join(self.content) or None, "tool_calls": calls or None}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        return {"choices": [choice], "usage": self.usage}

    def released(self, call: Call) -> list[Any]:
        """What waited, without calls that were taken out of the answer, and with the usage of all rounds."""
        kept = {made.id for made in call.shape.calls_of(call.answer)}
        places: dict[int, int] = {}
        for index in sorted(self.calls):
            if self.calls[index]["id"] in kept:
                places[index] = len(places)
        waiting = self.waiting if len(places) == len(self.calls) else without(self.waiting, places)
        return [self.with_usage(chunk, call) for chunk in waiting]

    def unsaid(self) -> list[Any]:
        """The end that waited; but nothing from a call on that is or may be ours."""
        return [] if self.is_ours or self.is_open else self.waiting

    def with_usage(self, chunk: Any, call: Call) -> Any:
        """The chunk that says the usage, with that of all rounds."""
        usage = field_of(chunk, "usage")
        if usage is None or len(call.rounds) < 2 or chat_usage(usage) is None:
            return chunk
        return with_fields(chunk, usage=summed(usage, call.rounds))

    def next_round(self) -> None:
        """Forget this one."""
        self.rounds += 1
        self.start()


def without(chunks: list[Any], places: Mapping[int, int]) -> list[Any]:
    """The chunks with those calls only that have a new place; a chunk that says nothing else goes."""
    found = []
    for chunk in chunks:
        choice = next(iter(listed(field_of(chunk, "choices")) or []), None)
        delta = field_of(choice, "delta")
        pieces = listed(field_of(delta, "tool_calls"))
        if not pieces:
            found.append(chunk if places else ended(chunk, choice))
            continue
        kept = [with_fields(p, index=places[field_of(p, "index")]) for p in pieces if field_of(p, "index") in places]
        if kept or field_of(delta, "content") or field_of(choice, "finish_reason"):
            changed = with_fields(choice, delta=with_fields(delta, tool_calls=kept or None))
            found.append(with_fields(chunk, choices=[changed]))
    return found


def ended(chunk: Any, choice: Any) -> Any:
    """A chunk of an answer that has no calls any more."""
    if field_of(choice, "finish_reason") != "tool_calls":
        return chunk
    return with_fields(chunk, choices=[with_fields(choice, finish_reason="stop")])
