from __future__ import annotations

import threading

from headroom.results import RequestMetrics
from headroom.storage.summary import summarise
from headroom.storage.totals import COUNTERS, Totals


def row(before: int, after: int, **facts: object) -> RequestMetrics:
    return RequestMetrics(request_id="x", tokens_input_before=before, tokens_input_after=after, **facts)  # type: ignore[arg-type]


def test_no_rows_are_zeros() -> None:
    summary = summarise([])

    assert summary["avg_compression_ratio"] == 1.0
    numbers = {name: value for name, value in summary.items() if isinstance(value, (int, float))}
    assert {name for name, value in numbers.items() if value} == {"avg_compression_ratio"}
    assert all(value == {} for name, value in summary.items() if name not in numbers)


def test_large_calls_weigh_more_in_the_ratio() -> None:
    assert summarise([row(900, 90), row(100, 100)])["avg_compression_ratio"] == 0.19


def test_costs_are_summed_over_calls_with_a_price() -> None:
    rows = [row(1, 1, cost_before=3.0, cost_after=1.0), row(1, 1), row(1, 1, cost_before=1.0, cost_after=None)]

    summary = summarise(rows)

    assert summary["total_cost_saved_usd"] == 2.0
    assert summary["requests_with_price"] == 1


def test_a_simulation_saves_nothing() -> None:
    summary = summarise([row(100, 10, mode="simulate"), row(100, 60, mode="audit")])

    assert summary["total_tokens_saved"] == 40
    assert (summary["total_requests"], summary["simulate_count"], summary["audit_count"]) == (1, 1, 1)


def test_groups_add_up_and_the_most_saving_comes_first() -> None:
    rows = [
        row(10, 9, model="a", by_tool={"t": [1, 10, 9]}, skips={"no_gain": 1}),
        row(10, 2, model="b", by_tool={"t": [1, 4, 1], "u": [2, 6, 1]}, skips={"no_gain": 2, "code": 9}),
    ]

    summary = summarise(rows)

    assert list(summary["by_model"]) == ["b", "a"]
    assert summary["by_model"]["b"]["tokens_saved"] == 8
    assert summary["by_tool"]["t"] == {"parts": 2, "tokens_before": 14, "tokens_after": 10, "tokens_saved": 4}
    assert list(summary["by_tool"]) == ["u", "t"]
    assert summary["skips"] == {"code": 9, "no_gain": 3}
    assert summary["by_tenant"] == {}


def test_totals_count_calls_from_many_threads() -> None:
    totals = Totals()
    one = row(
        10, 4, tokens_output=2, saved_exact=5, saved_reachable=1, cached_tokens=3, cost_before=1.0, cost_after=0.5
    )

    def work() -> None:
        for _ in range(500):
            totals.add(one)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    totals.increment("cache_hits", 3)

    counts = totals.snapshot()

    assert counts["requests_total"] == counts["requests_optimized"] == 2000
    assert counts["tokens_saved_total"] == 12_000
    assert counts["tokens_output_total"] == 4000
    assert counts["saved_exact"] == 10_000
    assert counts["cost_saved_usd"] == 1000.0
    assert counts["cache_hits"] == 3
    assert counts["compression_ratio_avg"] == 0.4


def test_new_totals_are_zero() -> None:
    counts = Totals().snapshot()

    assert {counts[name] for name in COUNTERS} == {0}
    assert counts["compression_ratio_avg"] == 1.0
