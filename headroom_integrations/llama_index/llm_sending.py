"""Sends a call through the wrapped LLM; sync and async differ by the `await`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, closing
from typing import Any

from headroom.calls.streams import Ending, Tap
from headroom.threads import in_thread
from headroom_integrations.llama_index.llm_call import LLMCall
from headroom_integrations.llama_index.llm_shape import answer_of
from headroom_integrations.llama_index.llm_stream import ResponsesReader, with_figures

Send = Callable[..., Any]
"""A method of the wrapped LLM."""


def run(call: LLMCall, send: Send) -> Any:
    """The caller's response; an error of the wrapped LLM comes through as it is."""
    with call.watched():
        arguments = call.begin()
        while arguments is not None:
            arguments = call.take(answer_of(asked(call, send, arguments)))
    return with_figures(call.answer["response"], call)


async def arun(call: LLMCall, send: Send) -> Any:
    """As `run`."""
    async with call.watched():
        arguments = await in_thread(call.begin)
        while arguments is not None:
            arguments = await in_thread(call.take, answer_of(await asked(call, send, arguments)))
    return with_figures(call.answer["response"], call)


def asked(call: LLMCall, send: Send, arguments: Mapping[str, Any]) -> Any:
    """What the wrapped LLM's method gives for one round."""
    messages, rest = call.sending(arguments)
    return send(messages, **rest)


def first_arguments(call: LLMCall) -> Mapping[str, Any]:
    """What to send first; streams are never answered from memory."""
    return call.begin() or call.sent


def stream(call: LLMCall, send: Send) -> Iterator[Any]:
    """The responses of all rounds, as the caller gets them; the first request is made at once, as LLMs do."""
    with call.watched():
        first = asked(call, send, first_arguments(call))
    return passed_on(call, send, first)


async def astream(call: LLMCall, send: Send) -> AsyncIterator[Any]:
    """As `stream`."""
    async with call.watched():
        first = await asked(call, send, await in_thread(first_arguments, call))
    return apassed_on(call, send, first)


def passed_on(call: LLMCall, send: Send, first: Any) -> Iterator[Any]:
    """`stream` from the first round's responses on."""
    with call.watched():
        tap, source = Tap(call, ResponsesReader()), first
        while source is not None:
            ending = Ending()
            with ending, closing_of(source) as responses:
                for response in responses:
                    for passed in tap.feed(response):
                        yield with_figures(passed, call)
            if ending.error is not None:
                yield from tap.broken_off()
                raise ending.error
            rest, following = tap.end()
            for passed in rest:
                yield with_figures(passed, call)
            source = None if following is None else asked(call, send, following)


async def apassed_on(call: LLMCall, send: Send, first: Any) -> AsyncIterator[Any]:
    """As `passed_on`."""
    async with call.watched():
        tap, source = Tap(call, ResponsesReader()), first
        while source is not None:
            ending = Ending()
            with ending:
                async with aclosing_of(source) as responses:
                    async for response in responses:
                        for passed in tap.feed(response):
                            yield with_figures(passed, call)
            if ending.error is not None:
                for passed in tap.broken_off():
                    yield passed
                raise ending.error
            rest, following = await in_thread(tap.end)
            for passed in rest:
                yield with_figures(passed, call)
            source = None if following is None else await asked(call, send, following)


class Open:
    """Around an iterator that has nothing to close."""

    def __init__(self, source: Any) -> None:
        self.source = source

    def __enter__(self) -> Any:
        return self.source

    def __exit__(self, *error: object) -> None:
        return None

    async def __aenter__(self) -> Any:
        return self.source

    async def __aexit__(self, *error: object) -> None:
        return None


def closing_of(source: Any) -> Any:
    """Closes a generator that is left before its end."""
    return closing(source) if hasattr(source, "close") else Open(source)


def aclosing_of(source: Any) -> Any:
    """As `closing_of`."""
    return aclosing(source) if hasattr(source, "aclose") else Open(source)
