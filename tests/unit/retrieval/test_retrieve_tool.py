"""The declaration of the retrieve tool, and whether a caller's list has it already."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.tools import BaseTool, tool

from headroom.errors import ConfigurationError
from headroom.retrieval.tool import MOST_TOKENS, SHAPES, Shape, is_offered, schema_tokens, tool_schema
from headroom.tokenizers import built_in_counter


@pytest.mark.parametrize("shape", SHAPES)
def test_a_declaration_costs_at_most_120_tokens(shape: Shape) -> None:
    text = json.dumps(tool_schema(shape), separators=(",", ":"))

    assert schema_tokens(shape) == built_in_counter().count_text(text) <= MOST_TOKENS == 120


@pytest.mark.parametrize("shape", SHAPES)
def test_a_declaration_is_the_same_each_time_whatever_was_done_to_the_last_one(shape: Shape) -> None:
    first = tool_schema(shape)
    before = json.dumps(first)
    first.clear()

    assert json.dumps(tool_schema(shape)) == before


def test_only_the_hash_is_required_and_all_parameters_are_text() -> None:
    for schema in (
        tool_schema("openai_chat")["function"]["parameters"],
        tool_schema("openai_responses")["parameters"],
        tool_schema("anthropic")["input_schema"],
        tool_schema("google")["functionDeclarations"][0]["parameters"],
    ):
        assert schema["required"] == ["hash"]
        assert {field["type"] for field in schema["properties"].values()} == {"string"}
    assert tool_schema("openai_responses")["strict"] is False


def test_googles_library_reads_its_declaration() -> None:
    types = pytest.importorskip("google.genai.types")

    read = types.Tool.model_validate(tool_schema("google"))

    assert read.function_declarations[0].name == "headroom_retrieve"
    assert is_offered([read])


def test_another_shape_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        tool_schema("cohere")  # type: ignore[arg-type]


@tool
def headroom_retrieve(hash: str) -> str:
    """Of a framework."""
    return hash


class ToolOfAClass(BaseTool):
    """Its name is a default."""

    name: str = "headroom_retrieve"
    description: str = "of a class"

    def _run(self) -> str:
        return ""


@pytest.mark.parametrize(
    "entry",
    [
        *map(tool_schema, SHAPES),
        {"name": "headroom_retrieve"},
        {"function_declarations": [{"name": "other"}, {"name": "headroom_retrieve"}]},
        SimpleNamespace(type="function", function=SimpleNamespace(name="headroom_retrieve")),
        headroom_retrieve,
        ToolOfAClass(),
        headroom_retrieve.func,
    ],
    ids=lambda entry: type(entry).__name__,
)
def test_it_is_seen_in_whichever_shape_it_is_given(entry: Any) -> None:
    assert is_offered([{"type": "web_search"}, entry])


@pytest.mark.parametrize(
    "tools", [None, [], "headroom_retrieve", 7, [None, 3, {}], [{"function": None}], [{"name": "headroom_retrieve_2"}]]
)
def test_what_does_not_name_it_is_no_offer(tools: Any) -> None:
    assert not is_offered(tools)
