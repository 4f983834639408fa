from __future__ import annotations

from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from headroom.messages import Message, Part, ToolCall, read_message, read_messages, texts_of, tool_names, turn_starts

TEXT = {"type": "text", "text": "a"}
IMAGE = {"type": "image", "source": {"type": "base64", "data": "aGk="}}


def texts(raw: Any) -> list[str]:
    return [part.text for part in read_message(raw).parts]


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_plain_text_is_one_part_of_kind_text(role: str) -> None:
    message = read_message({"role": role, "content": "hello"})

    assert (message.role, message.reason) == (role, "")
    assert [(part.kind, part.text, part.blocks) for part in message.parts] == [("text", "hello", 1)]


def test_developer_is_read_as_system() -> None:
    assert read_message({"role": "developer", "content": "x"}).role == "system"


def test_a_chat_tool_message_is_a_tool_result_with_its_call_id() -> None:
    message = read_message({"role": "tool", "tool_call_id": "c1", "content": "[]"})

    assert message.tool_call_id == "c1"
    assert message.parts == (Part("tool_result", "[]", "c1", path=("content",)),)


def test_a_function_message_is_a_tool_result_with_the_name_of_its_tool() -> None:
    message = read_message({"role": "function", "name": "search", "content": "[]"})

    assert (message.role, message.name, message.parts[0].kind) == ("function", "search", "tool_result")


@pytest.mark.parametrize("mark", [{"status": "error"}, {"is_error": True}])
def test_a_tool_message_can_say_that_it_reports_an_error(mark: dict[str, Any]) -> None:
    assert read_message({"role": "tool", "content": "no such table", **mark}).parts[0].is_error
    assert not read_message({"role": "tool", "content": "no such table"}).parts[0].is_error


def test_each_text_block_outside_tool_results_is_a_part_of_its_own() -> None:
    assert texts({"role": "user", "content": [TEXT, "bare", TEXT]}) == ["a", "bare", "a"]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image_url", "image_url": {"url": "data:,"}},
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
        {"type": "refusal", "refusal": "no"},
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "document", "source": {"type": "text", "data": "x", "media_type": "text/plain"}},
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
        {"type": "text", "text": "cited", "citations": [{"type": "char_location"}]},
        {"type": "output_text", "text": "noted", "annotations": [{"type": "url_citation", "start_index": 0}]},
        {"type": "text", "text": 7},
        {"type": "text"},
        {"type": ["text"], "text": "x"},
        {},
        None,
        7,
    ],
    ids=str,
)
def test_other_blocks_are_no_parts(block: Any) -> None:
    message = read_message({"role": "assistant", "content": [TEXT, block, TEXT]})

    assert [part.text for part in message.parts] == ["a", "a"]
    assert message.tool_calls == ()
    assert message.with_part_text(1, "b").output["content"][1] is block


def test_empty_citations_and_annotations_do_not_hide_a_text() -> None:
    assert texts({"role": "assistant", "content": [{**TEXT, "citations": None, "annotations": [], "id": "x"}]}) == ["a"]


def test_chat_tool_calls_are_read_and_none_means_none() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": '{"q": 1}'}}

    assert read_message({"role": "assistant", "content": None, "tool_calls": [call]}).tool_calls == (
        ToolCall("c1", "search", '{"q": 1}'),
    )
    assert read_message({"role": "assistant", "content": "x", "tool_calls": None}).tool_calls == ()


@pytest.mark.parametrize(
    "call",
    [
        {"id": "c", "type": "custom", "custom": {"name": "n", "input": "1"}},
        {"id": "c", "function": {"name": "n", "arguments": 1}},
        {"id": "c", "name": "n", "args": 1},
    ],
)
def test_custom_flat_and_valued_calls_are_read(call: dict[str, Any]) -> None:
    assert read_message({"role": "assistant", "tool_calls": [call]}).tool_calls == (ToolCall("c", "n", "1"),)


def test_the_retired_function_call_is_a_call_without_id() -> None:
    raw = {"role": "assistant", "content": None, "function_call": {"name": "n", "arguments": "{}"}}

    assert read_message(raw).tool_calls == (ToolCall(None, "n", "{}"),)


def test_anthropic_input_becomes_compact_json() -> None:
    block = {"type": "tool_use", "id": "t", "name": "n", "input": {"q": "é", "n": [1, 2]}}

    assert read_message({"role": "assistant", "content": [block]}).tool_calls == (
        ToolCall("t", "n", '{"q":"é","n":[1,2]}'),
    )


