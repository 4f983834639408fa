"""Compressed tools of LlamaIndex: what comes out is short, and all that programs look at is the tool's own."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from typing import Any

import pytest
from llama_index.core import Document, SummaryIndex
from llama_index.core.base.llms.types import ImageBlock, TextBlock
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.span_handlers import SimpleSpanHandler
from llama_index.core.llms import MockLLM
from llama_index.core.tools import (
    AsyncBaseTool,
    BaseTool,
    FunctionTool,
    QueryEngineTool,
    ToolMetadata,
    ToolOutput,
    adapt_to_async_tool,
)
from llama_index.core.tools.calling import acall_tool, call_tool
from llama_index.core.workflow import Context

from headroom import ConfigurationError
from headroom_integrations._tool_metrics import ToolMetricsCollector
from headroom_integrations.llama_index.retrieve_tool import headroom_retrieve_tool
from headroom_integrations.llama_index.tools import compress_tool, compress_tools
from tests.integrations.llama_index.openai_llms import BIG, ROW, rows

USERS = [{"id": n, "name": f"user {n}", "city": "Paris"} for n in range(60)]
TEXT = json.dumps(USERS)
CANARY = "zebra-4711"


def list_users(city: str = "Paris") -> str:
    """Users in a city."""
    return TEXT


def with_context(ctx: Context, city: str) -> str:
    """Users in a city, for an agent."""
    return TEXT if ctx is not None else "no context"


with_context.__annotations__["ctx"] = Context  # LlamaIndex reads annotations as they are, not as texts


def users_tool(**facts: Any) -> FunctionTool:
    return FunctionTool.from_defaults(list_users, **facts)


class OwnTool(AsyncBaseTool):
    """A tool as users write them: its async way calls the other."""

    def __init__(self, output: Any = None) -> None:
        self.given = output
        self.calls = 0

    @property
    def metadata(self) -> ToolMetadata:
        return ToolMetadata(name="own", description="Their own.")

    def call(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return self.given or ToolOutput(tool_name="own", content=TEXT, raw_input=kwargs)

    async def acall(self, *args: Any, **kwargs: Any) -> Any:
        return self.call(*args, **kwargs)


class SyncTool(BaseTool):
    """A tool that can only be called."""

    @property
    def metadata(self) -> ToolMetadata:
        return ToolMetadata(name="sync", description="Only this.")

    def __call__(self, input: Any) -> ToolOutput:
        return ToolOutput(tool_name="sync", content=TEXT, raw_input={"input": input})


async def outputs(tool: Any) -> list[ToolOutput]:
    """What a tool answers, by every way to call it."""
    ways = [tool(city="Paris"), tool.call(city="Paris"), await tool.acall(city="Paris")]
    return [*ways, call_tool(tool, {"city": "Paris"}), await acall_tool(tool, {"city": "Paris"})]


@pytest.mark.parametrize("make", [users_tool, OwnTool], ids=["function", "own"])
async def test_each_way_to_call_it_compresses_once(make: Any, store_url: str) -> None:
    tool = make()
    compressed = compress_tool(tool, store_url=store_url)

    found = await outputs(compressed)

    assert len({output.content for output in found}) == 1
    assert len(found[0].content) < len(TEXT) / 2
    assert [output.is_error for output in found] == [False] * 5
    assert [output.raw_output for output in found] == [TEXT] * 5
    assert tool.call(city="Paris").content == TEXT, "the tool itself is as it was"
    ledger = rows(store_url)
    assert [row.integration for row in ledger] == ["llama_index.tools"] * 5
    assert all(row.tokens_saved > 500 for row in ledger)


async def test_a_tool_that_can_only_be_called_is_compressed_where_agents_adapt_it() -> None:
    compressed = adapt_to_async_tool(compress_tool(SyncTool()))

    assert len((await compressed.acall("x")).content) < len(TEXT) / 2


def test_it_is_a_tool_of_the_same_class_with_the_same_facts() -> None:
    tool = FunctionTool.from_defaults(with_context, partial_params={"city": "Rome"}, return_direct=False)

    compressed = compress_tool(tool)

    assert isinstance(compressed, FunctionTool)
    assert type(compressed).__name__ == "FunctionTool"
    assert (compressed.requires_context, compressed.ctx_param_name) == (True, "ctx")
    assert compressed.metadata is tool.metadata
    assert compressed.partial_params == {"city": "Rome"}
    assert compressed.metadata.to_openai_tool() == tool.metadata.to_openai_tool()
    assert call_tool(compressed, {}).content == "Encountered error: Context is required for this tool"


def test_rows_that_come_as_python_prints_them_are_a_table() -> None:
    tool = FunctionTool.from_defaults(lambda: USERS, name="list_users", description="Users.")

    output = compress_tool(tool).call()

    assert len(output.content) < len(str(USERS)) / 2
    assert output.raw_output is USERS


def test_the_callers_callback_sees_what_the_tool_said() -> None:
    seen: list[Any] = []
    tool = users_tool(callback=lambda result: seen.append(result))

    compress_tool(tool).call()

    assert seen == [TEXT]


def test_images_beside_a_text_stay_where_they_are() -> None:
    image = ImageBlock(image=b"iVBORw0KGgo=")
    tool = FunctionTool.from_defaults(lambda: [image, TextBlock(text=TEXT), image], name="t", description="d")

    output = compress_tool(tool).call()

    first, text, last = output.blocks
    assert (first, last) == (image, image)
    assert isinstance(text, TextBlock)
    assert len(text.text) < len(TEXT) / 2


FAILED = ToolOutput(tool_name="own", content=TEXT, raw_input={}, is_error=True)


@pytest.mark.parametrize("output", [FAILED, TEXT, 7], ids=["error", "text", "number"])
def test_errors_and_what_is_no_output_stay_the_same_object(output: Any) -> None:
    assert compress_tool(OwnTool(output)).call() is output


def test_what_goes_to_the_user_stays() -> None:
    output = compress_tool(users_tool(return_direct=True)).call()

    assert output.content == TEXT


def test_an_error_of_the_tool_comes_through() -> None:
    def fail() -> str:
        """Fails."""
        raise ValueError("no such city")

    compressed = compress_tool(FunctionTool.from_defaults(fail))

    with pytest.raises(ValueError, match="no such city"):
        compressed.call()
    assert call_tool(compressed, {}).is_error


class Odd(str):
    """A text whose length cannot be told."""

    def __len__(self) -> int:
        raise RuntimeError(CANARY)


async def test_a_fault_inside_gives_the_output_as_it_came(caplog: pytest.LogCaptureFixture, store_url: str) -> None:
    output = ToolOutput(tool_name="own", content=TEXT, raw_input={})
    output.blocks[0].text = Odd(TEXT)  # type: ignore[union-attr]

    assert await compress_tool(OwnTool(output), store_url=store_url).acall() is output
    assert CANARY not in caplog.text
    (row,) = rows(store_url)
    assert row.error == "RuntimeError"


async def test_a_tool_that_waits_for_a_person_is_not_disturbed() -> None:
    class WaitingError(Exception):
        """As the workflow's own, which pauses a step."""

    async def ask_person() -> str:
        """Waits."""
        raise WaitingError

    with pytest.raises(WaitingError):
        await compress_tool(FunctionTool.from_defaults(async_fn=ask_person)).acall()


