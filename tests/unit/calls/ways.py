"""Every way to make a call: four APIs, sync and async, whole and streamed, by `create` and by the SDK's helper."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from headroom import HeadroomClient
from tests.stub.server import StubServer

ROWS = json.dumps([{"id": n, "name": f"item {n}", "state": "open", "size": n * 7 % 1000} for n in range(900)])
PARAMETERS = {"type": "object", "properties": {}}
QUESTION = "Which item is the largest?"


@dataclass(frozen=True, slots=True)
class Final:
    """What a caller has in the end, the same for all APIs."""

    text: str
    calls: list[tuple[str, str]]
    usage: Any = field(compare=False)
    raw: Any = field(compare=False)


def openai_call(name: str, arguments: str, known: str) -> dict[str, Any]:
    return {"id": known, "type": "function", "function": {"name": name, "arguments": arguments}}


def chat_arguments(result: str = ROWS, **more: Any) -> dict[str, Any]:
    messages = [
        {"role": "system", "content": "You help."},
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": None, "tool_calls": [openai_call("list_items", "{}", "c1")]},
        {"role": "tool", "tool_call_id": "c1", "content": result},
    ]
    # Strict, since the SDK's `parse` and, in some versions, its async `stream` take no other tools.
    tool = {"type": "function", "function": {"name": "list_items", "strict": True, "parameters": PARAMETERS}}
    return {"model": "gpt-4o", "messages": messages, "tools": [tool], **more}


def responses_arguments(result: str = ROWS, **more: Any) -> dict[str, Any]:
    items = [
        {"role": "user", "content": QUESTION},
        {"type": "function_call", "call_id": "c1", "name": "list_items", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": result},
    ]
    tool = {"type": "function", "name": "list_items", "parameters": PARAMETERS, "strict": False}
    return {"model": "gpt-5", "instructions": "You help.", "input": items, "tools": [tool], **more}


def messages_arguments(result: str = ROWS, **more: Any) -> dict[str, Any]:
    messages = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "list_items", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": result}]},
    ]
    tool = {"name": "list_items", "input_schema": PARAMETERS}
    return {
        "model": "claude-sonnet-5",
        "max_tokens": 1000,
        "system": "You help.",
        "messages": messages,
        "tools": [tool],
        **more,
    }


def google_arguments(result: Any = ROWS, **more: Any) -> dict[str, Any]:
    contents = [
        {"role": "user", "parts": [{"text": QUESTION}]},
        {"role": "model", "parts": [{"function_call": {"id": "c1", "name": "list_items", "args": {}}}]},
        {
            "role": "user",
            "parts": [{"function_response": {"id": "c1", "name": "list_items", "response": {"output": result}}}],
        },
    ]
    declaration = {"name": "list_items", "parameters_json_schema": PARAMETERS}
    config = {"system_instruction": "You help.", "tools": [{"function_declarations": [declaration]}]}
    return {"model": "gemini-2.5-flash", "contents": contents, "config": config, **more}


def chat_final(answer: Any) -> Final:
    message = answer.choices[0].message
    calls = [(call.function.name, call.function.arguments) for call in message.tool_calls or []]
    return Final(message.content or "", calls, answer.usage, answer)


def responses_final(answer: Any) -> Final:
    calls = [(item.name, item.arguments) for item in answer.output if item.type == "function_call"]
    return Final(answer.output_text, calls, answer.usage, answer)


def messages_final(answer: Any) -> Final:
    texts = [block.text for block in answer.content if block.type == "text"]
    calls = [(block.name, json.dumps(block.input)) for block in answer.content if block.type == "tool_use"]
    return Final("".join(texts), calls, answer.usage, answer)


def google_final(answer: Any) -> Final:
    return google_events([answer])


def google_events(events: list[Any]) -> Final:
    parts = [part for event in events for part in event.candidates[0].content.parts]
    texts = [part.text for part in parts if part.text and not part.thought]
    calls = [part.function_call for part in parts if part.function_call]
    said = [(call.name, json.dumps(call.args)) for call in calls]
    return Final("".join(texts), said, events[-1].usage_metadata, events[-1] if len(events) == 1 else events)


class GoogleResource:
    """`models` of a Google client, called as the other SDKs are."""

    def __init__(self, client: Any) -> None:
        self.models = client.models

    def create(self, *, stream: bool = False, **arguments: Any) -> Any:
        return (self.models.generate_content_stream if stream else self.models.generate_content)(**arguments)


def chat_events(events: list[Any]) -> Final:
    from openai.lib.streaming.chat import ChatCompletionStreamState

    state = ChatCompletionStreamState()
    for event in events:
        state.handle_chunk(event)
    return chat_final(state.get_final_completion())


def responses_events(events: list[Any]) -> Final:
    numbers = [event.sequence_number for event in events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    final = responses_final(next(event.response for event in events if event.type == "response.completed"))
    assert deltas == final.text
    done = [
        event.item.name
        for event in events
        if event.type == "response.output_item.done" and event.item.type == "function_call"
    ]
    assert done == [name for name, _ in final.calls]
    return final


def messages_events(events: list[Any]) -> Final:
    from anthropic.lib.streaming._messages import accumulate_event

    snapshot: Any = None
    inputs: dict[int, bytes] = {}
    begun: list[int] = []
    for event in events:
        if event.type == "content_block_start":
            begun.append(event.index)
        snapshot = accumulate_event(event=event, current_snapshot=snapshot, json_bufs=inputs)
    assert begun == list(range(len(begun)))
    return messages_final(snapshot)


@dataclass(frozen=True, slots=True)
class Api:
    """One API."""

    name: str
    client: str
    resource: Callable[[Any], Any]
    arguments: Callable[..., dict[str, Any]]
    final: Callable[[Any], Final]
    from_events: Callable[[list[Any]], Final]
    last: str  # how a helper names its final answer


APIS = {
    "chat": Api(
        "chat",
        "openai",
        lambda client: client.chat.completions,
        chat_arguments,
        chat_final,
        chat_events,
        "get_final_completion",
    ),
    "responses": Api(
        "responses",
        "openai",
        lambda client: client.responses,
        responses_arguments,
        responses_final,
        responses_events,
        "get_final_response",
    ),
    "messages": Api(
        "messages",
        "anthropic",
        lambda client: client.messages,
        messages_arguments,
        messages_final,
        messages_events,
        "get_final_message",
    ),
}
GOOGLE = Api("google", "google", GoogleResource, google_arguments, google_final, google_events, "")
EVERY_API = {**APIS, "google": GOOGLE}
WAYS = ("create", "stream", "helper", "acreate", "astream", "ahelper")
EVERY = [(api, way) for api in EVERY_API for way in WAYS if EVERY_API[api].last or not way.endswith("helper")]
USAGE = {"stream_options": {"include_usage": True}}


def ask(api_name: str, way: str, client: HeadroomClient, **arguments: Any) -> Final:
    """One call by one way."""
    api = EVERY_API[api_name]
    resource = api.resource(client)
    given = arguments or api.arguments()
    if way.endswith("stream") and api_name == "chat":
        given = {**USAGE, **given}
    if way.startswith("a"):
        return asyncio.run(ask_async(api, way, resource, client, given))
    if way == "create":
        return api.final(resource.create(**given))
    if way == "stream":
        return api.from_events(list(resource.create(stream=True, **given)))
    with resource.stream(**given) as stream:
        for _ in stream:
            pass
        return api.final(getattr(stream, api.last)())


async def ask_async(api: Api, way: str, resource: Any, client: HeadroomClient, given: dict[str, Any]) -> Final:
    async with client:
        if way == "acreate":
            return api.final(await resource.create(**given))
        if way == "astream":
            stream = await resource.create(stream=True, **given)
            return api.from_events([event async for event in stream])
        async with resource.stream(**given) as stream:
            async for _ in stream:
                pass
            return api.final(await getattr(stream, api.last)())


def new_client(stub: StubServer, api_name: str, way: str, **settings: Any) -> HeadroomClient:
    """A client in `optimize` mode that records in memory."""
    facts = {"default_mode": "optimize", "store_url": "memory", **settings}
    if api_name == "google":  # one client with both
        return HeadroomClient(stub.google().aio if way.startswith("a") else stub.google(), **facts)
    make = getattr(stub, ("async_" if way.startswith("a") else "") + APIS[api_name].client)
    return HeadroomClient(make(), **facts)
