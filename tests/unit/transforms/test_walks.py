"""A conversation that goes on pays for its new messages; one that was changed in place is read anew."""

from typing import Any

import pytest

from headroom.transforms.walks import Reader
from tests.engines import new_engine
from tests.samples import Messages

ROWS = "\n".join(f"line {n} alpha beta {n * 7919 % 1000} of some text" for n in range(60))


def conversation(arguments: Any) -> Messages:
    """Two calls of one tool, in Anthropic's shape."""
    return [
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "get", "input": arguments}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": ROWS}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t2", "name": "get", "input": {"n": 9}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t2", "content": ROWS + "\nend"}]},
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"n": 1}, {"n": True}),
        ({"n": 1}, {"n": 1.0}),
        ({"n": 0.0}, {"n": -0.0}),
        ({"n": 1, "b": 2}, {"b": 2, "n": 1}),
        ({"n": [1]}, {"n": [2]}),
        ({"n": "x"}, {"n": "y"}),
    ],
)
def test_a_message_that_was_changed_in_place_is_read_anew(before: Any, after: Any) -> None:
    messages = conversation(before)
    engine = new_engine()
    engine.prepare(messages)

    messages[1]["content"][0]["input"] = after

    assert engine.prepare(messages).messages == new_engine().prepare(messages).messages


def test_a_text_that_was_changed_in_place_is_read_anew() -> None:
    messages = conversation({"n": 1})
    engine = new_engine()
    engine.prepare(messages)

    messages[2]["content"][0]["content"] = "something else"

    assert engine.prepare(messages).messages == new_engine().prepare(messages).messages


def test_shrinking_growing_and_forking_give_what_a_new_engine_gives() -> None:
    messages, other = conversation({"n": 1}), conversation({"n": 2})
    engine = new_engine()

    for history in (messages, messages[:3], messages, [*messages[:3], *other[3:]], other, messages[:1], messages):
        assert engine.prepare(history).messages == new_engine().prepare(history).messages


def test_other_facts_are_another_conversation() -> None:
    messages = conversation({"n": 1})
    engine = new_engine()

    for facts in ({}, {"references": False}, {"keep_turns": 1}, {"tool_profiles": {"get": {"max_tokens": 200}}}, {}):
        assert engine.prepare(messages, **facts).messages == new_engine().prepare(messages, **facts).messages


def test_a_message_keeps_its_view_while_it_stays_the_same_object() -> None:
    reader = Reader()
    raw = {"role": "user", "content": "Look."}

    assert reader.read(raw) is reader.read(raw)
    assert reader.read(dict(raw)) is not reader.read(raw)


def test_objects_that_are_no_plain_values_are_read_each_time() -> None:
    reader = Reader()
    raw = {"role": "user", "content": [{"type": "text", "text": "a", "extra": object()}]}

    assert reader.read(raw) is not reader.read(raw)
