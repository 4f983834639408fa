"""Each setting of the rolling window does what it says."""

from typing import Any

import pytest

from headroom.config import HeadroomConfig, RollingWindowConfig
from headroom.errors import CompressionError, ConfigurationError, ValidationError
from headroom.markers import handle_of
from headroom.messages import read_messages
from headroom.messages.rendering import prefix_of_handle
from headroom.protocols import Request
from headroom.storage.memory import MemoryOriginals
from headroom.tokenizers import built_in_counter, messages_tokens
from headroom.transforms.rolling_window import RollingWindow
from tests.samples import Messages
from tests.window_talks import said, talk

LONG = talk("chat", 20, seed=5)
SIZE = messages_tokens(LONG, built_in_counter())


def window(**settings: Any) -> RollingWindow:
    return RollingWindow(RollingWindowConfig(**settings))


def turns_in(messages: Messages) -> list[str]:
    """Which turns are there, by the user's words."""
    return [text.split(":")[0] for text in said(messages) if text.startswith("Turn ")]


def test_without_a_budget_nothing_is_dropped() -> None:
    done = RollingWindow().apply(LONG)

    assert done.messages == LONG
    assert done.tokens_before == done.tokens_after > 0
    assert not done.transforms_applied


def test_max_tokens_limits_only_where_it_was_set() -> None:
    long = LONG * 60

    assert RollingWindow(RollingWindowConfig()).apply(long).messages == long
    assert messages_tokens(window(max_tokens=100_000).apply(long).messages, built_in_counter()) <= 100_000


def test_the_budget_of_a_call_goes_before_the_configured_one_by_hand() -> None:
    done = window(max_tokens=1000).apply(LONG, max_tokens=SIZE)

    assert done.messages == LONG


def test_the_model_limit_leaves_room_for_the_answer() -> None:
    limit = SIZE + 100

    assert window(output_buffer_tokens=100).apply(LONG, model_limit=limit).messages == LONG
    assert window(output_buffer_tokens=101).apply(LONG, model_limit=limit).messages != LONG
    assert window(output_buffer_tokens=101).apply(LONG, model_limit=limit, output_buffer=100).messages == LONG


