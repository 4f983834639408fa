"""Google's cached content around the sending of a call; a call it fails for is made once more without it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from headroom.calls.call import Call
from headroom.calls.preparing import namespace_of
from headroom.providers.failures import api_errors
from headroom.providers.google_caches import asynchronous, leave_trace
from headroom.providers.hints import Hinted
from headroom.threads import in_thread
from headroom.transforms.contain import contain

Send = Callable[..., Any]
GONE = re.compile(r"cached ?content", re.ASCII | re.IGNORECASE)
CODES = (400, 403, 404)


class CachedSending:
    """The SDK's method with `cached_content` among its arguments where there is one.

    It stands between a call and the SDK, so that further rounds of the call are made from the plain arguments.

    Args:
        call: The call that is sent.
        caches: `ContextCaches` of the client.
        send: The SDK's method.
    """

    def __init__(self, call: Call, caches: Any, send: Send) -> None:
        self.call = call
        self.caches = caches
        self.send = send

    @property
    def facts(self) -> dict[str, str] | None:
        """What the caches must know; None where this call is sent as it is."""
        prepared, config = self.call.prepared, self.call.host.engine.config
        if prepared is None or not config.cache_optimizer.enabled:
            return None
        return {"model": prepared.result.model, "namespace": namespace_of(self.call.host, self.call.controls)}

    def noted(self, hinted: Any) -> Any:
        """Keep what the cache was told for the ledger."""
        if self.call.prepared is not None and hinted.strategy:
            self.call.prepared = replace(self.call.prepared, hinted=hinted)
        return hinted

    def arguments(self, given: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
        """Arguments to send, and the name of the cached content among them."""
        facts = self.facts
        with contain("cached content"):
            if facts is not None:
                hinted = self.noted(self.caches.apply(given, **facts))
                return hinted.arguments, name_in(hinted)
        return given, None

    async def aarguments(self, given: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
        """As `arguments`, for an event loop."""
        facts = self.facts
        with contain("cached content"):
            if facts is not None:
                steps = self.caches.steps(given, facts["model"], facts["namespace"])
                hinted = self.noted(await adriven(steps, asynchronous(self.caches.client)))
                return hinted.arguments, name_in(hinted)
        return given, None

    def forgotten(self, error: Exception, name: str | None) -> bool:
        """Whether the call failed because its cached content is gone; it is not used again then."""
        if name is None or getattr(error, "code", None) not in CODES or not GONE.search(str(error)):
            return False
        self.caches.forget(name)
        return True

    def whole(self, **given: Any) -> Any:
        """One answer."""
        arguments, name = self.arguments(given)
        try:
            return self.send(**arguments)
        except api_errors() as error:
            if not self.forgotten(error, name):
                raise
        return self.send(**given)

    def stream(self, **given: Any) -> Iterator[Any]:
        """The chunks of one answer; the SDK sends when the first is asked for."""
        arguments, name = self.arguments(given)
        has_begun = False
        try:
            for chunk in self.send(**arguments):
                has_begun = True
                yield chunk
            return
        except api_errors() as error:
            if has_begun or not self.forgotten(error, name):
                raise
        yield from self.send(**given)

    async def awhole(self, **given: Any) -> Any:
        """As `whole`."""
        arguments, name = await self.aarguments(given)
        try:
            return await self.send(**arguments)
        except api_errors() as error:
            if not self.forgotten(error, name):
                raise
        return await self.send(**given)

    async def astream(self, **given: Any) -> AsyncIterator[Any]:
        """As `stream`; awaited before it is gone through, as the SDK's is."""
        return self.achunks(given)

    async def achunks(self, given: Mapping[str, Any]) -> AsyncIterator[Any]:
        """The chunks."""
        arguments, name = await self.aarguments(given)
        has_begun = False
        try:
            async for chunk in await self.send(**arguments):
                has_begun = True
                yield chunk
            return
        except api_errors() as error:
            if has_begun or not self.forgotten(error, name):
                raise
        async for chunk in await self.send(**given):
            yield chunk


async def adriven(steps: Any, caches: Any) -> Any:
    """As `ContextCaches.aapply`, with the counting in a thread: the event loop only waits for Google's answers."""
    answer = None
    while True:
        call = await in_thread(advanced, steps, answer)
        if isinstance(call, Hinted):
            return call
        answer = None
        try:
            answer = await getattr(caches, call.method)(**call.arguments)
        except api_errors() as error:
            leave_trace(call, error)


def advanced(steps: Any, answer: Any) -> Any:
    """The next call to make, or what came of all of them."""
    try:
        return steps.send(answer)
    except StopIteration as end:
        return end.value


def name_in(hinted: Any) -> str | None:
    """The cached content that the arguments name, where it is ours."""
    return hinted.arguments["config"]["cached_content"] if hinted.strategy else None
