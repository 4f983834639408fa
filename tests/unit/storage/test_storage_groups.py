from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.config import HeadroomConfig
from headroom.errors import ConfigurationError
from headroom.results import RequestMetrics
from headroom.storage.groups import BY_PART, BY_REQUEST, by_transform, summarise_by
from headroom.storage.retrievals import LEAST_USES, not_paying, profile_lines, retrieval_by_tool, shares
from headroom.storage.summary import summarise
from tests.unit.reports.ledger import ledger

ROWS = ledger(300)


def test_every_grouping_adds_up_to_the_totals() -> None:
    total = summarise(ROWS)

    for name in BY_REQUEST:
        groups = summarise_by(ROWS, [name])
        assert sum(group["requests"] for group in groups) == total["total_requests"]
        assert sum(group["tokens_saved"] for group in groups) == total["total_tokens_saved"]
        assert sum(group["net_tokens_saved"] for group in groups) == total["net_tokens_saved"]
        assert sum(group["cost_saved_usd"] for group in groups) == pytest.approx(total["total_cost_saved_usd"])
    for name in BY_PART:
        assert sum(group["tokens_saved"] for group in summarise_by(ROWS, [name])) == total["total_tokens_saved"]


def test_several_names_group_together_and_keep_their_order() -> None:
    found = summarise_by(ROWS, ["tool", "tenant", "model"])

    assert list(found[0])[:3] == ["tool", "tenant", "model"]
    assert sum(entry["tokens_saved"] for entry in found) == summarise(ROWS)["total_tokens_saved"]
    assert found == sorted(found, key=lambda entry: -entry["tokens_saved"])
    assert len({(entry["tool"], entry["tenant"], entry["model"]) for entry in found}) == len(found)


@pytest.mark.parametrize("names", [["colour"], ["tool", "kind"], ["model", "tols"]])
def test_a_grouping_that_rows_cannot_give_is_refused(names: list[str]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        summarise_by(ROWS, names)

    assert refused.value.details["field"] == "group_by"


def test_the_four_classes_are_what_was_saved_and_the_buckets_what_was_billed() -> None:
    dropped = RequestMetrics(request_id="d", tokens_input_before=900, tokens_input_after=100, saved_exact=300)

    total = summarise([*ROWS, dropped])

    classes = ("saved_exact", "saved_reachable", "saved_unreachable", "saved_other")
    assert sum(total[name] for name in classes) == total["total_tokens_saved"]
    assert total["saved_other"] == 500
    buckets = ("billed_uncached_tokens", "billed_read_tokens", "billed_written_tokens")
    assert sum(total[name] for name in buckets) == total["total_tokens_billed"] > 0
    assert total["net_tokens_saved"] == total["total_tokens_saved"] - total["overhead_tokens"]
    assert total["overhead_tokens"] == total["tool_schema_tokens"] + total["round_tokens"]


@given(
    back=st.dictionaries(st.text(max_size=5), st.tuples(st.integers(0, 9), st.integers(0, 10**6)), max_size=5),
    tokens=st.integers(0, 10**7),
)
def test_the_cost_of_rounds_is_shared_whole(back: dict[str, tuple[int, int]], tokens: int) -> None:
    row = RequestMetrics(
        request_id="x", round_tokens=tokens, by_retrieved={name: list(pair) for name, pair in back.items()}
    )

    found = shares(row)

    assert sum(found.values()) == tokens
    assert all(share >= 0 for share in found.values())


def test_what_rounds_cost_is_in_the_net_of_some_tool() -> None:
    total, tools = summarise(ROWS), retrieval_by_tool(ROWS)

    assert sum(sums["overhead_tokens"] for sums in tools.values()) == total["round_tokens"]
    assert sum(sums["tokens_given_back"] for sums in tools.values()) == total["retrieved_tokens"]
    assert sum(sums["times_asked"] for sums in tools.values()) == total["retrieve_rounds"]


def asked(uses: int, round_tokens: int) -> list[RequestMetrics]:
    parts = {"search": [1, 100, 60]}
    first = RequestMetrics(
        request_id="0", by_tool=parts, by_retrieved={"search": [1, 60]}, round_tokens=round_tokens, retrieve_rounds=1
    )
    return [first, *(RequestMetrics(request_id=str(n), by_tool=parts) for n in range(1, uses))]


def test_a_tool_is_named_once_it_cost_more_than_it_saved_over_fifty_uses() -> None:
    assert list(not_paying(asked(LEAST_USES, 40 * LEAST_USES + 1))) == ["search"]
    assert not_paying(asked(LEAST_USES, 40 * LEAST_USES)) == {}
    assert not_paying(asked(LEAST_USES - 1, 10**6)) == {}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib is in Python 3.11")
@given(tool=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_the_lines_that_switch_it_off_are_a_settings_file(tool: str) -> None:
    import tomllib

    read = tomllib.loads(profile_lines(tool))

    assert read == {"tool_profiles": {tool: {"exact_only": True}}}
    assert HeadroomConfig(**read).tool_profiles[tool].exact_only is True


def test_a_request_counts_with_each_of_its_transforms() -> None:
    row = RequestMetrics(
        request_id="x", tokens_input_before=10, tokens_input_after=4, transforms_applied=["router:2", "window_cap"]
    )

    found = by_transform([row, row])

    assert found["router"] == {
        "changes": 4, "requests": 2, "tokens_before": 20, "tokens_after": 8, "tokens_saved": 12, "percent": 60.0,
    }  # fmt: skip
    assert found["window_cap"]["changes"] == 2
