"""Each setting of the window by importance does what it says."""

from typing import Any

import pytest

from headroom.config import IntelligentContextConfig, ScoringWeights
from headroom.errors import ConfigurationError
from headroom.markers import find_markers, handle_of
from headroom.messages import read_messages
from headroom.protocols import Request
from headroom.tokenizers import built_in_counter, messages_tokens
from headroom.transforms.intelligent_context import IntelligentContextManager
from tests.samples import Messages
from tests.window_talks import said, talk

LONG = talk("chat", 20, seed=5)
SIZE = messages_tokens(LONG, built_in_counter())
ERRORS_ONLY = ScoringWeights(**{name: float(name == "error_indicator") for name in ScoringWeights.model_fields})


def manager(**settings: Any) -> IntelligentContextManager:
    return IntelligentContextManager(IntelligentContextConfig(compress_threshold=0, **settings))


def turns_in(messages: Messages) -> list[int]:
    """Which turns are there, by the user's words."""
    return [int(text.split(":")[0].removeprefix("Turn ")) for text in said(messages) if text.startswith("Turn ")]


def with_error(turn: int) -> Messages:
    """The conversation with one tool result of a turn that reports an error."""
    messages = [dict(m) for m in LONG]
    begin = next(place for place, m in enumerate(messages) if str(m["content"]).startswith(f"Turn {turn}:"))
    place = next(place for place in range(begin, len(messages)) if messages[place]["role"] == "tool")
    messages[place]["content"] = "Traceback: connection refused"
    return messages


