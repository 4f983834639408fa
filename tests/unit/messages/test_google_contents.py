from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.messages import Message, read_message, turn_starts
from tests.strategies import odd_texts

types = pytest.importorskip("google.genai.types")

BLOB = {"inline_data": {"mime_type": "image/png", "data": b"\x89PNG"}}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | odd_texts(), lambda inner: st.lists(inner), max_leaves=5
)
KEYS = st.sampled_from(["output", "result", "error", "rows", "total"])


def answer(response: Any, name: str = "get", **more: Any) -> dict[str, Any]:
    return {"role": "user", "parts": [{"function_response": {"name": name, "response": response, **more}}]}


def call(name: str = "get", **more: Any) -> dict[str, Any]:
    return {"function_call": {"name": name, "args": {}, **more}}


@st.composite
def parts(draw: st.DrawFn) -> dict[str, Any]:
    """A part as the SDK takes it; of every kind, in both spellings."""
    kind = draw(st.sampled_from(["text", "call", "answer", "blob", "thought", "signed"]))
    is_camel = draw(st.booleans())
    if kind == "text":
        return {"text": draw(odd_texts())}
    if kind == "thought":
        return {"text": draw(odd_texts()), "thought": True}
    if kind == "blob":
        return BLOB
    identity = {"id": draw(st.sampled_from(["c1", "c2"]))} if draw(st.booleans()) else {}
    name = draw(st.sampled_from(["get", "list"]))
    if kind == "answer":
        key = "functionResponse" if is_camel else "function_response"
        return {key: {**identity, "name": name, "response": draw(st.dictionaries(KEYS, VALUES, max_size=2))}}
    signed = {"thought_signature": b"seal"} if kind == "signed" else {}
    return {"functionCall" if is_camel else "function_call": {**identity, "name": name, "args": {"n": 1}}, **signed}


@st.composite
def contents(draw: st.DrawFn) -> Any:
    """A content, as a dict or as the SDK's object."""
    made = {"role": draw(st.sampled_from(["user", "model"])), "parts": draw(st.lists(parts(), max_size=4))}
    return types.Content.model_validate(made) if draw(st.booleans()) else made


def dumped(content: Any) -> Any:
    return content if isinstance(content, dict) else content.model_dump(exclude_unset=True)


@given(content=contents())
def test_reading_a_content_changes_nothing(content: Any) -> None:
    before = copy.deepcopy(dumped(content))

    message = read_message(content)

    assert message.output is content
    assert not message.edited
    assert message.reason == ""
    assert dumped(content) == before


@given(content=contents(), data=st.data())
@settings(max_examples=150)
def test_an_edit_of_a_content_changes_the_text_of_its_part_and_nothing_else(content: Any, data: st.DataObject) -> None:
    before, message = copy.deepcopy(dumped(content)), read_message(content)

    changed = message
    for index in range(len(message.parts)):
        changed = changed.with_part_text(index, data.draw(odd_texts()))
    again = read_message(changed.output)

    assert [part.text for part in again.parts] == [part.text for part in changed.parts]
    assert [(part.kind, part.tool_call_id) for part in again.parts] == [
        (part.kind, part.tool_call_id) for part in message.parts
    ]
    assert (again.role, again.tool_calls, again.begins_turn) == (message.role, message.tool_calls, message.begins_turn)
    assert type(changed.output) is type(content)
    touched = {part.path[1] for part in message.parts}
    for position, (new, old) in enumerate(zip(parts_in(changed.output), parts_in(content), strict=True)):
        assert new is old or position in touched
        assert type(new) is type(old)
    assert dumped(content) == before


def parts_in(content: Any) -> list[Any]:
    return list(content["parts"] if isinstance(content, dict) else content.parts)


