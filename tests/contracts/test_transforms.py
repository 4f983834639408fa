"""What every `Transform` that goes over all tool results must do. A new one is a line in `TRANSFORMS`.

Those that act on a budget, on the system text or on old results report what they looked at; their own tests hold that.
"""

from __future__ import annotations

import copy

import pytest
from hypothesis import given

from headroom.config import HeadroomConfig, SmartCrusherConfig, ToolCrusherConfig
from headroom.messages import Message, read_messages, texts_of
from headroom.protocols import Request, Transform
from headroom.tokenizers import built_in_counter
from headroom.transforms import Pipeline
from headroom.transforms.content_router import ContentRouter
from headroom.transforms.smart_crusher import SmartCrusher
from headroom.transforms.tool_crusher import ToolCrusher
from tests.engines import TIGHT
from tests.samples import Messages
from tests.strategies import conversations

COUNTER = built_in_counter()
TRANSFORMS: list[Transform] = [
    ContentRouter(HeadroomConfig(**TIGHT), counter=COUNTER),
    SmartCrusher(SmartCrusherConfig(min_tokens_to_crush=20, max_items_after_crush=5)),
    ToolCrusher(ToolCrusherConfig(min_tokens_to_crush=20, max_array_items=3, max_string_length=40, max_depth=2)),
]
every_transform = pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda transform: transform.name)
REQUESTS = {
    "default": Request(),
    "tool": Request(retrieval="tool"),
    "always": Request(selection="always"),
    "all roles": Request(roles=frozenset({"system", "user", "assistant", "tool", "function"})),
    "recent turns": Request(keep_turns=1),
}
every_request = pytest.mark.parametrize("request_name", REQUESTS)


def ids_of(messages: list[Message]) -> list[tuple[str, str | None]]:
    """Calls and answers in order."""
    found: list[tuple[str, str | None]] = []
    for message in messages:
        found += [("call", call.id) for call in message.tool_calls]
        found += [("answer", part.tool_call_id) for part in message.parts if part.kind == "tool_result"]
    return found


@every_transform
def test_it_is_a_transform_with_a_name_of_its_own(transform: Transform) -> None:
    assert isinstance(transform, Transform)
    assert [other.name for other in TRANSFORMS].count(transform.name) == 1


@every_transform
@every_request
@given(messages=conversations())
def test_it_keeps_the_order_and_each_call_with_its_answer(
    transform: Transform, request_name: str, messages: Messages
) -> None:
    views = read_messages(messages)

    done = transform.transform(views, REQUESTS[request_name])

    assert all(isinstance(message, Message) for message in done.messages)
    assert ids_of(done.messages) == ids_of(views)
    assert [message.role for message in done.messages] == [message.role for message in views]


@every_transform
@every_request
@given(messages=conversations())
def test_its_figures_are_those_of_the_texts(transform: Transform, request_name: str, messages: Messages) -> None:
    views = read_messages(messages)

    done = transform.transform(views, REQUESTS[request_name])

    def tokens(of: list[Message]) -> int:
        return sum(COUNTER.count_text(text) for message in of for text in texts_of(message))

    assert (done.tokens_before, done.tokens_after) == (tokens(views), tokens(done.messages))
    assert done.tokens_after <= done.tokens_before
    assert sum(note.tokens_saved for note in done.notes) == done.tokens_saved
    assert bool(done.transforms_applied) == any(note.change for note in done.notes)


@every_transform
@every_request
@given(messages=conversations())
def test_it_modifies_nothing_it_was_given_and_gives_back_what_it_did_not_change(
    transform: Transform, request_name: str, messages: Messages
) -> None:
    before = copy.deepcopy(messages)
    views = read_messages(messages)

    done = transform.transform(views, REQUESTS[request_name])

    assert messages == before
    changed = {note.message_index for note in done.notes if note.change}
    for index, (old, new) in enumerate(zip(views, done.messages, strict=True)):
        assert (new is old) == (index not in changed)
        assert new.edited == (index in changed)


@every_transform
@given(messages=conversations())
def test_the_same_conversation_gives_the_same_result_twice(transform: Transform, messages: Messages) -> None:
    one, other = (transform.transform(read_messages(messages), REQUESTS["tool"]) for _ in range(2))

    assert [message.output for message in one.messages] == [message.output for message in other.messages]
    assert one.notes == other.notes


@every_transform
def test_an_empty_conversation_is_one(transform: Transform) -> None:
    done = transform.transform([], Request())

    assert (done.messages, done.tokens_before, done.tokens_after, done.notes) == ([], 0, 0, [])


@every_transform
@given(messages=conversations())
def test_a_pipeline_of_it_alone_does_what_it_does(transform: Transform, messages: Messages) -> None:
    alone = transform.transform(read_messages(messages), REQUESTS["tool"])

    piped = Pipeline([transform]).run(messages, REQUESTS["tool"])

    assert piped.messages == [message.output for message in alone.messages]
    assert piped.notes == alone.notes
    assert (piped.tokens_before, piped.tokens_after) == (alone.tokens_before, alone.tokens_after)
    assert list(piped.timing) == [transform.name]
