"""The resources of a wrapped Google client: `models`, `chats`, and both under `aio`."""

from __future__ import annotations

from typing import Any

from headroom.calls.asending import arun, arun_stream
from headroom.calls.call import Call
from headroom.calls.google_cached import CachedSending
from headroom.calls.google_content import GoogleContent
from headroom.calls.google_stream import ContentReader
from headroom.calls.host import Host
from headroom.calls.sending import run, run_stream
from headroom.calls.simulating import simulate
from headroom.results import SimulationResult
from headroom.threads import in_thread


class Models:
    """`client.models`: `generate_content` and `generate_content_stream` pass through headroom, all else is the SDK's.

    Every argument and answer is the client's; `headroom_*` arguments stay here. Chats made from it pass through, too.
    """

    def __init__(self, inner: Any, host: Host, caches: Any = None) -> None:
        self.headroom_inner = inner
        self.headroom_host = host
        self.headroom_caches = caches
        self.headroom_shape = GoogleContent()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_inner, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property  # type: ignore[misc]
    def __class__(self) -> type[Any]:
        """The type of what is wrapped: the SDK's chats stream from nothing that is not their own `Models`."""
        return type(self.headroom_inner)

    def headroom_call(self, arguments: dict[str, Any], *, stream: bool = False) -> Call:
        """A call of this resource."""
        return Call(self.headroom_host, self.headroom_shape, arguments, stream=stream)

    def headroom_plan(self, arguments: dict[str, Any]) -> SimulationResult:
        """What a call would be."""
        return simulate(self.headroom_host, self.headroom_shape, arguments)


class SyncModels(Models):
    """`models` of a client."""

    def generate_content(self, **arguments: Any) -> Any:
        """As the client's; with `headroom_mode="simulate"` a `SimulationResult`, and nothing is sent.

        Raises:
            ConfigurationError: A `headroom_*` argument is refused; errors of the client come as they are.
        """
        call, send = self.headroom_call(arguments), self.headroom_inner.generate_content
        if call.mode == "simulate":
            return self.headroom_plan(arguments)
        return run(
            call, send if self.headroom_caches is None else CachedSending(call, self.headroom_caches, send).whole
        )

    def generate_content_stream(self, **arguments: Any) -> Any:
        """As the client's."""
        call, send = self.headroom_call(arguments, stream=True), self.headroom_inner.generate_content_stream
        if call.mode == "simulate":
            return self.headroom_plan(arguments)
        if self.headroom_caches is not None:
            send = CachedSending(call, self.headroom_caches, send).stream
        return run_stream(call, send, ContentReader())

    def simulate(self, **arguments: Any) -> SimulationResult:
        """What `generate_content` would send, without sending it. Arguments are those of `generate_content`."""
        return self.headroom_plan(arguments)


class AsyncModels(Models):
    """`models` of an async client."""

    async def generate_content(self, **arguments: Any) -> Any:
        """As `SyncModels.generate_content`."""
        call, send = self.headroom_call(arguments), self.headroom_inner.generate_content
        if call.mode == "simulate":
            return await in_thread(self.headroom_plan, arguments)
        if self.headroom_caches is not None:
            send = CachedSending(call, self.headroom_caches, send).awhole
        return await arun(call, send)

    async def generate_content_stream(self, **arguments: Any) -> Any:
        """As the client's."""
        call, send = self.headroom_call(arguments, stream=True), self.headroom_inner.generate_content_stream
        if call.mode == "simulate":
            return await in_thread(self.headroom_plan, arguments)
        if self.headroom_caches is not None:
            send = CachedSending(call, self.headroom_caches, send).astream
        return await arun_stream(call, send, ContentReader())

    async def simulate(self, **arguments: Any) -> SimulationResult:
        """As `SyncModels.simulate`."""
        return await in_thread(self.headroom_plan, arguments)


class Aio:
    """`client.aio`; every other name is the client's own."""

    def __init__(self, inner: Any, resources: dict[str, Any]) -> None:
        self.headroom_inner = inner
        self.__dict__.update(resources)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_inner, name)

    async def __aenter__(self) -> Aio:
        await self.headroom_inner.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> Any:
        return await self.headroom_inner.__aexit__(*raised)


def google_resources(client: Any, host: Host, *, is_async: bool = False) -> dict[str, Any]:
    """What stands in the place of a Google client's own names; nothing where the client is none.

    Args:
        client: A client, or the `aio` of one.
        host: What its calls share.
        is_async: Whether it is an `aio`.
    """
    if not is_google(client):
        return {}
    made = getattr(host.provider, "context_caches", None)
    caches = made(client) if callable(made) and host.optimizer is host.provider else None
    aio = None if is_async else getattr(client, "aio", None)
    found = calling(client, host, caches, is_async=is_async)
    if aio is not None:
        found["aio"] = Aio(aio, calling(aio, host, caches, is_async=True))
    return found if caches is None else {**found, "headroom_caches": caches}


def calling(client: Any, host: Host, caches: Any, *, is_async: bool) -> dict[str, Any]:
    """`models` and `chats` of a client."""
    models = (AsyncModels if is_async else SyncModels)(client.models, host, caches)
    chats = getattr(client, "chats", None)
    return {"models": models} if chats is None else {"models": models, "chats": type(chats)(modules=models)}


def is_google(client: Any) -> bool:
    """Whether a client calls Google's models."""
    return callable(getattr(getattr(client, "models", None), "generate_content", None))


async def aclose_google(client: Any, caches: Any) -> None:
    """Delete the cached contents that were made, and close what of a Google client is to be awaited."""
    if caches is not None:
        await caches.aclose()
    aclose = getattr(getattr(client, "aio", client), "aclose", None) if is_google(client) else None
    if callable(aclose):
        await aclose()