def test_tools_are_not_wrapped_twice_and_ours_stays() -> None:
    once = compress_tool(users_tool())
    ours = headroom_retrieve_tool()

    assert compress_tools([once, ours]) == [once, ours]


def test_functions_become_tools() -> None:
    (tool,) = compress_tools([list_users])

    assert tool.metadata.name == "list_users"
    assert len(tool().content) < len(TEXT) / 2  # type: ignore[call-arg]


def test_copies_and_pickles_compress_too() -> None:
    tool = compress_tool(OwnTool())
    short = tool.call().content

    for again in (copy.copy(tool), copy.deepcopy(tool), pickle.loads(pickle.dumps(tool))):
        assert again.call().content == short
        assert isinstance(again, OwnTool)
    assert tool.calls == 1


def test_each_tool_has_its_profile() -> None:
    own, users = compress_tools(
        [OwnTool(), users_tool()], tool_profiles={"own": {"skip_compression": True}}, min_chars_to_compress=0
    )

    assert own().content == TEXT  # type: ignore[call-arg]
    assert len(users().content) < len(TEXT) / 2  # type: ignore[call-arg]


def test_short_answers_are_not_looked_at() -> None:
    counted = ToolMetricsCollector()
    tool = compress_tool(users_tool(), len(TEXT) + 1, counted)

    assert tool.call().content == TEXT
    (call,) = counted.metrics
    assert (call.reason, call.was_compressed) == ("below_min_chars", False)


