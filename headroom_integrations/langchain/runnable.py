"""`HeadroomCompressor`: a step of a chain that makes what passes through it smaller and keeps its type."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any, ClassVar, Literal

from langchain_core.callbacks import AsyncCallbackManagerForChainRun, CallbackManagerForChainRun
from langchain_core.messages import AIMessageChunk, AnyMessage
from langchain_core.prompt_values import ChatPromptValueConcrete, StringPromptValue
from langchain_core.runnables import RunnableConfig, RunnableLambda, RunnableSerializable
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, field_validator

from headroom.config import HeadroomConfig
from headroom.config.refusals import mask_url, refusal
from headroom.engine import Engine
from headroom.errors import ConfigurationError
from headroom.results import CompressResult
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._settings import PER_CALL, check_call, checked_count, listed_roles, sorted_out
from headroom_integrations._shared import EngineHolder, say_once
from headroom_integrations.langchain.call import INTEGRATION, Call, run
from headroom_integrations.langchain.expect import output_of, refuse_parser
from headroom_integrations.langchain.graph import changed_messages
from headroom_integrations.langchain.inputs import value_at
from headroom_integrations.langchain.messages import role_name
from headroom_integrations.langchain.rag import question_of
from headroom_integrations.langchain.reasons import why_not_found

Passing = str | StringPromptValue | ChatPromptValueConcrete | list[AnyMessage] | dict[str, Any]


class HeadroomCompressor(RunnableSerializable[Any, Any]):
    """A step that compresses texts, prompts, messages, documents and states, and gives back the type it got.

        chain = retriever | HeadroomCompressor()
        chain = prompt | HeadroomCompressor() | model

    Of messages only what tools answered is compressed, unless `roles` says otherwise; a bare text, a text prompt and
    documents are. Ids, names, artifacts and metadata stay; what is not changed is the same object; what is not
    understood goes through. By default nothing is left out: a chain has no retrieve tool, so only exact forms are
    used (law 5). A fault inside costs nothing but the savings. Streams of model output pass through chunk by chunk.

    Attributes:
        config: Settings; single ones by name win over it. Copied: later edits reach new steps only.
        model: Name of the model behind the step; decides figures, never bytes.
        mode: `optimize`, or `audit` to measure and change nothing.
        retrieval: `tool` where the model behind the step has `headroom_retrieve` bound.
        selection: Where leaving out is allowed: `reachable`, `always` or `never`.
        query: What is looked for, or a function of the input; None takes `config["configurable"]["headroom_query"]`,
            then `query_key`, then, for documents, the last user message under `messages_key`, for results the last user
            text before each.
        query_key: Key of the question in a dict that flows through: a text, a message, or a list of messages.
        documents_key: Key of documents in a dict that flows through: a list of them, or the text they were joined to;
            messages of the same dict are left alone then.
        messages_key: Key of messages in a dict or state that flows through.
        target_tokens: Size that a selection fills; asks for leaving out (`reachable_by` tells).
        token_budget: Tokens that documents may have together: those of their sentences that answer the question stay,
            each document in its place with `[...]` where some do not. Of messages: large results are cut further, then
            turns are dropped.
        keep_turns: Newest turns protected from compression.
        tool_profiles: Tool name or glob to settings, such as `{"read_*": {"skip_compression": True}}`.
        roles: Roles whose texts are compressed besides tool results, such as `{"human"}`.
        expect: `json` where programs parse what comes out: what was JSON stays JSON of the same value. With
            `output="json"` beside it lists of like objects are columns and rows, which `headroom.loads` reads back.
        strict: Raise where a fault would leave a text untouched.
        format: Format id of the bytes to write.
        namespace: Scope of handles.
        store_url: Where metrics go; None takes the configured place.
        secret: Key of handles, the same on every worker.
        settings: Further settings of `HeadroomConfig` by name; they may be given as keywords, too.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)

    name: str | None = "HeadroomCompressor"
    config: HeadroomConfig | None = None
    model: str = ""
    mode: Literal["optimize", "audit"] = "optimize"
    retrieval: Literal["auto", "tool", "off"] | None = None
    selection: Literal["reachable", "always", "never"] | None = None
    query: str | Callable[[Any], str | None] | None = Field(None, repr=False)
    query_key: str | None = None
    documents_key: str | None = None
    messages_key: str = "messages"
    target_tokens: int | None = Field(None, ge=1)
    token_budget: int | None = Field(None, ge=1)
    keep_turns: int | None = Field(None, ge=0)
    tool_profiles: dict[str, Any] | None = None
    references: bool | None = None
    roles: list[str] | None = None
    expect: Literal["json"] | None = None
    strict: bool | None = None
    format: str | None = None
    namespace: str | None = None
    store_url: str | None = Field(None, repr=False)
    secret: SecretStr | None = Field(None, repr=False)
    settings: dict[str, Any] = Field(default_factory=dict, repr=False)

    _held: EngineHolder = PrivateAttr()
    surface: ClassVar[str] = INTEGRATION  # as metrics name it

    def __init__(self, config: HeadroomConfig | None = None, /, **fields: Any) -> None:
        given = {"config": config, **fields} if config is not None else fields
        try:
            super().__init__(**sorted_out(given, type(self).model_fields))
        except ValidationError as error:
            refused = refusal(type(self), error)
        else:
            self._held = EngineHolder(self.config, self.engine_settings())
            self.engine.request(**self.facts({}))  # refuses bad values now, not in the first call
            return
        raise refused  # out here, so that pydantic's error, which holds the input, is not attached

    @field_validator("roles", mode="before")
    @classmethod
    def read_roles(cls, roles: Any) -> Any:
        """A list in one order; one role may come without a set around it."""
        return listed_roles(roles)

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Whether LangChain may write it down."""
        return True

    @classmethod
    def get_lc_namespace(cls) -> list[str]:
        """Where `langchain_core.load` finds it."""
        return ["headroom_integrations", "langchain", "runnable"]

    @property
    def lc_secrets(self) -> dict[str, str]:
        """Fields that LangChain must not write down, with the variables that stand for them."""
        named = {"secret": "HEADROOM_SECRET"} if self.secret is not None else {}
        has_password = self.store_url is not None and mask_url(self.store_url) != self.store_url
        return named | ({"store_url": "HEADROOM_STORE_URL"} if has_password else {})

    @property
    def InputType(self) -> Any:  # noqa: N802  LangChain's name
        """What it takes, for schemas and graphs; other types pass through."""
        return Passing

    @property
    def OutputType(self) -> Any:  # noqa: N802  LangChain's name
        """What it gives: the type it took."""
        return Passing

    @property
    def engine(self) -> Engine:
        """The engine, shared by all steps of this process with the same settings."""
        settings = self.engine_settings()
        if not self._held.fits(self.config, settings):
            self._held = EngineHolder(self.config, settings)
        return self._held.engine

    def engine_settings(self) -> dict[str, Any]:
        """What decides which engine it is."""
        own: dict[str, Any] = {"store_url": self.store_url, "secret": self.secret}
        own |= output_of(self.expect, self.config, self.settings)
        return self.settings | {name: value for name, value in own.items() if value is not None}

    def facts(self, given: dict[str, Any]) -> dict[str, Any]:
        """The facts of one call: fields, and over them what was bound or given with the call."""
        check_call(given)
        own = {name: getattr(self, name) for name in (*PER_CALL, "model")}
        if callable(own["query"]):
            own["query"] = None
        facts = own | {name: value for name, value in given.items() if value is not None}
        if facts["roles"] is not None:
            facts["roles"] = {"tool", "function"} | {role_name(role) for role in facts["roles"]}
        if self.mode == "audit":
            facts |= {"roles": (), "keep_turns": 1_000_000}
        return {name: value for name, value in facts.items() if value is not None}

    def call(self, value: Any, config: RunnableConfig | None, facts: dict[str, Any]) -> Call:
        """One call, ready to run."""
        configurable = (config or {}).get("configurable") or {}
        given = dict(facts)
        budget = checked_count("token_budget", given.pop("token_budget", None)) or self.token_budget
        query = given.get("query") or self.asked(value, configurable)
        return Call(
            value=value,
            engine=self.engine,
            facts=self.facts({**given, "query": query}),
            mode=self.mode,
            messages_key=self.messages_key,
            documents_key=self.documents_key,
            query_key=self.query_key,
            thread_id=configurable.get("thread_id") or ((config or {}).get("metadata") or {}).get("thread_id"),
            token_budget=budget if self.mode == "optimize" else None,
            integration=self.surface,
            expect=self.expect,
        )

    def asked(self, value: Any, configurable: Mapping[str, Any]) -> str | None:
        """What is looked for in `value`, by the settings of the step; a function that fails costs only the question."""
        if callable(self.query):
            with contain("query", strict=bool(self.strict)):
                if (question := question_of(self.query(value))) is not None:
                    return question
        for given in (None if callable(self.query) else self.query, configurable.get("headroom_query")):
            if (question := question_of(given)) is not None:
                return question
        if self.query_key is not None:
            return question_of(value_at(value, self.query_key))
        holds_documents = self.documents_key is not None and isinstance(value, (Mapping, BaseModel))
        return question_of(value_at(value, self.messages_key)) if holds_documents else None

    def __or__(self, other: Any) -> Any:
        """This step, then `other`.

        Raises:
            ConfigurationError: `other` parses JSON, and this step says neither `expect="json"` nor `output="json"`.
        """
        refuse_parser(self.engine, other)
        return super().__or__(other)

    def pipe(self, *others: Any, name: str | None = None) -> Any:
        """This step, then `others`.

        Raises:
            ConfigurationError: The first of them parses JSON, and this step says neither `expect="json"` nor
                `output="json"`.
        """
        refuse_parser(self.engine, next(iter(others), None))
        return super().pipe(*others, name=name)

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """`input` compressed, in its own type; `input` itself where nothing changed.

        Args:
            input: A text, prompt value, message, list of messages, document(s), or a dict with `messages`.
            config: LangChain's, with `configurable.headroom_query` and `configurable.thread_id` where there are any.
            kwargs: Settings of this call: `query`, `token_budget`, `target_tokens`, `retrieval`, `selection`,
                `keep_turns`, `tool_profiles`, `references`, `roles`, `strict`, `format`, `namespace`, `model`.

        Raises:
            ConfigurationError: A setting of the call has an unknown name or a bad value.
            CompressionError: With `strict`, where a fault would leave a text untouched.
        """
        return self._call_with_config(self.run_one, input, config, **kwargs)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """`invoke` with its work in a thread, so that the event loop goes on."""
        return await self._acall_with_config(self.arun_one, input, config, **kwargs)

    def run_one(self, value: Any, run_manager: CallbackManagerForChainRun, config: RunnableConfig, **facts: Any) -> Any:
        """The work of `invoke`."""
        return run(self.call(value, config, facts), run_id=str(run_manager.run_id))[0]

    async def arun_one(
        self, value: Any, run_manager: AsyncCallbackManagerForChainRun, config: RunnableConfig, **facts: Any
    ) -> Any:
        """The work of `ainvoke`."""
        work = partial(self.run_in_thread, value, config, facts, str(run_manager.run_id))
        return await in_thread(work)

    def run_in_thread(self, value: Any, config: RunnableConfig, facts: dict[str, Any], run_id: str) -> Any:
        """The part of `ainvoke` that is no business of the event loop."""
        return run(self.call(value, config, facts), run_id=run_id)[0]

    def simulate(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> CompressResult:
        """What `invoke` would do, with a note per text that says what was done or why not; nothing is recorded.

        `messages` of the result are what the input holds as OpenAI-shaped dicts, for people to look at.
        """
        return run(self.call(input, config, kwargs), is_recorded=False)[1]

    def get_metrics(self) -> dict[str, int | float]:
        """Totals of this process over all steps with the same settings: `requests_total`, `tokens_input_before`,
        `tokens_input_after`, `tokens_saved_total`, `saved_exact`, `saved_reachable`, `saved_unreachable`, ..."""
        return self.engine.recorder.totals.snapshot()

    def transform(self, input: Iterator[Any], config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Chunks of a model's answer as they come; anything else is gathered and compressed as one."""
        for first in input:
            chunks = chain([first], input)
            if self.passes(first):
                yield from self._transform_stream_with_config(chunks, same, config)
            else:
                yield from super().transform(chunks, config, **kwargs)
            return

    async def atransform(
        self, input: AsyncIterator[Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """`transform`, asynchronous."""
        async for first in input:
            chunks = after(first, input)
            passing = self.passes(first)
            stream = (
                self._atransform_stream_with_config(chunks, asame, config)
                if passing
                else super().atransform(chunks, config, **kwargs)
            )
            async for chunk in stream:
                yield chunk
            return

    def passes(self, first: Any) -> bool:
        """Whether a stream that begins with `first` goes through as it is."""
        return isinstance(first, AIMessageChunk) and not {"ai", "assistant"}.intersection(self.roles or ())

    def as_node(self, messages_key: str = "messages") -> RunnableLambda[Any, Any]:
        """A LangGraph node that rewrites tool messages in the state: programs that parse them afterwards read the
        compressed text, which need not be JSON any more. `expect="json"` keeps JSON as JSON;
        `tool_profiles={"name": {"skip_compression": True}}` keeps a tool out of it; and
        `HeadroomCompressor() | model` inside the model node compresses only what the model is sent, which leaves the
        state alone.

        Returns only the messages that changed, under their ids, so that `add_messages` replaces them in place and no
        other channel is written; messages without an id are left alone. The originals stay in earlier checkpoints.
        No text names what another message shows, since messages may leave the state.

        Since the originals leave the state, rows are left out only where a store was named for them
        (`originals="sqlite:///..."`: give it to `headroom.retrieve(..., store=...)`), or where a limit such as
        `target_tokens` asks for it: then only earlier checkpoints hold them.

        Args:
            messages_key: Key of the messages in the state; its reducer must be `add_messages` or one like it.

        Raises:
            ConfigurationError: `retrieval="tool"` without a store of originals, or a `token_budget`.
        """
        if self.token_budget is not None:
            said = "as_node() drops no messages: token_budget is for what a model is sent, target_tokens for a result"
            raise ConfigurationError(said, field="token_budget", value=self.token_budget)
        config = self.engine.config
        if config.originals == "conversation" and (self.retrieval or config.retrieval) == "tool":
            raise ConfigurationError(
                "as_node() takes the originals out of the state: name a store, originals='sqlite:///originals.db', or "
                "compress what the model is sent (HeadroomCompressor() | model)",
                field="originals",
                value="conversation",
            )

        def node(state: Any, config: RunnableConfig) -> dict[str, Any]:
            messages = messages_of(state, messages_key)
            return changed_messages(messages_key, messages, self.invoke(messages, config, references=False))

        async def anode(state: Any, config: RunnableConfig) -> dict[str, Any]:
            messages = messages_of(state, messages_key)
            return changed_messages(messages_key, messages, await self.ainvoke(messages, config, references=False))

        return RunnableLambda(node, anode, name="headroom")


def messages_of(state: Any, key: str) -> list[Any]:
    """The messages of a state, whatever class it has; once per process it is said where there are none."""
    found = value_at(state, key)
    if found is None and (hint := why_not_found(state, key, None)):
        say_once("nothing found", hint)
    return list(found or ())


def same(chunks: Iterator[Any]) -> Iterator[Any]:
    """`chunks` as they are."""
    yield from chunks


async def asame(chunks: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """`chunks` as they are."""
    async for chunk in chunks:
        yield chunk


async def after(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """`first`, then `rest`."""
    yield first
    async for chunk in rest:
        yield chunk
