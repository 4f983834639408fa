"""LlamaIndex messages as headroom reads them, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from llama_index.core.base.llms import types
from llama_index.core.base.llms.types import CacheControl as Control
from llama_index.core.base.llms.types import CachePoint, ChatMessage, ImageBlock, MessageRole, TextBlock

from headroom import CompressionError, ConfigurationError
from headroom.engine import Engine
from headroom.messages import read_messages, tool_names
from headroom_integrations._views import FAULT, ORIGIN
from headroom_integrations.llama_index.messages import from_views, role_name, to_views

ROWS = [json.dumps({"id": n, "name": f"user {n}", "city": "Paris"}) for n in range(80)]
IMAGE = ImageBlock(url="http://127.0.0.1/x.png")
CALL = {"id": "c1", "type": "function", "function": {"name": "list_users", "arguments": "{}"}}
POINT = CachePoint(cache_control=Control(type="ephemeral"))


def calling() -> ChatMessage:
    """A call as this version of LlamaIndex writes it, behind a thought where it has those."""
    if not hasattr(types, "ToolCallBlock"):
        return ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": [CALL]})
    call = types.ToolCallBlock(tool_call_id="c1", tool_name="list_users", tool_kwargs={"city": "Paris"})
    return ChatMessage(role="assistant", blocks=[types.ThinkingBlock(content="Let me look."), call])


def asked(*blocks: Any, **more: Any) -> list[ChatMessage]:
    """A question, a call and its answer."""
    return [
        ChatMessage(role="user", content="Who lives in Paris?"),
        calling(),
        ChatMessage(role="tool", blocks=list(blocks), additional_kwargs={"tool_call_id": "c1", **more}),
    ]


def compress(messages: list[Any]) -> list[Any]:
    engine = Engine(store_url="sqlite:///:memory:")
    request = engine.request(references=False)
    return from_views(engine.pipeline.run(to_views(messages), request).messages, messages)


@pytest.mark.parametrize(
    "message",
    [
        ChatMessage(role=MessageRole.CHATBOT, content="Yes."),
        ChatMessage(role="tool", content=""),
        ChatMessage(role="tool", blocks=[]),
        ChatMessage(role="user", blocks=[TextBlock(text="See"), IMAGE]),
        {"role": "tool", "content": "a dict of somebody"},
        7,
    ],
)
def test_what_is_not_changed_is_the_same_object(message: Any) -> None:
    (after,) = from_views(to_views([message]), [message])

    assert after is message


def test_a_result_in_many_blocks_is_one_document_and_all_else_stays() -> None:
    rows = [TextBlock(text=row) for row in ROWS]
    messages = asked(*rows, IMAGE, TextBlock(text="That is all."), POINT)
    before = [message.model_dump_json() for message in messages]

    after = compress(messages)

    assert [new is old for new, old in zip(after, messages, strict=True)] == [True, True, False]
    assert len(after[2].blocks) == 4
    assert after[2].blocks[1:] == [IMAGE, TextBlock(text="That is all."), POINT]
    assert all(new is old for new, old in zip(after[2].blocks[1:], messages[2].blocks[80:], strict=True))
    assert len(after[2].blocks[0].text) < len("".join(ROWS)) / 2
    assert "user 79" in after[2].blocks[0].text
    assert after[2].additional_kwargs == {"tool_call_id": "c1"}
    assert [message.model_dump_json() for message in messages] == before


def test_a_result_of_one_text_stays_of_one_text() -> None:
    (*_, after) = compress(asked(TextBlock(text=f"[{','.join(ROWS)}]")))

    assert len(after.blocks) == 1
    assert after.content.startswith("[80")


def test_an_error_goes_out_as_it_came() -> None:
    messages = asked(*[TextBlock(text=row) for row in ROWS], is_error=True)

    assert all(new is old for new, old in zip(compress(messages), messages, strict=True))


def test_only_tool_results_are_compressed() -> None:
    text = f"Observation: [{','.join(ROWS)}]"  # as ReActAgent says it
    messages = [ChatMessage(role="user", content=text), ChatMessage(role="system", content=text)]

    assert all(new is old for new, old in zip(compress(messages), messages, strict=True))


def test_calls_are_known_from_blocks_and_from_what_older_versions_keep_beside_them_each_once() -> None:
    beside = [ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": [CALL]})]
    both = calling().model_copy(update={"additional_kwargs": {"tool_calls": [CALL]}})

    assert tool_names(read_messages(to_views(beside)))["c1"].name == "list_users"
    assert len(read_messages(to_views([both]))[0].tool_calls) == 1


def test_the_result_is_known_to_be_of_its_tool() -> None:
    messages = asked(TextBlock(text=f"[{','.join(ROWS)}]"))
    engine = Engine(store_url="sqlite:///:memory:", tool_profiles={"list_*": {"skip_compression": True}})

    done = engine.pipeline.run(to_views(messages), engine.request())

    assert [note.tool for note in done.notes if note.message_index == 2] == ["list_users"]
    assert from_views(done.messages, messages)[2] is messages[2]


def test_a_message_that_cannot_be_read_costs_only_itself() -> None:
    broken = ChatMessage(role="tool", content="x")
    broken.additional_kwargs = None  # type: ignore[assignment]
    messages = [*asked(TextBlock(text=f"[{','.join(ROWS)}]")), broken]

    views = to_views(messages)
    after = compress(messages)

    assert views[3] == {ORIGIN: 3, FAULT: "failed_AttributeError"}
    assert after[3] is broken
    assert after[2] is not messages[2]
    with pytest.raises(CompressionError):
        to_views(messages, strict=True)


def test_what_headroom_adds_becomes_a_message() -> None:
    (made,) = from_views([{"role": "user", "content": "3 turns were dropped"}], [])

    assert made == ChatMessage(role="user", content="3 turns were dropped")


def test_roles_of_both_vocabularies_are_known() -> None:
    assert [role_name(name) for name in ("model", "chatbot", "developer", "tool")] == [
        "assistant", "assistant", "system", "tool",
    ]  # fmt: skip
    with pytest.raises(ConfigurationError, match="roles must be among"):
        role_name("robot")
