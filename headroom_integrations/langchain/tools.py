"""Tools whose results are compressed before anyone else sees them; everything else of a tool stays as it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from typing import Any

from langchain_core.messages import ToolMessage
from langchain_core.messages.tool import ToolOutputMixin
from langchain_core.tools import BaseTool
from langchain_core.tools import tool as as_tool
from pydantic import PrivateAttr

from headroom import ConfigurationError, HeadroomConfig
from headroom.markers import RETRIEVE_TOOL
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._tool_metrics import ToolMetricsCollector, checked_collector, metrics_of
from headroom_integrations.langchain.tools_results import INTEGRATION, ToolResults, chars_of, is_content

try:
    from langchain_core.utils.uuid import uuid7 as new_run_id
except ImportError:  # pragma: no cover  older langchain-core
    from uuid import uuid4 as new_run_id  # type: ignore[assignment]

# What a tool shows of itself; set on the wrapper, it holds for the tool inside, too, of which a copy is made.
MIRRORED = (
    "name",
    "description",
    "args_schema",
    "return_direct",
    "verbose",
    "callbacks",
    "tags",
    "metadata",
    "handle_tool_error",
    "handle_validation_error",
    "response_format",
    "extras",
)


class HeadroomToolWrapper(BaseTool):
    """A tool whose results come out compressed. Name, description, schema, artifacts, injected arguments and callbacks
    are those of the tool inside; handlers see its result as it came.

        tools = [HeadroomToolWrapper(search), HeadroomToolWrapper(query, originals="sqlite:///originals.db")]

    Programs that parse what the tool answers read the compressed text, which need not be JSON any more: say
    `output="json"` (`headroom.loads` reads it) or `output="minified"` (so does `json.loads`), leave such tools alone,
    or compress what the model is sent (`HeadroomChatModel`, `HeadroomMiddleware`).

    Only exact forms are used, since the original is kept nowhere. With a store (`originals=...`) limits of the tool's
    profile hold, and with `retrieval="tool"`, where the model has `headroom_retrieve` bound, large results are chosen
    from. An artifact that the tool made stays as it is, and none is made.

    Args:
        tool: The tool; never changed. Also as `inner`.
        min_chars_to_compress: Results with fewer characters are not looked at.
        metrics_collector: Where calls are counted; None takes that of `get_tool_metrics()`.
        config: Settings; single ones by name win over it.
        given: `tool_profiles`, `retrieval`, `target_tokens`, `model` and the other facts of a call, and settings of
            `HeadroomConfig` by name.

    Raises:
        ConfigurationError: A setting is refused, or leaves something out that nothing keeps.
    """

    inner: BaseTool
    min_chars_to_compress: int = 1000

    _results: ToolResults = PrivateAttr()
    _collector: ToolMetricsCollector = PrivateAttr()

    def __init__(
        self,
        tool: BaseTool | None = None,
        min_chars_to_compress: int = 1000,
        metrics_collector: ToolMetricsCollector | None = None,
        *,
        config: HeadroomConfig | None = None,
        **given: Any,
    ) -> None:
        inner = checked_tool(given.pop("inner", None) if tool is None else tool)
        counted = checked_collector(metrics_collector)
        shown = {name: given.pop(name) for name in MIRRORED if name in given}
        results = ToolResults(config, least_chars=min_chars_to_compress, **given)
        results.check(shown.get("name", inner.name))
        changed = {name: value for name, value in shown.items() if value is not getattr(inner, name)}
        inner = inner.model_copy(update=changed) if changed else inner
        fields: dict[str, Any] = {name: getattr(inner, name) for name in MIRRORED}
        super().__init__(inner=inner, min_chars_to_compress=min_chars_to_compress, **fields)
        self._results = results
        self._collector = counted

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "name":
            self._results.check(value)
        super().__setattr__(name, value)
        if name in MIRRORED:
            super().__setattr__("inner", self.inner.model_copy(update={name: value}))

    def __getattr__(self, name: str) -> Any:
        inner = self.__dict__.get("inner")
        if inner is not None and not name.startswith("_"):
            return getattr(inner, name)
        return super().__getattr__(name)  # type: ignore[misc]  # pydantic hides it from type checkers

    @property
    def args(self) -> dict[str, Any]:
        """The arguments that a model gives."""
        return self.inner.args

    @property
    def tool_call_schema(self) -> Any:
        """The schema that a model is shown."""
        return self.inner.tool_call_schema

    @property
    def _injected_args_keys(self) -> frozenset[str]:
        return self.inner._injected_args_keys

    def get_input_schema(self, config: Any = None) -> Any:
        """The schema of all arguments, with those that are injected."""
        return self.inner.get_input_schema(config)

    def run(self, tool_input: str | dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """What the tool inside answers, compressed."""
        facts = with_run_id(kwargs)
        return self.finished(self.inner.run(tool_input, *args, **kwargs), tool_input, facts)

    async def arun(self, tool_input: str | dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """`run`; the tool inside runs its own async way, compression in a thread."""
        facts = with_run_id(kwargs)
        output = await self.inner.arun(tool_input, *args, **kwargs)
        return await in_thread(self.finished, output, tool_input, facts)

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        return self.inner._run(*args, **kwargs)

    async def _arun(self, *args: Any, **kwargs: Any) -> Any:
        return await self.inner._arun(*args, **kwargs)

    def finished(self, output: Any, tool_input: Any, facts: Mapping[str, Any]) -> Any:
        """`answered`; the output itself where it cannot be read or copied."""
        with contain(INTEGRATION, strict=self._results.is_strict) as fault:
            return self.answered(output, tool_input, facts)
        self._results.record(self._results.failed(fault.reason), facts["run_id"], facts["thread_id"])
        return output

    def answered(self, output: Any, tool_input: Any, facts: Mapping[str, Any]) -> Any:
        """`output` with the results of this call in it compressed: a message, a content, a Command, or a list of them.

        Messages that answer another call are left alone: a hand-over carries the whole history.
        """
        if isinstance(output, ToolMessage):
            if output.tool_call_id != facts["tool_call_id"]:
                return output
            content = self.content(output.content, tool_input, facts, is_error=output.status == "error")
            return output if content is output.content else output.model_copy(update={"content": content})
        if isinstance(output, ToolOutputMixin):
            return self.command(output, tool_input, facts)
        if isinstance(output, list) and any(isinstance(item, ToolOutputMixin) for item in output):
            return same_or(output, [self.answered(item, tool_input, facts) for item in output])
        return self.content(output, tool_input, facts) if is_content(output) else output

    def command(self, output: Any, tool_input: Any, facts: Mapping[str, Any]) -> Any:
        """A LangGraph Command with its messages compressed."""
        update = getattr(output, "update", None)
        if not isinstance(update, dict) or not is_dataclass(output) or isinstance(output, type):
            return output
        messages = update.get("messages")
        if not isinstance(messages, list):
            return output
        made = same_or(messages, [self.if_message(item, tool_input, facts) for item in messages])
        return output if made is messages else replace(output, update=update | {"messages": made})

    def if_message(self, item: Any, tool_input: Any, facts: Mapping[str, Any]) -> Any:
        """`item`, compressed if it is a tool's message."""
        return self.answered(item, tool_input, facts) if isinstance(item, ToolMessage) else item

    def content(self, content: Any, tool_input: Any, facts: Mapping[str, Any], *, is_error: bool = False) -> Any:
        """One content compressed, and counted."""
        done = self._results.answer(
            content,
            self.name,
            arguments=tool_input,
            question=facts["question"],
            is_error=is_error,
            run_id=facts["run_id"],
            thread_id=facts["thread_id"],
        )
        chars = (chars_of(content), chars_of(done.content))
        self._collector.add(metrics_of(self.name, done.result, chars=chars, run_id=facts["run_id"]))
        return done.content


