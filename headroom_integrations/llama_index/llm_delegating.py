"""An LLM that is another in all but its chats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, LLMMetadata
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import LLM
from pydantic import Field

from headroom_integrations._savings import CallMetrics
from headroom_integrations.llama_index.llm_call import Held
from headroom_integrations.llama_index.llm_settings import SHARED, plain
from headroom_integrations.llama_index.llm_standin import stand_in


class DelegatingLLM(FunctionCallingLLM):
    """What `HeadroomLLM` has of the LLM within, and what it counts."""

    inner: LLM = Field(exclude=True, repr=False)

    @property
    def headroom_held(self) -> Held:
        """What is kept besides the LLM's fields."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        inner = self.__dict__.get("inner")
        if inner is None or name.startswith("_"):  # private methods of the wrapped LLM would bypass compression
            return super().__getattr__(name)  # type: ignore[misc]
        return getattr(inner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        inner = self.__dict__.get("inner")
        is_ours = name in type(self).model_fields or name.startswith("_")
        if inner is not None and (name in SHARED or not is_ours):
            setattr(inner, name, value)
        if is_ours:
            super().__setattr__(name, value)

    @property
    def metadata(self) -> LLMMetadata:
        """The wrapped LLM's."""
        return self.inner.metadata

    def convert_chat_messages(self, messages: Sequence[ChatMessage]) -> list[Any]:
        """As the wrapped LLM."""
        return self.inner.convert_chat_messages(messages)

    # -- single prompts --

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        """The wrapped LLM's completion; a prompt has no messages."""
        return self.inner.complete(prompt, formatted=formatted, **plain(kwargs))

    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        """As `complete`."""
        return await self.inner.acomplete(prompt, formatted=formatted, **plain(kwargs))

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        """As `complete`."""
        return self.inner.stream_complete(prompt, formatted=formatted, **plain(kwargs))

    async def astream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        """As `complete`."""
        return await self.inner.astream_complete(prompt, formatted=formatted, **plain(kwargs))

    # -- tools: the wrapped LLM knows the form of its provider's calls --

    def _validate_chat_with_tools_response(self, response: Any, tools: Any, *args: Any, **kwargs: Any) -> Any:
        return self.inner._validate_chat_with_tools_response(response, tools, *args, **plain(kwargs))  # type: ignore[attr-defined]

    def get_tool_calls_from_response(self, response: Any, error_on_no_tool_call: bool = True, **kwargs: Any) -> Any:
        """As the wrapped LLM reads them."""
        return self.inner.get_tool_calls_from_response(  # type: ignore[attr-defined]
            response, error_on_no_tool_call=error_on_no_tool_call, **plain(kwargs)
        )

    # -- structured output: the wrapped LLM's own way to it, compressed --

    def structured_predict(self, *args: Any, **kwargs: Any) -> Any:
        """As the wrapped LLM, with what it sends compressed."""
        return stand_in(self.inner, self).structured_predict(*args, **kwargs)

    async def astructured_predict(self, *args: Any, **kwargs: Any) -> Any:
        """As `structured_predict`."""
        return await stand_in(self.inner, self).astructured_predict(*args, **kwargs)

    def stream_structured_predict(self, *args: Any, **kwargs: Any) -> Any:
        """As `structured_predict`, in pieces."""
        return stand_in(self.inner, self).stream_structured_predict(*args, **kwargs)

    async def astream_structured_predict(self, *args: Any, **kwargs: Any) -> Any:
        """As `stream_structured_predict`."""
        return await stand_in(self.inner, self).astream_structured_predict(*args, **kwargs)

    # -- figures --

    @property
    def total_tokens_saved(self) -> int:
        """Tokens saved by this LLM object and its copies."""
        return int(self.get_metrics()["tokens_saved"])

    @property
    def metrics_history(self) -> list[CallMetrics]:
        """The newest 100 calls, oldest first."""
        return self.headroom_held.savings.history

    def get_metrics(self) -> dict[str, Any]:
        """Totals of this LLM object and its copies: `requests`, `tokens_saved`, `savings_percent`, and more."""
        return self.headroom_held.savings.metrics()

    def get_savings_summary(self) -> dict[str, Any]:
        """The same totals as `total_requests`, `total_tokens_saved`, `average_savings_percent`, and more."""
        return self.headroom_held.savings.summary()
