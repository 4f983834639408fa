"""What is counted, and what follows from it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import ConfigurationError, ValidationError
from headroom.feedback import TOIN, Advice, Counts, Feedback
from headroom.feedback import feedback as feedback_module
from headroom.feedback.counts import EVERY_SHAPE, advice_of, fewest_last, importance_of

counts = st.builds(Counts, *[st.integers(0, 500)] * 4)


def used(compressed: int, asked: int, kind: str = "rows", tool: str = "search", shape: str = "s") -> Feedback:
    """Feedback after so many results, of which so many were asked for again."""
    feedback = Feedback()
    for _ in range(compressed):
        feedback.record_compression(tool, shape)
    for _ in range(asked):
        feedback.record_retrieval(tool, shape, kind)  # type: ignore[arg-type]
    return feedback


def test_both_documented_names_are_the_same_class() -> None:
    assert TOIN is Feedback


def test_below_ten_samples_nothing_is_advised() -> None:
    assert used(9, 9).advice("search", "s") == Advice(samples=9)
    assert used(9, 9).importance("search") == 0.0


@pytest.mark.parametrize(
    ("asked", "factor"), [(0, 0.5), (20, 0.5), (21, 1.0), (50, 1.0), (51, 2.0), (100, 2.0), (300, 2.0)]
)
def test_what_is_asked_for_often_is_kept_more(asked: int, factor: float) -> None:
    assert used(100, asked).advice("search", "s").keep_factor == factor


@pytest.mark.parametrize(("samples", "confidence"), [(9, 0.0), (10, 0.1), (30, 0.3), (70, 0.7), (500, 0.7)])
def test_confidence_is_a_hundredth_a_sample_and_seven_tenths_at_most(samples: int, confidence: float) -> None:
    advice = advice_of(Counts(compressed=samples))

    assert (advice.confidence, advice.samples) == (pytest.approx(confidence), samples)


@pytest.mark.parametrize(("kind", "whole"), [("whole", True), ("rows", False), ("search", False)])
def test_results_that_are_mostly_wanted_whole_are_left_whole(kind: str, whole: bool) -> None:
    assert used(20, 15, kind).advice("search", "s").leave_whole is whole
    assert used(20, 10, kind).advice("search", "s").leave_whole is False  # not often enough


def test_a_shape_that_is_seldom_seen_goes_by_its_tool() -> None:
    feedback = used(30, 30)

    assert feedback.advice("search", "another shape") == feedback.advice("search") == feedback.advice("search", "s")
    assert feedback.advice("another tool", "s") == Advice()


def test_importance_rises_with_what_was_asked_for_and_with_certainty() -> None:
    seldom, often, surely = used(20, 2), used(20, 20), used(100, 100)

    assert 0 < seldom.importance("search") < often.importance("search") < surely.importance("search") <= 0.7
    assert surely.importance("unknown") == 0.0


def test_what_is_less_sure_than_wanted_does_not_count() -> None:
    unsure, sure = (used(n, n).snapshot(least_confidence=0.3) for n in (29, 30))

    assert (unsure.importance("search"), unsure.advice("search", "s")) == (0.0, Advice(samples=29))
    assert sure.importance("search") == pytest.approx(0.3)
    assert sure.advice("search", "s").keep_factor == 2.0


@given(counts)
def test_rates_confidence_and_importance_stay_within_bounds(one: Counts) -> None:
    assert 0.0 <= one.retrieval_rate <= 1.0
    assert 0.0 <= one.confidence <= 0.7
    assert 0.0 <= importance_of(one) <= 0.7
    assert advice_of(one).keep_factor in (0.5, 1.0, 2.0)


@given(counts, counts, counts)
def test_counts_add_up_in_whatever_order(a: Counts, b: Counts, c: Counts) -> None:
    assert (a + b) + c == (c + b) + a
    assert (a + b).retrieved == a.retrieved + b.retrieved


def test_a_result_that_is_sent_in_every_call_counts_once() -> None:
    feedback = Feedback()

    for _ in range(5):
        feedback.record_compression("search", "s", handle="6ed4d46cf9e6")
    for kind in ("rows", "whole"):
        feedback.record_retrieval(kind=kind, handle="6ed4d46cf9e6")  # type: ignore[arg-type]

    assert feedback.of("search", "s") == feedback.of("search") == Counts(compressed=1, rows=1)
    assert feedback.knows("6ed4d46cf9e6")
    assert not feedback.knows("another")


def test_a_handle_from_elsewhere_needs_its_tool_to_be_counted() -> None:
    feedback = Feedback()

    feedback.record_retrieval(handle="6ed4d46cf9e6")
    feedback.record_retrieval("search", "s", handle="b1f09c2a7e41")
    feedback.record_retrieval("search", "s", handle="b1f09c2a7e41")

    assert feedback.stats()["unknown_retrievals"] == 1
    assert feedback.of("search") == Counts(whole=1)


def test_memory_is_bounded_and_the_least_seen_leave() -> None:
    feedback = Feedback(max_entries=20)
    for _ in range(3):
        feedback.record_compression("often", "s")

    for number in range(200):
        feedback.record_compression("search", f"shape {number}")

    assert len(feedback.kept.totals) <= 20
    assert feedback.of("often").compressed == 3
    assert feedback.of("search").compressed == 200


def test_the_results_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback_module, "MOST_RESULTS", 10)
    feedback = Feedback()

    for number in range(30):
        feedback.record_compression("search", handle=f"c{number}")
        feedback.record_retrieval("search", handle=f"r{number}")

    assert len(feedback.results) == 10
    assert feedback.knows("r29")


@given(st.dictionaries(st.tuples(st.text("ab", max_size=2), st.just(EVERY_SHAPE)), counts, max_size=6))
def test_who_stays_hangs_on_no_order(table: dict[tuple[str, str], Counts]) -> None:
    turned = dict(reversed(list(table.items())))

    assert fewest_last(table, 3) == fewest_last(turned, 3)


def test_a_snapshot_does_not_change() -> None:
    feedback = used(20, 0)
    snapshot = feedback.snapshot()
    before = snapshot.advice("search", "s"), snapshot.importance("search")

    for _ in range(40):
        feedback.record_retrieval("search", "s")

    assert (snapshot.advice("search", "s"), snapshot.importance("search")) == before
    assert feedback.advice("search", "s").keep_factor == 2.0


def test_names_stand_nowhere_in_clear() -> None:
    feedback = Feedback(secret="pepper")
    feedback.record_compression("canary_tool", "canary_shape", handle="6ed4d46cf9e6")

    shown = repr(feedback) + repr(feedback.snapshot()) + str(feedback.stats()) + repr(feedback.kept.totals)

    assert "canary" not in shown
    assert "pepper" not in shown
    assert set(feedback.kept.totals).isdisjoint(used(1, 0, tool="canary_tool").kept.totals)  # another key


def test_stats_are_sums_over_all_tools() -> None:
    feedback = used(3, 1)
    feedback.record_compression("other", "t")
    feedback.record_retrieval("other", "t", "search")

    assert feedback.stats() == {
        "tools": 2,
        "shapes": 2,
        "compressed": 4,
        "retrieved": {"whole": 0, "rows": 1, "search": 1},
        "retrieval_rate": 0.5,
        "unknown_retrievals": 0,
        "path": None,
    }


def test_after_a_reset_nothing_is_known() -> None:
    feedback = used(20, 20)
    feedback.record_compression("search", "s", handle="6ed4d46cf9e6")

    feedback.reset()

    assert feedback.of("search") == Counts()
    assert not feedback.knows("6ed4d46cf9e6")


def test_threads_lose_no_count() -> None:
    feedback = Feedback()

    def work(name: str) -> None:
        for number in range(500):
            feedback.record_compression("search", f"s{number % 3}", handle=f"{name}{number}")
            feedback.record_retrieval(kind="rows", handle=f"{name}{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert feedback.of("search") == Counts(compressed=2000, rows=2000)


@pytest.mark.parametrize(
    ("setting", "value"), [("max_entries", 0), ("max_entries", True), ("save_after_s", 0), ("save_after_s", "soon")]
)
def test_wrong_settings_are_refused(setting: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Feedback(**{setting: value})

    assert caught.value.details == {"field": setting, "value": value}


def test_an_unknown_kind_of_retrieval_is_refused() -> None:
    with pytest.raises(ValidationError, match="whole, rows, search"):
        Feedback().record_retrieval("search", "s", "everything")  # type: ignore[arg-type]
