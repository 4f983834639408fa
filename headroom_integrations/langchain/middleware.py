"""`HeadroomMiddleware`: an agent's model reads its tool results compressed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from langchain.agents.middleware.types import AgentMiddleware, ModelRequest, ModelResponse
from langgraph.errors import GraphBubbleUp
from langgraph.store.base import BaseStore
from langgraph.types import Command

from headroom.config import HeadroomConfig
from headroom.ledger import unbilled
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations.langchain.middleware_call import (
    ModelCall,
    model_name,
    now_s,
    own_tools,
    thread_of,
    tools_with,
)
from headroom_integrations.langchain.middleware_settings import Chosen, check_kinds, choose
from headroom_integrations.langchain.middleware_tools import keeping
from headroom_integrations.langchain.placement import INTEGRATION, Begun, Compression, saved_by_id
from headroom_integrations.langchain.placement_state import Rewriting, messages_of, saved_before
from headroom_integrations.langchain.retrieve_tool import retrieve_tool
from headroom_integrations.langchain.state import CHANNEL, SAVED, HeadroomState

try:
    from langchain.agents.middleware.types import ExtendedModelResponse
except ImportError:  # before langchain 1.2.10: nothing beside the answer reaches the state
    ExtendedModelResponse = None  # type: ignore[assignment,misc]

Placement = Literal["view", "birth", "state"]


class HeadroomMiddleware(AgentMiddleware[HeadroomState, Any, Any]):
    """Makes what an agent's model reads smaller; the agent's state keeps what its tools answered.

        agent = create_agent(model, tools, middleware=[HeadroomMiddleware()])

    Each model call sees tool results compressed, each the same in all later calls, so that the provider's cache holds.
    Message count, ids, names and artifacts stay. What a choice leaves out the model can ask for: `headroom_retrieve`
    is one of the agent's tools and answers from the agent's own state. A fault inside costs the savings only.

    Order: `[HeadroomMiddleware(), ContextEditingMiddleware(), ..., AnthropicPromptCachingMiddleware()]`, so that others
    measure compressed sizes and cache marks come last. Give summarization
    `token_counter=headroom_token_counter(middleware)`. A tool selector before or after it leaves our tool where it is;
    with `always_include=["headroom_retrieve"]` it does not count against its `max_tools`.

    Programs that parse tool messages find the originals in the state. With `placement="birth"` and `"state"` they do
    not: the state holds what the model reads, and `original_content(message, store=...)` gives back what the tool said;
    with `output="minified"` JSON stays JSON there, with `output="json"` as columns and rows for `headroom.loads`.

    Args:
        config: Settings; single ones by name win over it.
        placement: `view` compresses in each model call and leaves the state alone. `birth` compresses as a tool
            answers: checkpoints hold the compressed text, the original goes to a store. `state` rewrites messages in
            the state before each model call, which adds a step to the graph.
        mode: `optimize`, or `audit` to measure and change nothing.
        max_tool_result_tokens: No single result may have more; a tool's own profile wins.
        originals: Where originals go that leave the state: `runtime.store` (the graph's store), a LangGraph store, or
            what the setting takes: `memory`, the URL of a database. `delete_originals(store, thread_id)` deletes those
            of a thread from a graph's store.
        allow_artifact: Keep originals in the messages' artifacts instead: then checkpoints are no smaller.
        drop_duplicate_artifact: Replace structured content that says the same as the text by a pointer, where the
            original goes to a store.
        apply_settings: Whether other settings reach conversations that have begun: `new_threads` (no) or `now`, at the
            price of one rewrite of their cached prefix.
        progress: Write an event to the custom stream for each model call: `{"headroom": {"tokens_before": ...}}`.
        name: Of this middleware among others of the agent; two of one name are refused by LangChain.
        query: What is looked for; None takes the last user text before each result.
        keep_turns: Newest turns protected from compression.
        roles: Roles whose texts are compressed besides tool results.
        settings: Settings of `HeadroomConfig` by name.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value, or originals would be nowhere.
    """

    state_schema: type[HeadroomState] = HeadroomState
    placement: ClassVar[Placement] = "view"

    def __new__(cls, config: HeadroomConfig | None = None, *, placement: Placement = "view", **settings: Any) -> Any:
        """The class that has the hooks of a placement: LangChain makes a node of each hook that a class has."""
        return super().__new__(PLACEMENTS.get(placement, cls) if cls is HeadroomMiddleware else cls)

    def __init__(
        self,
        config: HeadroomConfig | None = None,
        *,
        placement: Placement = "view",
        mode: Literal["optimize", "audit"] = "optimize",
        max_tool_result_tokens: int | None = None,
        originals: str | BaseStore | None = None,
        allow_artifact: bool = False,
        drop_duplicate_artifact: bool = False,
        apply_settings: Literal["new_threads", "now"] = "new_threads",
        progress: bool = True,
        name: str = "HeadroomMiddleware",
        **settings: Any,
    ) -> None:
        super().__init__()
        flags = {"allow_artifact": allow_artifact, "drop_duplicate_artifact": drop_duplicate_artifact}
        check_kinds({**flags, "progress": progress}, name)
        self.chosen: Chosen = choose(
            config,
            placement=placement,
            mode=mode,
            max_tool_result_tokens=max_tool_result_tokens,
            originals=originals,
            allow_artifact=allow_artifact,
            drop_duplicate_artifact=drop_duplicate_artifact,
            apply_settings=apply_settings,
            settings=settings,
        )
        self.own_name = name
        self.progress = progress
        self.compression: Compression = self.chosen.compression
        self.retrieve = retrieve_tool(self.engine_in, self.chosen.store)
        self.tools: Sequence[Any] = [self.retrieve] if self.chosen.retrieval != "off" else []
        self.rewriting = Rewriting(
            compression=self.compression,
            store=self.chosen.store,
            in_artifact=allow_artifact,
            drops_duplicates=drop_duplicate_artifact,
            needs_store=placement == "birth",
        )

    @property
    def name(self) -> str:
        """Its name among the agent's middleware."""
        return self.own_name

    @property
    def strict(self) -> bool:
        """Whether faults are raised."""
        return self.compression.engine.config.strict

    def __repr__(self) -> str:
        return f"HeadroomMiddleware(placement={self.placement!r}, {self.compression.engine!r})"

    def get_metrics(self) -> dict[str, int | float]:
        """Totals of this process over all middleware with the same settings, such as `tokens_saved_total`."""
        return self.compression.engine.recorder.totals.snapshot()

    def engine_in(self, state: Any) -> Any:
        """The engine that writes a state's conversation on."""
        return self.begun_in(state).engine

    def begun_in(self, state: Any, *, model: str = "") -> Begun:
        """The conversation of a state."""
        kept = state.get(CHANNEL) if isinstance(state, Mapping) else getattr(state, CHANNEL, None)
        retrieval = "tool" if self.chosen.retrieval == "tool" else "off"
        return self.compression.begun(kept, retrieval=retrieval, model=model)

    def wrap_model_call(self, request: ModelRequest[Any], handler: Callable[[Any], Any]) -> Any:
        """The call with compressed messages and our tool, and a row in the ledger."""
        call = self.begin(request)
        self.tell(call)
        try:
            response = handler(call.request)
        except GraphBubbleUp:  # a person is asked first: the call comes when the graph goes on
            raise
        except BaseException as error:
            self.finish(call, None, type(error).__name__)
            raise
        self.finish(call, response)
        return with_update(response, call.update)

    async def awrap_model_call(self, request: ModelRequest[Any], handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """`wrap_model_call` with its work in a thread, so that the event loop goes on."""
        call = await in_thread(self.begin, request)
        self.tell(call)
        try:
            response = await handler(call.request)
        except GraphBubbleUp:
            raise
        except BaseException as error:
            self.finish(call, None, type(error).__name__)
            raise
        await in_thread(self.finish, call, response)
        return with_update(response, call.update)

    def begin(self, request: ModelRequest[Any]) -> ModelCall:
        """The call as it goes on; whatever fails inside leaves it as it came."""
        started = now_s()
        call = ModelCall(request, request.messages)
        with contain(INTEGRATION, strict=self.strict) as fault:
            self.prepare(call)
        call.fault = fault.reason or self.rewriting.fault_of(call.messages)
        call.seconds = now_s() - started
        return call

    def prepare(self, call: ModelCall) -> None:
        """Fill in `call`, its request last."""
        request, model = call.request, model_name(call.request.model)
        call.thread_id = thread_of(request.runtime)
        if self.chosen.mode == "audit":
            call.result = self.compression.measured(request.messages, model=model)
            return
        begun = self.begun_in(request.state, model=model)
        if self.chosen.retrieval == "auto" and own_tools(request.tools):
            begun = begun.with_tool()
        offered = bool(self.tools) and begun.retrieval == "tool"
        changes = self.shown(call, begun, model)
        if self.tools and (tools := tools_with(request.tools, self.retrieve, offered=offered)) != request.tools:
            changes["tools"] = tools
        call.begun, call.offers = begun, offered and bool(request.tools)
        if begun.is_new:
            call.update[CHANNEL] = dict(begun.kept)
        call.request = request.override(**changes) if changes else request
        if call.offers:
            call.request = keeping(call.request)

    def shown(self, call: ModelCall, begun: Begun, model: str) -> dict[str, Any]:
        """What of the request changes for the messages' sake."""
        viewed = self.compression.view(call.messages, begun, model=model)
        call.result = viewed.result
        note_saved(call, saved_by_id(call.messages, viewed.result.notes))
        same = all(one is other for one, other in zip(viewed.messages, call.messages, strict=False))
        return {} if same and len(viewed.messages) == len(call.messages) else {"messages": viewed.messages}

    def tell(self, call: ModelCall) -> None:
        """Live progress on the custom stream."""
        if not self.progress or call.result is None:
            return
        with contain("progress"):
            result = call.result
            sizes = {"tokens_before": result.tokens_before, "tokens_after": result.tokens_after}
            call.request.runtime.stream_writer({"headroom": {**sizes, "tokens_saved": result.tokens_saved}})

    def finish(self, call: ModelCall, response: Any, error: str | None = None) -> None:
        """The ledger's row: one for each call that was made."""
        with contain("metrics"):
            engine = call.begun.engine if call.begun is not None else self.compression.engine
            result = call.result or self.compression.as_they_came(call.messages, model=model_name(call.request.model))
            counted = unbilled(result) if error else result
            engine.record(counted, mode=self.chosen.mode, **call.row(response, error))


class RewritingMiddleware(HeadroomMiddleware):
    """What both placements share whose state holds what the model reads: a model call only measures it."""

    def shown(self, call: ModelCall, begun: Begun, model: str) -> dict[str, Any]:
        """Nothing changes; the row tells what was saved before."""
        result = self.compression.measured(call.messages, model=model)
        by_id, call.columns = saved_before(call.messages)
        call.result = replace(result, tokens_before=result.tokens_before + sum(call.columns))
        note_saved(call, by_id)
        return {}


class BirthMiddleware(RewritingMiddleware):
    """Results are compressed as they come."""

    placement: ClassVar[Placement] = "birth"

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """What the tool answers, compressed, its original in the store; as it came where that fails."""
        return self.at_birth(handler(request), request)

    async def awrap_tool_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """`wrap_tool_call` with its work in a thread."""
        result = await handler(request)
        return await in_thread(self.at_birth, result, request)

    def at_birth(self, result: Any, request: Any) -> Any:
        """The rewritten result."""
        if self.chosen.mode == "audit":
            return result
        with contain(INTEGRATION, strict=self.strict) as fault:
            return self.rewriting.result(result, request, self.begun_in(request.state))
        self.rewriting.note_fault(request.tool_call.get("id"), fault.reason)
        return result


class StateMiddleware(RewritingMiddleware):
    """Results are compressed in the state, under their ids, before the model is called."""

    placement: ClassVar[Placement] = "state"

    def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """The messages that change."""
        if self.chosen.mode == "audit":
            return None
        messages = messages_of(state)
        with contain(INTEGRATION, strict=self.strict) as fault:
            changed = self.rewriting.update(messages, self.begun_in(state), runtime)
            return {"messages": changed} if changed else None
        self.rewriting.note_fault(getattr(messages[-1], "id", None) if messages else None, fault.reason)
        return None

    async def abefore_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """`before_model` with its work in a thread."""
        return await in_thread(self.before_model, state, runtime)


PLACEMENTS: dict[str, type[HeadroomMiddleware]] = {
    "view": HeadroomMiddleware,
    "birth": BirthMiddleware,
    "state": StateMiddleware,
}


def note_saved(call: ModelCall, by_id: Mapping[str, int]) -> None:
    """Set what the state does not know yet; setting it again changes nothing (R40)."""
    known = call.request.state.get(SAVED) or {}
    if new := {name: tokens for name, tokens in by_id.items() if known.get(name) != tokens}:
        call.update[SAVED] = new


def with_update(response: Any, update: Mapping[str, Any]) -> Any:
    """The handler's response, with what else goes into the state."""
    if not update or ExtendedModelResponse is None:
        return response
    inner = response if isinstance(response, ModelResponse) else ModelResponse(result=[response])
    return ExtendedModelResponse(inner, Command(update=dict(update)))
