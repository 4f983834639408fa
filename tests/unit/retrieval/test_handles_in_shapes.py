"""A handle resolves wherever its text stands: in every shape, beside a message, in turns that were dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

import headroom
from headroom.errors import RetrievalError
from headroom.markers import handle_of
from headroom.messages import read_messages
from headroom.messages.rendering import prefix_handle, render_turns
from headroom.retrieval import Answers, Originals, find_original
from headroom.tokenizers import built_in_counter
from tests.samples import ask

ROWS = [{"id": n, "name": f"größe {n}", "at": None} for n in range(30)]
TEXT = json.dumps(ROWS)

CHAT = ask(TEXT)
RESPONSES = [
    {"type": "function_call", "call_id": "c1", "name": "search_orders", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c1", "output": TEXT},
]
RESPONSES_LIST = [
    RESPONSES[0],
    {**RESPONSES[1], "output": [{"type": "input_text", "text": part} for part in TEXT.split("; ")]},
]
ANTHROPIC = [
    {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "search_orders", "input": {}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": TEXT}]},
]
LANGCHAIN = [
    HumanMessage("Which?"),
    AIMessage("", tool_calls=[{"name": "search_orders", "args": {}, "id": "c1"}]),
    ToolMessage(TEXT, tool_call_id="c1", name="search_orders"),
]
GOOGLE = [
    {"role": "user", "parts": [{"text": "Which?"}]},
    {"role": "user", "parts": [{"functionResponse": {"name": "search_orders", "response": {"result": TEXT}}}]},
]
SNAKE = [{"role": "user", "parts": [{"function_response": {"name": "search_orders", "response": {"output": TEXT}}}]}]
SHAPES = {
    "chat": CHAT,
    "responses": RESPONSES,
    "responses, a list": RESPONSES_LIST,
    "anthropic": ANTHROPIC,
    "langchain": LANGCHAIN,
    "google": GOOGLE,
    "google, as its library writes it": SNAKE,
}


@pytest.mark.parametrize("messages", SHAPES.values(), ids=SHAPES)
def test_a_tool_result_is_found_in_every_shape(messages: list[Any]) -> None:
    found = Originals(messages).find(handle_of(TEXT))

    assert found is not None
    assert (found.text, found.tool) == (TEXT, "search_orders")
    assert headroom.retrieve(handle_of(TEXT), messages=messages).text == TEXT


def test_googles_own_objects_are_read() -> None:
    types = pytest.importorskip("google.genai.types")
    response = types.FunctionResponse(name="search_orders", response={"result": TEXT, "rows": ROWS})
    messages = [types.Content(role="user", parts=[types.Part(function_response=response)])]

    assert find_original(handle_of(TEXT), messages=messages) == TEXT
    assert find_original(handle_of(json.dumps(ROWS, ensure_ascii=False, separators=(",", ":"))), messages=messages)


LAYOUTS: tuple[dict[str, Any], ...] = (
    {},
    {"indent": 2},
    {"indent": 2, "ensure_ascii": False},
    {"separators": (",", ":")},
    {"separators": (",", ":"), "ensure_ascii": False},
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_structured_content_beside_a_rewritten_message_is_the_original(layout: dict[str, Any]) -> None:
    artifact = {"structured_content": {"result": ROWS}}
    message = ToolMessage("shortened", tool_call_id="c1", name="list", artifact=artifact)
    item_by_item = "\n".join(json.dumps(row, **layout) for row in ROWS)

    for text in (json.dumps({"result": ROWS}, **layout), json.dumps(ROWS, **layout), item_by_item):
        for messages in ([message], [message.model_dump()], [{"role": "tool", "content": "x", "artifact": artifact}]):
            assert find_original(handle_of(text), messages=messages) == text


@pytest.mark.parametrize(
    "message",
    [
        {"role": "tool", "content": "shortened", "artifact": TEXT},
        {"role": "tool", "content": "shortened", "structuredContent": {"result": TEXT}},
        {"role": "tool", "content": "shortened", "artifact": {"structuredContent": {"text": TEXT}}},
    ],
    ids=["text", "of MCP", "one text"],
)
def test_a_text_beside_a_message_is_the_original(message: dict[str, Any]) -> None:
    assert find_original(handle_of(TEXT), messages=[message]) == TEXT


@pytest.mark.parametrize("artifact", [object(), {"structured_content": {1: {2}}}, {"structured_content": 3}, [1], 5])
def test_odd_artifacts_are_passed_by(artifact: Any) -> None:
    messages = [{"role": "tool", "content": "x", "artifact": artifact}, *CHAT]

    assert find_original(handle_of(TEXT), messages=messages) == TEXT
    with pytest.raises(RetrievalError):
        find_original("0" * 12, messages=messages)


def test_turns_that_a_window_dropped_are_found_by_their_handle() -> None:
    messages = [{"role": "system", "content": "Be brief."}, *CHAT, {"role": "user", "content": "And now?"}]
    views = read_messages(messages)[1:3]
    handle = prefix_handle(views, namespace="acme", secret="key")

    text = find_original(handle, messages=messages, namespace="acme", secret="key")
    got = Answers(messages, counter=built_in_counter(), namespace="acme", secret="key").answer({"hash": handle})

    assert text == render_turns(views)
    assert got.page == text
    assert got.tool is None
    with pytest.raises(RetrievalError):
        find_original(handle, messages=messages, namespace="other", secret="key")


class CountingStore:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def get(self, handle: str, *, namespace: str = "") -> bytes | None:
        self.asked += 1
        return None


def test_each_text_is_hashed_once_however_many_handles_are_asked_for() -> None:
    store = CountingStore()
    originals = Originals(CHAT * 3, store=store)  # type: ignore[arg-type]

    for _ in range(3):
        assert originals.find("0" * 12) is None
    assert originals.find(handle_of(TEXT)) is not None
    assert next(originals.rest, None) is None
    assert store.asked == 1


def test_a_foreign_handle_is_looked_for_in_the_same_places_as_an_unknown_one() -> None:
    asked = []
    for handle in ("0" * 12, handle_of(TEXT, namespace="acme")):
        store = CountingStore()
        originals = Originals(CHAT, store=store)  # type: ignore[arg-type]
        assert originals.find(handle) is None
        asked.append((store.asked, next(originals.rest, None), len(originals.known)))

    assert asked[0] == asked[1]


def test_a_page_that_stands_in_the_history_is_left_alone() -> None:
    text = json.dumps([{"id": n, "state": "open", "text": f"something about number {n}"} for n in range(400)])
    got = Answers(ask(text), counter=built_in_counter()).answer({"hash": handle_of(text)})
    call = {"id": "r1", "type": "function", "function": {"name": "headroom_retrieve", "arguments": "{}"}}
    messages = [
        *ask(text),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "r1", "content": got.text},
    ]

    result = headroom.compress(messages, retrieval="tool")

    assert result.messages[4] is messages[4]
    assert result.notes[-1].reason == "retrieved_original"