def wrap_tools_with_headroom(
    tools: Sequence[BaseTool | Callable[..., Any] | dict[str, Any]],
    min_chars_to_compress: int = 1000,
    metrics_collector: ToolMetricsCollector | None = None,
    **settings: Any,
) -> list[Any]:
    """Tools whose results come out compressed, for `create_agent`, `ToolNode` and `bind_tools`.

    Functions become tools; what was wrapped before, the retrieve tool, and tools that the provider runs (dicts) stay
    as they are.

    Args:
        tools: The tools; none of them is changed.
        min_chars_to_compress: Results with fewer characters are not looked at.
        metrics_collector: Where calls are counted; None takes that of `get_tool_metrics()`.
        settings: As `HeadroomToolWrapper` takes them; `tool_profiles` says how single tools are treated.

    Raises:
        ConfigurationError: A setting is refused, or leaves something out that nothing keeps.
    """
    return [wrapped(one, min_chars_to_compress, metrics_collector, settings) for one in tools]


def wrapped(one: Any, least_chars: int, counted: ToolMetricsCollector | None, settings: Mapping[str, Any]) -> Any:
    """One tool, wrapped where it is to be."""
    if isinstance(one, (HeadroomToolWrapper, dict)):
        return one
    made = one if isinstance(one, BaseTool) else as_tool(one) if callable(one) else checked_tool(one)
    return made if made.name == RETRIEVE_TOOL else HeadroomToolWrapper(made, least_chars, counted, **settings)


def checked_tool(given: Any) -> BaseTool:
    """`given`, if it is a tool.

    Raises:
        ConfigurationError: It is not.
    """
    if not isinstance(given, BaseTool):
        raise ConfigurationError(
            f"tool must be a LangChain tool, got {type(given).__name__}", field="tool", value=type(given).__name__
        )
    return given


def with_run_id(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Run, thread, call and question of one run of a tool; the run gets an id here if it has none yet."""
    if kwargs.get("run_id") is None:
        kwargs["run_id"] = new_run_id()
    config: dict[str, Any] = kwargs.get("config") or {}
    configurable = config.get("configurable") or {}
    places = (configurable, kwargs.get("metadata") or {}, config.get("metadata") or {})
    thread = next((place["thread_id"] for place in places if place.get("thread_id")), None)
    question = configurable.get("headroom_query")
    return {
        "run_id": str(uuid.UUID(str(kwargs["run_id"]))),
        "thread_id": None if thread is None else str(thread),
        "tool_call_id": kwargs.get("tool_call_id"),
        "question": question if isinstance(question, str) else None,
    }


def same_or(before: list[Any], after: list[Any]) -> list[Any]:
    """`before` itself where all its items are the same objects."""
    return before if all(new is old for new, old in zip(after, before, strict=True)) else after
