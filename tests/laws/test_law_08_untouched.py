"""Law 8: what we do not understand we do not touch; the same object goes out."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given

from tests.engines import MODES, new_engine, used_engine
from tests.samples import Messages, ask, samples, talks
from tests.strategies import conversations

every_mode = pytest.mark.parametrize("mode", MODES)
ROWS = json.dumps([{"id": index, "name": f"item-{index}", "state": "open"} for index in range(80)])


def is_result(message: dict[str, Any], block: Any = None) -> bool:
    """Whether a message or a block is what a tool answered."""
    return message["role"] in ("tool", "function") or (isinstance(block, dict) and block.get("type") == "tool_result")


def check_untouched(before: Messages, after: Messages) -> None:
    """Everything that is no text of a tool result is the same object, and in its place."""
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        if old is new:
            continue
        assert list(old) == list(new)
        for key in old:
            if key != "content":
                assert old[key] is new[key]
        if not is_result(old):
            assert isinstance(old["content"], list)
            for block, made in zip(old["content"], new["content"], strict=True):
                assert block is made or is_result(old, block)
                for key in set(block) - {"content"} if block is not made else ():
                    assert block[key] is made[key]


def images_and_marks(value: Any) -> list[Any]:
    """All blocks that are neither text nor tool results, and all cache breakpoints, in order."""
    if isinstance(value, list):
        return [found for inner in value for found in images_and_marks(inner)]
    if not isinstance(value, dict):
        return []
    if value.get("type") in ("image", "image_url", "thinking", "tool_use", "document"):
        return [value]
    own = [value["cache_control"]] if "cache_control" in value else []
    return own + images_and_marks(value.get("content"))


@every_mode
@given(messages=conversations())
def test_only_texts_of_tool_results_change(mode: str, messages: Messages) -> None:
    after = used_engine().prepare(messages, **MODES[mode]).messages

    check_untouched(messages, after)
    for old, new in zip(messages, after, strict=True):
        kept, found = images_and_marks(old), images_and_marks(new)
        assert len(kept) == len(found)
        assert all(one is other for one, other in zip(kept, found, strict=True))


@every_mode
@given(messages=conversations())
def test_the_messages_given_are_never_modified(mode: str, messages: Messages) -> None:
    before = copy.deepcopy(messages)
    members = list(messages)

    used_engine().prepare(messages, **MODES[mode])

    assert messages == before
    assert all(one is other for one, other in zip(messages, members, strict=True))


@every_mode
def test_real_conversations_change_in_tool_results_only(mode: str) -> None:
    for messages in [talk.messages for talk in talks()] + [ask(sample.text) for sample in samples()]:
        check_untouched(messages, used_engine().prepare(messages, **MODES[mode]).messages)


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant"])
def test_large_json_in_other_roles_stays(role: str) -> None:
    messages: Messages = [{"role": role, "content": ROWS}, {"role": role, "content": [{"type": "text", "text": ROWS}]}]

    after = new_engine().prepare(messages, retrieval="tool").messages

    assert [id(message) for message in after] == [id(message) for message in messages]


def test_other_roles_are_compressed_where_the_caller_asks() -> None:
    messages: Messages = [{"role": "user", "content": ROWS}, *ask(ROWS)]

    result = new_engine().prepare(messages, roles=("user", "tool"))

    assert {note.message_index for note in result.notes if note.change} == {0, 3}


BLOCKS: dict[str, dict[str, Any]] = {
    "image": {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ROWS}},
    "document": {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": ROWS}},
    "search result": {
        "type": "search_result",
        "title": "t",
        "source": "s",
        "content": [{"type": "text", "text": ROWS}],
    },
    "unknown": {"type": "quantum", "text": ROWS},
    "citations": {"type": "text", "text": ROWS, "citations": [{"start": 0, "end": 5}]},
    "encrypted": {"type": "redacted_thinking", "data": ROWS},
    "no type": {"text": ROWS},
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_unknown_blocks_within_a_tool_result_stay_while_its_text_is_compressed(block: dict[str, Any]) -> None:
    content = [block, {"type": "text", "text": ROWS}, block]
    result = {"type": "tool_result", "tool_use_id": "t1", "content": content}
    call = {"type": "tool_use", "id": "t1", "name": "list", "input": {}}
    messages: Messages = [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]

    done = new_engine().prepare(messages)

    made = done.messages[1]["content"][0]["content"]
    assert [made[0], made[2]] == [block, block]
    assert made[0] is block
    assert made[2] is block
    assert len(made[1]["text"]) < len(ROWS)


def test_ids_names_and_extra_fields_of_a_compressed_result_stay() -> None:
    artifact = object()
    messages = ask(ROWS)
    messages[2] |= {"name": "list", "artifact": artifact, "status": "success", "x": [1]}

    after = new_engine().prepare(messages).messages[2]

    assert after["content"] != ROWS
    assert after["artifact"] is artifact
    assert {key: after[key] for key in after if key != "content"} == {
        key: messages[2][key] for key in messages[2] if key != "content"
    }


@pytest.mark.parametrize("mark", [{"is_error": True}, {"status": "error"}])
def test_results_marked_as_errors_stay_verbatim(mark: dict[str, Any]) -> None:
    messages = ask(ROWS)
    messages[2] |= mark

    result = new_engine().prepare(messages, retrieval="tool")

    assert result.messages[2] is messages[2]
    assert result.notes[0].reason == "error_result"


def test_what_the_retrieve_tool_brought_back_is_not_compressed_again() -> None:
    messages = ask(ROWS, tool="headroom_retrieve")

    assert new_engine().prepare(messages, retrieval="tool").messages[2] is messages[2]


def test_the_newest_turns_stay_where_the_caller_protects_them() -> None:
    messages = [*ask(ROWS), *ask(ROWS)]

    result = new_engine().prepare(messages, keep_turns=1)

    assert result.messages[2] is not messages[2]
    assert result.messages[5] is messages[5]
    assert [note.reason for note in result.notes][1] == "recent_turn"
