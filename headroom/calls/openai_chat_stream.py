"""Chunks of OpenAI chat completions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headroom.calls.call import Call
from headroom.calls.openai_chat import chat_usage, listed, message_of
from headroom.calls.sums import summed
from headroom.calls.values import field_of, with_fields
from headroom.markers import RETRIEVE_TOOL

CALL_FIELDS = frozenset({"index", "id", "type", "function", "custom"})
DELTA_FIELDS = frozenset({"role", "content", "tool_calls"})


class ChatReader:
    """Tool calls wait until their name is known; from one of ours on everything waits for the end of the round."""

    def __init__(self) -> None:
        self.first_id: Any = None
        self.rounds = 0
        self.start()

    def start(self) -> None:
        """Nothing of this round yet."""
        self.content: list[str] = []
        self.extras: dict[str, Any] = {}  # what else was said, such as a refusal or a server's own kind of reasoning
        self.calls: list[dict[str, Any]] = []
        self.current: dict[Any, int] = {}  # index of a piece to the place of the call it belongs to
        self.places: dict[int, int] = {}  # a piece to the place of its call
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
        if chunk is None:
            return []
        self.waiting.append(chunk)
        names = [name_of(call) for call in self.calls]
        self.is_ours = RETRIEVE_TOOL in names
        self.is_open = any(map(is_unnamed, self.calls)) and self.finish_reason is None
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
        for name, value in others_in(delta).items():
            self.extras[name] = joined_value(self.extras.get(name), value)
        for piece in listed(field_of(delta, "tool_calls")) or []:
            self.read_piece(piece)

    def read_piece(self, piece: Any) -> None:
        """Add a piece to the call it belongs to; servers differ in what they number."""
        index, known = field_of(piece, "index"), field_of(piece, "id")
        kind = "custom" if field_of(piece, "custom") is not None else "function"
        body = field_of(piece, kind)
        place = self.current.get(index)
        if place is None or (known and self.calls[place]["id"] not in ("", known)) or (index is None and known):
            place = self.current[index] = len(self.calls)
            self.calls.append({"id": "", "type": kind, kind: {"name": ""}})
        self.places[id(piece)] = place
        call = self.calls[place]
        is_repeated = call["id"] == known and field_of(body, "name") == call[call["type"]]["name"]
        call["id"] = known or call["id"]
        for name in ("name", "arguments", "input"):
            said = field_of(body, name)
            if isinstance(said, str) and not (name == "name" and is_repeated):
                call[call["type"]][name] = call[call["type"]].get(name, "") + said
        call |= {name: value for name, value in extra_of(piece).items() if name not in CALL_FIELDS}

    def joined(self, chunk: Any, choice: Any) -> Any:
        """The chunk as part of one stream: all rounds have the first one's id, and the role is said once.

        None where it says nothing else.
        """
        if not self.rounds:
            self.first_id = self.first_id or field_of(chunk, "id")
            return chunk
        delta = field_of(choice, "delta")
        if field_of(delta, "role") is not None:
            if is_opening(choice):
                return None
            chunk = with_fields(chunk, choices=[with_fields(choice, delta=with_fields(delta, role=None))])
        return with_fields(chunk, id=self.first_id)

    def answer(self) -> Any:
        """The round's answer as a chat completion."""
        if not self.has_begun:
            return None
        message = {"role": "assistant", "content": "".join(self.content) or None, "tool_calls": self.calls or None}
        choice = {
            "index": 0,
            "message": {**self.extras, **message},
            "finish_reason": self.finish_reason or "incomplete",
        }
        return {"choices": [choice], "usage": self.usage}

    def released(self, call: Call) -> list[Any]:
        """What waited, without calls that were taken out of the answer, and with the usage of all rounds."""
        kept = {id(made) for made in listed(field_of(message_of(call.answer), "tool_calls")) or []}
        left = [place for place, made in enumerate(self.calls) if id(made) in kept]
        if len(left) == len(self.calls):
            return [self.with_usage(chunk, call) for chunk in self.waiting]
        moved = {place: new for new, place in enumerate(left)}
        waiting = without(self.waiting, lambda piece: moved.get(self.places.get(id(piece), -1)), has_calls=bool(left))
        return [self.with_usage(chunk, call) for chunk in waiting]

    def unsaid(self) -> list[Any]:
        """What waited; but nothing from a call on that is ours."""
        return [] if self.is_ours else self.waiting

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


def without(chunks: list[Any], place_of: Callable[[Any], int | None], *, has_calls: bool) -> list[Any]:
    """The chunks with those pieces of calls only that have a place; a chunk that says nothing else goes."""
    found = []
    for chunk in chunks:
        choice = next(iter(listed(field_of(chunk, "choices")) or []), None)
        delta = field_of(choice, "delta")
        pieces = listed(field_of(delta, "tool_calls"))
        if not pieces:
            found.append(chunk if has_calls else ended(chunk, choice))
            continue
        kept = [with_fields(piece, index=place) for piece in pieces if (place := place_of(piece)) is not None]
        if kept or any(says for says in (field_of(delta, "role"), field_of(delta, "content"), others_in(delta))):
            changed = with_fields(choice, delta=with_fields(delta, tool_calls=kept or None))
            made = with_fields(chunk, choices=[changed])
            found.append(made if has_calls else ended(made, changed))
        elif field_of(choice, "finish_reason"):
            changed = with_fields(choice, delta=with_fields(delta, tool_calls=None))
            found.append(with_fields(chunk, choices=[changed]) if has_calls else ended(chunk, changed))
    return found


def ended(chunk: Any, choice: Any) -> Any:
    """A chunk of an answer that has no calls any more."""
    if field_of(choice, "finish_reason") != "tool_calls":
        return chunk
    return with_fields(chunk, choices=[with_fields(choice, finish_reason="stop")])


def is_opening(choice: Any) -> bool:
    """Whether a choice says nothing but whose words will follow."""
    delta = field_of(choice, "delta")
    says = (field_of(delta, "content"), field_of(delta, "tool_calls"), field_of(choice, "finish_reason"))
    return not any(says) and not others_in(delta)


def name_of(call: dict[str, Any]) -> str:
    """The name of a call, as far as it is known."""
    return str(call[call["type"]]["name"])


def is_unnamed(call: dict[str, Any]) -> bool:
    """Whether a call may be ours yet: no argument has come, and its name may go on to be that of our tool."""
    return not call[call["type"]].get("arguments") and RETRIEVE_TOOL.startswith(name_of(call))


def extra_of(thing: Any) -> dict[str, Any]:
    """Fields that the SDK's type does not name; of a dict, all."""
    return dict(thing) if isinstance(thing, dict) else dict(getattr(thing, "model_extra", None) or {})


def others_in(delta: Any) -> dict[str, Any]:
    """What a delta says beside role, words and calls."""
    said = {**extra_of(delta), "refusal": field_of(delta, "refusal")}
    return {name: value for name, value in said.items() if name not in DELTA_FIELDS and value is not None}


def joined_value(before: Any, value: Any) -> Any:
    """Texts and lists go on; anything else stands for what was there."""
    is_going_on = before is not None and isinstance(value, (str, list)) and type(before) is type(value)
    return before + value if is_going_on else value