def test_within_a_pipeline_the_smaller_limit_holds() -> None:
    views = read_messages(LONG)

    assert window(max_tokens=SIZE).transform(views, Request(budget_tokens=SIZE // 2)).messages != views
    done = window(max_tokens=SIZE // 2, prefer_drop_tool_outputs=False).transform(views, Request(budget_tokens=SIZE))
    assert done.turns_dropped > 0


def test_a_window_that_is_off_drops_nothing() -> None:
    assert window(enabled=False, max_tokens=10).apply(LONG).messages == LONG


def test_the_oldest_turns_go_and_the_marker_stands_behind_the_system_messages() -> None:
    done = window(prefer_drop_tool_outputs=False).apply(LONG, max_tokens=SIZE // 2)

    assert done.messages[0] is LONG[0]
    assert done.messages[1] == {"role": "user", "content": done.markers_inserted[0]}
    assert turns_in(done.messages) == [f"Turn {n}" for n in range(done.turns_dropped, 20)]
    assert done.transforms_applied == [f"window_cap:{done.turns_dropped}"]
    assert f"the first {done.turns_dropped} turns" in done.markers_inserted[0]
    assert all(any(m is own for own in LONG) for m in done.messages if m is not done.messages[1])


def test_tool_results_go_first_where_they_are_preferred() -> None:
    done = window().apply(LONG, max_tokens=SIZE * 9 // 10)

    assert done.turns_dropped == 0
    assert done.tool_units_dropped > 0
    assert len(turns_in(done.messages)) == 20


def test_the_largest_turns_go_first_where_age_does_not_count() -> None:
    old = window(prefer_drop_tool_outputs=False).apply(LONG, max_tokens=SIZE - 1)
    large = window(prefer_drop_tool_outputs=False, drop_oldest_first=False).apply(LONG, max_tokens=SIZE - 1)

    assert 0 < large.turns_dropped < old.turns_dropped


@pytest.mark.parametrize(("settings", "kept"), [({"preserve_recent_turns": 9}, 9), ({"min_keep_turns": 12}, 12)])
def test_the_newest_turns_stay(settings: dict[str, int], kept: int) -> None:
    done = window(prefer_drop_tool_outputs=False, **settings)

    with pytest.raises(CompressionError):
        done.apply(LONG, max_tokens=500)
    sent = done.transform(read_messages(LONG), Request(budget_tokens=500))
    assert len(turns_in([view.raw for view in sent.messages])) == kept - 1  # the question that waits is one, too
    assert sent.warnings


def test_turns_that_a_call_protects_stay() -> None:
    sent = window(prefer_drop_tool_outputs=False).transform(
        read_messages(LONG), Request(budget_tokens=500, keep_turns=11)
    )

    assert len(turns_in([view.raw for view in sent.messages])) == 10


def test_system_messages_go_with_their_turn_where_they_are_not_kept() -> None:
    done = window(preserve_system=False, prefer_drop_tool_outputs=False).apply(LONG, max_tokens=SIZE // 2)

    assert all(m["role"] != "system" for m in done.messages)
    handle = next(note.handle for note in done.notes if note.kind == "turns")
    text = prefix_of_handle(handle or "", read_messages(LONG)) or ""
    assert text.startswith("### system\nYou are a helpful agent.\n### user\nTurn 0: ")


def test_system_messages_within_the_conversation_stay_where_they_stand() -> None:
    told = {"role": "system", "content": "From now on be brief."}
    done = window(prefer_drop_tool_outputs=False).apply([*LONG[:5], told, *LONG[5:]], max_tokens=SIZE // 2)

    assert done.messages[1] is told
    assert done.messages[2]["content"] == done.markers_inserted[0]


def test_what_cannot_fit_is_refused_with_all_sizes() -> None:
    with pytest.raises(CompressionError) as caught:
        window(preserve_recent_turns=2, min_keep_turns=2, prefer_drop_tool_outputs=False).apply(LONG, max_tokens=60)

    details = caught.value.details
    assert details["budget"] == 60 < details["total"]
    assert len(details["sizes"]) == 2
    assert "system messages" in str(caught.value)
    assert "keep fewer turns" in str(caught.value)
    assert "amber" not in str(caught.value), "no content"


def test_one_turn_of_an_agent_loses_old_results_and_nothing_else() -> None:
    rounds = [m for m in talk("chat", 30, seed=7) if m["role"] != "user" and not str(m["content"]).startswith("Answer")]
    agent = [rounds[0], {"role": "user", "content": "Do it all."}, *rounds[1:]]
    budget = messages_tokens(agent, built_in_counter()) // 2

    done = RollingWindow().apply(agent, max_tokens=budget)

    assert messages_tokens(done.messages, built_in_counter()) <= budget
    assert len(done.messages) == len(agent)
    assert done.messages[-3:] == agent[-3:], "the newest results stay"


def test_errors_in_dropped_turns_are_counted() -> None:
    failed = [dict(m) for m in LONG]
    place = next(place for place, m in enumerate(failed) if m["role"] == "tool")
    failed[place]["content"] = "Traceback: connection refused"

    done = window(prefer_drop_tool_outputs=False).apply(failed, max_tokens=SIZE // 2)

    assert "; 1 of them reports errors; " in done.markers_inserted[0]


def test_a_store_gets_what_the_handles_stand_for() -> None:
    store = MemoryOriginals()
    done = RollingWindow(settings=HeadroomConfig(namespace=""), originals=store).apply(LONG, max_tokens=SIZE // 3)

    for note in done.notes:
        text = store.get(note.handle or "", namespace="").decode()  # type: ignore[union-attr]
        assert handle_of(text) == note.handle


def test_tools_that_must_stay_are_not_taken_out() -> None:
    keep = HeadroomConfig(tool_profiles={"lookup": {"skip_compression": True}})

    done = RollingWindow(settings=keep).apply(LONG, max_tokens=SIZE * 9 // 10)

    assert done.turns_dropped > 0
    assert not [note for note in done.notes if note.kind == "tool_result"]


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValidationError):
        RollingWindow().apply("no list")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError):
        RollingWindow().apply(LONG, max_tokens=0)
    with pytest.raises(ConfigurationError):
        RollingWindow().apply(LONG, max_token=5)


@pytest.mark.parametrize("odd", [[], [7], [None, {}], [{"role": "system", "content": "x"}], [{"role": "user"}] * 3])
def test_odd_conversations_pass_through(odd: list[Any]) -> None:
    assert RollingWindow().transform(read_messages(odd), Request(budget_tokens=1)).turns_dropped == 0
