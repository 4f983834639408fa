from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Annotated, Any

import pytest
from langchain.agents import create_agent
from langchain.tools import ToolRuntime
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, InjectedToolCallId, StructuredTool, ToolException, tool
from langgraph.prebuilt import InjectedState, ToolNode
from langgraph.types import Command

from headroom.api import retrieve
from headroom.errors import CompressionError, ConfigurationError
from headroom.markers import find_markers
from headroom.results import RequestMetrics
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.langchain.tools import HeadroomToolWrapper, wrap_tools_with_headroom
from tests.integrations.langchain.conversations import ROWS, TEXT


@tool
def list_issues(state: str) -> str:
    """Issues in a state."""
    return TEXT


@tool(response_format="content_and_artifact")
def with_artifact(state: str) -> tuple[str, list[Any]]:
    """Issues, and the rows as they are."""
    return TEXT, ROWS


@tool
async def only_async(state: str) -> str:
    """Issues, asynchronously only."""
    return TEXT


@tool
def hand_over(state: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Any:
    """A command with an own message, another's, and more."""
    own = ToolMessage(TEXT, tool_call_id=tool_call_id, id="own")
    other = ToolMessage(TEXT, tool_call_id="another", id="other")
    return Command(update={"messages": [other, own], "count": 1}, goto="next")


@tool
def seeing(state: str, runtime: ToolRuntime) -> str:
    """Sees its runtime."""
    return json.dumps([{"call": runtime.tool_call_id, "n": n} for n in range(200)])


@tool
def with_state(state: Annotated[dict[str, Any], InjectedState], kind: str) -> str:
    """Sees the state."""
    return json.dumps([{"seen": len(state["messages"]), "kind": kind, "n": n} for n in range(200)])


class Own(BaseTool):
    """A tool class of its own, with a connection."""

    name: str = "own"
    description: str = "Issues."
    connection: str = "db"

    def _run(self, state: str) -> str:
        return TEXT


def call(name: str = "list_issues", **arguments: Any) -> dict[str, Any]:
    return {"name": name, "args": arguments or {"state": "open"}, "id": "call_1", "type": "tool_call"}


def rows(store_url: str) -> list[RequestMetrics]:
    flush_recorders()
    return open_metrics_store(store_url).read(limit=None)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'metrics.db'}"


class Scripted(GenericFakeChatModel):
    """A model that calls tools once, then is done."""

    def __init__(self, *calls: Any) -> None:
        super().__init__(messages=iter([AIMessage("", tool_calls=list(calls)), AIMessage("Done.")]))

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self


class Seen(BaseCallbackHandler):
    """What handlers are told."""

    run_inline = True

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    def on_tool_start(self, serialized: Any, input_str: str, **kwargs: Any) -> None:
        self.events.append(("start", kwargs["run_id"]))

    def on_tool_end(self, output: Any, **kwargs: Any) -> None:
        self.events.append(("end", output.content))


def test_a_call_is_answered_by_a_message_with_a_shorter_text() -> None:
    answer = HeadroomToolWrapper(list_issues).invoke(call())

    assert isinstance(answer, ToolMessage)
    assert (answer.name, answer.tool_call_id, answer.status) == ("list_issues", "call_1", "success")
    assert len(answer.content) < len(TEXT) / 2
    assert "issue number 79" in answer.content


@pytest.mark.parametrize("one", [list_issues, with_artifact, only_async, hand_over, seeing, with_state, Own()])
def test_a_wrapped_tool_looks_like_the_tool_inside(one: BaseTool) -> None:
    made = HeadroomToolWrapper(one)

    assert (made.name, made.description, made.response_format) == (one.name, one.description, one.response_format)
    assert made.args == one.args
    assert made.get_input_schema().model_fields.keys() == one.get_input_schema().model_fields.keys()
    assert made.tool_call_schema.model_json_schema() == one.tool_call_schema.model_json_schema()


async def test_async_runs_the_tools_own_async_way() -> None:
    (answer, direct) = await asyncio.gather(
        HeadroomToolWrapper(only_async).ainvoke(call("only_async")),
        HeadroomToolWrapper(only_async).ainvoke({"state": "open"}),
    )

    assert answer.content == direct
    assert len(direct) < len(TEXT) / 2


