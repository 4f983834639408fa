"""Views that are kept: nothing is read again that did not change, and nothing that did is missed (law 11)."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from headroom_integrations.langchain.messages import from_views, to_views
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.state_views import KeptViews
from tests.integrations.langchain.conversations import conversation

texts = st.sampled_from(["", "a", "b", "long " * 300, "[1, 2]"])
contents = st.one_of(texts, st.lists(st.one_of(texts, st.builds(lambda t: {"type": "text", "text": t}, texts))))
arguments = st.dictionaries(st.sampled_from("ab"), st.sampled_from([1, True, 1.0, "1", None, [1], [True]]))
calls = st.lists(st.builds(lambda a, n: {"name": "t", "args": a, "id": f"c{n}"}, arguments, st.integers(0, 2)))
ids = st.sampled_from([None, "m1", "m2"])
messages = st.one_of(
    st.builds(HumanMessage, contents, id=ids),
    st.builds(SystemMessage, contents, id=ids),
    st.builds(lambda c, t, i: AIMessage(c, tool_calls=t, id=i), contents, calls, ids),
    st.builds(lambda c, i: ToolMessage(c, tool_call_id="c0", id=i), contents, ids),
)


@given(st.lists(st.lists(messages, max_size=4), max_size=5))
def test_kept_views_are_always_what_a_fresh_look_gives(conversations: list[list[BaseMessage]]) -> None:
    kept = KeptViews()
    for given_messages in conversations:
        assert repr(kept.views(given_messages)) == repr(to_views(given_messages))


@pytest.mark.parametrize(
    ("before", "after"), [({"a": 1}, {"a": True}), ({"a": 1}, {"a": 1.0}), ({"a": 1, "b": 2}, {"b": 2, "a": 1})]
)
def test_arguments_that_are_equal_but_written_otherwise_are_other_arguments(before: Any, after: Any) -> None:
    kept = KeptViews()
    one, other = (
        AIMessage("", tool_calls=[{"name": "t", "args": args, "id": "c"}], id="m") for args in (before, after)
    )
    kept.views([one])

    assert repr(kept.views([other])) == repr(to_views([other]))


@given(st.lists(messages, max_size=4), st.integers(0, 3), contents)
def test_an_edit_in_place_is_seen(given_messages: list[BaseMessage], place: int, content: Any) -> None:
    kept = KeptViews()
    kept.views(given_messages)
    if place < len(given_messages):
        given_messages[place].content = content

    assert repr(kept.views(given_messages)) == repr(to_views(given_messages))


def test_the_same_message_has_the_same_view_whether_from_memory_or_from_a_checkpoint() -> None:
    kept, given_messages = KeptViews(), conversation()

    first = kept.views(given_messages)
    again = kept.views(pickle.loads(pickle.dumps(given_messages)))

    assert all(one is other for one, other in zip(first, again, strict=True))


def test_a_copy_is_made_once_per_object_and_anew_once_it_was_edited() -> None:
    kept, given_messages = KeptViews(), conversation()
    views = [{**view, "content": "short"} if n == 3 else view for n, view in enumerate(kept.views(given_messages))]

    first, second = kept.messages(views, given_messages), kept.messages(views, given_messages)
    assert first == from_views(views, given_messages)
    assert all(one is other for one, other in zip(first, second, strict=True))
    given_messages[3].additional_kwargs = {"seen": True}
    third = kept.messages(views, given_messages)
    assert third[3] is not first[3]
    assert third[3].additional_kwargs == {"seen": True}
    other = copy.deepcopy(given_messages)
    assert kept.messages(views, other)[3] is not third[3]


def test_memory_is_bounded() -> None:
    kept = KeptViews(most_chars=10_000)
    for number in range(50):
        kept.views([HumanMessage("x" * 1000, id=f"m{number}")])

    assert kept.chars <= 10_000
    assert len(kept.kept) < 10


@pytest.mark.parametrize("fresh", [False, True], ids=["in memory", "from a checkpoint"])
def test_a_call_reads_its_newest_messages_only(fresh: bool) -> None:
    """Counted, not timed: how many views the engine has never met."""
    headroom = HeadroomMiddleware(min_tokens=150 + fresh)
    history: list[Any] = [HumanMessage("Which?", id="h")]
    for number in range(60):
        call = {"name": "rows", "args": {"page": number}, "id": f"c{number}"}
        history += [AIMessage("", tool_calls=[call], id=f"a{number}")]
        history += [ToolMessage(str([number] * 300), tool_call_id=call["id"], id=f"t{number}")]
    known = headroom.compression.engine.pipeline.reader.kept
    for size in range(101, 122, 2):
        shown = pickle.loads(pickle.dumps(history[:size])) if fresh else history[:size]
        before = len(known)
        headroom.compression.view(shown, headroom.begun_in({}))
        assert len(known) - before == (size if size == 101 else 2)
