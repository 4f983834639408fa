"""The resources of a wrapped client: `chat.completions`, `responses`, `messages`; all else is the client's own."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from headroom.calls.anthropic_messages import AnthropicMessages
from headroom.calls.anthropic_stream import MessagesReader
from headroom.calls.asending import AsyncStreamManager, arun, arun_stream
from headroom.calls.call import Call
from headroom.calls.controls import PREFIX
from headroom.calls.host import Host
from headroom.calls.openai_chat import OpenAIChat, for_parsing
from headroom.calls.openai_chat_stream import ChatReader
from headroom.calls.openai_responses import OpenAIResponses
from headroom.calls.openai_responses_stream import ResponsesReader
from headroom.calls.sending import StreamManager, run, run_stream
from headroom.calls.shapes import Shape
from headroom.calls.simulating import simulate
from headroom.calls.streams import Reader
from headroom.errors import ConfigurationError
from headroom.results import SimulationResult
from headroom.threads import in_thread
from headroom.transforms.contain import contain

APIS: dict[str, tuple[Callable[[], Shape], Callable[[], Reader]]] = {
    "completions": (OpenAIChat, ChatReader),
    "responses": (OpenAIResponses, ResponsesReader),
    "messages": (AnthropicMessages, MessagesReader),
}
"""Name of a resource to the API it speaks."""


class Resource:
    """A resource of the wrapped client, whose calls pass through headroom.

    Every argument and answer is the wrapped client's; `headroom_mode`, `headroom_query`, `headroom_keep_turns`,
    `headroom_tool_profiles`, `headroom_output_buffer_tokens` and the other `headroom_*` arguments stay here.
    """

    def __init__(self, inner: Any, host: Host, api: str) -> None:
        self.headroom_inner = inner
        self.headroom_host = host
        shape, self.headroom_reader = APIS[api]
        self.headroom_shape = shape()
        self.headroom_api = api

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_inner, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.headroom_api!r})"

    @property
    def with_streaming_response(self) -> Any:
        """The wrapped client's: what goes through it is neither changed nor recorded."""
        return Untouched(self.headroom_inner.with_streaming_response, "with_streaming_response")

    def headroom_call(self, arguments: dict[str, Any], *, stream: bool) -> Call:
        """A call of this resource."""
        return Call(self.headroom_host, self.headroom_shape, arguments, stream=stream)

    def headroom_plan(self, arguments: dict[str, Any]) -> SimulationResult:
        """What a call would be."""
        return simulate(self.headroom_host, self.headroom_shape, arguments)


