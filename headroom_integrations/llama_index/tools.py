"""Tools whose answers are compressed before an agent sees them; everything else of a tool stays as it is."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar

from llama_index.core.tools import BaseTool, FunctionTool, ToolOutput
from llama_index_instrumentation.dispatcher import DISPATCHER_SPAN_DECORATED_ATTR

from headroom import ConfigurationError, HeadroomConfig
from headroom.markers import RETRIEVE_TOOL
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._tool_metrics import ToolMetricsCollector, checked_collector, metrics_of
from headroom_integrations._tool_results import chars_of
from headroom_integrations.llama_index.tools_results import INTEGRATION, ToolResults

Tool = TypeVar("Tool", bound=BaseTool)

OURS = "_headroom_compressing"
"""Attribute of a compressing tool with how it compresses."""
KIND = "_headroom_kind"
"""Attribute of its class with the class that it was."""
MOST_CLASSES = 256


class Compressing:
    """How one tool compresses, and where its calls are counted; copies of the tool share it.

    Args:
        results: Compresses what it answers.
        counted: Collector of its own; None takes that of the process, as pickles do.
    """

    __slots__ = ("collector", "results")

    def __init__(self, results: ToolResults, counted: ToolMetricsCollector | None = None) -> None:
        self.results = results
        self.collector = checked_collector(counted)

    def __deepcopy__(self, memo: object) -> Compressing:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Compressing, (self.results,)


def compress_tool(
    tool: Tool,
    min_chars_to_compress: int = 1000,
    metrics_collector: ToolMetricsCollector | None = None,
    *,
    config: HeadroomConfig | None = None,
    **settings: Any,
) -> Tool:
    """A copy of a tool whose answers come out compressed; `raw_output` holds what it said.

        agent = FunctionAgent(tools=[compress_tool(search), compress_tool(sales_engine)], llm=llm)

    It is of the tool's own class in all that programs look at: metadata, `requires_context` and the injected context,
    `partial_params`, callbacks, spans. Answers that report an error stay, and those of a tool with `return_direct`,
    which go to the user. Results of `llama-index-tools-mcp`, which come as the print of an object, come out as what
    the server said, rows as one table.

    Only exact forms are used, since the conversation does not keep the original. With a store (`originals=...`)
    limits of the tool's profile hold, and with `retrieval="tool"`, where the agent has `headroom_retrieve_tool`, large
    answers are chosen from. Programs that parse `content` read `raw_output` instead, or leave the tool alone.

    Args:
        tool: The tool; never changed.
        min_chars_to_compress: Answers with fewer characters are not looked at.
        metrics_collector: Where calls are counted; None takes that of `get_tool_metrics()`.
        config: Settings; single ones by name win over it.
        settings: `tool_profiles`, `retrieval`, `target_tokens`, `model` and the other facts of a call, and settings of
            `HeadroomConfig` by name.

    Raises:
        ConfigurationError: A setting is refused, or leaves something out that nothing keeps; or it is no tool.
    """
    checked = checked_tool(tool)
    results = ToolResults(config, least_chars=min_chars_to_compress, **settings)
    results.check(name_of(checked))
    if is_compressing(checked) or name_of(checked) == RETRIEVE_TOOL:
        return tool
    return remade(tool, Compressing(results, metrics_collector))


def compress_tools(
    tools: Sequence[BaseTool | Callable[..., Any]],
    min_chars_to_compress: int = 1000,
    metrics_collector: ToolMetricsCollector | None = None,
    **settings: Any,
) -> list[BaseTool]:
    """`compress_tool` over a list. Functions become tools, as agents make them; `headroom_retrieve` stays.

    Args:
        tools: The tools; none of them is changed.
        min_chars_to_compress: Answers with fewer characters are not looked at.
        metrics_collector: Where calls are counted; None takes that of `get_tool_metrics()`.
        settings: As `compress_tool` takes them; `tool_profiles` says how single tools are treated.

    Raises:
        ConfigurationError: A setting is refused, or leaves something out that nothing keeps; or one is no tool.
    """
    if not isinstance(tools, Sequence) or isinstance(tools, str):
        kind = type(tools).__name__
        raise ConfigurationError(f"tools must be a list of tools or functions, got {kind}", field="tools", value=kind)
    return [compress_tool(as_tool(one), min_chars_to_compress, metrics_collector, **settings) for one in tools]


def as_tool(given: Any) -> BaseTool:
    """A tool; of a function, one made of it."""
    if isinstance(given, (BaseTool, type)) or not callable(given):
        return checked_tool(given)
    return FunctionTool.from_defaults(given)


def checked_tool(given: Any) -> BaseTool:
    """`given`, if it is a tool.

    Raises:
        ConfigurationError: It is not.
    """
    if not isinstance(given, BaseTool):
        kind = type(given).__name__
        raise ConfigurationError(f"tool must be a LlamaIndex tool, got {kind}", field="tool", value=kind)
    return given


def name_of(tool: BaseTool) -> str:
    """A tool's name."""
    return str(tool.metadata.name or "")