def test_an_old_turn_with_an_error_stays_where_errors_count() -> None:
    messages = with_error(1)

    kept = turns_in(manager(scoring_weights=ERRORS_ONLY).apply(messages, max_tokens=SIZE // 2).messages)
    oldest = turns_in(manager(use_importance_scoring=False).apply(messages, max_tokens=SIZE // 2).messages)

    assert 1 in kept
    assert 1 not in oldest


def test_without_scores_the_oldest_goes_first() -> None:
    done = manager(use_importance_scoring=False).apply(LONG, max_tokens=SIZE // 2)

    assert turns_in(done.messages) == list(range(done.turns_dropped, 20))
    assert done.transforms_applied == [f"intelligent_cap:{done.turns_dropped}"]


def test_the_marker_says_how_many_of_how_many() -> None:
    done = manager(scoring_weights=ERRORS_ONLY).apply(with_error(1), max_tokens=SIZE // 2)
    last = max(set(range(20)) - set(turns_in(done.messages)))

    assert f"{done.turns_dropped} of the first {last + 1} turns" in done.markers_inserted[0]


def test_statistics_keep_turns_of_tools_that_were_asked_for_again() -> None:
    class Asked:
        def importance(self, tool_name: str) -> float:
            return float(tool_name == "rare")

    messages = [dict(m) for m in LONG]
    place = next(place for place, m in enumerate(messages) if m.get("tool_calls"))
    call = messages[place]["tool_calls"][0]
    messages[place]["tool_calls"] = [{**call, "function": {**call["function"], "name": "rare"}}]
    messages[place]["tool_calls"] += LONG[place]["tool_calls"][1:]
    turn = turns_in(messages[:place])[-1]
    weights = ScoringWeights(**{name: float(name == "toin_importance") for name in ScoringWeights.model_fields})
    config = IntelligentContextConfig(scoring_weights=weights, compress_threshold=0)

    kept = IntelligentContextManager(config, toin=Asked()).apply(messages, max_tokens=SIZE // 2)
    config.toin_integration = False
    dropped = IntelligentContextManager(config, toin=Asked()).apply(messages, max_tokens=SIZE // 2)

    assert turn in turns_in(kept.messages)
    assert turn not in turns_in(dropped.messages)


def test_a_little_too_large_is_compressed_before_anything_is_dropped() -> None:
    rows = "\n".join(f"2026-01-01 10:00:{n % 60:02} INFO worker-{n % 7} took job {n * 7919}" for n in range(150))
    messages = talk("chat", 14, seed=1)
    for m in messages:
        if m["role"] == "tool":
            m["content"] = f"{m['tool_call_id']}\n{rows}"
    size = messages_tokens(messages, built_in_counter())

    done = IntelligentContextManager().apply(messages, max_tokens=size * 95 // 100)
    hard = manager().apply(messages, max_tokens=size * 95 // 100)

    assert done.turns_dropped == 0 < hard.turns_dropped
    [note, *_] = done.notes
    text = next(m["content"] for m in done.messages if m["role"] == "tool" and m not in messages)
    original = messages[note.message_index]["content"]
    assert (note.change, note.reason) == ("left_out", "importance_compressed")
    assert find_markers(text)[-1].handle == note.handle == handle_of(original)


def test_a_summary_stands_in_the_marker_and_is_asked_for_once() -> None:
    asked: list[int] = []

    def summarize(messages: Messages) -> str:
        asked.append(len(messages))
        return "They spoke of amber."

    config = IntelligentContextConfig(summarization_enabled=True, compress_threshold=0, summarize_threshold=9)
    window = IntelligentContextManager(config, summarize_fn=summarize)
    done = window.apply(LONG, max_tokens=SIZE // 2)
    again = window.apply(LONG, max_tokens=SIZE // 2)

    assert done.messages[1]["content"].endswith("What they were about:\nThey spoke of amber.")
    assert again.messages == done.messages
    assert asked == [next(len(LONG) - len(done.messages) + 1 for _ in asked)]


def test_a_summary_is_cut_to_its_size() -> None:
    config = IntelligentContextConfig(
        summarization_enabled=True, summary_max_tokens=20, compress_threshold=0, summarize_threshold=9
    )
    window = IntelligentContextManager(config, summarize_fn=lambda messages: "amber basin " * 500)
    summary = window.apply(LONG, max_tokens=SIZE // 2).messages[1]["content"].partition("\n")[2]

    assert summary.startswith("What they were about:\namber basin")
    assert built_in_counter().count_text(summary) <= 20 + 12


def test_the_model_that_was_named_is_named_to_the_callback() -> None:
    named: list[str] = []

    def summarize(messages: Messages, model: str) -> str:
        named.append(model)
        return "x"

    config = IntelligentContextConfig(summarization_enabled=True, summarization_model="small", summarize_threshold=9)
    IntelligentContextManager(config, summarize_fn=summarize).apply(LONG, max_tokens=SIZE // 2)

    assert named == ["small"]


def test_a_callback_that_fails_costs_only_the_summary() -> None:
    def fail(messages: Messages) -> str:
        raise RuntimeError("no")

    config = IntelligentContextConfig(summarization_enabled=True, compress_threshold=0, summarize_threshold=9)
    done = IntelligentContextManager(config, summarize_fn=fail).transform(
        read_messages(LONG), Request(budget_tokens=SIZE // 2)
    )

    assert done.turns_dropped > 0
    assert done.messages[1].parts[0].text == done.markers_inserted[0]


def test_what_is_far_too_large_is_dropped_without_a_summary() -> None:
    config = IntelligentContextConfig(summarization_enabled=True, compress_threshold=0, summarize_threshold=0)
    window = IntelligentContextManager(config, summarize_fn=lambda messages: "never")

    assert "never" not in window.apply(LONG, max_tokens=SIZE // 2).messages[1]["content"]


def test_direct_use_works_whatever_enabled_says() -> None:
    done = IntelligentContextManager(IntelligentContextConfig(enabled=False)).apply(LONG, max_tokens=SIZE // 2)

    assert done.turns_dropped > 0


def test_wrong_settings_are_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="summarize_fn"):
        IntelligentContextManager(IntelligentContextConfig(summarization_enabled=True))
    with pytest.raises(ConfigurationError, match="importance"):
        IntelligentContextManager(toin=object())  # type: ignore[arg-type]
