"""Events of OpenAI Responses."""

from __future__ import annotations

from typing import Any

from headroom.calls.call import Call
from headroom.calls.openai_chat import listed
from headroom.calls.values import field_of, with_fields
from headroom.markers import RETRIEVE_TOOL

BEGINS = frozenset({"response.created", "response.in_progress", "response.queued"})
ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})


class ResponsesReader:
    """From the first item that is a call of ours on everything waits for the end of the round."""

    def __init__(self) -> None:
        self.rounds = 0
        self.number = 0  # of the next event, where events are numbered anew
        self.passed_items = 0  # of earlier rounds
        self.earlier: list[Any] = []  # items of earlier rounds that the caller has seen
        self.opening: list[Any] = []  # events before the first item
        self.first_id: Any = None  # of the response that the caller was told of
        self.start()

    def start(self) -> None:
        """Nothing of this round yet."""
        self.whole: Any = None
        self.waiting: list[Any] = []
        self.is_ours = False
        self.begun: list[int] = []

    def feed(self, event: Any) -> list[Any]:
        """The event, unless it has to wait."""
        kind = field_of(event, "type")
        if kind in ENDS:
            self.whole = field_of(event, "response")
        if kind == "response.output_item.added":
            item = field_of(event, "item")
            self.is_ours |= field_of(item, "type") == "function_call" and field_of(item, "name") == RETRIEVE_TOOL
        if kind in BEGINS:
            self.opening += [event] if self.first_id is None else []
            return []
        if self.is_ours or kind in ENDS:
            self.waiting.append(event)
            return []
        if kind == "response.output_item.added":
            self.begun.append(field_of(event, "output_index"))
        if kind == "error":
            return [*self.opened(), event]
        return [*self.opened(), self.placed(event, self.passed_items)]

    def opened(self) -> list[Any]:
        """The events that stand before the first item, once."""
        opening, self.opening = self.opening, []
        if opening and self.first_id is None:
            self.first_id = field_of(field_of(opening[0], "response"), "id")
        return [self.placed(event, 0) for event in opening]

    def placed(self, event: Any, by: int) -> Any:
        """The event in one numbered stream, its item `by` places further on."""
        index, number = field_of(event, "output_index"), field_of(event, "sequence_number")
        if by and isinstance(index, int):
            event = with_fields(event, output_index=index + by)
        if isinstance(number, int):
            if number != self.number and (self.rounds or self.waiting):
                event = with_fields(event, sequence_number=self.number)
            self.number = (self.number if self.rounds or self.waiting else number) + 1
        return event

    def answer(self) -> Any:
        """The response that the last event brings."""
        return self.whole

    def released(self, call: Call) -> list[Any]:
        """What waited, without items that were taken out of the answer, and with the usage of all rounds."""
        if self.whole is None:
            return self.unsaid()
        kept = {id(item) for item in listed(field_of(call.answer, "output")) or []}
        items = listed(field_of(self.whole, "output")) or []
        gone = [index for index, item in enumerate(items) if id(item) not in kept and index not in self.begun]
        found = self.opened()
        for event in self.waiting:
            index = field_of(event, "output_index")
            if isinstance(index, int) and index in gone:
                continue
            by = self.passed_items - (sum(other < index for other in gone) if isinstance(index, int) else 0)
            if field_of(event, "type") in ENDS and (gone or self.rounds):
                event = with_fields(event, response=self.with_earlier(call.answer, call))
            found.append(self.placed(event, by))
        return found

    def unsaid(self) -> list[Any]:
        """What opens the stream, and its end; but nothing from a call of ours on."""
        return [*self.opened(), *(() if self.is_ours else self.waiting)]

    def with_earlier(self, response: Any, call: Call) -> Any:
        """The whole response, under the id the stream began with, with what was seen of earlier rounds in front."""
        output, known = listed(field_of(response, "output")) or [], field_of(response, "id")
        if known != self.first_id:
            call.host.renamed.put(str(self.first_id), str(known), len(str(known)))
        return with_fields(response, id=self.first_id, output=[*self.earlier, *output])

    def next_round(self) -> None:
        """Forget this one; reasoning that belongs to a call of ours goes with it."""
        items = listed(field_of(self.whole, "output")) or []
        seen = [items[index] for index in self.begun if isinstance(index, int) and index < len(items)]
        self.earlier += [item for item in seen if field_of(item, "type") != "reasoning"]
        self.passed_items += len(self.begun)
        self.opening = []
        self.rounds += 1
        self.start()
