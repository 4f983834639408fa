from __future__ import annotations

import operator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AnyMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from pydantic import BaseModel

from headroom.errors import ConfigurationError
from headroom_integrations import HeadroomCompressor
from tests.integrations.langchain.conversations import TEXT, conversation


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    log: Annotated[list[str], operator.add]
    total: int


class ModelState(BaseModel):
    chat: Annotated[list[Any], add_messages]
    log: Annotated[list[str], operator.add] = []


def graph(state: Any, node: Any) -> Any:
    builder = StateGraph(state)
    builder.add_node("headroom", node)
    builder.add_edge(START, "headroom")
    builder.add_edge("headroom", END)
    return builder.compile(checkpointer=InMemorySaver())


CONFIG: Any = {"configurable": {"thread_id": "t"}}


def test_the_node_replaces_in_place_and_doubles_no_other_channel() -> None:
    app = graph(State, HeadroomCompressor().as_node())

    after = app.invoke({"messages": conversation(), "log": ["a"], "total": 1}, CONFIG)

    assert [message.id for message in after["messages"]] == ["m0", "m1", "m2", "m3", "m4"]
    assert len(after["messages"][3].content) < len(TEXT) / 2
    assert (after["log"], after["total"]) == (["a"], 1)


async def test_the_node_works_in_async_graphs_and_under_another_key() -> None:
    app = graph(ModelState, HeadroomCompressor().as_node("chat"))

    after = await app.ainvoke({"chat": conversation(), "log": ["a"]}, CONFIG)

    assert [message.id for message in after["chat"]] == ["m0", "m1", "m2", "m3", "m4"]
    assert len(after["chat"][3].content) < len(TEXT) / 2
    assert after["log"] == ["a"]


def test_a_second_pass_changes_nothing_and_the_original_is_in_the_first_checkpoint() -> None:
    app = graph(State, HeadroomCompressor().as_node())
    first = app.invoke({"messages": conversation(), "log": [], "total": 0}, CONFIG)["messages"]

    second = app.invoke({"messages": [], "log": [], "total": 0}, CONFIG)["messages"]

    assert second == first
    oldest = [state for state in app.get_state_history(CONFIG) if state.values.get("messages")][-1]
    assert oldest.values["messages"][3].content == TEXT


def test_only_changed_messages_with_an_id_are_returned() -> None:
    node = HeadroomCompressor().as_node()

    assert [message.id for message in node.invoke({"messages": conversation()})["messages"]] == ["m3"]
    assert (
        node.invoke({"messages": [ToolMessage(TEXT, tool_call_id="c")]}) == {}
    )  # nothing to write, whatever the reducer
    assert node.invoke({"messages": []}) == {}


@pytest.mark.parametrize("state", [{}, {"messages": None}, {"messages": ["a"]}])
def test_a_state_without_messages_is_no_error(state: dict[str, Any]) -> None:
    assert HeadroomCompressor().as_node().invoke(state) == {}


def test_the_row_of_a_node_names_its_thread(tmp_path: Any) -> None:
    from headroom.storage import flush_recorders, open_metrics_store

    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    app = graph(State, HeadroomCompressor(store_url=url).as_node())
    app.invoke({"messages": conversation(), "log": [], "total": 0}, CONFIG)

    flush_recorders()
    (row,) = open_metrics_store(url).read()
    assert (row.thread_id, row.integration) == ("t", "langchain.runnable")


def test_a_node_that_takes_originals_out_of_the_state_wants_a_store_for_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="name a store"):
        HeadroomCompressor(retrieval="tool").as_node()

    HeadroomCompressor(retrieval="tool", originals=f"sqlite:///{tmp_path / 'o.db'}").as_node()
