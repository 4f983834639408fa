from __future__ import annotations

from headroom.analysis.coverage import by_score_and_novelty, even_spread, extremes_per_bucket, in_turn


def test_every_beginning_of_an_even_spread_covers_the_range() -> None:
    order = even_spread(1000)

    assert sorted(order) == list(range(1000))
    chosen = sorted(order[:10])
    assert max(b - a for a, b in zip(chosen, [*chosen[1:], 1000], strict=True)) <= 250
    assert even_spread(0) == []
    assert even_spread(1) == [0]


def test_lists_are_taken_in_turn_without_repeats() -> None:
    assert in_turn([5, 1, 2], [], [1, 7]) == [5, 1, 7, 2]


def test_the_tenth_item_with_the_same_reason_comes_after_another_reason() -> None:
    scores = {**dict.fromkeys(range(10), 8.0), 10: 3.0}
    reasons = {**dict.fromkeys(range(10), "same"), 10: "other"}

    order = by_score_and_novelty(scores, reasons)

    assert order[:4] == [0, 1, 2, 10]


def test_both_extremes_of_every_stretch_are_there() -> None:
    assert extremes_per_bucket([1, 5, 2, 9, 0, 3], 2) == [1, 0, 3, 4]
