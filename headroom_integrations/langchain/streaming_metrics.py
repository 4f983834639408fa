"""How much a stream of a model's answer was, and how long it took."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from headroom import Tokenizer, choose_provider
from headroom.threads import in_thread


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamingMetrics:
    """One stream. Holds no content.

    Attributes:
        output_tokens: Tokens of the answer: as the provider counted them where the stream says so, else of its text.
        is_estimate: Whether they were counted here.
        chunk_count: Chunks that came.
        content_length: Characters of text in them.
        start_time: Seconds since the epoch at which the first chunk came, or the tracker was made.
        end_time: Seconds since the epoch at which the stream was finished.
        first_chunk_ms: Milliseconds until the first text; None where none came.
        duration_ms: Milliseconds from start to end.
    """

    output_tokens: int = 0
    is_estimate: bool = True
    chunk_count: int = 0
    content_length: int = 0
    start_time: float = 0.0
    end_time: float = 0.0
    first_chunk_ms: float | None = None
    duration_ms: float = 0.0


class StreamingMetricsTracker:
    """Adds up one stream, chunk by chunk; nothing is counted before it is finished.

        with StreamingMetricsTracker(model="gpt-4o") as tracker:
            for chunk in llm.stream(messages):
                tracker.add_chunk(chunk)
        tracker.metrics.output_tokens

    Args:
        model: Name of the model; decides how text is counted where the stream does not say.
        provider: Name or provider whose counter measures; None goes by the model's name.

    Raises:
        ConfigurationError: There is no such provider.
    """

    def __init__(self, model: str = "gpt-4o", provider: Any = None) -> None:
        self.counter = Tokenizer(model) if provider is None else choose_provider(provider).get_token_counter(model)
        self.reset()

    def __repr__(self) -> str:
        return f"StreamingMetricsTracker({self.chunk_count} chunks)"

    def __enter__(self) -> StreamingMetricsTracker:
        self.reset()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.finish()

    def reset(self) -> None:
        """Begin anew."""
        self.texts: list[str] = []
        self.reported: int | None = None
        self.chunk_count = 0
        self.metrics: StreamingMetrics | None = None
        self.start_time = time.time()
        self.started_s = time.perf_counter()
        self.first_s: float | None = None

    @property
    def content(self) -> str:
        """The text so far."""
        return "".join(self.texts)

    def add_chunk(self, chunk: Any) -> None:
        """Note one chunk: a message chunk, a generation chunk, or a text."""
        self.chunk_count += 1
        message = getattr(chunk, "message", chunk)
        text = text_of(message)
        if text:
            self.first_s = time.perf_counter() if self.first_s is None else self.first_s
            self.texts.append(text)
        usage = getattr(message, "usage_metadata", None) or {}
        if usage.get("output_tokens"):
            self.reported = (self.reported or 0) + usage["output_tokens"]  # as LangChain adds chunks up

    def finish(self) -> StreamingMetrics:
        """The figures; again the same until the tracker is reset. Counts text: not for an event loop."""
        if self.metrics is None:
            ended_s, content = time.perf_counter(), self.content
            self.metrics = StreamingMetrics(
                output_tokens=self.counter.count_text(content) if self.reported is None else self.reported,
                is_estimate=self.reported is None,
                chunk_count=self.chunk_count,
                content_length=len(content),
                start_time=self.start_time,
                end_time=self.start_time + ended_s - self.started_s,
                first_chunk_ms=None if self.first_s is None else 1000 * (self.first_s - self.started_s),
                duration_ms=1000 * (ended_s - self.started_s),
            )
        return self.metrics


class StreamingMetricsCallback:
    """A tracker as a context manager, sync and async; `metrics` stands on it and on the tracker.

        with StreamingMetricsCallback(model="gpt-4o") as tracker:
            for chunk in llm.stream(messages):
                tracker.add_chunk(chunk)
        tracker.metrics

    Args:
        model: As `StreamingMetricsTracker` takes it.
        provider: As `StreamingMetricsTracker` takes it.
    """

    def __init__(self, model: str = "gpt-4o", provider: Any = None) -> None:
        self.tracker = StreamingMetricsTracker(model, provider)

    @property
    def metrics(self) -> StreamingMetrics | None:
        """The figures; None before the end."""
        return self.tracker.metrics

    def __enter__(self) -> StreamingMetricsTracker:
        return self.tracker.__enter__()

    def __exit__(self, *raised: Any) -> None:
        self.tracker.finish()

    async def __aenter__(self) -> StreamingMetricsTracker:
        return self.tracker.__enter__()

    async def __aexit__(self, *raised: Any) -> None:
        await in_thread(self.tracker.finish)


def track_streaming_response(
    stream: Iterable[Any], model: str = "gpt-4o", provider: Any = None
) -> tuple[str, StreamingMetrics]:
    """The whole text of a stream, and its figures."""
    with StreamingMetricsCallback(model, provider) as tracker:
        for chunk in stream:
            tracker.add_chunk(chunk)
    return tracker.content, tracker.finish()


async def track_async_streaming_response(
    stream: AsyncIterable[Any], model: str = "gpt-4o", provider: Any = None
) -> tuple[str, StreamingMetrics]:
    """The whole text of an asynchronous stream, and its figures."""
    async with StreamingMetricsCallback(model, provider) as tracker:
        async for chunk in stream:
            tracker.add_chunk(chunk)
    return tracker.content, tracker.finish()


def text_of(chunk: Any) -> str:
    """The text of a chunk; of content blocks, that of the text blocks."""
    content = chunk if isinstance(chunk, str) else getattr(chunk, "content", None)
    if content is None:
        content = getattr(chunk, "text", None)
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = [block if isinstance(block, str) else block.get("text") for block in blocks if is_text(block)]
    return "".join(text for text in texts if isinstance(text, str))


def is_text(block: Any) -> bool:
    """Whether a content block holds text."""
    return isinstance(block, str) or (isinstance(block, dict) and block.get("type") == "text")
