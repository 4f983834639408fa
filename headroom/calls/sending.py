"""Sends a call through the wrapped client, sync: the call says what, `send` is the SDK's own method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from headroom.calls.call import Call
from headroom.calls.streams import Ending, Reader, Tap

Send = Callable[..., Any]


def run(call: Call, send: Send, *, opened: Callable[[Any], Any] | None = None) -> Any:
    """The caller's answer; an error of the wrapped client comes through as it is.

    Args:
        call: A call that was not begun.
        send: The SDK's method.
        opened: What makes an answer of what `send` gives, such as the parsing of a raw response.
    """
    arguments = call.begin()
    sent = None
    while arguments is not None:
        with call.watched():
            sent = send(**arguments)
            answer = sent if opened is None else opened(sent)
        arguments = call.take(answer)
    return call.answer if opened is None else sent


def run_stream(call: Call, send: Send, reader: Reader) -> Any:
    """The SDK's own stream, whose events pass through the call."""
    arguments = call.begin() or call.sent
    with call.watched():
        stream = send(**arguments)
    return tapped(stream, call, reader, send)


def tapped(stream: Any, call: Call, reader: Reader, send: Send) -> Any:
    """`stream` itself with other events in it; a stand-in where it does not let us."""
    tap = Tap(call, reader)
    if getattr(stream, "_iterator", None) is not None:  # the SDKs' streams read from there
        stream._iterator = events(tap, stream, stream._iterator, send)
        stream.close = closing(stream.close, call)
        return stream
    return TappedStream(stream, events(tap, stream, iter(stream), send), call)


def closing(close: Callable[[], Any], call: Call) -> Callable[[], None]:
    """What closes a stream, and with it the call: a caller may leave before the end."""

    def closed() -> None:
        close()
        call.finish()

    return closed


def events(tap: Tap, stream: Any, source: Iterator[Any], send: Send) -> Iterator[Any]:
    """The events of all rounds, as the caller gets them."""
    with tap.call.watched():
        while True:
            ending = Ending()
            with ending:
                for event in source:
                    yield from tap.feed(event)
            if ending.error is not None:
                yield from tap.broken_off()
                raise ending.error
            passed, following = tap.end()
            yield from passed
            if following is None:
                return
            newest = send(**following)
            if hasattr(stream, "response") and hasattr(newest, "response"):
                stream.response = newest.response  # what the caller closes is the connection that is open
            source = iter(newest)


class TappedStream:
    """A stream that is none of the SDKs': iterates over our events, and is the stream in everything else."""

    def __init__(self, stream: Any, source: Iterator[Any], call: Call) -> None:
        self.headroom_stream = stream
        self.headroom_source = source
        self.headroom_call = call

    def __iter__(self) -> Iterator[Any]:
        return self.headroom_source

    def __next__(self) -> Any:
        return next(self.headroom_source)

    def __enter__(self) -> TappedStream:
        if hasattr(self.headroom_stream, "__enter__"):
            self.headroom_stream.__enter__()
        return self

    def __exit__(self, *raised: Any) -> Any:
        leave = getattr(self.headroom_stream, "__exit__", None)
        left = leave(*raised) if leave else None
        self.headroom_call.finish()
        return left

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_stream, name)


class StreamManager:
    """What `.stream()` of an SDK gives, entered through the call: helpers, events and final answer are the SDK's."""

    def __init__(self, call: Call, make: Send, reader: Reader) -> None:
        self.call = call
        self.make = make
        self.reader = reader
        self.manager: Any = None

    def __enter__(self) -> Any:
        arguments = self.call.begin() or self.call.sent
        with self.call.watched():
            self.manager = self.make(**arguments)
            stream = self.manager.__enter__()
        inner = getattr(stream, "_raw_stream", None)
        if inner is not None and getattr(inner, "_iterator", None) is not None:
            tapped(inner, self.call, self.reader, self.again)
        return stream

    def again(self, **arguments: Any) -> Any:
        """The raw events of one more round."""
        return self.make(**arguments).__enter__()._raw_stream

    def __exit__(self, *raised: Any) -> Any:
        left = self.manager.__exit__(*raised)
        self.call.finish()
        return left