@pytest.mark.parametrize("value", [{1, 2}, object(), float, b"x"], ids=lambda value: type(value).__name__)
def test_arguments_that_are_no_json_are_empty(value: Any) -> None:
    block = {"type": "tool_use", "id": "t", "name": "n", "input": {"v": value}}

    assert read_message({"role": "assistant", "content": [block]}).tool_calls[0].arguments == ""


def test_adjacent_text_blocks_of_one_tool_result_are_one_document() -> None:
    rows = [{"type": "text", "text": f'{{"id": {n}}}'} for n in range(3)]
    result = {"type": "tool_result", "tool_use_id": "t", "content": [*rows, IMAGE, TEXT, TEXT], "is_error": True}

    message = read_message({"role": "user", "content": [result, TEXT]})

    assert [(p.kind, p.text, p.blocks, p.tool_call_id, p.is_error) for p in message.parts] == [
        ("tool_result", '{"id": 0}\n{"id": 1}\n{"id": 2}', 3, "t", True),
        ("tool_result", "a\na", 2, "t", True),
        ("text", "a", 1, None, False),
    ]


def test_two_tool_results_are_never_joined() -> None:
    results = [{"type": "tool_result", "tool_use_id": str(n), "content": [TEXT]} for n in range(2)]

    assert texts({"role": "user", "content": results}) == ["a", "a"]


@pytest.mark.parametrize("content", [{}, {"content": None}, {"content": []}, {"content": 7}, {"content": {"a": 1}}])
def test_a_tool_result_without_text_has_no_part(content: dict[str, Any]) -> None:
    message = read_message({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", **content}]})

    assert (message.role, message.parts, message.begins_turn) == ("user", (), False)


def test_responses_items_are_read_as_call_and_answer() -> None:
    call, answer, listed, custom = read_messages(
        [
            {"type": "function_call", "call_id": "c", "id": "fc_1", "name": "n", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "[]"},
            {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "a"}, "b"]},
            {"type": "custom_tool_call", "call_id": "d", "name": "n", "input": "raw"},
        ]
    )

    assert (call.role, call.tool_calls) == ("assistant", (ToolCall("c", "n", "{}"),))
    assert (answer.role, answer.tool_call_id, answer.parts[0].text) == ("tool", "c", "[]")
    assert (listed.parts[0].kind, listed.parts[0].text, listed.parts[0].blocks) == ("tool_result", "a\nb", 2)
    assert custom.tool_calls == (ToolCall("d", "n", "raw"),)


def test_responses_messages_are_read_by_their_role() -> None:
    raw = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}

    assert (read_message(raw).role, texts(raw)) == ("user", ["hi"])


@pytest.mark.parametrize("kind", ["reasoning", "item_reference", "web_search_call", "computer_call_output", "mcp_call"])
def test_other_responses_items_are_untouched(kind: str) -> None:
    raw = {"type": kind, "id": "x", "output": "text", "call_id": "c"}

    message = read_message(raw)

    assert (message.role, message.reason, message.parts) == (None, "untouched_item", ())
    assert message.output is raw


def cycle() -> dict[str, Any]:
    raw: dict[str, Any] = {"role": "user"}
    raw["content"] = [raw]
    return raw


def call_cycle() -> dict[str, Any]:
    raw: dict[str, Any] = {"role": "assistant"}
    raw["tool_calls"] = [{"id": "c", "function": {"name": "n", "arguments": raw}}]
    return raw


class Faulty:
    role = "user"

    def model_dump(self, **_: Any) -> Any:
        raise Exception("boom")


class Listing(Faulty):
    def model_dump(self, **_: Any) -> Any:
        return [1]


def deep(depth: int) -> Any:
    content: Any = "x"
    for _ in range(depth):
        content = [content]
    return content


ODD = [
    (None, "not_a_message"),
    (..., "not_a_message"),
    (7, "not_a_message"),
    ("user: hi", "not_a_message"),
    (b"x", "not_a_message"),
    (["role", "user"], "not_a_message"),
    (("user", "hi"), "not_a_message"),
    (object(), "not_a_message"),
    (SimpleNamespace(role="user", content="x"), "not_a_message"),
    (Faulty, "not_a_message"),
    (Listing(), "not_a_message"),
    (Faulty(), "unreadable"),
    ({}, "not_a_message"),
    ({"content": "x"}, "not_a_message"),
    ({"type": 5}, "not_a_message"),
    ({"type": "nonsense"}, "untouched_item"),
    ({"role": 5, "content": "x"}, "unknown_role"),
    ({"role": None, "content": "x"}, "unknown_role"),
    ({"role": ["user"], "content": "x"}, "unknown_role"),
    ({"role": "narrator", "content": "x"}, "unknown_role"),
    ({"role": "user"}, "no_content"),
    ({"role": "system", "content": None}, "no_content"),
    ({"role": "user", "content": 7}, "unknown_content"),
    ({"role": "tool", "content": {"a": 1}, "tool_call_id": "c"}, "unknown_content"),
]


