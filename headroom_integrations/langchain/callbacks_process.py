"""One handler for everything that a process runs, in all its threads and event loops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from langchain_core.outputs import LLMResult
from langchain_core.tracers.context import register_configure_hook

from headroom_integrations._settings import given_or_made
from headroom_integrations.langchain.callbacks import HeadroomCallbackHandler
from headroom_integrations.langchain.callbacks_events import RunEvents


class Everywhere(RunEvents):
    """Passes on what it hears to the handlers that are attached; deaf while there are none.

    It is the default of a context variable, and so is seen in contexts that began before, or in other threads: a
    variable that is set holds only for what the setting code starts.
    """

    def __init__(self) -> None:
        self.attached: tuple[HeadroomCallbackHandler, ...] = ()  # replaced, never changed

    @property
    def ignore_llm(self) -> bool:
        """Whether calls of models are none of its business."""
        return not self.attached

    @property
    def ignore_chat_model(self) -> bool:
        """Whether calls of chat models are none of its business."""
        return not self.attached

    @property
    def ignore_chain(self) -> bool:
        """Whether chains are none of its business."""
        return not self.attached

    @property
    def ignore_agent(self) -> bool:
        """Whether tools are none of its business."""
        return not self.attached

    @property
    def ignore_retriever(self) -> bool:
        """Whether retrievers are none of its business."""
        return not self.attached

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Pass it on."""
        for handler in self.attached:
            handler.on_chat_model_start(serialized, messages, run_id=run_id, **kwargs)

    def on_llm_start(self, serialized: Any, prompts: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Pass it on."""
        for handler in self.attached:
            handler.on_llm_start(serialized, prompts, run_id=run_id, **kwargs)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """Pass it on."""
        for handler in self.attached:
            handler.on_llm_end(response, run_id=run_id, **kwargs)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Pass it on."""
        for handler in self.attached:
            handler.on_llm_error(error, run_id=run_id, **kwargs)

    def begin_run(self, run_id: UUID, parent_run_id: UUID | None) -> None:
        """A run begins."""
        for handler in self.attached:
            handler.begin_run(run_id, parent_run_id)

    def end_run(self, run_id: UUID) -> None:
        """A run has ended."""
        for handler in self.attached:
            handler.end_run(run_id)


everywhere = Everywhere()
lock = threading.Lock()
registered: list[ContextVar[Any]] = []


def register() -> None:
    """Make LangChain ask `everywhere` for each run, from now on; the lock is held."""
    if not registered:
        hook: ContextVar[Any] = ContextVar("headroom_callbacks", default=everywhere)
        register_configure_hook(hook, inheritable=True)
        registered.append(hook)


@contextmanager
def observing(handler: HeadroomCallbackHandler | None = None, **settings: Any) -> Iterator[HeadroomCallbackHandler]:
    """Observe every run of this process while the block runs, without passing `callbacks` anywhere.

        with observing(cost_alert_threshold=1.0) as handler:
            serve()

    Runs of all threads and event loops count, also of those that began before. A handler that is passed to a run as
    well counts it once.

    Args:
        handler: None makes one.
        settings: For the handler that is made; none beside a handler.

    Raises:
        ConfigurationError: A setting is refused, or would have no effect.
    """
    made = given_or_made(HeadroomCallbackHandler, "handler", handler, settings)
    with lock:
        register()
        everywhere.attached = (*everywhere.attached, made)
    try:
        yield made
    finally:
        with lock:
            attached = list(everywhere.attached)
            attached.remove(made)
            everywhere.attached = tuple(attached)
