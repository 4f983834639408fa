"""`headroom_retrieve` as an agent's own tool: answers from its conversation, then from the store that was named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llama_index.core.agent.react.types import BaseReasoningStep
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.memory import BaseMemory
from llama_index.core.tools import FunctionTool, ToolMetadata, ToolOutput
from pydantic import BaseModel, Field

from headroom import HeadroomConfig
from headroom.engine import Engine
from headroom.errors import ConfigurationError
from headroom.markers import RETRIEVE_TOOL
from headroom.messages import read_message
from headroom.retrieval import Answers, tool_schema
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._settings import sorted_out
from headroom_integrations._shared import EngineHolder
from headroom_integrations.llama_index.messages import fields_of

DECLARED = tool_schema("openai_chat")["function"]
UNAVAILABLE = "The original cannot be read now; this answer is final, go on without it."
CONTEXT = "ctx"
"""Argument by which an agent hands a tool its context."""
SCRATCHPADS = ("scratchpad", "current_reasoning")
"""Keys of a context with the newest turn, which is not in the memory yet."""
MOST_TIMES = 2  # that the same request is counted; the third answer is final


class RetrieveArguments(BaseModel):
    """What may be asked for, for integrations that read the class in place of the schema."""

    hash: str = Field(description=DECLARED["parameters"]["properties"]["hash"]["description"])
    rows: str | None = Field(None, description=DECLARED["parameters"]["properties"]["rows"]["description"])
    where: str | None = Field(None, description=DECLARED["parameters"]["properties"]["where"]["description"])
    search: str | None = Field(None, description=DECLARED["parameters"]["properties"]["search"]["description"])
    at: str | None = Field(None, description=DECLARED["parameters"]["properties"]["at"]["description"])


class RetrieveMetadata(ToolMetadata):
    """The declaration of the retrieve tool, a constant of the format."""

    def get_parameters_dict(self) -> dict[str, Any]:
        """The schema as each release of format 1 declares it."""
        parameters: dict[str, Any] = json.loads(json.dumps(DECLARED["parameters"]))
        return parameters


def declared() -> RetrieveMetadata:
    """The tool as models are told of it."""
    return RetrieveMetadata(description=DECLARED["description"], name=RETRIEVE_TOOL, fn_schema=RetrieveArguments)


class RetrieveTool(FunctionTool):
    """The tool; in an agent it is handed the agent's context, elsewhere it reads what it was made with.

    Args:
        held: The engine that wrote the markers.
        source: Memory or messages in which originals are looked for, besides the agent's.
    """

    def __init__(self, held: EngineHolder, source: Any = None) -> None:
        super().__init__(fn=nothing, metadata=declared())
        self.held = held
        self.source = source
        self.requires_context = True
        self.ctx_param_name = CONTEXT

    def call(self, *args: Any, **kwargs: Any) -> ToolOutput:
        """The answer, from what the tool was made with."""
        kwargs.pop(CONTEXT, None)
        source = self.source.get_all() if isinstance(self.source, BaseMemory) else self.source
        return self.output(list(source or ()), asked(args, kwargs))

    async def acall(self, *args: Any, **kwargs: Any) -> ToolOutput:
        """The answer, from the agent's conversation first."""
        context = kwargs.pop(CONTEXT, None)
        messages: list[Any] = []
        with contain("retrieve"):
            messages = await conversation_of(context)
        with contain("retrieve"):
            messages = [*messages, *await listed(self.source)]
        return await in_thread(self.output, messages, asked(args, kwargs))

    def output(self, messages: Sequence[Any], arguments: Mapping[str, Any]) -> ToolOutput:
        """The answer from these messages, or from the store."""
        text = UNAVAILABLE
        with contain("retrieve"):
            text = answer(self.held.engine, messages, arguments)
        return ToolOutput(tool_name=RETRIEVE_TOOL, content=text, raw_input=dict(arguments), raw_output=text)