@pytest.mark.parametrize(("raw", "reason"), ODD, ids=lambda value: str(value).partition(" at 0x")[0][:40])
def test_what_is_not_understood_says_why_and_goes_out_as_it_came(raw: Any, reason: str) -> None:
    message = read_message(raw)

    assert (message.role, message.reason, message.parts, message.begins_turn) == (None, reason, (), False)
    assert message.output is raw


NESTED_NONSENSE = [
    cycle(),
    call_cycle(),
    {"role": "assistant", "tool_calls": [None, 7, {}, {"function": None}, {"function": 7, "id": 7}]},
    {"role": "assistant", "tool_calls": {"a": 1}, "function_call": 7},
    {"role": "user", "content": deep(500)},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": 7, "content": [[[]], {"type": {}}, None]}]},
    {"role": "tool", "tool_call_id": {}, "name": [], "content": [Faulty]},
    {"type": "function_call", "name": 7, "arguments": {"a": ...}},
    {"type": "function_call_output", "output": 7},
]


@pytest.mark.parametrize("raw", NESTED_NONSENSE, ids=range(len(NESTED_NONSENSE)))
def test_nonsense_inside_a_message_never_raises_and_costs_only_itself(raw: Any) -> None:
    message = read_message(raw)

    assert message.role == raw.get("role", message.role) is not None
    assert message.output is raw
    assert all(isinstance(text, str) for text in texts_of(message))


def test_ids_are_read_even_where_the_content_is_odd() -> None:
    assert read_message({"role": "tool", "tool_call_id": "c", "content": 7}).tool_call_id == "c"
    call = {"id": "c", "function": {"name": "n", "arguments": ""}}
    assert read_message({"role": "assistant", "content": 7, "tool_calls": [call]}).tool_calls[0].id == "c"


def test_one_odd_member_does_not_change_how_the_others_are_read() -> None:
    good = {"role": "user", "content": "x"}

    assert [message.role for message in read_messages([good, None, good])] == ["user", None, "user"]


def test_any_mapping_can_be_a_message() -> None:
    raw = MappingProxyType({"role": "tool", "content": (TEXT, TEXT), "tool_call_id": "c"})

    message = read_message(raw)

    assert message.parts[0].text == "a\na"
    assert message.output is raw
    edited = message.with_part_text(0, "b").output
    assert edited == {"role": "tool", "content": ({"type": "text", "text": "b"},), "tool_call_id": "c"}


def test_a_turn_begins_where_the_user_says_something_but_not_where_tools_answer() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": "x"}
    conversation = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "n", "input": {}}]},
        {"role": "user", "content": [result, result]},
        {"role": "user", "content": [result, TEXT]},
        {"role": "user", "content": [IMAGE]},
        {"role": "user", "content": []},
        {"role": "tool", "tool_call_id": "t", "content": "x"},
        {"role": "user", "content": ""},
    ]

    assert turn_starts(read_messages(conversation)) == [1, 4, 5, 8]


def test_calls_are_found_by_id_and_the_last_definition_wins() -> None:
    def calling(call_id: str | None, name: str) -> dict[str, Any]:
        return {"role": "assistant", "tool_calls": [{"id": call_id, "function": {"name": name, "arguments": ""}}]}

    found = tool_names(read_messages([calling("a", "x"), calling("b", "y"), calling("a", "z"), calling(None, "n")]))

    assert {call_id: call.name for call_id, call in found.items()} == {"a": "z", "b": "y"}


def test_what_counts_as_tokens_is_texts_and_calls() -> None:
    raw = {
        "role": "assistant",
        "content": [TEXT, {"type": "thinking", "thinking": "hm"}],
        "tool_calls": [{"id": "c", "function": {"name": "n", "arguments": "{}"}}],
    }

    assert list(texts_of(read_message(raw))) == ["a", "n", "{}"]


@pytest.mark.parametrize(
    "raw",
    [
        {"role": "user", "content": "secret"},
        {"role": "user", "name": "secret", "content": [{"type": "text", "text": "secret"}]},
        {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "n", "arguments": "secret"}}]},
        "secret",
    ],
)
def test_no_content_shows_in_a_repr(raw: Any) -> None:
    message: Message = read_message(raw, origin=raw)

    assert "secret" not in repr(message)
    assert "secret" not in repr([*message.parts, *message.tool_calls])
