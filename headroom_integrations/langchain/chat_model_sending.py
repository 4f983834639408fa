"""Sends a call through the hooks of the wrapped model; sync and async differ by the `await`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import lru_cache
from inspect import Parameter, signature
from typing import Any

from langchain_core.outputs import ChatGenerationChunk, ChatResult

from headroom.calls.streams import Ending, Tap
from headroom.calls.sums import added
from headroom.threads import in_thread
from headroom_integrations.langchain.chat_model_call import ModelCall
from headroom_integrations.langchain.chat_model_messages import calls_in, stopped
from headroom_integrations.langchain.chat_model_shape import answer_of
from headroom_integrations.langchain.chat_model_stream import ChunksReader

Send = Callable[[Mapping[str, Any]], Any]
"""Calls the wrapped model's hook with the arguments of a round."""
USAGES = ("token_usage", "usage")
FIGURES = "headroom"
"""Key of an answer's metadata with what was saved in its call; in streams on the first chunk."""


def sender(hook: Callable[..., Any], call: ModelCall, run_manager: Any, stop: Any) -> Send:
    """What sends a round of a call."""

    def send(arguments: Mapping[str, Any]) -> Any:
        messages, rest = call.sending(arguments)
        return asked(hook, messages, run_manager, {"stop": stop, **rest})

    return send


def asked(hook: Callable[..., Any], messages: Any, run_manager: Any, facts: Mapping[str, Any]) -> Any:
    """The hook, with the run manager if it takes one."""
    if run_manager is None or not takes_run_manager(getattr(hook, "__func__", hook)):
        return hook(messages, **facts)
    return hook(messages, run_manager=run_manager, **facts)


@lru_cache(maxsize=256)
def takes_run_manager(hook: Callable[..., Any]) -> bool:
    """Whether a hook has a place for the run manager."""
    found = signature(hook).parameters
    return "run_manager" in found or any(one.kind is Parameter.VAR_KEYWORD for one in found.values())


def run(call: ModelCall, send: Send) -> ChatResult:
    """The caller's answer; an error of the wrapped model comes through as it is."""
    results: list[ChatResult] = []
    with call.watched():
        arguments = call.begin()
        while arguments is not None:
            results.append(send(arguments))
            arguments = call.take(first_answer(results[-1]))
    return finished(results, call)


async def arun(call: ModelCall, send: Send) -> ChatResult:
    """As `run`."""
    results: list[ChatResult] = []
    async with call.watched():
        arguments = await in_thread(call.begin)
        while arguments is not None:
            results.append(await send(arguments))
            arguments = await in_thread(call.take, first_answer(results[-1]))
    return finished(results, call)


def chunks(call: ModelCall, send: Send) -> Iterator[ChatGenerationChunk]:
    """The chunks of all rounds, as the caller gets them."""
    with call.watched():
        following: Mapping[str, Any] | None = call.begin() or call.sent
        tap = Tap(call, ChunksReader())
        while following is not None:
            ending = Ending()
            with ending:
                for chunk in send(following):
                    yield from tap.feed(chunk)
            if ending.error is not None:
                yield from tap.broken_off()
                raise ending.error
            rest, following = tap.end()
            yield from rest


async def achunks(call: ModelCall, send: Send) -> AsyncIterator[ChatGenerationChunk]:
    """As `chunks`."""
    async with call.watched():
        following: Mapping[str, Any] | None = await in_thread(call.begin) or call.sent
        tap = Tap(call, ChunksReader())
        while following is not None:
            ending = Ending()
            with ending:
                async for chunk in send(following):
                    for passed in tap.feed(chunk):
                        yield passed
            if ending.error is not None:
                for passed in tap.broken_off():
                    yield passed
                raise ending.error
            rest, following = await in_thread(tap.end)
            for passed in rest:
                yield passed


def first_answer(result: ChatResult) -> dict[str, Any]:
    """The answer that a result holds; of several the first, as only one can be gone on from."""
    generation = result.generations[0]
    return answer_of(generation.message, {**(result.llm_output or {}), **(generation.generation_info or {})})


def finished(results: list[ChatResult], call: ModelCall) -> ChatResult:
    """The result of the last round with the caller's answer in it, and with the usage of all."""
    result = results[-1]
    first, message = result.generations[0], call.answer["message"]
    is_lighter = len(calls_in(message)) < len(calls_in(first.message))
    if call.figures:
        message = message.model_copy(update={"response_metadata": figured(message.response_metadata, call)})
    if message is first.message:
        return result
    info, output = first.generation_info, added_up(results)
    if is_lighter and not calls_in(message):
        info, output = stopped(info or {}) or None, stopped(output or {}) or None
    made = first.model_copy(update={"message": message, "generation_info": info})
    return result.model_copy(update={"generations": [made, *result.generations[1:]], "llm_output": output})


def added_up(results: list[ChatResult]) -> dict[str, Any] | None:
    """What the last round says besides its answer, with the usage of all rounds under the names it has there."""
    outputs = [result.llm_output for result in results if result.llm_output]
    if len(results) < 2 or not outputs:
        return results[-1].llm_output
    usages = {name: [one[name] for one in outputs if one.get(name)] for name in USAGES}
    return {**outputs[-1], **{name: added(found) for name, found in usages.items() if found}}


def figured(metadata: Mapping[str, Any], call: ModelCall) -> dict[str, Any]:
    """An answer's metadata with the figures of its call."""
    return {**metadata, FIGURES: call.figures}


def with_figures(chunk: ChatGenerationChunk, call: ModelCall) -> ChatGenerationChunk:
    """A stream's first chunk with the figures of its call."""
    if not call.figures:
        return chunk
    metadata = figured(chunk.message.response_metadata, call)
    return chunk.model_copy(update={"message": chunk.message.model_copy(update={"response_metadata": metadata})})