def headroom_retrieve_tool(
    source: Any = None, *, config: HeadroomConfig | None = None, **settings: Any
) -> RetrieveTool:
    """The retrieve tool for an agent's own list of tools.

        agent = FunctionAgent(tools=[*tools, headroom_retrieve_tool(llm)], llm=llm)

    Handles are looked for in the agent's memory and in its turn so far, so no store is needed, and a run that is
    resumed elsewhere can answer. `HeadroomLLM` answers by itself where an agent does not have this tool; with it, calls
    and answers are events of the agent and stay in its memory. With `compress_tool(..., originals=URL)` pass the same
    `originals=URL` here.

    Args:
        source: A `HeadroomLLM`, whose settings then hold; or a memory or messages to look into besides the agent's.
        config: Settings; single ones by name win over it.
        settings: Settings of `HeadroomConfig` by name, such as `originals`, `namespace`, `secret`.

    Raises:
        ConfigurationError: A setting is refused.
    """
    from headroom_integrations.llama_index.llm import HeadroomLLM

    given = dict(settings)
    if isinstance(source, HeadroomLLM):
        config, given = config or source.config, {**source.headroom_engine_settings(), **settings}
        if source.namespace is not None:
            given.setdefault("namespace", source.namespace)
        source = None
    if not (source is None or isinstance(source, (BaseMemory, list, tuple))):
        kind = type(source).__name__
        raise ConfigurationError(f"source must be an LLM, a memory or messages, got {kind}", field="source", value=kind)
    return RetrieveTool(EngineHolder(config, sorted_out(given, ()).get("settings") or {}), source)


def nothing() -> None:
    """What a tool's function would do; the tool is called instead."""


def asked(args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for; one argument without a name is the handle."""
    given = {name: value for name, value in kwargs.items() if value is not None}
    return {"hash": args[0], **given} if len(args) == 1 and "hash" not in given else given


def answer(engine: Engine, messages: Sequence[Any], arguments: Mapping[str, Any]) -> str:
    """The text that answers one call."""
    views = [fields_of(message) for message in messages]
    answers = Answers(
        views,
        counter=engine.counter,
        store=engine.originals,
        namespace=engine.request().namespace,
        secret=engine.config.secret.get_secret_value(),
        page_tokens=engine.config.ccr.page_tokens,
    )
    for _ in range(times_before(views, arguments)):
        answers.answer(dict(arguments))  # the second time brings a wider page, the third says that it was the last
    return answers.answer(dict(arguments)).text


def times_before(views: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]) -> int:
    """How often the model asked the very same since the user last spoke, this time left aside; at most 2."""
    times = 0
    for view in reversed(views):
        if view.get("role") == "user":
            break
        for call in read_message(view).tool_calls if view.get("tool_calls") else ():
            times += call.name == RETRIEVE_TOOL and written(call.arguments) == written(arguments)
    return min(max(times - 1, 0), MOST_TIMES)


def written(arguments: Any) -> str:
    """Arguments as one text."""
    try:
        value = json.loads(arguments) if isinstance(arguments, str) else dict(arguments)
        return json.dumps(value, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        return str(arguments)


async def conversation_of(context: Any) -> list[Any]:
    """What an agent's context holds: its memory, and the turn that is not in it yet."""
    store = getattr(context, "store", None)
    if store is None:
        return []
    found = await listed(await store.get("memory", default=None))
    for key in SCRATCHPADS:
        found += messages_in(await store.get(key, default=None))
    return found


async def listed(source: Any) -> list[Any]:
    """The messages of a memory, or of a list."""
    if isinstance(source, BaseMemory):
        return list(await source.aget_all())
    return list(source or ())


def messages_in(value: Any) -> Iterator[Any]:
    """Messages of a scratchpad; what a `ReActAgent` observed as the words of the user that its model reads."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, ChatMessage):
            yield item
        elif isinstance(item, BaseReasoningStep):
            yield ChatMessage(role="user", content=item.get_content())
