"""Windows: budgets hold exactly, pairs and newest turns stay, cuts are steady, what was dropped comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.config import HeadroomConfig, IntelligentContextConfig, RollingWindowConfig
from headroom.errors import CompressionError
from headroom.messages import read_messages, texts_of
from headroom.messages.rendering import prefix_of_handle
from headroom.protocols import Request, TokenCounter
from headroom.results import TransformResult
from headroom.tokenizers import EstimatingCounter, built_in_counter, messages_tokens
from headroom.transforms.intelligent_context import IntelligentContextManager
from headroom.transforms.pipeline import Pipeline
from headroom.transforms.rolling_window import RollingWindow
from headroom.transforms.window import Window
from headroom.transforms.window_marker import read_marker
from tests.samples import Messages
from tests.strategies import conversations
from tests.window_talks import ROUNDS, WordCounter, call_points, said, talk, unmatched

COUNTERS: dict[str, TokenCounter] = {
    "built-in": built_in_counter(),
    "estimate": EstimatingCounter(),
    "words": WordCounter(),
}
SETTINGS = HeadroomConfig(clearing={"keep_results": 1, "least_result_tokens": 20})
WINDOWS: dict[str, Callable[[], Window]] = {
    "rolling": lambda: RollingWindow(RollingWindowConfig(preserve_recent_turns=1, min_keep_turns=0), settings=SETTINGS),
    "turns only": lambda: RollingWindow(
        RollingWindowConfig(preserve_recent_turns=2, min_keep_turns=0, prefer_drop_tool_outputs=False)
    ),
    "largest first": lambda: RollingWindow(
        RollingWindowConfig(preserve_recent_turns=1, min_keep_turns=1, drop_oldest_first=False), settings=SETTINGS
    ),
    "importance": lambda: IntelligentContextManager(IntelligentContextConfig(keep_last_turns=1)),
    "summaries": lambda: IntelligentContextManager(
        IntelligentContextConfig(
            summarization_enabled=True, summary_max_tokens=30, summarize_threshold=9, compress_threshold=0
        ),
        summarize_fn=lambda messages: f"{len(messages)} messages about amber and basin. " * 40,
    ),
}
KEPT_TURNS = {"rolling": 1, "turns only": 2, "largest first": 1, "importance": 1, "summaries": 2}
every_window = pytest.mark.parametrize("window", WINDOWS)
every_name = st.sampled_from(sorted(WINDOWS))
every_shape = pytest.mark.parametrize("shape", ROUNDS)


@cache
def used(window: str) -> Window:
    """One window for all tests of a process."""
    return WINDOWS[window]()


@st.composite
def talks(draw: st.DrawFn) -> Messages:
    """Conversations of any shape, some with the same ids in each turn."""
    shape = draw(st.sampled_from(sorted(ROUNDS)))
    turns, seed = draw(st.integers(1, 9)), draw(st.integers(0, 2**16))
    return talk(shape, turns, seed, same_ids=draw(st.booleans()))


def fitted(window: Window, messages: Messages, percent: int, counter: TokenCounter | None = None) -> TransformResult:
    """What comes of a conversation at a share of its size; too large a rest is sent all the same."""
    budget = max(1, messages_tokens(messages, counter or built_in_counter()) * percent // 100)
    return Pipeline([window]).run(messages, Request(budget_tokens=budget, counter=counter))


@given(window=every_name, messages=talks(), percent=st.integers(5, 120), counter=st.sampled_from(sorted(COUNTERS)))
def test_budgets_hold_exactly_or_the_caller_hears_why(
    window: str, messages: Messages, percent: int, counter: str
) -> None:
    measure = COUNTERS[counter]
    budget = max(1, messages_tokens(messages, measure) * percent // 100)

    sent = fitted(used(window), messages, percent, measure)

    if sent.warnings:
        with pytest.raises(CompressionError) as caught:
            used(window).apply(messages, measure, max_tokens=budget)
        assert caught.value.details["total"] > caught.value.details["budget"] == budget
    else:
        assert messages_tokens(sent.messages, measure) <= budget
        assert used(window).apply(messages, measure, max_tokens=budget).messages == sent.messages


@given(window=every_name, messages=st.one_of(talks(), conversations()), percent=st.integers(5, 120))
def test_calls_stay_with_their_answers(window: str, messages: Messages, percent: int) -> None:
    done = fitted(used(window), messages, percent).messages

    assert not unmatched(done) - unmatched(messages)


@given(window=every_name, messages=talks(), percent=st.integers(5, 100))
def test_system_messages_the_newest_turns_and_all_words_stay(window: str, messages: Messages, percent: int) -> None:
    done = fitted(used(window), messages, percent).messages
    views = read_messages(messages)
    starts = [place for place, view in enumerate(views) if view.begins_turn]
    newest = messages[starts[-KEPT_TURNS[window] :][0] :]

    kept = [text for text in said(done) if not text.startswith("[headroom ")]

    assert [m for m in done if m.get("role") == "system"] == [m for m in messages if m.get("role") == "system"]
    assert kept[-len(said(newest)) :] == said(newest)
    rest = iter(said(messages))
    assert all(text in rest for text in kept), "texts of users and the model stay word for word and in order"


@given(window=every_name, messages=talks(), percent=st.integers(10, 100))
def test_what_was_fitted_fits(window: str, messages: Messages, percent: int) -> None:
    budget = max(1, messages_tokens(messages, built_in_counter()) * percent // 100)
    once = Pipeline([used(window)]).run(messages, Request(budget_tokens=budget))

    again = Pipeline([WINDOWS[window]()]).run(once.messages, Request(budget_tokens=budget))

    if not once.warnings:
        assert again.messages == once.messages
        assert again.transforms_applied == []


@given(window=every_name, messages=talks(), percent=st.integers(20, 90))
def test_a_cut_is_a_function_of_the_messages(window: str, messages: Messages, percent: int) -> None:
    budget = max(1, messages_tokens(messages, built_in_counter()) * percent // 100)
    going_on = Pipeline([WINDOWS[window]()])
    for k in call_points(messages):
        grown = going_on.run(messages[:k], Request(budget_tokens=budget)).messages

        assert Pipeline([WINDOWS[window]()]).run(messages[:k], Request(budget_tokens=budget)).messages == grown


@every_window
@every_shape
def test_the_beginning_stays_for_many_turns(window: str, shape: str) -> None:
    messages = talk(shape, 40, seed=3, result_words=50)
    budget = messages_tokens(messages, built_in_counter()) // 2
    going_on = Pipeline([WINDOWS[window]()])
    sent: Messages = []
    calls = changes = 0
    for k in call_points(messages):
        now = going_on.run(messages[:k], Request(budget_tokens=budget)).messages
        calls, changes = calls + 1, changes + (now[: len(sent)] != sent)
        sent = now

    assert 1 <= changes <= 5
    assert calls >= 60


@given(window=every_name, messages=talks(), percent=st.integers(5, 90))
def test_what_was_dropped_comes_back_from_the_callers_own_messages(
    window: str, messages: Messages, percent: int
) -> None:
    done = fitted(used(window), messages, percent)

    for note in done.notes:
        if note.kind == "turns":
            text = prefix_of_handle(note.handle or "", read_messages(messages))
            shown = said(done.messages)
            assert text is not None
            assert all(f"\n{words}\n" in text for words in said(messages) if words not in shown)
            assert note.handle in done.markers_inserted[0]


@given(window=every_name, messages=talks(), percent=st.integers(5, 120))
def test_notes_add_up(window: str, messages: Messages, percent: int) -> None:
    done = fitted(used(window), messages, percent)

    def size(members: Messages) -> int:
        return sum(built_in_counter().count_text(text) for view in read_messages(members) for text in texts_of(view))

    assert done.tokens_before == size(messages)
    assert done.tokens_after == size(done.messages)
    saved = sum(note.tokens_saved for note in done.notes)
    assert saved == done.tokens_before - done.tokens_after >= 0


@given(window=every_name, first=talks(), percent=st.integers(10, 60))
def test_a_conversation_that_was_sent_and_kept_is_counted_on(window: str, first: Messages, percent: int) -> None:
    sent = fitted(used(window), first, percent)
    before = next((found for view in read_messages(sent.messages) if (found := read_marker(view))), None)
    grown = [*sent.messages, {"role": "assistant", "content": "Yes."}, *talk("chat", 5, seed=9)[1:]]

    again = fitted(used(window), grown, 40)

    found = [marker for view in read_messages(again.messages) if (marker := read_marker(view))]
    assert len(found) <= 1, "one marker, not one in front of another"
    if before is not None:
        assert len(found) == 1
        assert found[0].turns == before.turns + again.turns_dropped
        assert found[0].messages >= before.messages


@every_window
def test_messages_are_never_changed(window: str) -> None:
    messages = talk("chat", 9)
    copy = json.loads(json.dumps(messages))

    done = fitted(used(window), messages, 30)

    assert messages == copy
    assert [m for m in done.messages if m in copy] == [m for m in done.messages if any(m is own for own in messages)]
