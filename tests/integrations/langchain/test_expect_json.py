from __future__ import annotations

import json
from typing import Annotated, Any, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser, StrOutputParser
from langchain_core.runnables import RunnableLambda
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from pydantic import BaseModel

from headroom.errors import ConfigurationError
from headroom_integrations import HeadroomCompressor
from headroom_integrations.langchain.expect import without_blanks
from tests.integrations.langchain.conversations import ROWS, TEXT, conversation
from tests.samples import samples

PRETTY = json.dumps(ROWS, indent=2)
LOG = "\n".join([f"2025-03-01T08:{n // 60:02d}:{n % 60:02d}Z INFO worker request served path=/a" for n in range(300)])


class Rows(BaseModel):
    id: int


def test_what_was_json_stays_json_of_the_same_value_without_its_blanks() -> None:
    after = HeadroomCompressor(expect="json").invoke(PRETTY)

    assert json.loads(after) == ROWS
    assert len(after) < len(PRETTY) * 2 / 3


def test_other_texts_are_compressed_as_ever() -> None:
    assert HeadroomCompressor(expect="json").invoke(LOG) == HeadroomCompressor().invoke(LOG) != LOG


@pytest.mark.parametrize("parser", [JsonOutputParser(), PydanticOutputParser(pydantic_object=Rows)])
def test_a_parser_right_behind_the_step_is_refused_with_the_way_out(parser: Any) -> None:
    with pytest.raises(ConfigurationError, match="expect='json'"):
        HeadroomCompressor() | parser
    with pytest.raises(ConfigurationError, match="expect='json'"):
        HeadroomCompressor().pipe(parser)

    assert HeadroomCompressor() | StrOutputParser()
    assert HeadroomCompressor().pipe(StrOutputParser(), parser)


def test_a_tool_a_step_and_a_parser_work_with_it() -> None:
    tool = RunnableLambda(lambda _: PRETTY)

    assert (HeadroomCompressor(expect="json") | JsonOutputParser()).invoke(PRETTY) == ROWS
    assert (tool | HeadroomCompressor(expect="json") | JsonOutputParser()).invoke(None) == ROWS


def test_answers_of_a_model_pass_to_the_parser_as_they_came() -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage(TEXT)]))

    assert (model | HeadroomCompressor() | JsonOutputParser()).invoke("?") == ROWS


class State(TypedDict):
    messages: Annotated[list[Any], add_messages]
    open: int


def test_a_graph_whose_router_parses_the_last_tool_message_works() -> None:
    def router(state: Any) -> dict[str, int]:
        rows = json.loads(state["messages"][-1].content)
        return {"open": sum(row["state"] == "open" for row in rows)}

    graph = StateGraph(State)
    graph.add_node("compress", HeadroomCompressor(expect="json").as_node())
    graph.add_node("router", router)
    graph.add_edge(START, "compress")
    graph.add_edge("compress", "router")
    graph.add_edge("router", END)

    after = graph.compile().invoke({"messages": conversation(PRETTY)[:4]})

    assert after["open"] == len(ROWS)
    assert len(after["messages"][-1].content) < len(PRETTY)


def test_blocks_with_json_in_them_stay_as_they_came() -> None:
    blocks = [{"type": "text", "text": json.dumps(row)} for row in ROWS]
    message = ToolMessage(blocks, tool_call_id="c", id="t")

    assert HeadroomCompressor(expect="json").invoke([message])[0] is message
    assert len(HeadroomCompressor().invoke([message])[0].content) == 1


def test_the_notes_say_what_was_done_and_the_sizes_add_up() -> None:
    result = HeadroomCompressor(expect="json").simulate([ToolMessage(PRETTY, tool_call_id="c"), *conversation(TEXT)])

    reasons = [(note.reason, note.change) for note in result.notes if note.tokens_before > 200]
    assert reasons[0] == ("json_without_blanks", "value_exact")
    assert 'output="text"' in next(
        note.hint for note in HeadroomCompressor(expect="json", target_tokens=100).simulate(TEXT).notes
    )
    assert sum(note.tokens_saved for note in result.notes) == result.tokens_saved > 0


def test_limits_leave_json_whole_where_programs_parse_it() -> None:
    after = HeadroomCompressor(expect="json", target_tokens=100).invoke(TEXT)

    assert json.loads(after) == ROWS


@pytest.mark.parametrize("sample", samples("json_array", "json_object"), ids=lambda sample: sample.id)
def test_real_json_stays_equal_to_the_last_digit(sample: Any) -> None:
    after = HeadroomCompressor(expect="json").invoke(sample.text)

    assert pairs(after) == pairs(sample.text)


def pairs(text: str) -> Any:
    """The value with number text, key order and repeated keys kept."""
    return json.loads(text, object_pairs_hook=lambda found: found, parse_int=str, parse_float=str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.floats(allow_nan=False) | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    ),
    st.sampled_from([None, 1, 4]),
    st.booleans(),
)
def test_blanks_go_and_nothing_else(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    assert without_blanks(text) == json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only)


def test_other_expectations_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="expect"):
        HeadroomCompressor(expect="xml")
