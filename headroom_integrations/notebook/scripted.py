"""A LangChain chat model that stands for a real one: it says what it is told, and counts what it was sent."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, convert_to_openai_messages
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr

from headroom import ConfigurationError, count_tokens_text
from headroom_integrations.demo.bill import same_length
from headroom_integrations.notebook.bill import prompt_tokens

Answer = str | AIMessage
LEAST_CACHED = 1024  # tokens: shorter prefixes are not cached


class ScriptedChatModel(BaseChatModel):
    """Stands for a chat model where there is no key: it gives the answers it was told, one for each call.

    What it says of usage is counted: tokens of the messages and tools it was really sent, and of these, as a provider
    caches prefixes, what repeats the call before.

    Attributes:
        answers: Messages or texts, in order; or a function of the messages of a call that gives one.
        model_name: As what it goes in figures and prices.
    """

    answers: Sequence[Answer] | Callable[[list[BaseMessage]], Answer] = Field(repr=False, exclude=True)
    model_name: str = "scripted"

    _calls: int = PrivateAttr(default=0)
    _before: list[dict[str, Any]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """The model with tools, which count as input."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        answer = self.answers(messages) if callable(self.answers) else self.next_answer()
        message = AIMessage(answer) if isinstance(answer, str) else answer.model_copy()
        message.usage_metadata = self.usage(wire(messages), kwargs.get("tools") or [], message)
        message.response_metadata = {**message.response_metadata, "model_name": self.model_name}
        return ChatResult(generations=[ChatGeneration(message=message)])

    def next_answer(self) -> Answer:
        """The answer whose turn it is.

        Raises:
            ConfigurationError: All were given.
        """
        assert not callable(self.answers)
        if self._calls >= len(self.answers):
            raise ConfigurationError("the script has no more answers", field="answers", value=len(self.answers))
        self._calls += 1
        return self.answers[self._calls - 1]

    def usage(self, sent: list[dict[str, Any]], tools: Sequence[Any], answer: AIMessage) -> Any:
        """What a provider would say of a call."""
        tool_tokens = tools_size(tools)
        whole = tool_tokens + prompt_tokens(sent)
        same = tool_tokens + prompt_tokens(sent[: same_length(self._before, sent)]) if self._before else 0
        self._before = sent
        read = same if same >= LEAST_CACHED else 0
        out = prompt_tokens(wire([answer]))
        return {
            "input_tokens": whole,
            "output_tokens": out,
            "total_tokens": whole + out,
            "input_token_details": {"cache_read": read},
        }


def wire(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """Messages as OpenAI's API takes them."""
    found = convert_to_openai_messages(list(messages))
    return found if isinstance(found, list) else [found]


def tools_size(tools: Sequence[Any]) -> int:
    """Tokens of the schemas of tools, about."""
    return sum(count_tokens_text(json.dumps(tool)) for tool in tools)


def chat_model(
    answers: Sequence[Answer] | Callable[[list[BaseMessage]], Answer],
    *,
    openai: str = "gpt-4.1-mini",
    anthropic: str = "claude-haiku-4-5",
    model_name: str = "scripted",
) -> BaseChatModel:
    """A real chat model where a key and its package are there, else one that gives `answers`.

    Args:
        answers: What stands for a model says.
        openai: Model for `OPENAI_API_KEY`, with langchain-openai.
        anthropic: Model for `ANTHROPIC_API_KEY`, with langchain-anthropic.
        model_name: As what the scripted one goes in figures and prices.
    """
    if has("OPENAI_API_KEY", "langchain_openai"):
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(model=openai, temperature=0)
    if has("ANTHROPIC_API_KEY", "langchain_anthropic"):
        from langchain_anthropic import ChatAnthropic

        return ChatAnthropic(model_name=anthropic, temperature=0)  # type: ignore[call-arg]
    return ScriptedChatModel(answers=answers, model_name=model_name)


def has(key: str, package: str) -> bool:
    """Whether a key is set and the package that uses it is installed."""
    return bool(os.environ.get(key)) and find_spec(package) is not None
