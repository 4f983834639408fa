"""Sends a call through the wrapped client, async; differs from `sending` by the `await`, and works in a thread."""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from headroom.calls.call import Call
from headroom.calls.sending import go_on, source_of, weakly
from headroom.calls.streams import Ending, Reader, Tap
from headroom.threads import in_thread

Send = Callable[..., Any]


async def arun(call: Call, send: Send, *, opened: Callable[[Any], Awaitable[Any]] | None = None) -> Any:
    """As `sending.run`."""
    async with call.watched():
        arguments = await in_thread(call.begin)
        sent = None
        while arguments is not None:
            sent = await send(**arguments)
            answer = sent if opened is None else await opened(sent)
            arguments = await in_thread(call.take, answer)
    return call.answer if opened is None else sent


async def arun_stream(call: Call, send: Send, reader: Reader) -> Any:
    """As `sending.run_stream`."""
    async with call.watched():
        stream = await send(**(await in_thread(call.begin) or call.sent))
    return atapped(stream, call, reader, send)


def atapped(stream: Any, call: Call, reader: Reader, send: Send) -> Any:
    """As `sending.tapped`."""
    tap = Tap(call, reader)
    if getattr(stream, "_iterator", None) is not None:
        stream._iterator = aevents(tap, weakref.ref(stream), stream._iterator, send)
        stream.close = aclosing(weakly(stream, "close"), call)
        weakref.finalize(stream, call.finish_soon).atexit = False
        return stream
    made = AsyncTappedStream(stream, aevents(tap, lambda: stream, stream.__aiter__(), send), call)
    weakref.finalize(made, call.finish_soon).atexit = False
    return made


def aclosing(close: Callable[[], Any], call: Call) -> Callable[[], Awaitable[None]]:
    """As `sending.closing`."""

    async def closed() -> None:
        method = close()
        try:
            if method is not None:
                await method()
        finally:
            await in_thread(call.finish)

    return closed


async def aevents(tap: Tap, stream: Callable[[], Any], source: AsyncIterator[Any], send: Send) -> AsyncIterator[Any]:
    """As `sending.events`."""
    async with tap.call.watched():
        while True:
            ending = Ending()
            with ending:
                async for event in source:
                    for passed in tap.feed(event):
                        yield passed
            if ending.error is not None:
                for passed in tap.broken_off():
                    yield passed
                raise ending.error
            rest, following = await in_thread(tap.end)
            for passed in rest:
                yield passed
            if following is None:
                return
            newest = await send(**following)
            go_on(stream(), newest)
            source = source_of(newest).__aiter__()


class AsyncTappedStream:
    """As `sending.TappedStream`."""

    def __init__(self, stream: Any, source: AsyncIterator[Any], call: Call) -> None:
        self.headroom_stream = stream
        self.headroom_source = source
        self.headroom_call = call

    def __aiter__(self) -> AsyncTappedStream:
        return self

    async def __anext__(self) -> Any:
        return await self.headroom_source.__anext__()

    async def __aenter__(self) -> AsyncTappedStream:
        if hasattr(self.headroom_stream, "__aenter__"):
            await self.headroom_stream.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> Any:
        leave = getattr(self.headroom_stream, "__aexit__", None)
        try:
            return await leave(*raised) if leave else None
        finally:
            await in_thread(self.headroom_call.finish)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_stream, name)


class AsyncStreamManager:
    """As `sending.StreamManager`."""

    def __init__(self, call: Call, make: Send, reader: Reader) -> None:
        self.call = call
        self.make = make
        self.reader = reader
        self.manager: Any = None
        self.stream: Any = None

    async def __aenter__(self) -> Any:
        async with self.call.watched():
            self.manager = self.make(**(await in_thread(self.call.begin) or self.call.sent))
            self.stream = stream = await self.manager.__aenter__()
        inner = getattr(stream, "_raw_stream", None)
        if inner is not None and getattr(inner, "_iterator", None) is not None:
            atapped(inner, self.call, self.reader, self.again)
        return stream

    async def again(self, **arguments: Any) -> Any:
        """The raw events of one more round."""
        newest = (await self.make(**arguments).__aenter__())._raw_stream
        if hasattr(self.stream, "_response"):
            self.stream._response = newest.response
        return newest

    async def __aexit__(self, *raised: Any) -> Any:
        try:
            return await self.manager.__aexit__(*raised)
        finally:
            await in_thread(self.call.finish)