def test_without_a_store_nothing_may_be_left_out() -> None:
    with pytest.raises(ConfigurationError, match="originals="):
        compress_tool(users_tool(), retrieval="tool")


@pytest.mark.parametrize("thing", [None, "list_users", FunctionTool, MockLLM()])
def test_only_tools_are_taken(thing: Any) -> None:
    with pytest.raises(ConfigurationError, match="tool"):
        compress_tool(thing)


def test_with_a_store_large_answers_are_chosen_from_and_come_back() -> None:
    tool = FunctionTool.from_defaults(lambda: BIG, name="list_issues", description="Issues.")
    given = {"originals": "memory", "retrieval": "tool"}
    output = compress_tool(tool, **given).call()
    shown = output.content.split('hash="')[1][:12]

    answer = headroom_retrieve_tool(**given).call(hash=shown, rows="403-404")

    assert ROW not in output.content
    assert ROW in answer.content
    assert output.raw_output == BIG


async def test_a_query_engine_is_a_tool_as_before() -> None:
    long = "\n".join(f"2026-11-{n % 28 + 1:02d} INFO worker {n % 4} is ready" for n in range(200))
    engine = SummaryIndex([Document(text=long)]).as_query_engine(llm=MockLLM())
    tool = QueryEngineTool.from_defaults(engine, name="log", description="The log.")

    plain, ours = tool.call("What?"), compress_tool(tool).call("What?")

    assert isinstance(compress_tool(tool), QueryEngineTool)
    assert [n.node.get_content() for n in ours.raw_output.source_nodes] == [long]
    assert len(ours.content) <= len(plain.content)
    assert (await compress_tool(tool).acall("What?")).content == ours.content


async def test_there_is_one_span_per_call() -> None:
    root, handler = get_dispatcher(), SimpleSpanHandler()
    root.add_span_handler(handler)
    try:
        await compress_tool(users_tool()).acall(city="Paris")
    finally:
        root.span_handlers.remove(handler)

    spans = [span.id_.split("-")[0] for span in handler.completed_spans]
    assert spans == ["FunctionTool.acall"]


class Noted(str):
    """A text that notes in which threads it is looked at."""

    threads: set[int]

    def __len__(self) -> int:
        self.threads.add(threading.get_ident())
        return super().__len__()


async def test_the_event_loop_does_not_wait_for_compression() -> None:
    text = Noted(TEXT)
    text.threads = set()
    output = ToolOutput(tool_name="own", content="x", raw_input={})
    output.blocks = [TextBlock.model_construct(text=text)]

    found = await compress_tool(OwnTool(output)).acall()

    assert len(found.content) < len(TEXT) / 2
    assert text.threads
    assert threading.get_ident() not in text.threads


@pytest.mark.parametrize(
    ("tools", "collector", "said"), [(len, None, "tools must be"), ([len], 3, "metrics_collector")]
)
def test_what_is_no_list_and_no_collector_is_refused_at_once(tools: Any, collector: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        compress_tools(tools, metrics_collector=collector)
