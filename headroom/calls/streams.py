"""Streams: events go on to the caller at once; from the first sign of a retrieve call on they wait for its round."""

from __future__ import annotations

from typing import Any, Protocol

from headroom.calls.call import Call
from headroom.transforms.contain import contain


class Reader(Protocol):
    """Reads the events of one API's stream. One per call, over all its rounds."""

    def feed(self, event: Any) -> list[Any]:
        """Take one event; give those that go on to the caller now."""
        ...

    def answer(self) -> Any:
        """The round's whole answer, in the form that the shape of the API reads; None where nothing came."""
        ...

    def released(self, call: Call) -> list[Any]:
        """The events that waited, as the caller gets them now that the answer is his."""
        ...

    def unsaid(self) -> list[Any]:
        """The events that waited, where the stream breaks off: those that are the caller's whatever would have come."""
        ...

    def next_round(self) -> None:
        """The answer was ours alone: forget what waited, and join the next round's events on."""
        ...


class Ending:
    """How a source of events ended: by itself, or with an error to be raised once what waited has been passed on."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, place: object) -> bool:
        self.error = error if isinstance(error, Exception) else None
        return self.error is not None


class Watching:
    """The reader of a stream in which nothing of ours can come: every event goes on, usage is noted at the end."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def feed(self, event: Any) -> list[Any]:
        """The event."""
        self.reader.feed(event)
        return [event]

    def answer(self) -> Any:
        """The answer as the other reader knows it."""
        return self.reader.answer()

    def released(self, call: Call) -> list[Any]:
        """Nothing waits."""
        return []

    def unsaid(self) -> list[Any]:
        """Nothing waits."""
        return []

    def next_round(self) -> None:
        """There is none."""


class Tap:
    """One stream on its way through: what a reader that fails cannot tell goes on as it came (law 7)."""

    def __init__(self, call: Call, reader: Reader) -> None:
        self.call = call
        self.reader: Reader = reader if call.offers else Watching(reader)
        self.is_broken = False
        self.fed: list[Any] = []  # events that waited, for the case that the reader fails

    def feed(self, event: Any) -> list[Any]:
        """Events that go on to the caller now."""
        if self.is_broken:
            return [event]
        with contain("stream") as fault:
            passed = self.reader.feed(event)
            if passed:
                self.fed = []
            else:
                self.fed.append(event)
            return passed
        self.call.note(fault.reason)
        self.is_broken = True
        waiting, self.fed = [*self.fed, event], []
        return waiting

    def broken_off(self) -> list[Any]:
        """When the provider's stream fails: events that go on before its error does."""
        if self.is_broken:
            return []
        with contain("stream") as fault:
            return self.reader.unsaid()
        self.call.note(fault.reason)
        return []

    def end(self) -> tuple[list[Any], dict[str, Any] | None]:
        """At the end of a round: events that go on now, and what to send next, or None."""
        following: dict[str, Any] | None = None
        with contain("stream") as fault:
            answer = None if self.is_broken else self.reader.answer()
            if answer is not None:
                following = self.call.take(answer)
            if following is not None:
                self.reader.next_round()
                self.fed = []
                return [], following
            self.call.finish()
            return ([] if self.is_broken else self.reader.released(self.call)), None
        self.call.note(fault.reason)
        self.call.finish()
        return self.fed, None
