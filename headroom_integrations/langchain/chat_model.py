"""`HeadroomChatModel`: a chat model around a chat model, that compresses what the other is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable
from pydantic import ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, field_validator

from headroom.config import HeadroomConfig
from headroom.config.refusals import refusal
from headroom.errors import ConfigurationError
from headroom.results import CompressResult
from headroom_integrations._settings import listed_roles
from headroom_integrations.langchain.chat_model_call import Held, ModelCall, Place
from headroom_integrations.langchain.chat_model_hooks import CompressingHooks
from headroom_integrations.langchain.chat_model_settings import (
    PER_CALL,
    call_arguments,
    check_settings,
    given_fields,
)
from headroom_integrations.langchain.wrapping import replaced

# What the base class reads of itself, taken from the wrapped model unless given.
MIRRORED = (
    "cache",
    "rate_limiter",
    "disable_streaming",
    "output_version",
    "profile",
    "verbose",
    "callbacks",
    "tags",
    "metadata",
    "custom_get_token_ids",
)


class HeadroomChatModel(CompressingHooks, BaseChatModel):
    """A chat model that compresses what tools answered, and lets the model ask for what was left out.

        model = HeadroomChatModel(ChatOpenAI(model="gpt-5"))
        agent = create_react_agent(model, tools)

    Everything else is the wrapped model's: tools, structured output, streaming, callbacks, caches, rate limits, token
    counts, usage. Where tools are bound, `headroom_retrieve` is offered behind them and its calls are answered here;
    `retrieval="off"` leaves nothing out and offers nothing. `headroom_query=...` and the other `headroom_*` keywords
    of `HeadroomClient` may be given with a call, or bound. A fault inside costs nothing but the savings.

    For what was made of a model, such as `model.bind_tools(...)`, and for code that asks for the class of a model,
    there is `wrap`.

    Attributes:
        inner: The wrapped model; by keyword also as `wrapped_model`.
        config: Settings; single ones by name win over it; also as `headroom_config`.
        mode: `optimize`, or `audit` to measure and change nothing.
        retrieval: `auto` offers the retrieve tool where tools are bound, `tool` always, `off` never.
        selection: Where leaving out is allowed: `reachable`, `always` or `never`.
        query: What is looked for; None takes the last user text before each result.
        target_tokens: Size that a selection fills; asks for leaving out.
        token_budget: Tokens that the messages may have together; turns are dropped if nothing else helps.
        output_buffer_tokens: Tokens of the window kept free for the answer, where a window is set.
        keep_turns: Newest turns protected from compression.
        tool_profiles: Tool name or glob to settings, such as `{"read_*": {"skip_compression": True}}`.
        roles: Roles whose texts are compressed besides tool results, such as `{"human"}`.
        strict: Raise where a fault would leave a text untouched.
        format: Format id of the bytes to write.
        namespace: Scope of handles.
        store_url: Where metrics go; None takes the configured place.
        secret: Key of handles, the same on every worker.
        trace: What traces show as the model's input: `sent`, or `original` for the messages as they came.
        auto_detect_provider: Count and describe tools as the wrapped model's provider does; else as OpenAI.
        settings: Further settings of `HeadroomConfig` by name; they may be given as keywords, too.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value, or `inner` is no chat model.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)

    inner: BaseChatModel
    config: HeadroomConfig | None = Field(None, repr=False)
    mode: Literal["optimize", "audit"] = "optimize"
    retrieval: Literal["auto", "tool", "off"] | None = None
    selection: Literal["reachable", "always", "never"] | None = None
    query: str | None = Field(None, repr=False)
    target_tokens: int | None = Field(None, ge=1)
    token_budget: int | None = Field(None, ge=1)
    output_buffer_tokens: int | None = Field(None, ge=0)
    keep_turns: int | None = Field(None, ge=0)
    tool_profiles: dict[str, Any] | None = None
    roles: list[str] | None = None
    strict: bool | None = None
    format: str | None = None
    namespace: str | None = Field(None, repr=False)
    store_url: str | None = Field(None, repr=False)
    secret: SecretStr | None = Field(None, repr=False)
    trace: Literal["sent", "original"] = "sent"
    auto_detect_provider: bool = True
    settings: dict[str, Any] = Field(default_factory=dict, repr=False)

    _held: Held = PrivateAttr()

    def __init__(
        self,
        inner: BaseChatModel | None = None,
        config: HeadroomConfig | None = None,
        mode: Any = None,
        /,
        **fields: Any,
    ) -> None:
        positional = {"inner": inner, "config": config, "mode": mode}
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

    def __getattr__(self, name: str) -> Any:
        inner = self.__dict__.get("inner")
        if inner is None or name.startswith("_"):  # private hooks of the wrapped model would bypass compression
            return super().__getattr__(name)  # type: ignore[misc]
        return getattr(inner, name)

    @property
    def wrapped_model(self) -> BaseChatModel:
        """The wrapped model."""
        return self.inner

    @property
    def provider(self) -> str:
        """`openai`, `anthropic` or `google`, as it was detected."""
        return self._held.provider_name

    # -- what the hooks ask for --

    def headroom_hook(self, name: str) -> Any:
        """The wrapped model's hook."""
        return getattr(self.inner, name)

    def headroom_held(self) -> Held:
        """Engine, memory of withheld calls, totals."""
        return self._held

    def headroom_inner(self) -> BaseChatModel:
        """The wrapped model."""
        return self.inner

    def headroom_traces(self) -> str:
        """What traces show."""
        return self.trace

    def headroom_given(self) -> dict[str, Any]:
        """The settings as arguments of a call."""
        return call_arguments({name: getattr(self, name) for name in PER_CALL})

    def headroom_engine_settings(self) -> dict[str, Any]:
        """What decides which engine it is."""
        own = {"store_url": self.store_url, "secret": self.secret}
        return self.settings | {name: value for name, value in own.items() if value is not None}

    def headroom_key(self) -> str:
        """What tells these settings from others, for caches of answers."""
        given = sorted((name, repr(value)) for name, value in self.headroom_given().items())
        return f"headroom:{self._held.engine.resolved.fingerprint}:{given!r}"

    def simulate(self, input: LanguageModelInput, **kwargs: Any) -> CompressResult:
        """What would be done to the messages of a call, with a note per text; nothing is sent or recorded.

        Args:
            input: As `invoke` takes it.
            kwargs: Keywords of the call: `tools` in the provider's form, `headroom_*`.
        """
        messages = self._convert_input(input).to_messages()
        call = ModelCall(
            self._held, self.inner, messages, {**self.headroom_given(), **kwargs}, place=Place(), stream=False
        )
        call.begin()
        return call.result()

    # -- what is the wrapped model's --

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Whether LangChain may write it down: no, it could not read it again."""
        return False

    @property
    def _llm_type(self) -> str:
        return self.inner._llm_type

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {**self.inner._identifying_params, "headroom": self.headroom_key()}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        return self.inner._get_ls_params(stop=stop, **plain(kwargs))

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        return self.inner._get_invocation_params(stop=stop, **plain(kwargs))

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        own = sorted((name, repr(kwargs[name])) for name in set(kwargs) - set(plain(kwargs)))
        text = self.inner._get_llm_string(stop=stop, **plain(kwargs))
        return f"{text}---{self.headroom_key()}{own or ''}"

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        return self.inner._combine_llm_outputs(llm_outputs)

    def _streaming_disabled(self, **kwargs: Any) -> bool:
        return self.inner._streaming_disabled(**kwargs)

    def _should_stream(self, *, async_api: bool, run_manager: Any = None, **kwargs: Any) -> bool:
        return self.inner._should_stream(async_api=async_api, run_manager=run_manager, **kwargs)

    def _should_use_protocol_streaming(self, *, async_api: bool, run_manager: Any = None, **kwargs: Any) -> bool:
        hooks = ("_stream", "_astream") if async_api else ("_stream",)
        if not any(getattr(type(self.inner), name) is not getattr(BaseChatModel, name) for name in hooks):
            return False  # events are made of chunks here, and there are none
        return super()._should_use_protocol_streaming(async_api=async_api, run_manager=run_manager, **kwargs)

    def get_token_ids(self, text: str) -> list[int]:
        """As the wrapped model."""
        return self.inner.get_token_ids(text)

    def get_num_tokens(self, text: str) -> int:
        """As the wrapped model."""
        return self.inner.get_num_tokens(text)

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> int:
        """As the wrapped model."""
        return self.inner.get_num_tokens_from_messages(messages, *args, **kwargs)

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: Any = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The wrapped model's own binding, with this model in its place."""
        choice = {} if tool_choice is None else {"tool_choice": tool_choice}
        made = self.inner.bind_tools(tools, **choice, **kwargs)
        return replaced(made, self.inner, self)  # type: ignore[no-any-return]

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Runnable[LanguageModelInput, Any]:
        """The wrapped model's own way to structured output, with this model in its place."""
        made = self.inner.with_structured_output(schema, **kwargs)
        return replaced(made, self.inner, self)  # type: ignore[no-any-return]


def plain(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords of a call without ours."""
    return {name: value for name, value in kwargs.items() if not name.startswith("headroom_")}


def prepared_fields(given: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords as fields, with what the base class wants to know of the wrapped model.

    Raises:
        ConfigurationError: A keyword is refused.
    """
    inner = given.get("inner", given.get("wrapped_model"))
    if not isinstance(inner, BaseChatModel):
        hint = "; wrap(...) takes what was made of one" if isinstance(inner, Runnable) else ""
        kind = type(inner).__name__
        raise ConfigurationError(f"inner must be a chat model, got {kind}{hint}", field="inner", value=kind)
    theirs = {name: given[name] for name in given if name not in fields and name in type(inner).model_fields}
    if theirs:  # as RunnableConfigurableFields sets fields of a model
        known = {name: getattr(inner, name) for name in type(inner).model_fields}
        inner = type(inner)(**{**known, **theirs})
    own = given_fields({name: value for name, value in given.items() if name not in theirs}, fields)
    own["inner"] = inner
    for name in MIRRORED:
        if name not in given and hasattr(inner, name):
            value = getattr(inner, name)
            own[name] = dict(value) if name == "metadata" and value else value
    return own