@given(content=contents())
def test_undoing_every_edit_of_a_content_gives_the_callers_object(content: Any) -> None:
    changed = message = read_message(content)
    for index, part in enumerate(message.parts):
        changed = changed.with_part_text(index, part.text + "!")
    for index, part in enumerate(message.parts):
        changed = changed.with_part_text(index, part.text)

    assert changed.output is content
    assert not changed.edited


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["role", "parts", "text", "function_response", "functionCall", "response", "name", "id"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_stands_in_parts_is_read_without_an_error_and_goes_out_as_it_came(value: Any) -> None:
    raw = {"role": "user", "parts": value}

    message = read_message(raw)

    assert message.output is raw
    assert message.reason != "unreadable"


@pytest.mark.parametrize(
    ("response", "text", "after"),
    [
        ({"output": "words"}, "words", {"output": "new"}),
        ({"result": "words"}, "words", {"result": "new"}),
        ({"result": [{"id": 1}, {"id": 2}]}, '[{"id":1},{"id":2}]', {"result": "new"}),
        ({"rows": [1], "total": 1}, '{"rows":[1],"total":1}', {"output": "new"}),
        ({"rows": "words"}, '{"rows":"words"}', {"output": "new"}),
        ({"result": "words", "more": 1}, '{"result":"words","more":1}', {"output": "new"}),
        ({"result": "é\ud800"}, "é\ud800", {"result": "new"}),
        ({}, "{}", {"output": "new"}),
        (None, "", {"output": "new"}),
    ],
)
def test_the_text_of_a_response_is_what_stands_alone_in_it_else_its_compact_json(
    response: Any, text: str, after: Any
) -> None:
    message = read_message(answer(response))

    assert [part.text for part in message.parts] == [text]
    assert message.with_part_text(0, "new").output == answer(after)


def test_an_error_is_told_apart_and_stays_one() -> None:
    message = read_message(answer({"error": "no such order"}))

    assert message.parts[0].is_error
    assert message.parts[0].text == "no such order"
    assert message.with_part_text(0, "no order").output == answer({"error": "no order"})
    assert not read_message(answer({"error": None, "result": 1})).parts[0].is_error


def test_what_is_no_plain_text_is_not_read() -> None:
    untouched = [
        {"text": "hm", "thought": True},
        {"text": "so", "thought_signature": b"seal"},
        BLOB,
        {"executable_code": {"code": "1", "language": "PYTHON"}},
        {"text": "at 3 s", "video_metadata": {"fps": 1}},
    ]

    assert read_message({"role": "model", "parts": [*untouched, {"text": "a"}]}).parts[0].path == ("parts", 5, "text")
    assert len(read_message({"role": "model", "parts": untouched}).parts) == 0


def test_a_signature_is_the_same_object_after_an_edit_beside_it() -> None:
    part = types.Part(function_call=types.FunctionCall(name="get", args={}), thought_signature=b"seal")
    content = types.Content(role="model", parts=[types.Part(text="old"), part])

    made = read_message(content).with_part_text(0, "new").output

    assert made.parts[0].text == "new"
    assert made.parts[1] is part
    assert content.parts[0].text == "old"


def test_objects_stay_objects_and_serialise_without_a_warning() -> None:
    part = types.Part.from_function_response(name="get", response={"rows": [1, 2]})
    content = types.Content(role="user", parts=[part])

    made = read_message(content).with_part_text(0, "two rows").output

    assert type(made.parts[0].function_response) is types.FunctionResponse
    assert json.loads(made.model_dump_json(exclude_none=True)) == answer({"output": "two rows"})
    assert part.function_response.response == {"rows": [1, 2]}


def test_roles_are_those_of_the_other_shapes() -> None:
    def role(raw: dict[str, Any]) -> str | None:
        return read_message(raw).role

    said = [{"text": "a"}]
    assert [role({"role": name, "parts": said}) for name in ("user", "model", "function", "system")] == [
        "user",
        "assistant",
        "tool",
        "system",
    ]
    assert role({"parts": said}) == "user"
    assert role({"parts": [call()]}) == "assistant"
    assert read_message({"role": "robot", "parts": said}).reason == "unknown_role"
    assert read_message({"role": 7, "parts": said}).reason == "unknown_role"


def test_answers_begin_no_turn() -> None:
    conversation = [
        {"role": "user", "parts": [{"text": "Which?"}]},
        {"role": "model", "parts": [call()]},
        answer({"result": "x"}),
        {"role": "user", "parts": [*answer({"result": "x"})["parts"], {"text": "And?"}]},
    ]

    assert turn_starts([read_message(raw) for raw in conversation]) == [0, 3]


def test_calls_and_answers_without_ids_are_paired_by_name_and_order() -> None:
    calls = read_message({"role": "model", "parts": [call("get"), call("list"), call("get"), call("get", id="c9")]})
    answers = read_message({"role": "user", "parts": [answer({}, name)["parts"][0] for name in ("get", "get", "list")]})

    assert [made.id for made in calls.tool_calls] == ["get#0", "list#0", "get#1", "c9"]
    assert [part.tool_call_id for part in answers.parts] == ["get#0", "get#1", "list#0"]


def test_the_tool_is_named_where_only_one_answers() -> None:
    assert read_message(answer({}, "get")).name == "get"
    assert read_message({"role": "user", "parts": [{"text": "a"}]}).name is None
    both = [*answer({}, "get")["parts"], *answer({}, "list")["parts"]]
    assert read_message({"role": "user", "parts": both}).name is None


def test_parts_of_another_library_are_not_googles() -> None:
    message = read_message({"role": "user", "parts": [{"type": "text", "text": "Hello"}]})

    assert (message.parts, message.reason) == ((), "no_content")


def test_a_view_is_a_value() -> None:
    message = read_message(answer({"output": "a"})).with_part_text(0, "b")

    assert isinstance(message, Message)
    assert pickle.loads(pickle.dumps(message)) == message
    assert message == read_message(answer({"output": "a"})).with_part_text(0, "b")
    assert "words" not in repr(read_message(answer({"output": "words"})))
