"""A LlamaIndex LLM that stands for a real one: it says what it is told, and keeps what it was sent."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from importlib.util import find_spec
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import LLM, ToolSelection
from pydantic import Field, PrivateAttr

from headroom import ConfigurationError, count_tokens_text

Answer = str | ToolSelection
WORD = re.compile(r"\w{3,}")


class ScriptedLLM(FunctionCallingLLM):
    """Stands for an LLM where there is no key.

    Without answers it quotes: the line of what it was sent that shares most words with the question. That is what a
    reader without understanding can do, and enough to see whether the answer is still there.

    Attributes:
        answers: Texts or tool calls (`ToolSelection`), one for each call; or a function of a call's messages.
    """

    answers: Sequence[Answer] | Callable[[Sequence[ChatMessage]], Answer] | None = Field(
        default=None, repr=False, exclude=True
    )

    _prompts: list[str] = PrivateAttr(default_factory=list)
    _given: int = PrivateAttr(default=0)

    def __init__(
        self,
        answers: Sequence[Answer] | Callable[[Sequence[ChatMessage]], Answer] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(answers=answers, **fields)

    @classmethod
    def class_name(cls) -> str:
        """Its name, as LlamaIndex writes it down."""
        return "ScriptedLLM"

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex asks of a model."""
        return LLMMetadata(
            model_name="scripted", context_window=128_000, is_chat_model=True, is_function_calling_model=True
        )

    @property
    def prompts(self) -> list[str]:
        """What it was sent, a text for each call."""
        return self._prompts

    @property
    def prompt_tokens(self) -> list[int]:
        """Tokens of each call."""
        return [count_tokens_text(prompt) for prompt in self._prompts]

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The next answer."""
        self._prompts.append("\n".join(f"{message.role.value}: {message.content or ''}" for message in messages))
        answer = self.next_answer(messages)
        if isinstance(answer, str):
            return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=answer), delta=answer)
        function = {"name": answer.tool_name, "arguments": json.dumps(answer.tool_kwargs)}
        calls = {"tool_calls": [{"id": answer.tool_id, "type": "function", "function": function}]}
        message = ChatMessage(role=MessageRole.ASSISTANT, content="", additional_kwargs=calls)
        return ChatResponse(message=message, delta="")

    def next_answer(self, messages: Sequence[ChatMessage]) -> Answer:
        """What it says.

        Raises:
            ConfigurationError: All answers were given.
        """
        if self.answers is None:
            return quoted(str(messages[-1].content or ""))
        if callable(self.answers):
            return self.answers(messages)
        if self._given >= len(self.answers):
            raise ConfigurationError("the script has no more answers", field="answers", value=len(self.answers))
        self._given += 1
        return self.answers[self._given - 1]

    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """`chat`."""
        return self.chat(messages, **kwargs)

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> Generator[ChatResponse, None, None]:
        """`chat` as a stream of one piece."""
        yield self.chat(messages, **kwargs)

    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> AsyncGenerator[ChatResponse, None]:
        """`chat` as a stream of one piece."""

        async def pieces() -> AsyncGenerator[ChatResponse, None]:
            yield self.chat(messages, **kwargs)

        return pieces()

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """The next answer to a text."""
        return CompletionResponse(text=self.chat([ChatMessage(role=MessageRole.USER, content=prompt)]).message.content)

    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """`complete`."""
        return self.complete(prompt)

    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> Generator[CompletionResponse, None, None]:
        """`complete` as a stream of one piece."""
        yield self.complete(prompt)

    async def astream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> AsyncGenerator[CompletionResponse, None]:
        """`complete` as a stream of one piece."""

        async def pieces() -> AsyncGenerator[CompletionResponse, None]:
            yield self.complete(prompt)

        return pieces()

    def _prepare_chat_with_tools(
        self,
        tools: Sequence[Any],
        user_msg: str | ChatMessage | None = None,
        chat_history: list[ChatMessage] | None = None,
        verbose: bool = False,
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        said = ChatMessage(role=MessageRole.USER, content=user_msg) if isinstance(user_msg, str) else user_msg
        return {"messages": [*(chat_history or []), *([] if said is None else [said])]}

    def get_tool_calls_from_response(
        self, response: ChatResponse, error_on_no_tool_call: bool = True, **kwargs: Any
    ) -> list[ToolSelection]:
        """The tool calls of an answer."""
        return [
            ToolSelection(
                tool_id=call["id"],
                tool_name=call["function"]["name"],
                tool_kwargs=json.loads(call["function"]["arguments"]),
            )
            for call in response.message.additional_kwargs.get("tool_calls") or ()
        ]


def quoted(prompt: str) -> str:
    """The line of a prompt that shares most words with its question; words in few lines count more."""
    before, _, question = prompt.rpartition("Query:")
    lines = [line.strip() for line in re.split(r"\n|(?<=[.!?]) ", before or prompt) if line.strip()]
    words = [set(WORD.findall(line.lower())) for line in lines]
    asked = sorted(set(WORD.findall((question if before else prompt).lower())))
    weight = {word: 1 / (1 + sum(word in several for several in words)) for word in asked}
    scores = [sum(weight[word] for word in asked if word in several) for several in words]
    return lines[scores.index(max(scores))] if lines else ""


def llm(
    answers: Sequence[Answer] | Callable[[Sequence[ChatMessage]], Answer] | None = None, *, openai: str = "gpt-4.1-mini"
) -> LLM:
    """OpenAI's LLM where `OPENAI_API_KEY` and llama-index-llms-openai are there, else one that gives `answers`.

    Args:
        answers: What stands for a model says; None quotes.
        openai: Model for the key.
    """
    if os.environ.get("OPENAI_API_KEY") and find_spec("llama_index.llms") and find_spec("llama_index.llms.openai"):
        from llama_index.llms.openai import OpenAI

        return OpenAI(model=openai, temperature=0)
    return ScriptedLLM(answers=answers)
