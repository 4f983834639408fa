from __future__ import annotations

import copy
import pickle
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.messages import Message, read_message, read_messages
from tests.strategies import conversations, odd_texts

MARK = {"type": "ephemeral"}
IMAGE = {"type": "image", "source": {"type": "base64", "data": "aGk="}}


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


def answer(*blocks: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "c", "content": list(blocks)}


def edited(raw: Any, said: str = "new", index: int = 0) -> Any:
    return read_message(raw).with_part_text(index, said).output


@given(conversation=conversations())
def test_reading_and_writing_is_the_identity(conversation: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(conversation)

    messages = read_messages(conversation)

    assert all(message.output is raw for message, raw in zip(messages, conversation, strict=True))
    assert not any(message.edited or message.reason for message in messages)
    assert conversation == before


@given(conversation=conversations(), data=st.data())
@settings(max_examples=60)
def test_an_edit_changes_the_text_of_its_part_and_nothing_else(
    conversation: list[dict[str, Any]], data: st.DataObject
) -> None:
    before = copy.deepcopy(conversation)

    for message in read_messages(conversation):
        changed = message
        for index in range(len(message.parts)):
            changed = changed.with_part_text(index, data.draw(odd_texts()))
        again = read_message(changed.output)

        assert [part.text for part in again.parts] == [part.text for part in changed.parts]
        assert [(p.kind, p.tool_call_id, p.is_error) for p in again.parts] == [
            (p.kind, p.tool_call_id, p.is_error) for p in message.parts
        ]
        assert (again.role, again.tool_calls, again.tool_call_id) == (
            message.role,
            message.tool_calls,
            message.tool_call_id,
        )
        assert others(changed.output) == others(message.raw)
    assert conversation == before


def others(raw: dict[str, Any]) -> list[int]:
    """Identity of every value that an edit must not touch, in order."""
    content = raw["content"]
    outer = [id(value) for key, value in raw.items() if key != "content"]
    blocks = content if isinstance(content, list) else []
    inner = [b for block in blocks if isinstance(block.get("content"), list) for b in block["content"]]
    untouched = [id(b) for b in [*blocks, *inner] if b["type"] not in ("text", "tool_result")]
    values = [id(v) for b in blocks for k, v in b.items() if k not in ("text", "content", "type")]
    return [*outer, *untouched, *values]


@given(conversation=conversations())
@settings(max_examples=40)
def test_undoing_every_edit_gives_the_callers_object(conversation: list[dict[str, Any]]) -> None:
    for message in read_messages(conversation):
        changed = message
        for index, part in enumerate(message.parts):
            changed = changed.with_part_text(index, part.text + "!")
        assert changed.edited == bool(message.parts)
        for index, part in enumerate(message.parts):
            changed = changed.with_part_text(index, part.text)

        assert changed.output is message.raw
        assert not changed.edited


def test_the_same_text_gives_the_same_view() -> None:
    message = read_message(answer(text("a"), text("b")))

    assert message.with_part_text(0, "a\nb") is message
    assert message.with_part_text(0, "x").with_part_text(0, "x").output == answer(text("x"))


def test_text_stays_text() -> None:
    raw = {"role": "tool", "tool_call_id": "c", "content": "old", "name": "n"}

    assert edited(raw) == {**raw, "content": "new"}
    assert raw["content"] == "old"


def test_a_run_becomes_one_block_in_the_place_of_its_first() -> None:
    raw = answer(IMAGE, text("a", id="lc_1"), text("b", id="lc_2"), "c", IMAGE, text("d"))

    content = edited(raw)["content"]

    assert content == [IMAGE, text("new", id="lc_1"), IMAGE, text("d")]
    assert content[0] is raw["content"][0]
    assert content[3] is raw["content"][5]


def test_edits_of_several_runs_do_not_disturb_each_other() -> None:
    message = read_message(answer(text("a"), text("b"), IMAGE, text("c"), text("d"), IMAGE, text("e")))

    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        changed = message
        for index in order:
            changed = changed.with_part_text(index, f"new {index}")

        assert changed.output["content"] == [text("new 0"), IMAGE, text("new 1"), IMAGE, text("new 2")]
    assert message.with_part_text(1, "x").output["content"] == [
        text("a"), text("b"), IMAGE, text("x"), IMAGE, text("e")
    ]  # fmt: skip


def test_untouched_runs_keep_their_blocks() -> None:
    raw = answer(text("a"), text("b"), IMAGE, text("c"))

    content = edited(raw, index=1)["content"]

    assert [block is before for block, before in zip(content, raw["content"], strict=True)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ([text("a", cache_control=MARK), text("b")], text("new", cache_control=MARK)),
        ([text("a"), text("b", cache_control=MARK), text("c")], text("new", cache_control=MARK)),
        (
            [text("a"), text("b", cache_control={"type": "x"}), text("c", cache_control=MARK)],
            text("new", cache_control=MARK),
        ),
        (
            [text("a", cache_control=MARK), text("b", cache_control={"type": "x"})],
            text("new", cache_control=MARK),
        ),
        (["a", text("b", cache_control=MARK)], text("new", cache_control=MARK)),
        (["a", text("b", id="x")], "new"),
    ],
)
def test_a_cache_breakpoint_within_a_run_stays(run: list[Any], expected: Any) -> None:
    assert edited(answer(*run))["content"] == [expected]