def test_an_artifact_stays_the_same_object_and_none_is_made() -> None:
    kept = HeadroomToolWrapper(with_artifact).invoke(call("with_artifact"))

    assert kept.artifact is ROWS
    assert len(kept.content) < len(TEXT) / 2
    assert HeadroomToolWrapper(list_issues).invoke(call()).artifact is None


def test_a_command_keeps_all_but_the_text_of_this_calls_message() -> None:
    made = HeadroomToolWrapper(hand_over).invoke(call("hand_over"))

    assert isinstance(made, Command)
    assert (made.goto, made.update["count"]) == ("next", 1)
    other, own = made.update["messages"]
    assert other.content == TEXT
    assert (own.id, own.tool_call_id) == ("own", "call_1")
    assert len(own.content) < len(TEXT) / 2


@pytest.mark.parametrize("value", [ROWS, {"a": 1}, None, 7, ["a"], b"x" * 5000, [{"type": "issue"}] * 400])
def test_what_is_no_text_comes_back_as_the_same_object(value: Any) -> None:
    one = StructuredTool.from_function(lambda: value, name="any", description="Any.")

    assert HeadroomToolWrapper(one).invoke({}) is value


def test_blocks_of_content_come_back_as_blocks() -> None:
    image = {"type": "image", "base64": "aGk=", "mime_type": "image/png"}
    one = StructuredTool.from_function(lambda: [{"type": "text", "text": TEXT}, image], name="mcp", description="x")

    text, second = HeadroomToolWrapper(one).invoke(call("mcp")).content

    assert len(text["text"]) < len(TEXT) / 2
    assert second == image


def test_a_result_that_reports_a_failure_stays_verbatim() -> None:
    def fail(state: str) -> str:
        raise ToolException(TEXT)

    one = StructuredTool.from_function(fail, name="failing", description="x", handle_tool_error=True)

    answer = HeadroomToolWrapper(one).invoke(call("failing"))

    assert (answer.content, answer.status) == (TEXT, "error")


def test_what_the_tool_raises_is_raised() -> None:
    def fail(state: str) -> str:
        raise KeyError("x")

    with pytest.raises(KeyError):
        HeadroomToolWrapper(StructuredTool.from_function(fail, name="f", description="x")).invoke(call("f"))


def test_handlers_hear_of_a_call_once_and_see_the_result_as_it_came() -> None:
    seen = Seen()
    made = HeadroomToolWrapper(list_issues)

    made.invoke(call(), {"callbacks": [seen]})

    assert [name for name, _ in seen.events] == ["start", "end"]
    assert seen.events[1][1] == TEXT


def test_what_is_set_on_the_wrapper_holds_and_the_tool_inside_is_not_changed() -> None:
    seen = Seen()
    made = HeadroomToolWrapper(list_issues)

    made.name, made.callbacks, made.description = "issues", [seen], "Other."
    answer = made.invoke(call("issues"))

    assert answer.name == "issues"
    assert len(seen.events) == 2
    assert made.tool_call_schema.model_json_schema()["description"] == "Other."
    assert (list_issues.name, list_issues.callbacks) == ("list_issues", None)


def test_fields_of_a_tool_class_can_be_read_through_the_wrapper() -> None:
    made = HeadroomToolWrapper(Own())

    assert made.connection == "db"
    with pytest.raises(AttributeError):
        _ = made.nothing_of_that_name
    assert len(made.invoke({"state": "open"})) < len(TEXT) / 2


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_tool_node_injects_state_and_runtime(is_async: bool) -> None:
    node = ToolNode(wrap_tools_with_headroom([seeing, with_state]))
    calls = [{**call("seeing"), "id": "a"}, {**call("with_state", kind="x"), "id": "b"}]
    graph = create_agent(Scripted(*calls), wrap_tools_with_headroom([seeing, with_state]))
    given = {"messages": [HumanMessage("Go.")]}

    state = await graph.ainvoke(given) if is_async else graph.invoke(given)

    one, two = (message for message in state["messages"] if isinstance(message, ToolMessage))
    assert set(node.tools_by_name) == {"seeing", "with_state"}
    assert (one.status, two.status) == ("success", "success")
    assert 0 < len(one.content) < 2500
    assert 0 < len(two.content) < 2500
    assert "a" in one.content
    assert "199" in two.content


