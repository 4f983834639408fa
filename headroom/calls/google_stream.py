"""Chunks of Google's `generate_content_stream`: parts come whole."""

from __future__ import annotations

from typing import Any

from headroom.calls.call import Call
from headroom.calls.google_content import content_of, google_usage, summed
from headroom.calls.google_contents import either, parts_of
from headroom.calls.openai_chat import listed
from headroom.calls.values import field_of, with_fields
from headroom.markers import RETRIEVE_TOOL
from headroom.messages.google import CALL_KEYS


class ContentReader:
    """From the first part that is a call of ours on, and from the chunk that says why it stops, everything waits."""

    def __init__(self) -> None:
        self.first_id: Any = None
        self.rounds = 0
        self.start()

    def start(self) -> None:
        """Nothing of this round yet."""
        self.parts: list[Any] = []
        self.finish_reason: Any = None
        self.usage: Any = None
        self.waiting: list[Any] = []
        self.is_ours = False
        self.has_begun = False

    def feed(self, chunk: Any) -> list[Any]:
        """The chunk, or what of it stands before a call of ours, unless it has to wait."""
        self.has_begun = True
        chunk = self.joined(chunk)
        parts = parts_of(content_of(chunk))
        usage = field_of(chunk, "usage_metadata")
        self.usage = self.usage if usage is None else usage
        self.finish_reason = self.finish_reason or finish_of(chunk)
        self.parts += parts
        is_waiting = bool(self.waiting)
        ours = next((place for place, part in enumerate(parts) if is_ours(part)), None)
        self.is_ours |= ours is not None
        if not (is_waiting or self.is_ours or self.finish_reason):
            return [chunk]
        if is_waiting or not ours:
            self.waiting.append(chunk)
            return []
        self.waiting.append(with_chunk_parts(chunk, parts[ours:]))
        return [open_ended(with_chunk_parts(chunk, parts[:ours]))]

    def joined(self, chunk: Any) -> Any:
        """The chunk as part of one stream: all rounds have the first one's id."""
        if self.rounds and self.first_id is not None:
            return with_fields(chunk, response_id=self.first_id)
        self.first_id = self.first_id or field_of(chunk, "response_id")
        return chunk

    def answer(self) -> Any:
        """The round's answer as a response."""
        if not self.has_begun:
            return None
        content = {"role": "model", "parts": self.parts}
        candidate = {"content": content, "finish_reason": self.finish_reason}
        return {"candidates": [candidate], "usage_metadata": self.usage}

    def released(self, call: Call) -> list[Any]:
        """What waited, without calls that were taken out of the answer, and with the usage of all rounds."""
        kept = {id(part) for part in parts_of(content_of(call.answer))}
        found = []
        for chunk in self.waiting:
            parts = parts_of(content_of(chunk))
            rest = [part for part in parts if id(part) in kept]
            if len(rest) < len(parts):
                if not rest and finish_of(chunk) is None:
                    continue
                # A chunk without parts makes the SDK's chats discard the turn; the API itself ends with empty texts.
                chunk = with_chunk_parts(chunk, rest or [type(parts[0])(text="")])
            found.append(chunk)
        return [*found[:-1], self.with_usage(found[-1], call)] if found else []

    def unsaid(self) -> list[Any]:
        """The end that waited; but nothing from a call of ours on."""
        return [] if self.is_ours else self.waiting

    def with_usage(self, chunk: Any, call: Call) -> Any:
        """The last chunk, with the usage of all rounds."""
        usage = field_of(chunk, "usage_metadata")
        if len(call.rounds) < 2 or google_usage(usage) is None:
            return chunk
        return with_fields(chunk, usage_metadata=summed(usage, call.rounds))

    def next_round(self) -> None:
        """Forget this one."""
        self.rounds += 1
        self.start()


def is_ours(part: Any) -> bool:
    """Whether a part is a call of our tool."""
    return bool(field_of(either(part, *CALL_KEYS), "name") == RETRIEVE_TOOL)


def candidate_of(chunk: Any) -> Any:
    """The first candidate, or None."""
    return next(iter(listed(field_of(chunk, "candidates")) or []), None)


def finish_of(chunk: Any) -> Any:
    """Why the answer stops, or None."""
    return field_of(candidate_of(chunk), "finish_reason")


def with_chunk_parts(chunk: Any, parts: list[Any]) -> Any:
    """The chunk with other parts."""
    candidate = candidate_of(chunk)
    content = with_fields(field_of(candidate, "content"), parts=parts)
    return with_fields(chunk, candidates=[with_fields(candidate, content=content)])


def open_ended(chunk: Any) -> Any:
    """The chunk without saying that the answer stops."""
    candidate = candidate_of(chunk)
    return with_fields(chunk, candidates=[with_fields(candidate, finish_reason=None)])
