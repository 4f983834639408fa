"""`HeadroomEventHandler` and `observing`: hear what models used, and say it beside what was saved. Changes nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from llama_index.core.instrumentation.events.exception import ExceptionEvent
from llama_index.core.instrumentation.events.llm import (
    LLMChatEndEvent,
    LLMChatInProgressEvent,
    LLMChatStartEvent,
    LLMCompletionEndEvent,
    LLMCompletionInProgressEvent,
    LLMCompletionStartEvent,
)
from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.base import BaseEvent
from llama_index_instrumentation.event_handlers import BaseEventHandler
from pydantic import PrivateAttr

from headroom.transforms.contain import contain
from headroom_integrations._observed import Joined, ObservedRequest, Place, Reply
from headroom_integrations._observed_alerts import Alert
from headroom_integrations._observer import Observer
from headroom_integrations.llama_index.events import HeadroomCompressionEvent, thread_of
from headroom_integrations.llama_index.events_spans import SpanListener, Spans, kept_tags
from headroom_integrations.llama_index.events_usage import StreamUsage, model_of, reply_of

INTEGRATION = "llama_index.events"
MOST_STREAMS = 10_000


class LlamaIndexObserver(Observer):
    """An observer of LlamaIndex."""

    integration = INTEGRATION
    prefix = "llama_index"
    groups = {  # noqa: RUF012
        "by_model": "model",
        "by_agent": "agent",
        "by_tool": "tool",
        "by_thread": "thread_id",
    }


class HeadroomEventHandler(BaseEventHandler):
    """Observes calls of models: tokens and dollars as the provider counted them, by model, agent, tool and thread.

        with observing(token_alert_threshold=100_000) as handler:
            await agent.run("who?")
        handler.get_summary()

    Safe to share between threads, tasks and agents. Each call that has no row in the ledger yet gets one with its
    usage (those of `HeadroomLLM` have one), so that `headroom stats` shows it; nothing that was said is kept. Which
    conversation a call belongs to is what a tag says: `instrument_tags({"thread_id": "42"})`, or `session_id`. A model
    that asks another one counts once. Streams of OpenAI say what they used where they are asked to:
    `OpenAI(additional_kwargs={"stream_options": {"include_usage": True}})`.

    `observing`, or `attach` and `detach`, see to it that it hears of spans, too; `add_event_handler` alone gives it the
    calls, without the agents, tools and models around them.

    Args:
        log_level: Level of one line per call: `DEBUG`, `INFO` ...; None writes none.
        token_alert_threshold: Tokens, input and output, of one invocation (an agent's run, a query, a model alone) from
            which an alert is raised, once.
        cost_alert_threshold: The same in dollars; calls whose price is not known do not count.
        on_alert: Called with each `Alert`; what it raises is logged and passed over.
        store_url: Where rows go; None takes the configured place.
        record: Whether rows are written at all.

    Raises:
        ConfigurationError: A value is refused.
    """

    _observer: LlamaIndexObserver = PrivateAttr()
    _spans: Spans = PrivateAttr()
    _listener: SpanListener = PrivateAttr()
    _streams: OrderedDict[str, StreamUsage] = PrivateAttr()
    _covered: OrderedDict[str, bool] = PrivateAttr()
    _lock: Any = PrivateAttr()

    def __init__(
        self,
        log_level: str | int | None = "INFO",
        token_alert_threshold: int | None = None,
        cost_alert_threshold: float | None = None,
        *,
        on_alert: Callable[[Alert], Any] | None = None,
        store_url: str | None = None,
        record: bool = True,
    ) -> None:
        super().__init__()
        self._observer = LlamaIndexObserver(
            log_level,
            token_alert_threshold,
            cost_alert_threshold,
            on_alert=on_alert,
            store_url=store_url,
            record=record,
        )
        self._spans = Spans()
        self._listener = SpanListener(self._spans, self._observer.begin_run, self._end_span)
        self._streams, self._covered, self._lock = OrderedDict(), OrderedDict(), threading.Lock()

    def __repr__(self) -> str:
        return f"HeadroomEventHandler({self.total_requests} requests, {self.total_tokens} tokens)"

    __str__ = __repr__  # pydantic's own is empty where there are no fields

    @classmethod
    def class_name(cls) -> str:
        """Its name."""
        return "HeadroomEventHandler"

    @property
    def total_tokens(self) -> int:
        """Input and output tokens of all calls that said so."""
        return self._observer.total_tokens

    @property
    def total_requests(self) -> int:
        """Calls that were answered by a provider, or failed."""
        return self._observer.total_requests

    @property
    def total_cost_usd(self) -> float:
        """Dollars of all calls whose price is known."""
        return self._observer.total_cost_usd

    @property
    def requests(self) -> list[ObservedRequest]:
        """The newest calls, oldest first."""
        return self._observer.requests

    @property
    def alerts(self) -> list[Alert]:
        """The newest alerts, oldest first."""
        return self._observer.alerts

    def get_summary(self) -> dict[str, Any]:
        """Totals, and the same by model, agent, tool and thread; `alerts` as text."""
        return self._observer.get_summary()

    def joined(self) -> list[Joined]:
        """Each invocation with its calls and the ledger's rows of its spans: what was used beside what was saved.

        Reads the store: not for an event loop.

        Raises:
            StorageError: The store cannot be read.
        """
        return self._observer.joined()

    def reset(self) -> None:
        """Begin at zero; calls under way count when they end."""
        self._observer.reset()

    def attach(self) -> None:
        """Hear everything that this process runs, from now on; once is enough."""
        root = get_dispatcher()
        with attaching:
            if not any(handler is self for handler in root.event_handlers):
                root.event_handlers = [*root.event_handlers, self]
                root.span_handlers = [*root.span_handlers, self._listener]

    def detach(self) -> None:
        """Hear nothing any more."""
        root = get_dispatcher()
        with attaching:
            root.event_handlers = [one for one in root.event_handlers if one is not self]
            root.span_handlers = [one for one in root.span_handlers if one is not self._listener]

    def handle(self, event: BaseEvent, **kwargs: Any) -> None:
        """Look at one event; never raises."""
        with contain("events"):
            look = LOOKS.get(type(event))
            if look is not None:
                look(self, event)

    def _compressed(self, event: HeadroomCompressionEvent) -> None:
        """Something was compressed."""
        if event.records_usage:
            self._spans.mark(event.span_id, "records_usage")

    def _start(self, event: Any) -> None:
        """A model is called."""
        span_id = event.span_id or event.id_
        around = self._spans.around(event.span_id)
        outer = [found for found, span in around if span.is_call and found != span_id]
        with self._lock:
            for found in outer:  # a model that asks another one: the usage is that one's
                self._observer.drop_call(found)
            self._covered[span_id] = any(span.records_usage for _, span in around)
            trim(self._covered)
        place = Place(
            thread_id=thread_of(event.tags),
            agent=next((span.agent for _, span in around if span.agent), None),
            tool=next((span.tool for _, span in around if span.tool), None),
            model=model_of(event.model_dict),
            tags=kept_tags(event.tags),
        )
        self._observer.begin_call(span_id, around[0][1].parent_id if around else None, place)
        self._spans.mark(span_id, "is_call")

    def _progress(self, event: Any) -> None:
        """A piece of an answer."""
        found = reply_of(event.response)
        if event.span_id and (found.usage is not None or found.model):
            with self._lock:
                self._streams.setdefault(event.span_id, StreamUsage()).add(found)
                trim(self._streams)

    def _end(self, event: Any) -> None:
        """A model has answered."""
        self._finish(event.span_id, reply_of(event.response))

    def _failed(self, event: ExceptionEvent) -> None:
        """A stream has ended before its time: the program left it, or it has failed."""
        left = isinstance(event.exception, GeneratorExit)
        self._finish(event.span_id, Reply(), None if left else type(event.exception).__name__)

    def _end_span(self, span_id: str, error: BaseException | None) -> None:
        """A span has ended; if it is a call that has failed, so has the call."""
        if error is not None:
            self._finish(span_id, Reply(), type(error).__name__)
        self._observer.end_run(span_id)

    def _finish(self, span_id: str | None, reply: Reply, error: str | None = None) -> None:
        """Count a call."""
        if span_id is None:
            return
        with self._lock:
            streamed = self._streams.pop(span_id, None)
            has_row = self._covered.pop(span_id, False)
        whole = reply if streamed is None else streamed.with_last(reply)
        self._observer.finish_call(span_id, replace(whole, has_row=has_row), error)


LOOKS: dict[type, Callable[[HeadroomEventHandler, Any], None]] = {
    HeadroomCompressionEvent: HeadroomEventHandler._compressed,
    LLMChatStartEvent: HeadroomEventHandler._start,
    LLMCompletionStartEvent: HeadroomEventHandler._start,
    LLMChatInProgressEvent: HeadroomEventHandler._progress,
    LLMCompletionInProgressEvent: HeadroomEventHandler._progress,
    LLMChatEndEvent: HeadroomEventHandler._end,
    LLMCompletionEndEvent: HeadroomEventHandler._end,
    ExceptionEvent: HeadroomEventHandler._failed,
}

attaching = threading.Lock()


def trim(table: OrderedDict[str, Any]) -> None:
    """Forget the oldest entries of calls that never end; the lock is held."""
    while len(table) > MOST_STREAMS:
        table.popitem(last=False)


@contextmanager
def observing(handler: HeadroomEventHandler | None = None, **settings: Any) -> Iterator[HeadroomEventHandler]:
    """Observe everything that this process runs in LlamaIndex while the block runs, in all threads and event loops.

        with observing(cost_alert_threshold=1.0) as handler:
            serve()

    Args:
        handler: None makes one.
        settings: For the handler that is made.

    Raises:
        ConfigurationError: A setting is refused.
    """
    made = HeadroomEventHandler(**settings) if handler is None else handler
    made.attach()
    try:
        yield made
    finally:
        made.detach()
