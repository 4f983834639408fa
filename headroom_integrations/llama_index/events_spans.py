"""Spans under way: whose parent is whose, and which agent, tool and compression they are within."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from llama_index_instrumentation.span import BaseSpan
from llama_index_instrumentation.span_handlers import BaseSpanHandler
from pydantic import PrivateAttr

from headroom.transforms.contain import contain

MOST_SPANS = 10_000  # under way; of older ones the parents are forgotten
MOST_DEEP = 200
MOST_CHARS = 200  # of a name
OF_WORKFLOWS = "llamaindex."
"""How tags of LlamaIndex's workflows begin; they hold what was said."""

# Classes, by name, whose objects say by which attribute who works: no agent needs to be imported for that.
AGENTS = {"BaseWorkflowAgent": "name"}
AGENT_EVENTS = {"AgentSetup": "current_agent_name", "AgentInput": "current_agent_name"}


@dataclass(slots=True)
class Span:
    """One span under way.

    Attributes:
        parent_id: The span around it, or None.
        agent: Name of the agent that it belongs to, or None.
        tool: Name of the tool, or None.
        records_usage: Whether a compression in it writes what the provider bills.
        is_call: Whether it is a call of a model.
    """

    parent_id: str | None = None
    agent: str | None = None
    tool: str | None = None
    records_usage: bool = False
    is_call: bool = False


class Spans:
    """The spans under way. Safe to share between threads; bounded."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: OrderedDict[str, Span] = OrderedDict()

    def begin(self, span_id: str, span: Span) -> None:
        """Note a span."""
        with self.lock:
            self.known[span_id] = span
            while len(self.known) > MOST_SPANS:
                self.known.popitem(last=False)

    def end(self, span_id: str) -> None:
        """Forget a span."""
        with self.lock:
            self.known.pop(span_id, None)

    def mark(self, span_id: str | None, name: str) -> None:
        """Say something of a span: `records_usage`, or `is_call`."""
        with self.lock:
            span = self.known.get(span_id or "")
            if span is not None:
                setattr(span, name, True)

    def around(self, span_id: str | None) -> list[tuple[str, Span]]:
        """A span and those around it, the nearest first."""
        with self.lock:
            return list(self.upwards(span_id))

    def upwards(self, span_id: str | None) -> Iterator[tuple[str, Span]]:
        """As `around`; the lock is held."""
        for _ in range(MOST_DEEP):
            span = self.known.get(span_id or "")
            if span is None or span_id is None:
                return
            yield span_id, span
            span_id = span.parent_id


class SpanListener(BaseSpanHandler[BaseSpan]):
    """Notes spans as they begin and end, and keeps none of them."""

    _spans: Spans = PrivateAttr()
    _begin: Callable[[str, str | None], None] = PrivateAttr()
    _end: Callable[[str, BaseException | None], None] = PrivateAttr()

    def __init__(
        self,
        spans: Spans,
        begin: Callable[[str, str | None], None],
        end: Callable[[str, BaseException | None], None],
    ) -> None:
        super().__init__()
        self._spans, self._begin, self._end = spans, begin, end

    @classmethod
    def class_name(cls) -> str:
        """Its name."""
        return "HeadroomSpanListener"

    def span_enter(
        self,
        id_: str,
        bound_args: Any,
        instance: Any = None,
        parent_id: str | None = None,
        tags: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """A span begins."""
        with contain("events"):
            given = list(given_to(bound_args))
            agent = name_by(AGENTS, [instance]) or name_by(AGENT_EVENTS, given)
            tool = tool_name(instance)
            self._spans.begin(id_, Span(parent_id=parent_id, agent=agent, tool=tool))
            self._begin(id_, parent_id)

    def span_exit(self, id_: str, *arguments: Any, **kwargs: Any) -> None:
        """A span has ended."""
        self.finish(id_, None)

    def span_drop(
        self, id_: str, bound_args: Any = None, instance: Any = None, err: BaseException | None = None, **kwargs: Any
    ) -> None:
        """A span has failed."""
        self.finish(id_, err)

    def finish(self, id_: str, error: BaseException | None) -> None:
        """Note the end of a span."""
        with contain("events"):
            self._end(id_, error)
            self._spans.end(id_)

    def new_span(self, *arguments: Any, **kwargs: Any) -> None:
        """None is kept."""

    def prepare_to_exit_span(self, *arguments: Any, **kwargs: Any) -> None:
        """None is kept."""

    def prepare_to_drop_span(self, *arguments: Any, **kwargs: Any) -> None:
        """None is kept."""


def given_to(bound: Any) -> Iterator[Any]:
    """What a function was called with, that of `*args` and `**kwargs` one by one."""
    for value in getattr(bound, "arguments", {}).values():
        if isinstance(value, tuple):
            yield from value
        elif isinstance(value, dict):
            yield from value.values()
        else:
            yield value


def name_by(attributes: Mapping[str, str], things: list[Any]) -> str | None:
    """The name that the first thing of one of these classes says."""
    for thing in things:
        kind: Any = type(thing)
        attribute = next((attributes[name] for name in kinds(kind) if name in attributes), None)
        if attribute is not None:
            return named(getattr(thing, attribute, None))
    return None


def tool_name(instance: Any) -> str | None:
    """The name of a tool; None for everything else."""
    kind: Any = type(instance)
    return named(instance.metadata.name) if "BaseTool" in kinds(kind) else None


def named(name: Any) -> str | None:
    """A name that may be kept."""
    return name[:MOST_CHARS] if isinstance(name, str) and name else None


@lru_cache(maxsize=1024)
def kinds(kind: Hashable) -> frozenset[str]:
    """Names of LlamaIndex's classes that a class is one of."""
    classes = kind.__mro__ if isinstance(kind, type) else ()
    return frozenset(one.__name__ for one in classes if one.__module__.startswith("llama_index."))


def kept_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """The tags of the program itself, as short texts."""
    kept = {name: value for name, value in tags.items() if not str(name).startswith(OF_WORKFLOWS)}
    return {str(name): str(value)[:MOST_CHARS] for name, value in kept.items() if isinstance(value, (str, int, float))}
