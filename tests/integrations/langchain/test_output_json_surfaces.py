"""`output="json"` from every surface: programs that parse tool messages read JSON (requirement R23)."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, ToolMessage, messages_to_dict
from langchain_core.output_parsers import JsonOutputParser
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

import headroom
from headroom_integrations import HeadroomCompressor, HeadroomMiddleware
from headroom_integrations.langchain.chat_model import HeadroomChatModel
from headroom_integrations.langchain.graph_nodes import create_compress_tool_messages_node
from headroom_integrations.langchain.tools import HeadroomToolWrapper
from tests.integrations.langchain.chat_models import inner_model
from tests.integrations.langchain.conversations import ROWS, conversation
from tests.stub.server import StubServer
from tests.stub.turns import Call, turn

PRETTY = json.dumps(ROWS, indent=2)


class State(TypedDict):
    messages: Annotated[list[Any], add_messages]
    open: int


@tool
def list_issues(state: str) -> str:
    """Issues in a state."""
    return PRETTY


def check(content: Any) -> None:
    """Columns and rows: JSON, much shorter, and the same value."""
    assert set(json.loads(content)) >= {"columns", "rows"}
    assert headroom.loads(content) == ROWS
    assert len(content) < len(PRETTY) / 3


def routed(node: Any, read: Any) -> Any:
    """What a graph ends with whose router parses the last tool message."""

    def router(state: Any) -> dict[str, int]:
        rows = read(state["messages"][-1].content)
        return {"open": sum(row["state"] == "open" for row in rows)}

    graph = StateGraph(State)
    graph.add_node("compress", node)
    graph.add_node("router", router)
    graph.add_edge(START, "compress")
    graph.add_edge("compress", "router")
    graph.add_edge("router", END)
    return graph.compile().invoke({"messages": conversation(PRETTY)[:4]})


@pytest.mark.parametrize("make", [HeadroomCompressor, create_compress_tool_messages_node], ids=["step", "node"])
def test_a_graph_whose_router_parses_the_last_tool_message_works(make: Any) -> None:
    def node(**given: Any) -> Any:
        made = make(**given)
        return made.as_node() if isinstance(made, HeadroomCompressor) else made

    same = routed(node(output="minified"), json.loads)
    rows = routed(node(output="json"), headroom.loads)

    assert same["open"] == rows["open"] == len(ROWS)
    assert json.loads(same["messages"][-1].content) == ROWS
    check(rows["messages"][-1].content)


def test_a_reader_of_streamed_dicts_parses_results() -> None:
    state = routed(HeadroomCompressor(output="json").as_node(), headroom.loads)

    [told] = [one["data"] for one in messages_to_dict(state["messages"]) if one["type"] == "tool"]
    check(json.loads(json.dumps(told))["content"])


def test_a_tool_a_step_and_a_parser_work() -> None:
    answered = RunnableLambda(lambda _: PRETTY)
    parser = JsonOutputParser()

    assert (answered | HeadroomCompressor(expect="json") | parser).invoke(0) == ROWS
    assert (answered | HeadroomCompressor(output="minified") | parser).invoke(0) == ROWS
    parsed = (answered | HeadroomCompressor(output="json") | parser).invoke(0)
    assert headroom.loads(json.dumps(parsed)) == ROWS


def test_a_step_that_expects_json_may_write_rows() -> None:
    check(HeadroomCompressor(expect="json", output="json").invoke(PRETTY))
    config = headroom.HeadroomConfig(output="json")
    check(HeadroomCompressor(config, expect="json").invoke(PRETTY))


def test_the_refusal_of_a_parser_names_every_way_out() -> None:
    with pytest.raises(headroom.ConfigurationError, match=r"expect='json'.*output='json'.*headroom\.loads"):
        HeadroomCompressor() | JsonOutputParser()


def test_a_tool_may_have_an_output_of_its_own() -> None:
    step = HeadroomCompressor(tool_profiles={"list_*": {"output": "json"}})
    other = conversation(PRETTY)
    other[2].tool_calls[0]["name"] = "fetch"  # type: ignore[attr-defined]
    other[3].name = "fetch"

    check(step.invoke(conversation(PRETTY))[3].content)
    with pytest.raises(json.JSONDecodeError):
        json.loads(step.invoke(other)[3].content)


@pytest.mark.parametrize("output", ["json", "minified"])
def test_wrapped_tools_answer_with_json(output: str, settings: Any) -> None:
    wrapped = HeadroomToolWrapper(list_issues, output=output, **settings)

    message = wrapped.invoke({"type": "tool_call", "name": "list_issues", "args": {"state": "open"}, "id": "c"})

    assert isinstance(message, ToolMessage)
    assert headroom.loads(str(message.content)) == ROWS
    assert len(message.content) < len(PRETTY) * 2 / 3
    check(message.content) if output == "json" else None


@pytest.mark.loopback
@pytest.mark.parametrize("placement", ["view", "birth"])
def test_the_middleware_sends_json(placement: Any, stub: StubServer, settings: Any) -> None:
    stub.play(turn(Call("list_issues", {"state": "open"}, id="c")), "Well.")
    own = {"originals": "memory"} if placement == "birth" else {}
    middleware: Any = HeadroomMiddleware(output="json", placement=placement, **own, **settings)
    agent: Any = create_agent(inner_model("chat", stub), [list_issues], middleware=[middleware])

    state = agent.invoke({"messages": [HumanMessage("Which?")]})

    check(stub.bodies[1]["messages"][-1]["content"])
    kept = next(message for message in state["messages"] if message.type == "tool")
    assert headroom.loads(kept.content) == ROWS
    assert (kept.content == PRETTY) == (placement == "view")


@pytest.mark.loopback
def test_the_chat_model_and_the_client_send_json(stub: StubServer, settings: Any) -> None:
    stub.play("Well.", "Well.")
    HeadroomChatModel(inner_model("chat", stub), output="json", **settings).invoke(conversation(PRETTY)[:4])
    with stub.openai() as provider:
        client = headroom.HeadroomClient(provider, default_mode="optimize", output="json", **settings)
        client.chat.completions.create(model="gpt-4o", messages=[*stub.bodies[0]["messages"][:3], tool_result()])
        client.close()

    for body in stub.bodies:
        check(body["messages"][-1]["content"])


def tool_result() -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "call_1", "content": PRETTY}
