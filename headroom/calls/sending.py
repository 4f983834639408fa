"""Sends a call through the wrapped client, sync: the call says what, `send` is the SDK's own method."""

from __future__ import annotations

import inspect
import weakref
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
    with call.watched():
        arguments = call.begin()
        sent = None
        while arguments is not None:
            sent = send(**arguments)
            arguments = call.take(sent if opened is None else opened(sent))
    return call.answer if opened is None else sent


def run_stream(call: Call, send: Send, reader: Reader) -> Any:
    """The SDK's own stream, whose events pass through the call."""
    with call.watched():
        stream = send(**(call.begin() or call.sent))
    return tapped(stream, call, reader, send)


def tapped(stream: Any, call: Call, reader: Reader, send: Send) -> Any:
    """`stream` itself with other events in it; a stand-in where it does not let us."""
    tap = Tap(call, reader)
    if getattr(stream, "_iterator", None) is not None:  # the SDKs' streams read from there
        stream._iterator = events(tap, weakref.ref(stream), stream._iterator, send)
        stream.close = closing(weakly(stream, "close"), call)
        weakref.finalize(stream, call.finish_soon).atexit = False  # whoever drops it unread has made a call, too
        return stream
    made = TappedStream(stream, events(tap, lambda: stream, iter(stream), send), call)
    weakref.finalize(made, call.finish_soon).atexit = False
    return made


def weakly(thing: Any, name: str) -> Callable[[], Any]:
    """A method of an object that does not keep it: a dropped stream is closed at once, not at some collection."""
    method = getattr(thing, name)
    return weakref.WeakMethod(method) if inspect.ismethod(method) and method.__self__ is thing else lambda: method


def closing(close: Callable[[], Any], call: Call) -> Callable[[], None]:
    """What closes a stream, and with it the call: a caller may leave before the end."""

    def closed() -> None:
        method = close()
        try:
            if method is not None:
                method()
        finally:
            call.finish()

    return closed


def go_on(stream: Any, newest: Any) -> None:
    """Have `stream` close the connection that is open now."""
    if hasattr(stream, "response") and hasattr(newest, "response"):
        stream.response = newest.response


def source_of(stream: Any) -> Any:
    """What a stream reads from; the SDKs' own streams tell an observer of what passes, which `stream` does already."""
    found = getattr(stream, "_iterator", None)
    return stream if found is None else found


def events(tap: Tap, stream: Callable[[], Any], source: Iterator[Any], send: Send) -> Iterator[Any]:
    """The events of all rounds, as the caller gets them; `stream` gives what he iterates over."""
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
            go_on(stream(), newest)
            source = iter(source_of(newest))


class TappedStream:
    """A stream that is none of the SDKs': iterates over our events, and is the stream in everything else."""

    def __init__(self, stream: Any, source: Iterator[Any], call: Call) -> None:
        self.headroom_stream = stream
        self.headroom_source = source
        self.headroom_call = call

    def __iter__(self) -> TappedStream:
        return self

    def __next__(self) -> Any:
        return next(self.headroom_source)

    def __enter__(self) -> TappedStream:
        if hasattr(self.headroom_stream, "__enter__"):
            self.headroom_stream.__enter__()
        return self

    def __exit__(self, *raised: Any) -> Any:
        leave = getattr(self.headroom_stream, "__exit__", None)
        try:
            return leave(*raised) if leave else None
        finally:
            self.headroom_call.finish()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_stream, name)


class StreamManager:
    """What `.stream()` of an SDK gives, entered through the call: helpers, events and final answer are the SDK's."""

    def __init__(self, call: Call, make: Send, reader: Reader) -> None:
        self.call = call
        self.make = make
        self.reader = reader
        self.manager: Any = None
        self.stream: Any = None

    def __enter__(self) -> Any:
        with self.call.watched():
            self.manager = self.make(**(self.call.begin() or self.call.sent))
            self.stream = stream = self.manager.__enter__()
        inner = getattr(stream, "_raw_stream", None)
        if inner is not None and getattr(inner, "_iterator", None) is not None:
            tapped(inner, self.call, self.reader, self.again)
        return stream

    def again(self, **arguments: Any) -> Any:
        """The raw events of one more round."""
        newest = self.make(**arguments).__enter__()._raw_stream
        if hasattr(self.stream, "_response"):
            self.stream._response = newest.response  # what the helper closes
        return newest

    def __exit__(self, *raised: Any) -> Any:
        try:
            return self.manager.__exit__(*raised)
        finally:
            self.call.finish()
