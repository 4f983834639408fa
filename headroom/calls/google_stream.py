"""Chunks of Google's `generate_content_stream`: parts come whole."""

from __future__ import annotations

from typing import Any

from headroom.calls.call import Call
from headroom.calls.google_content import content_of, google_usage
from headroom.calls.google_contents import either, is_call, parts_of
from headroom.calls.openai_chat import listed
from headroom.calls.sums import summed
from headroom.calls.values import field_of, with_fields
from headroom.markers import RETRIEVE_TOOL
from headroom.messages.google import CALL_KEYS


class ContentReader:
    """Chunks with calls wait until text comes after them; from one of ours on, and from the end, everything waits."""

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
        """The chunk and those that waited for it, or what of it stands before a call of ours."""
        self.has_begun = True
        chunk = self.joined(chunk)
        parts, usage = parts_of(content_of(chunk)), field_of(chunk, "usage_metadata")
        self.parts += parts
        self.usage = self.usage if usage is None else usage
        self.finish_reason = self.finish_reason or finish_of(chunk)
        calls = [place for place, part in enumerate(parts) if is_call(part)]
        self.is_ours |= any(is_ours(part) for part in parts)
        if self.is_ours and calls and calls[0] and not self.waiting:
            self.waiting.append(with_chunk_parts(chunk, parts[calls[0] :]))
            return [open_ended(with_chunk_parts(chunk, parts[: calls[0]]))]
        self.waiting.append(chunk)
        if calls or self.is_ours or self.finish_reason:
            return []
        passed, self.waiting = self.waiting, []
        return passed

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
        status = "completed" if self.finish_reason else "incomplete"
        return {"candidates": [candidate], "usage_metadata": self.usage, "status": status}

    def released(self, call: Call) -> list[Any]:
        """What waited, without calls that were taken out of the answer, and with the usage of all rounds."""
        kept = {id(part) for part in parts_of(content_of(call.answer))}
        found: list[Any] = []
        for chunk in self.waiting:
            parts = parts_of(content_of(chunk))
            rest = [part for part in parts if id(part) in kept]
            if len(rest) == len(parts):
                found.append(chunk)
            elif rest:
                found.append(with_chunk_parts(chunk, rest))
            elif finish_of(chunk) is not None:
                found.append(emptied(chunk, parts_of(content_of(found.pop())) if found else []))
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


def emptied(chunk: Any, before: list[Any]) -> Any:
    """The last chunk, all of which was taken out, with the parts of the one before it or, without one, an empty text.

    The SDK's chats discard a turn that has a chunk without parts; the API itself ends with empty texts.
    """
    return with_chunk_parts(chunk, before or [type(parts_of(content_of(chunk))[0])(text="")])


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