class SyncResource(Resource):
    """A resource of a sync client."""

    def create(self, **arguments: Any) -> Any:
        """As the wrapped client's; with `headroom_mode="simulate"` a `SimulationResult`, and nothing is sent.

        Raises:
            ConfigurationError: A `headroom_*` argument is refused; errors of the wrapped client come as they are.
        """
        return self.headroom_send(self.headroom_inner.create, arguments)

    def parse(self, **arguments: Any) -> Any:
        """As the wrapped client's."""
        return self.headroom_send(parsing(self.headroom_inner.parse), arguments)

    def stream(self, **arguments: Any) -> Any:
        """As the wrapped client's: a context manager over its own helper."""
        call = self.headroom_call(arguments, stream=True)
        if call.mode == "simulate":
            return self.headroom_plan(arguments)
        return StreamManager(call, parsing(self.headroom_inner.stream), self.headroom_reader())

    def simulate(self, **arguments: Any) -> SimulationResult:
        """What `create` would send, without sending it. Arguments are those of `create`."""
        return self.headroom_plan(arguments)

    @property
    def with_raw_response(self) -> Any:
        """As the wrapped client's; where the model calls our tool beside others, that call stays visible."""
        return RawResource(self.headroom_inner.with_raw_response, self)

    def headroom_send(self, send: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """One call through a method of the wrapped client."""
        stream = bool(arguments.get("stream"))
        call = self.headroom_call(arguments, stream=stream)
        if call.mode == "simulate":
            return self.headroom_plan(arguments)
        return run_stream(call, send, self.headroom_reader()) if stream else run(call, send)


class AsyncResource(Resource):
    """A resource of an async client."""

    async def create(self, **arguments: Any) -> Any:
        """As `SyncResource.create`."""
        return await self.headroom_send(self.headroom_inner.create, arguments)

    async def parse(self, **arguments: Any) -> Any:
        """As the wrapped client's."""
        return await self.headroom_send(parsing(self.headroom_inner.parse), arguments)

    def stream(self, **arguments: Any) -> Any:
        """As the wrapped client's: an async context manager over its own helper."""
        call = self.headroom_call(arguments, stream=True)
        if call.mode == "simulate":
            return self.headroom_plan(arguments)
        return AsyncStreamManager(call, parsing(self.headroom_inner.stream), self.headroom_reader())

    async def simulate(self, **arguments: Any) -> SimulationResult:
        """As `SyncResource.simulate`."""
        return await in_thread(self.headroom_plan, arguments)

    @property
    def with_raw_response(self) -> Any:
        """As `SyncResource.with_raw_response`."""
        return AsyncRawResource(self.headroom_inner.with_raw_response, self)

    async def headroom_send(self, send: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """One call through a method of the wrapped client."""
        stream = bool(arguments.get("stream"))
        call = self.headroom_call(arguments, stream=stream)
        if call.mode == "simulate":
            return await in_thread(self.headroom_plan, arguments)
        return await (arun_stream(call, send, self.headroom_reader()) if stream else arun(call, send))


def parsing(send: Callable[..., Any]) -> Callable[..., Any]:
    """`send` with our tool where the SDK does not look for tools that it could parse."""

    def sent(**arguments: Any) -> Any:
        return send(**for_parsing(arguments))

    return sent


class Untouched:
    """A part of the wrapped client that calls pass through as they are; `headroom_*` arguments are refused there."""

    def __init__(self, inner: Any, name: str) -> None:
        self.headroom_inner = inner
        self.headroom_name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.headroom_inner, name)
        return self.headroom_checked(found) if callable(found) else found

    def headroom_checked(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method, which takes what the wrapped client's takes."""

        @functools.wraps(method)
        def called(*arguments: Any, **named: Any) -> Any:
            ours = next((name for name in named if name.startswith(PREFIX)), None)
            if ours is not None:
                raise ConfigurationError(
                    f"{ours} is not taken by {self.headroom_name}: calls go through it as they are", field=ours
                )
            return method(*arguments, **named)

        return called


def parsed(raw: Any) -> Any:
    """The answer in a raw response; None where it cannot be read, which is the caller's to find out."""
    with contain("raw response"):
        return raw.parse()
    return None


async def aparsed(raw: Any) -> Any:
    """As `parsed`; one SDK's raw responses are to be awaited, the other's are not."""
    with contain("raw response"):
        found = raw.parse()
        return await found if inspect.isawaitable(found) else found
    return None


class RawResource:
    """`with_raw_response` of a sync resource."""

    def __init__(self, inner: Any, resource: SyncResource) -> None:
        self.headroom_inner = inner
        self.headroom_resource = resource

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_inner, name)

    def create(self, **arguments: Any) -> Any:
        """As the wrapped client's; its raw response."""
        return self.headroom_send(self.headroom_inner.create, arguments)

    def parse(self, **arguments: Any) -> Any:
        """As the wrapped client's; its raw response."""
        return self.headroom_send(parsing(self.headroom_inner.parse), arguments)

    def headroom_send(self, send: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """One call; the events of a stream are the raw response's own, once it is parsed."""
        stream = bool(arguments.get("stream"))
        call = self.headroom_resource.headroom_call(arguments, stream=stream)
        call.is_raw = True
        if call.mode == "simulate":
            return self.headroom_resource.headroom_plan(arguments)
        if not stream:
            return run(call, send, opened=parsed)
        opened: list[Any] = []

        def send_raw(**given: Any) -> Any:
            opened.append(send(**given))
            return opened[-1].parse()

        run_stream(call, send_raw, self.headroom_resource.headroom_reader())
        return opened[0]


class AsyncRawResource:
    """`with_raw_response` of an async resource."""

    def __init__(self, inner: Any, resource: AsyncResource) -> None:
        self.headroom_inner = inner
        self.headroom_resource = resource

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_inner, name)

    async def create(self, **arguments: Any) -> Any:
        """As `RawResource.create`."""
        return await self.headroom_send(self.headroom_inner.create, arguments)

    async def parse(self, **arguments: Any) -> Any:
        """As `RawResource.parse`."""
        return await self.headroom_send(parsing(self.headroom_inner.parse), arguments)

    async def headroom_send(self, send: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """As `RawResource.headroom_send`."""
        stream = bool(arguments.get("stream"))
        call = self.headroom_resource.headroom_call(arguments, stream=stream)
        call.is_raw = True
        if call.mode == "simulate":
            return await in_thread(self.headroom_resource.headroom_plan, arguments)
        if not stream:
            return await arun(call, send, opened=aparsed)
        opened: list[Any] = []

        async def send_raw(**given: Any) -> Any:
            opened.append(await send(**given))
            found = opened[-1].parse()
            return await found if inspect.isawaitable(found) else found

        await arun_stream(call, send_raw, self.headroom_resource.headroom_reader())
        return opened[0]


class Namespace:
    """`client.chat`: holds a resource that passes through headroom; every other name is the wrapped client's own."""

    def __init__(self, inner: Any, **resources: Resource) -> None:
        self.headroom_inner = inner
        self.__dict__.update(resources)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.headroom_inner, name)


def resource(inner: Any, host: Host, api: str, *, is_async: bool) -> Resource:
    """The resource over the wrapped client's."""
    return (AsyncResource if is_async else SyncResource)(inner, host, api)
