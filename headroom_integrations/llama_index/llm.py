"""`HeadroomLLM`: an LLM around an LLM, that compresses what the other is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms.llm import LLM
from llama_index.core.tools import BaseTool
from pydantic import ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, field_validator

from headroom.config import HeadroomConfig
from headroom.config.refusals import refusal
from headroom.results import CompressResult
from headroom_integrations._model_settings import PER_CALL
from headroom_integrations._settings import listed_roles
from headroom_integrations.llama_index.llm_call import Held, LLMCall
from headroom_integrations.llama_index.llm_delegating import DelegatingLLM
from headroom_integrations.llama_index.llm_sending import arun, astream, run, stream
from headroom_integrations.llama_index.llm_settings import (
    call_arguments,
    check_settings,
    prepared_fields,
)
from headroom_integrations.llama_index.llm_tools import offered, prepared


class HeadroomLLM(DelegatingLLM):
    """An LLM that compresses what tools answered, and lets the model ask for what was left out.

        llm = HeadroomLLM(OpenAI(model="gpt-5-mini"))
        agent = FunctionAgent(tools=tools, llm=llm)

    Everything else is the wrapped LLM's: metadata, tools, structured output, completions, callbacks, events. Chats go
    through compression; single prompts (`complete`) have no tool results, and go on as they are. Only messages of role
    `tool` are compressed: what a `ReActAgent` observes comes as words of the user, so compress its tools
    (`compress_tools`), and the nodes of a query engine (`HeadroomNodePostprocessor`). Elsewhere leave tools as they
    are: their results stay whole in the agent's memory, and this can leave out more than they could. Two exceptions:
    tools of MCP servers, whose results LlamaIndex prints as Python objects, and agents with an `output_cls`, for which
    it writes the whole memory into one message of the user.

    Where a call comes with tools (`chat_with_tools`, agents), `headroom_retrieve` is offered behind them and its calls
    are answered here, from the messages of the very call: agents see neither call nor answer. An agent that has
    `headroom_retrieve_tool` among its own tools answers itself. `retrieval="off"` leaves nothing out and offers
    nothing. `headroom_query=...` and the other `headroom_*` keywords of `HeadroomClient` may be given with a call. A
    fault inside costs nothing but the savings.

    Attributes:
        inner: The wrapped LLM; also as `wrapped_llm`. Not in `to_dict()` or `repr()`, which would show its key.
        config: Settings; single ones by name win over it; also as `headroom_config`.
        mode: `optimize`, or `audit` to measure and change nothing.
        retrieval: `auto` offers the retrieve tool where a call has tools, `tool` always, `off` never.
        selection: Where leaving out is allowed: `reachable`, `always` or `never`.
        query: What is looked for; None takes the last user text before each result.
        target_tokens: Size that a selection fills; asks for leaving out.
        token_budget: Tokens that the messages may have together; turns are dropped if nothing else helps.
        output_buffer_tokens: Tokens of the window kept free for the answer, where a window is set.
        keep_turns: Newest turns protected from compression.
        tool_profiles: Tool name or glob to settings, such as `{"read_*": {"skip_compression": True}}`.
        roles: Roles whose texts are compressed besides tool results, such as `{"user"}`.
        strict: Raise where a fault would leave a text untouched.
        format: Format id of the bytes to write.
        namespace: Scope of handles.
        store_url: Where metrics go; None takes the configured place.
        secret: Key of handles, the same on every worker.
        auto_detect_provider: Count and describe tools as the wrapped LLM's provider does; else as OpenAI.
        settings: Further settings of `HeadroomConfig` by name; they may be given as keywords, too.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value, or `inner` is no LLM.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)

    inner: LLM = Field(exclude=True, repr=False)
    config: HeadroomConfig | None = Field(None, exclude=True, repr=False)
    mode: Literal["optimize", "audit"] = "optimize"
    retrieval: Literal["auto", "tool", "off"] | None = None
    selection: Literal["reachable", "always", "never"] | None = None
    query: str | None = Field(None, exclude=True, repr=False)
    target_tokens: int | None = Field(None, ge=1)
    token_budget: int | None = Field(None, ge=1)
    output_buffer_tokens: int | None = Field(None, ge=0)
    keep_turns: int | None = Field(None, ge=0)
    tool_profiles: dict[str, Any] | None = None
    roles: list[str] | None = None
    strict: bool | None = None
    format: str | None = None
    namespace: str | None = Field(None, exclude=True, repr=False)
    store_url: str | None = Field(None, exclude=True, repr=False)
    secret: SecretStr | None = Field(None, exclude=True, repr=False)
    auto_detect_provider: bool = True
    settings: dict[str, Any] = Field(default_factory=dict, exclude=True, repr=False)

    _held: Held = PrivateAttr()

    def __init__(self, inner: LLM | None = None, config: HeadroomConfig | None = None, **fields: Any) -> None:
        positional = {"inner": inner, "config": config}
        given = {**{name: value for name, value in positional.items() if value is not None}, **fields}
        own = prepared_fields(given, type(self).model_fields)
        try:
            super().__init__(**own)
        except ValidationError as error:
            refused = refusal(type(self), error)
        else:
            self._held = Held(
                self.config, self.headroom_engine_settings(), detect=self.auto_detect_provider, inner=self.inner
            )
            check_settings(self._held, self.headroom_given())
            return
        raise refused  # out here, so that pydantic's error, which holds the input, is not attached

    @field_validator("roles", mode="before")
    @classmethod
    def read_roles(cls, roles: Any) -> Any:
        """A list in one order; one role may come without a set around it."""
        return listed_roles(roles)

    @classmethod
    def class_name(cls) -> str:
        """Its name, as traces show it."""
        return "HeadroomLLM"

    # -- what is kept beside the fields --

    @property
    def headroom_held(self) -> Held:
        """Engine, memory of withheld calls, totals."""
        return self._held

    def headroom_given(self) -> dict[str, Any]:
        """The settings as arguments of a call."""
        return call_arguments({name: getattr(self, name) for name in PER_CALL})

    def headroom_engine_settings(self) -> dict[str, Any]:
        """What decides which engine it is."""
        own = {"store_url": self.store_url, "secret": self.secret}
        return self.settings | {name: value for name, value in own.items() if value is not None}

    @property
    def wrapped_llm(self) -> LLM:
        """The wrapped LLM."""
        return self.inner

    @property
    def provider(self) -> str:
        """`openai`, `anthropic` or `google`, as it was detected."""
        return self._held.provider_name

    def simulate(self, messages: Sequence[ChatMessage], **kwargs: Any) -> CompressResult:
        """What would be done to the messages of a call, with a note per text; nothing is sent or recorded.

        Args:
            messages: As `chat` takes them.
            kwargs: Keywords of the call: `tools` as LlamaIndex's tools, `headroom_*`.
        """
        if kwargs.get("tools"):
            kwargs = self._prepare_chat_with_tools(kwargs.pop("tools"), chat_history=[], **kwargs)
            kwargs.pop("messages", None)
        call = self.headroom_call(messages, kwargs, is_stream=False)
        call.look()
        return call.result()

    # -- chats --

    def headroom_call(self, messages: Sequence[ChatMessage], kwargs: dict[str, Any], *, is_stream: bool) -> LLMCall:
        """One call, not begun.

        Raises:
            ConfigurationError: A `headroom_*` keyword is refused.
        """
        given = {**self.headroom_given(), **offered(self, kwargs)}
        return LLMCall(self._held, self.inner, messages, given, stream=is_stream)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> Any:
        """The wrapped LLM's answer to the compressed messages."""
        return run(self.headroom_call(messages, kwargs, is_stream=False), self.inner.chat)

    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> Any:
        """As `chat`."""
        return await arun(self.headroom_call(messages, kwargs, is_stream=False), self.inner.achat)

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> Any:
        """As `chat`, in pieces."""
        return stream(self.headroom_call(messages, kwargs, is_stream=True), self.inner.stream_chat)

    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> Any:
        """As `stream_chat`."""
        return await astream(self.headroom_call(messages, kwargs, is_stream=True), self.inner.astream_chat)

    # -- tools --

    def _prepare_chat_with_tools(
        self,
        tools: Sequence[BaseTool],
        user_msg: str | ChatMessage | None = None,
        chat_history: list[ChatMessage] | None = None,
        verbose: bool = False,
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        return prepared(
            self,
            tools,
            user_msg=user_msg,
            chat_history=chat_history,
            verbose=verbose,
            allow_parallel_tool_calls=allow_parallel_tool_calls,
            tool_required=tool_required,
            **kwargs,
        )
