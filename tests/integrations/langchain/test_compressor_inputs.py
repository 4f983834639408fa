from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    ToolMessage,
)
from langchain_core.prompt_values import ChatPromptValue, ChatPromptValueConcrete, ImagePromptValue, StringPromptValue
from pydantic import BaseModel

from headroom_integrations import HeadroomCompressor
from tests.integrations.langchain.conversations import ROWS, TEXT, conversation


def test_only_the_tool_result_changes_and_keeps_everything_but_its_text() -> None:
    before = conversation(artifact={"rows": ROWS}, additional_kwargs={"a": 1}, response_metadata={"b": 2})

    after = HeadroomCompressor().invoke(before)

    assert [new is old for new, old in zip(after, before, strict=True)] == [True, True, True, False, True]
    assert len(after[3].content) < len(TEXT) / 2
    assert after[3].model_copy(update={"content": TEXT}) == before[3]
    assert after[3].artifact is before[3].artifact
    assert before[3].content == TEXT


def test_a_list_without_anything_to_save_is_the_same_list() -> None:
    messages = [HumanMessage(TEXT), AIMessage("ok")]

    assert HeadroomCompressor().invoke(messages) is messages


def test_neighbouring_text_blocks_become_one_and_other_blocks_stay_the_same_objects() -> None:
    rows = [{"type": "text", "text": json.dumps(row), "id": f"lc_{n}"} for n, row in enumerate(ROWS)]
    image = {"type": "image", "base64": "AAAA", "mime_type": "image/png"}
    before = conversation([*rows, image])

    after = HeadroomCompressor().invoke(before)[3].content

    assert len(after) == 2
    assert after[1] is before[3].content[-1]
    assert len(after[0]["text"]) < sum(len(block["text"]) for block in rows) / 2
    assert before[3].content == [*rows, image]


def test_a_result_that_reports_an_error_stays_verbatim() -> None:
    messages = conversation(status="error")

    assert HeadroomCompressor().invoke(messages) is messages


@pytest.mark.parametrize(
    "value",
    [
        TEXT,
        StringPromptValue(text=TEXT),
        Document(TEXT, metadata={"source": "a"}, id="d1"),
        [Document(TEXT, id="d1"), Document("short", id="d2")],
        (Document(TEXT), Document("short")),
        conversation()[3],
        conversation(),
        tuple(conversation()),
        ChatPromptValue(messages=conversation()),
        ChatPromptValueConcrete(messages=conversation()),
        [{"role": "user", "content": "?"}, {"role": "tool", "tool_call_id": "1", "content": TEXT}],
        ("tool", TEXT),
        [("human", "?"), ("tool", TEXT)],
        {"messages": conversation(), "left": 3},
        {"messages": ChatPromptValue(messages=conversation())},
        [FunctionMessage(name="f", content=TEXT)],
        [ChatMessage(role="tool", content=TEXT)],
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_type_comes_back_smaller_and_as_itself(value: Any) -> None:
    def shape(item: Any) -> Any:
        if isinstance(item, (list, tuple)) and not isinstance(item, str):
            return type(item), [shape(inner) for inner in item]
        return type(item)

    after = HeadroomCompressor().invoke(value)

    assert shape(after) == shape(value)
    assert len(repr(after)) < len(repr(value)) * 0.7
    assert HeadroomCompressor().invoke(after) == after


@pytest.mark.parametrize(
    "value",
    [None, 7, b"x", [], ["a", TEXT], {"a": TEXT}, ImagePromptValue(image_url={"url": "https://x"}), object(), [1, {}]],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_understood_is_the_same_object(value: Any) -> None:
    assert HeadroomCompressor().invoke(value) is value


def test_documents_keep_id_and_metadata_and_short_ones_are_the_same_object() -> None:
    before = [Document(TEXT, id="d1", metadata={"source": "a"}), Document("short", id="d2")]

    after = HeadroomCompressor().invoke(before)

    assert (after[0].id, after[0].metadata) == ("d1", {"source": "a"})
    assert len(after[0].page_content) < len(TEXT) / 2
    assert after[1] is before[1]
    assert before[0].page_content == TEXT


def test_a_state_object_with_messages_stays_one() -> None:
    class State(BaseModel):
        messages: list[Any]
        left: int = 3

    before = State(messages=conversation())

    after = HeadroomCompressor().invoke(before)

    assert isinstance(after, State)
    assert after.left == 3
    assert len(after.messages[3].content) < len(TEXT) / 2


def test_a_dict_of_a_rag_chain_is_read_by_the_keys_it_has() -> None:
    step = HeadroomCompressor(documents_key="context", query_key="question", target_tokens=100)
    before = {"context": [Document(TEXT, id="d1")], "question": "issue number 57", "messages": "not touched"}

    after = step.invoke(before)

    assert after["context"][0].id == "d1"
    assert "issue number 57" in after["context"][0].page_content
    assert (after["question"], after["messages"]) == ("issue number 57", "not touched")


def test_messages_of_unknown_kind_do_not_switch_off_the_others() -> None:
    before = [RemoveMessage(id="gone"), *conversation(), {"role": 5}, 12]

    after = HeadroomCompressor().invoke(before)

    assert [new is old for new, old in zip(after, before, strict=True)].count(False) == 1
    assert len(after[4].content) < len(TEXT) / 2


def test_roles_in_either_vocabulary_name_what_else_is_compressed() -> None:
    before = [HumanMessage(TEXT), AIMessage(TEXT)]

    human = HeadroomCompressor(roles={"human"}).invoke(before)
    both = HeadroomCompressor(roles=["user", "ai"]).invoke(before)

    assert [new is old for new, old in zip(human, before, strict=True)] == [False, True]
    assert [new is old for new, old in zip(both, before, strict=True)] == [False, False]


def test_anthropic_shaped_dicts_keep_their_other_blocks() -> None:
    image = {"type": "image", "source": {"data": "AAAA"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": TEXT}, image]}
    before = [{"role": "user", "content": [{"type": "text", "text": "?"}, result]}]

    after = HeadroomCompressor().invoke(before)

    assert after[0]["content"][0] is before[0]["content"][0]
    assert after[0]["content"][1]["content"][1] is image
    assert len(after[0]["content"][1]["content"][0]["text"]) < len(TEXT) / 2
    assert set(after[0]) == {"role", "content"}


def test_a_call_that_langchain_could_not_parse_still_names_the_tool() -> None:
    bad = {"name": "list_issues", "args": "{", "id": "call_1", "error": "x", "type": "invalid_tool_call"}
    messages = [AIMessage("", invalid_tool_calls=[bad]), ToolMessage(TEXT, tool_call_id="call_1")]
    skipping = HeadroomCompressor(tool_profiles={"list_*": {"skip_compression": True}})

    assert skipping.invoke(messages) is messages
    assert skipping.simulate(messages).notes[0].tool == "list_issues"


def test_a_single_chunk_of_an_answer_is_left_alone() -> None:
    chunk = AIMessageChunk(TEXT)

    assert HeadroomCompressor().invoke(chunk) is chunk
