from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI

from headroom import ConfigurationError, count_tokens_text
from headroom_integrations.langchain.streaming_metrics import (
    StreamingMetricsCallback,
    StreamingMetricsTracker,
    track_async_streaming_response,
    track_streaming_response,
)
from tests.stub.server import API_KEY, StubServer

WORDS = ["Eighty ", "issues ", "are ", "open."]
USAGE: Any = {"input_tokens": 7, "output_tokens": 42, "total_tokens": 49}


def chunks(*, usage: bool = False) -> list[AIMessageChunk]:
    found = [AIMessageChunk(word) for word in WORDS]
    return [*found, AIMessageChunk("", usage_metadata=USAGE)] if usage else found


async def later(items: list[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


def test_what_the_provider_says_counts() -> None:
    text, metrics = track_streaming_response(chunks(usage=True))

    assert text == "Eighty issues are open."
    assert (metrics.output_tokens, metrics.is_estimate) == (42, False)
    assert (metrics.chunk_count, metrics.content_length) == (5, len(text))
    assert metrics.end_time >= metrics.start_time
    assert metrics.first_chunk_ms is not None
    assert metrics.duration_ms >= metrics.first_chunk_ms


async def test_else_the_text_is_counted_sync_and_async() -> None:
    text, metrics = track_streaming_response(chunks(), model="gpt-4o")
    also, figures = await track_async_streaming_response(later(chunks()), provider="anthropic")

    assert text == also
    assert (metrics.output_tokens, metrics.is_estimate) == (count_tokens_text(text), True)
    assert figures.output_tokens > 0


@pytest.mark.parametrize(
    ("chunk", "text"),
    [
        ("abc", "abc"),
        (AIMessageChunk([{"type": "text", "text": "abc"}, {"type": "reasoning", "reasoning": "hm"}]), "abc"),
        (AIMessageChunk(["a", {"type": "text", "text": "bc"}]), "abc"),
        (AIMessageChunk([{"type": "text", "text": None}]), ""),
        (ChatGenerationChunk(message=AIMessageChunk("abc")), "abc"),
        (7, ""),
        (None, ""),
    ],
)
def test_only_text_is_text(chunk: Any, text: str) -> None:
    tracker = StreamingMetricsTracker()

    tracker.add_chunk(chunk)

    assert tracker.content == text
    assert tracker.finish().chunk_count == 1


@pytest.mark.parametrize("make", [StreamingMetricsCallback, StreamingMetricsTracker])
def test_the_figures_stand_on_the_tracker_and_on_the_manager(make: Any) -> None:
    manager = make(model="gpt-4o")

    with manager as tracker:
        for chunk in chunks(usage=True):
            tracker.add_chunk(chunk)
        assert tracker.metrics is None

    assert tracker.metrics is manager.metrics
    assert tracker.metrics.output_tokens == 42
    with manager as tracker:
        pass
    assert (tracker.metrics.chunk_count, tracker.metrics.first_chunk_ms) == (0, None)


def test_a_stream_that_breaks_has_figures_too() -> None:
    manager = StreamingMetricsCallback()

    def cut() -> Any:
        yield "abc"
        raise OSError("cut")

    def read() -> None:
        with manager as tracker:
            for chunk in cut():
                tracker.add_chunk(chunk)

    with pytest.raises(OSError, match="cut"):
        read()

    assert manager.metrics is not None
    assert manager.metrics.content_length == 3
    assert "abc" not in repr(manager.metrics) + repr(manager.tracker)


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        StreamingMetricsTracker(provider="nobody")


@pytest.mark.loopback
def test_a_real_stream_says_what_the_provider_bills() -> None:
    with StubServer(["Eighty issues are open."]) as stub:
        model = ChatOpenAI(
            model="gpt-4o", base_url=f"{stub.url}/v1", api_key=API_KEY, stream_usage=True, max_retries=0
        )  # fmt: skip
        text, metrics = track_streaming_response(model.stream("Which?"))
        billed = stub.invoice.usage.output

    assert text == "Eighty issues are open."
    assert (metrics.output_tokens, metrics.is_estimate) == (billed, False)