def test_a_call_is_one_row_with_run_and_thread(store_url: str) -> None:
    run_id, seen = uuid.uuid4(), Seen()
    config = {"run_id": run_id, "configurable": {"thread_id": "t1"}, "callbacks": [seen]}

    HeadroomToolWrapper(list_issues, store_url=store_url).invoke(call(), config)
    HeadroomToolWrapper(list_issues, store_url=store_url).invoke(call(), {"callbacks": [seen]})

    second, first = rows(store_url)
    assert (first.integration, first.run_id, first.thread_id) == ("langchain.tools", str(run_id), "t1")
    assert second.run_id == str(seen.events[2][1])
    assert set(first.by_tool) == {"list_issues"}
    assert first.tokens_saved == first.saved_exact > 500
    assert first.by_tool["list_issues"][1:] == [first.tokens_input_before, first.tokens_input_after]


def test_short_results_are_not_looked_at(store_url: str) -> None:
    short = json.dumps(ROWS[:8])
    one = StructuredTool.from_function(lambda: short, name="short", description="x")

    assert HeadroomToolWrapper(one, store_url=store_url).invoke({}) is short
    (row,) = rows(store_url)
    assert row.skips == {"below_min_chars": 1}
    assert len(HeadroomToolWrapper(one, 100).invoke({})) < len(short)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"retrieval": "tool"}, "retrieval"),
        ({"selection": "always"}, "selection"),
        ({"target_tokens": 100}, "target_tokens"),
        ({"tool_profiles": {"list_*": {"max_tokens": 200}}}, "tool_profiles.list_issues.max_tokens"),
        ({"smart_crusher": {"max_items_after_crush": 5}}, "smart_crusher.max_items_after_crush"),
        ({"config": None, "min_chars_to_compress": -1}, "min_chars_to_compress"),
        ({"target_token": 1}, "target_token"),
    ],
)
def test_settings_that_would_lose_something_or_are_wrong_are_refused(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        HeadroomToolWrapper(list_issues, **settings)

    assert raised.value.details["field"] == field


def test_limits_for_other_tools_are_no_matter_until_it_is_called_so() -> None:
    made = HeadroomToolWrapper(list_issues, tool_profiles={"search_*": {"max_tokens": 200}})

    with pytest.raises(ConfigurationError):
        made.name = "search_issues"
    assert made.name == made.inner.name == "list_issues"


def test_with_a_store_rows_are_left_out_and_come_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    made = HeadroomToolWrapper(list_issues, originals=url, target_tokens=200)

    (marker,) = find_markers(made.invoke(call()).content)

    assert marker.handle is not None
    assert retrieve(marker.handle, store=url).text == TEXT


def test_functions_become_tools_and_some_things_stay_as_they_are() -> None:
    def issues(state: str) -> str:
        """Issues in a state."""
        return TEXT

    @tool
    def headroom_retrieve(hash: str) -> str:
        """Retrieve."""
        return TEXT

    done = HeadroomToolWrapper(list_issues)
    search = {"type": "web_search"}

    made = wrap_tools_with_headroom([issues, done, search, headroom_retrieve])

    assert isinstance(made[0], HeadroomToolWrapper)
    assert made[0].name == "issues"
    assert made[1:] == [done, search, headroom_retrieve]
    with pytest.raises(ConfigurationError):
        wrap_tools_with_headroom([7])  # type: ignore[list-item]


class Lost(dict[str, Any]):
    """A content block that cannot be read at all."""

    def get(self, name: str, default: Any = None) -> Any:
        raise OSError("PATIENT-CANARY")


def test_a_fault_costs_the_savings_only(store_url: str, caplog: pytest.LogCaptureFixture) -> None:
    content = [{"type": "text", "text": TEXT}, Lost(type="text", text=TEXT)]
    one = StructuredTool.from_function(lambda: content, name="faulty", description="x")

    assert HeadroomToolWrapper(one, store_url=store_url).invoke({}) is content

    (row,) = rows(store_url)
    assert (row.error, row.tokens_saved) == ("OSError", 0)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "CANARY" not in caplog.text
    with pytest.raises(CompressionError):
        HeadroomToolWrapper(one, strict=True).invoke({})
