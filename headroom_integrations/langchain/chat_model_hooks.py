"""The hooks of a chat model, each compressing first and then calling the wrapped model's hook of the same name."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any

from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config

from headroom_integrations._savings import CallMetrics
from headroom_integrations.langchain.chat_model_call import Held, ModelCall, Place, Sent, at, place_of
from headroom_integrations.langchain.chat_model_sending import (
    achunks,
    arun,
    asked,
    chunks,
    run,
    sender,
    with_figures,
)
from headroom_integrations.langchain.chat_model_trace import (
    AsyncSentTrace,
    SentTrace,
    handlers_of,
    trace_of,
    with_first,
)

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

    Base = BaseChatModel
else:
    Base = object

STRUCTURED = ("ls_structured_output_format", "structured_output_format")

NO_ARGUMENTS = frozenset({"stop", "tags", "metadata", "run_name", "run_id", *STRUCTURED})
"""Keywords of a call that its hooks never see."""


class CompressingHooks(Base):
    """What `HeadroomChatModel` and models that keep their type have in common; stands before the model's own class."""

    def headroom_hook(self, name: str) -> Any:
        """The wrapped model's own hook."""
        raise NotImplementedError

    def headroom_held(self) -> Held:
        """What is kept besides the model's fields."""
        raise NotImplementedError

    def headroom_given(self) -> dict[str, Any]:
        """The model's settings as `headroom_*` arguments of a call."""
        raise NotImplementedError

    def headroom_inner(self) -> Any:
        """The model that says what it is called."""
        return self

    def headroom_call(self, messages: Any, kwargs: Mapping[str, Any], run_manager: Any, *, stream: bool) -> ModelCall:
        """One call: that which the run's trace showed, else one not begun.

        Raises:
            ConfigurationError: A `headroom_*` keyword is refused.
        """
        place = place_of(run_manager)
        trace = trace_of(place.handlers)
        begun = trace.begun(place.run_id, messages) if trace is not None else None
        if begun is not None:
            begun.stream = stream
            return begun
        given = {**self.headroom_given(), **kwargs}
        return ModelCall(self.headroom_held(), self.headroom_inner(), messages, given, place=place, stream=stream)

    def headroom_traces(self) -> str:
        """What traces show: `sent` or `original`."""
        raise NotImplementedError

    def headroom_traced(
        self, callbacks: Any, kwargs: Mapping[str, Any], kind: type[SentTrace] = SentTrace, runs: int = 1
    ) -> Any:
        """Callbacks of one call that show what is sent, where that is wanted and not done yet."""
        known = trace_of(handlers_of(callbacks))
        if self.headroom_traces() != "sent" or (known is not None and known.owner is self):
            return callbacks
        given = {**self.headroom_given(), **{name: kwargs[name] for name in kwargs if name not in NO_ARGUMENTS}}

        def make(messages: list[Any], place: Place) -> ModelCall:
            return ModelCall(self.headroom_held(), self.headroom_inner(), messages, given, place=place, stream=False)

        return with_first(callbacks, kind(make, owner=self, runs=runs))

    def generate(self, messages: Any, stop: Any = None, callbacks: Any = None, **kwargs: Any) -> Any:
        """Answers to several conversations, one after the other."""
        callbacks = self.headroom_traced(callbacks, kwargs, runs=len(messages))
        return super().generate(messages, stop, callbacks, **kwargs)

    async def agenerate(self, messages: Any, stop: Any = None, callbacks: Any = None, **kwargs: Any) -> Any:
        """`generate`, asynchronous and side by side."""
        callbacks = self.headroom_traced(callbacks, kwargs, AsyncSentTrace, runs=len(messages))
        return await super().agenerate(messages, stop, callbacks, **kwargs)

    def _chat_model_stream_v3(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        return super()._chat_model_stream_v3(input, self.headroom_placed(config, kwargs)[0], **kwargs)

    async def _achat_model_stream_v3(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        config = self.headroom_placed(config, kwargs, AsyncSentTrace)[0]
        return await super()._achat_model_stream_v3(input, config, **kwargs)

    def headroom_placed(
        self, config: RunnableConfig | None, kwargs: Mapping[str, Any], kind: type[SentTrace] = SentTrace
    ) -> tuple[RunnableConfig, Place]:
        """A config whose run has an id and shows what is sent, and the place of that run."""
        made = ensure_config(config)
        made["callbacks"] = self.headroom_traced(made.get("callbacks"), kwargs, kind)
        return placed(made)

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        hook = self.headroom_hook("_generate")
        if isinstance(messages, Sent):
            return asked(hook, messages, run_manager, {"stop": stop, **kwargs})  # type: ignore[no-any-return]
        call = self.headroom_call(messages, kwargs, run_manager, stream=False)
        return run(call, sender(hook, call, run_manager, stop))

    async def _agenerate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        hook = self.headroom_hook("_agenerate")
        if isinstance(messages, Sent):
            return await asked(hook, messages, run_manager, {"stop": stop, **kwargs})  # type: ignore[no-any-return]
        call = self.headroom_call(messages, kwargs, run_manager, stream=False)
        return await arun(call, sender(hook, call, run_manager, stop))

    def _stream(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        hook = self.headroom_hook("_stream")
        if isinstance(messages, Sent):
            yield from asked(hook, messages, run_manager, {"stop": stop, **kwargs})
            return
        call = self.headroom_call(messages, kwargs, run_manager, stream=True)
        found: ChatGenerationChunk | None = None
        with closing(chunks(call, sender(hook, call, None, stop))) as passed:  # type: ignore[type-var]
            for chunk in passed:
                found = with_figures(chunk, call) if found is None else chunk
                if run_manager is not None:  # told here: chunks of a retrieve round are nobody's business
                    run_manager.on_llm_new_token(found.text, chunk=found)
                yield found

    async def _astream(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        hook = self.headroom_hook("_astream")
        if isinstance(messages, Sent):
            async for chunk in asked(hook, messages, run_manager, {"stop": stop, **kwargs}):
                yield chunk
            return
        call = self.headroom_call(messages, kwargs, run_manager, stream=True)
        found: ChatGenerationChunk | None = None
        async with aclosing(achunks(call, sender(hook, call, None, stop))) as passed:  # type: ignore[type-var]
            async for chunk in passed:
                found = with_figures(chunk, call) if found is None else chunk
                if run_manager is not None:
                    await run_manager.on_llm_new_token(found.text, chunk=found)
                yield found

    def _generate_with_cache(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
        with at(place_of(run_manager)):
            return super()._generate_with_cache(messages, stop=stop, run_manager=run_manager, **kwargs)

    async def _agenerate_with_cache(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Any:
        with at(place_of(run_manager)):
            return await super()._agenerate_with_cache(messages, stop=stop, run_manager=run_manager, **kwargs)

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Chunks of the answer as they come."""
        config, place = self.headroom_placed(config, kwargs)
        with closing(super().stream(input, config, **kwargs)) as found:  # type: ignore[type-var]
            while True:
                with at(place):  # base classes tell `_stream` nothing of the run
                    chunk = next(found, None)
                if chunk is None:
                    return
                yield chunk

    async def astream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Any]:
        """`stream`, asynchronous."""
        config, place = self.headroom_placed(config, kwargs, AsyncSentTrace)
        async with aclosing(super().astream(input, config, **kwargs)) as found:  # type: ignore[type-var]
            while True:
                with at(place):
                    chunk = await anext(found, None)
                if chunk is None:
                    return
                yield chunk

    @property
    def total_tokens_saved(self) -> int:
        """Tokens saved by this model object and its copies."""
        return int(self.get_metrics()["tokens_saved"])

    @property
    def metrics_history(self) -> list[CallMetrics]:
        """The newest 100 calls, oldest first."""
        return self.headroom_held().savings.history

    def get_metrics(self) -> dict[str, Any]:
        """Totals of this model object and its copies: `requests`, `tokens_saved`, `savings_percent`, and more."""
        return self.headroom_held().savings.metrics()

    def get_savings_summary(self) -> dict[str, Any]:
        """The same totals as `total_requests`, `total_tokens_saved`, `average_savings_percent`, and more."""
        return self.headroom_held().savings.summary()


def placed(made: RunnableConfig) -> tuple[RunnableConfig, Place]:
    """A config whose run has an id, and the place of that run."""
    if made.get("run_id") is None:
        made["run_id"] = uuid.uuid4()
    configurable, metadata = made.get("configurable") or {}, made.get("metadata") or {}
    thread = {"thread_id": configurable["thread_id"]} if configurable.get("thread_id") is not None else {}
    handlers = handlers_of(made.get("callbacks"))
    return made, Place(run_id=str(made["run_id"]), metadata={**thread, **metadata}, handlers=handlers)
