"""Results that are rewritten where they are kept: as the tool answers, or in the state before a model call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from langchain_core.messages import ToolMessage
from langgraph.types import Command

from headroom.markers import RETRIEVE_TOOL
from headroom.results import Note, savings_by_reach
from headroom.transforms.contain import contain
from headroom_integrations._shared import say_once
from headroom_integrations.langchain.placement import Begun, Compression
from headroom_integrations.langchain.placement_originals import (
    pointed,
    pointer_of,
    put_original,
    without_duplicate,
)

MOST_FAULTS = 1000
NO_STORE = (
    'originals="runtime.store", and this graph has no store: results stay as they came; '
    "create_agent(..., store=...) gives it one"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """How results in a state are rewritten.

    Attributes:
        compression: By which settings.
        store: From a runtime to where originals go; None for nowhere.
        in_artifact: Whether originals stay in the artifact.
        drops_duplicates: Whether structured content that says the same goes, too.
        needs_store: Whether nothing is rewritten where there is no store.
        faults: Id of a message or call to why it stayed as it came.
    """

    compression: Compression
    store: Callable[[Any], Any] = field(repr=False)
    in_artifact: bool = False
    drops_duplicates: bool = False
    needs_store: bool = True
    faults: dict[str, str] = field(default_factory=dict, repr=False)

    def result(self, result: Any, request: Any, begun: Begun) -> Any:
        """What a tool answered, rewritten: a message, a command or a list of them; anything else as it is."""
        if isinstance(result, ToolMessage):
            return self.message(result, request, begun)
        if isinstance(result, list):
            return [self.result(item, request, begun) for item in result]
        if isinstance(result, Command):
            return self.command(result, request, begun)
        return result

    def command(self, command: Any, request: Any, begun: Begun) -> Any:
        """A command whose update brings messages; of these, the one that answers this call."""
        update = command.update
        found = update.get("messages") if isinstance(update, Mapping) else update
        if not isinstance(found, list):
            return command
        made = [self.result(item, request, begun) if isinstance(item, ToolMessage) else item for item in found]
        if all(one is other for one, other in zip(made, found, strict=True)):
            return command
        return replace(command, update={**update, "messages": made} if isinstance(update, Mapping) else made)

    def message(self, message: ToolMessage, request: Any, begun: Begun) -> ToolMessage:
        """One result; the message itself where nothing changed or its original cannot be kept."""
        call = request.tool_call
        if message.tool_call_id != call.get("id") or call.get("name") == RETRIEVE_TOOL:
            return message
        messages = [*messages_of(request.state), message]
        last = len(messages) - 1
        return self.rewritten(messages, begun, request.runtime, from_place=last).get(last, message)

    def update(self, messages: Sequence[Any], begun: Begun, runtime: Any) -> list[Any]:
        """The messages of a state that change, under their ids."""
        found = self.rewritten(messages, begun, runtime)
        return [made for place, made in found.items() if messages[place].id is not None]

    def rewritten(
        self, messages: Sequence[Any], begun: Begun, runtime: Any, *, from_place: int = 0
    ) -> dict[int, ToolMessage]:
        """Place to message, of those from a place on that change.

        No text names what another message shows, since messages may leave the state.
        """
        viewed = self.compression.view(messages, begun, references=False, needs_call=False)
        made: dict[int, ToolMessage] = {}
        for place in range(from_place, len(messages)):
            old, new = messages[place], viewed.messages[place]
            if new is old or not isinstance(old, ToolMessage) or pointer_of(old) is not None:
                continue
            notes = [note for note in viewed.result.notes if note.message_index == place]
            kept = self.kept(old, new, notes, begun, runtime)
            if kept is not None:
                made[place] = kept
        return made

    def kept(
        self, old: ToolMessage, new: ToolMessage, notes: Sequence[Note], begun: Begun, runtime: Any
    ) -> ToolMessage | None:
        """`new` with a pointer to what it was, once that is kept; None where it cannot be."""
        saved = savings_by_reach(notes)
        pointer: dict[str, Any] = {"handle": "", "saved": list(saved.values())}
        if self.in_artifact:
            return pointed(old, new.content, {**pointer, "content": old.content})
        store = self.store(runtime)
        if store is None and self.needs_store:
            say_once("no store in the graph", NO_STORE, level=logging.WARNING)
            self.note_fault(old.id or old.tool_call_id, "failed_no_store")
            return None
        if store is None:
            return pointed(old, new.content, pointer)
        namespace = begun.engine.request().namespace
        with contain("originals", strict=begun.engine.config.strict) as fault:
            pointer["handle"] = put_original(old, store, begun.engine, namespace)
            base = without_duplicate(old, pointer["handle"]) if self.drops_duplicates else old
            return pointed(base, new.content, pointer)
        self.note_fault(old.id or old.tool_call_id, fault.reason)
        return None

    def note_fault(self, name: str | None, reason: str) -> None:
        """Remember why a result stayed as it came, until the model call that reads it is written into the ledger."""
        if name is not None:
            self.faults[name] = reason
            while len(self.faults) > MOST_FAULTS:
                self.faults.pop(next(iter(self.faults)), None)

    def fault_of(self, messages: Sequence[Any]) -> str:
        """The fault of a result since the model last spoke, or ""."""
        if not self.faults:
            return ""
        found = ""
        for message in takewhile(lambda message: message.type != "ai", reversed(messages)):
            names = (message.id, getattr(message, "tool_call_id", None))
            found = next(filter(None, (self.faults.pop(name, "") for name in names if name)), found)
        return found


def messages_of(state: Any, key: str = "messages") -> list[Any]:
    """The messages of a state, whatever it is."""
    if isinstance(state, list):
        return state
    found = state.get(key) if isinstance(state, Mapping) else getattr(state, key, None)
    return list(found or ())


def saved_before(messages: Sequence[Any]) -> tuple[dict[str, int], list[int]]:
    """Of results that were rewritten before: message id to tokens saved, and the three columns of the ledger."""
    by_id: dict[str, int] = {}
    columns = [0, 0, 0]
    for message in messages:
        pointer = pointer_of(message) if isinstance(message, ToolMessage) else None
        saved = pointer.get("saved") if pointer is not None else None
        if isinstance(saved, list) and len(saved) == len(columns) and all(isinstance(n, int) for n in saved):
            columns = [one + more for one, more in zip(columns, saved, strict=True)]
            if message.id:
                by_id[message.id] = sum(saved)
    return by_id, columns