def is_compressing(tool: Any) -> bool:
    """Whether a tool was made here."""
    return hasattr(type(tool), KIND)


def remade(tool: Tool, how: Compressing) -> Tool:
    """A shallow copy of a class of its own.

    Raises:
        ConfigurationError: Objects of its class cannot get another class.
    """
    made = copy.copy(tool)
    try:
        object.__setattr__(made, OURS, how)
        object.__setattr__(made, "__class__", compressing_class(type(tool)))
    except (TypeError, AttributeError) as error:  # slots, or a class that takes no subclasses
        kind = type(tool).__name__
        hint = f"{kind} cannot be copied with other methods; compress what the model is sent (HeadroomLLM)"
        raise ConfigurationError(hint, field="tool", value=kind) from error
    return made


@lru_cache(maxsize=MOST_CLASSES)
def compressing_class(kind: type[BaseTool]) -> type[BaseTool]:
    """The class, its ways to be called compressing. One base only: objects cannot change to a class of two."""
    members: dict[str, Any] = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, KIND: kind}
    made: list[Any] = []
    for name, make in (("__call__", calling), ("call", calling), ("acall", calling_async)):
        if callable(getattr(kind, name, None)):
            members[name] = make(name, made)
            setattr(members[name], DISPATCHER_SPAN_DECORATED_ATTR, True)  # the tool's own method has the span
    members["__reduce_ex__"] = reduced
    metaclass: Any = type(kind)
    made.append(metaclass(kind.__name__, (kind,), members))
    return made[0]  # type: ignore[no-any-return]


def calling(name: str, made: list[Any]) -> Callable[..., Any]:
    """A method that calls the tool's own, and compresses what comes."""

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        with within(self) as is_first:
            output = getattr(super(made[0], self), name)(*args, **kwargs)
        return finished(self, output, args, kwargs) if is_first else output

    call.__name__ = name
    return call


def calling_async(name: str, made: list[Any]) -> Callable[..., Any]:
    """As `calling`; compression runs in a thread."""

    async def acall(self: Any, *args: Any, **kwargs: Any) -> Any:
        with within(self) as is_first:
            output = await getattr(super(made[0], self), name)(*args, **kwargs)
        return await in_thread(finished, self, output, args, kwargs) if is_first else output

    return acall


def reduced(self: Any, protocol: Any) -> tuple[Any, ...]:
    """For copies and pickles: the tool as it was, and how it compresses."""
    plain = copy_of_kind(self)
    return remade, (plain, getattr(self, OURS))


def copy_of_kind(tool: Any) -> Any:
    """A shallow copy of the class that the tool was of."""
    kind = getattr(type(tool), KIND)
    plain = kind.__new__(kind)
    for name, value in vars(tool).items():
        if name != OURS:
            object.__setattr__(plain, name, value)
    for slot in PYDANTIC:
        if hasattr(tool, slot):
            object.__setattr__(plain, slot, getattr(tool, slot))
    return plain


PYDANTIC = ("__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")
RUNNING: ContextVar[frozenset[int]] = ContextVar("headroom_running_tools", default=frozenset())


@contextmanager
def within(tool: Any) -> Iterator[bool]:
    """While a tool runs; says whether it does not already: the ways to call a tool call each other."""
    running = RUNNING.get()
    token = RUNNING.set(running | {id(tool)})
    try:
        yield id(tool) not in running
    finally:
        RUNNING.reset(token)


def finished(tool: Any, output: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The output compressed, and counted; the output itself where it cannot be read or copied."""
    if not isinstance(output, ToolOutput):
        return output
    how: Compressing = getattr(tool, OURS)
    with contain(INTEGRATION, strict=how.results.is_strict) as fault:
        name, before = name_of(tool), chars_of(texts_in(output))
        made, result = how.results.output(
            output, name, arguments=dict(kwargs) or said(args), is_for_user=tool.metadata.return_direct
        )
        how.collector.add(metrics_of(name, result, chars=(before, chars_of(texts_in(made)))))
        return made
    how.results.record(how.results.failed(fault.reason), None, None)
    return output


def texts_in(output: ToolOutput) -> list[str]:
    """The texts of an output."""
    return [text for text in (getattr(block, "text", None) for block in output.blocks) if isinstance(text, str)]


def said(args: Sequence[Any]) -> dict[str, Any]:
    """What a tool was called with, where it was without names."""
    return {"input": args[0]} if len(args) == 1 else {}
