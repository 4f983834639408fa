from __future__ import annotations

import itertools
import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.item_choice import ItemChoice, choose_items, select
from headroom.compressors.item_choice.settings import DefaultSettings
from headroom.compressors.table.values import parse_json
from headroom.config.crushing import SmartCrusherConfig


def rows(count: int, **changed: dict[int, Any]) -> list[Any]:
    """Parsed records that are much alike, with some cells changed: field to record to value."""
    chance = random.Random(7)
    records = [
        {"id": i, "level": "info", "ms": chance.randint(90, 110), "message": f"served page {i % 7}"}
        for i in range(count)
    ]
    for name, cells in changed.items():
        for row, value in cells.items():
            records[row][name] = value
    parsed: list[Any] = parse_json(json.dumps(records))
    return parsed


def kept(records: Sequence[Any], budget: int = 20, **options: Any) -> tuple[int, ...]:
    """What stays of records of one token each."""
    return select(choose_items(records, **options), [1] * len(records), budget).kept


@pytest.mark.parametrize(
    "changed",
    [
        {"level": {137: "error"}},
        {"message": {137: "connection refused"}},
        {"status": {137: 503}},
        {"error": {137: "no space left"}},
        {"ms": {137: 9000}},
        {"level": {137: "debug"}},
        {"id": {137: "ticket-99"}},
        {"extra": {137: {"note": "x"}}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_one_odd_record_in_five_hundred_stays(changed: dict[str, dict[int, Any]]) -> None:
    assert 137 in kept(rows(500, **changed))


def test_what_law_four_protects_stays_past_the_budget() -> None:
    records = rows(500, level=dict.fromkeys(range(100, 130), "error"))

    assert set(range(100, 130)) <= set(kept(records, budget=20))


def test_more_errors_than_twice_the_budget_are_shown_by_one_and_their_count() -> None:
    records = rows(500, level=dict.fromkeys(range(100, 300), "error"), ms={7: 9000})

    selection = select(choose_items(records), [1] * 500, 20)

    assert (100, 200, "level error") in selection.grouped
    assert {7, 100} <= set(selection.kept)
    assert len(selection.kept) <= 40


def test_every_item_with_the_rarest_literal_of_the_question_stays() -> None:
    records = rows(500, message=dict.fromkeys((60, 250, 444), "order A-77 shipped"))

    assert {60, 250, 444} <= set(kept(records, question="Where is order A-77?", budget=5))


def test_an_item_that_the_question_names_is_not_lost_among_many_errors() -> None:
    records = parse_json(json.dumps([{"level": "error", "code": f"{i % 9}"} for i in range(500)]))

    assert 222 in kept(records, question="what is at `items[222].code`?", path="items")


def test_rows_that_share_the_words_of_the_question_come_first() -> None:
    records = rows(500, message=dict.fromkeys(range(100, 160), "invoice of the harbour office"))

    chosen = kept(records, question="What did the harbour office invoice us for?", budget=30)

    assert len({*range(100, 160)} & {*chosen}) >= 8


def test_the_extremes_of_a_column_stay() -> None:
    records = parse_json(json.dumps([{"ms": 200 + i * 37 % 500} for i in range(500)]))
    lowest, highest = (next(i for i, record in enumerate(records) if record["ms"] == ms) for ms in ("200", "699"))

    assert {lowest, highest} <= set(kept(records, budget=4))


def test_matches_of_the_question_come_in_the_order_of_their_scores() -> None:
    def scores(texts: Sequence[str], question: str) -> list[float]:
        return [float(text.count("page 3")) for text in texts]

    records = rows(50, message={31: "page 3 page 3"})

    choice = choose_items(records, question="anything with page 3", scores=scores)

    assert choice.ranking[0] == 31


def test_without_any_signal_ends_and_an_even_spread_stay() -> None:
    records = parse_json(json.dumps([{"name": f"n{i:03d}"} for i in range(100)]))

    chosen = kept(records, budget=20)

    assert {0, 1, 2, 98, 99} <= set(chosen)
    assert max(b - a for a, b in itertools.pairwise(chosen)) <= 13


def test_what_a_setting_switches_off_is_not_protected() -> None:
    records = rows(50, level=dict.fromkeys(range(25), "error"))

    with_errors = choose_items(records)
    without = choose_items(records, config=DefaultSettings(preserve_errors=False))

    assert len(with_errors.protected[0]) == 25
    assert not without.protected


def test_the_documented_deviation_threshold_acts_only_when_it_was_set() -> None:
    records = rows(500, ms={137: 125})

    untouched = choose_items(records, config=SmartCrusherConfig())
    asked_for = choose_items(records, config=SmartCrusherConfig(anomaly_std_threshold=3.0))

    assert not untouched.protected
    assert asked_for.protected == ((137,),)


def test_a_few_large_records_do_not_hide_the_odd_one() -> None:
    records = rows(12, level={5: "debug"})

    selection = select(choose_items(records), [1000] * 12, 600)

    assert 5 in selection.kept


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose_items([]) == ItemChoice()
    assert select(ItemChoice(), [], 100).kept == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "status", "error", "n", "message", ""]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(records=st.lists(JSON, max_size=30), question=st.text(max_size=30), budget=st.integers(0, 30))
def test_any_records_are_ranked_once_each_and_no_group_is_without_a_kept_item(
    records: list[Any], question: str, budget: int
) -> None:
    parsed = parse_json(json.dumps(records))

    choice = choose_items(parsed, question=question)
    selection = select(choice, [1] * len(parsed), budget)

    members = [item for group in choice.protected for item in group]
    assert sorted([*members, *choice.order]) == sorted(choice.ranking) == list(range(len(choice.ranking)))
    assert all(set(group) & set(selection.kept) for group in choice.protected)
    assert all(item in choice.reasons for item in members)
    assert choose_items(parsed, question=question) == choice


def test_equal_rows_come_after_all_others() -> None:
    rows = [{"name": f"row {n}", "state": "ok"} if n % 3 == 0 else {"name": "beat", "state": "ok"} for n in range(60)]

    order = choose_items(rows).ranking
    names = [rows[item]["name"] for item in order]

    assert len(set(names[:21])) == 21
    assert set(names[21:]) == {"beat"}
    assert sorted(order) == list(range(60))


def test_equal_rows_keep_their_rank_where_that_is_asked() -> None:
    rows = [{"name": f"row {n}", "state": "ok"} if n % 3 == 0 else {"name": "beat", "state": "ok"} for n in range(60)]

    order = choose_items(rows, config=DefaultSettings(dedup_identical_items=False)).ranking

    assert [rows[item]["name"] for item in order[:30]].count("beat") > 1