def test_an_anthropic_result_keeps_its_own_keys_and_neighbours() -> None:
    first = {"type": "tool_result", "tool_use_id": "a", "content": [text("1"), text("2")], "cache_control": MARK}
    second = {"type": "tool_result", "tool_use_id": "b", "content": "plain"}
    raw = {"role": "user", "content": [first, second, text("go on")]}

    both = read_message(raw).with_part_text(0, "x").with_part_text(1, "y").output

    assert both["content"] == [
        {**first, "content": [text("x")]},
        {**second, "content": "y"},
        text("go on"),
    ]
    assert both["content"][2] is raw["content"][2]
    assert edited(raw)["content"][1] is second


def test_a_responses_answer_is_edited_in_its_output() -> None:
    raw = {"type": "function_call_output", "call_id": "c", "output": "old", "id": "fc"}
    listed = {**raw, "output": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]}

    assert edited(raw) == {**raw, "output": "new"}
    assert edited(listed) == {**raw, "output": [{"type": "input_text", "text": "new"}]}


@pytest.mark.parametrize("said", ["\ud800", "\x00", "", "\r\n", "İ"])
def test_any_text_can_be_read_and_written(said: str) -> None:
    raw = {"role": "tool", "content": [text(said), text("b")]}

    assert read_message(raw).parts[0].text == said + "\nb"
    assert edited({"role": "tool", "content": "x"}, said)["content"] == said


def test_a_part_that_is_not_there_cannot_be_edited() -> None:
    with pytest.raises(IndexError):
        read_message({"role": "user", "content": []}).with_part_text(0, "x")


def test_a_position_from_the_end_means_the_same_part() -> None:
    message = read_message(answer(text("a"), IMAGE, text("b")))

    assert message.with_part_text(-1, "x") == message.with_part_text(1, "x")
    assert message.with_part_text(0, "y").with_part_text(-2, "x").parts[0].text == "x"


def test_the_framework_object_stays_with_the_view() -> None:
    origin = object()

    assert read_message({"role": "user", "content": "x"}, origin).with_part_text(0, "y").origin is origin


def test_views_survive_pickling() -> None:
    message = read_message(answer(text("a"), text("b"))).with_part_text(0, "x")

    again: Message = pickle.loads(pickle.dumps(message))

    assert (again.output, again.parts) == (message.output, message.parts)


def test_reading_a_long_history_costs_less_than_a_millisecond_per_hundred_messages() -> None:
    pair = [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"name": "n", "arguments": ""}}]},
        {"role": "tool", "tool_call_id": "c", "content": "x" * 5000},
    ]
    history = pair * 300

    def once() -> float:
        begun = time.perf_counter()
        read_messages(history)
        return time.perf_counter() - begun

    assert min(once() for _ in range(20)) < 0.006
