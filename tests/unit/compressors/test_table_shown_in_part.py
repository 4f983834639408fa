"""Tables of which some rows are shown: numbers, totals, and whatever stands around them."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.table.chosen import Chosen, ChosenMap, holds_chosen
from headroom.compressors.table.encode import encode, encode_chosen
from headroom.compressors.table.values import Number, parse_json
from headroom.markers import left_out_line
from tests.shown import Part, check_whole, read_shown
from tests.strategies import json_values, row_lists


def read_back(text: str) -> Any:
    """What a text shows; the marker is only there for the reader."""
    line = left_out_line(shown=1, total=2, unit="rows", handle="0" * 12, by_tool=True)
    return read_shown(f"{text}\n{line}").value


def some_of(values: list[Any], seed: int) -> Chosen:
    """About half of a list."""
    kept = [place for place in range(len(values)) if Random(seed + place).random() < 0.5]
    return Chosen([values[place] for place in kept], numbers=[place + 1 for place in kept], total=len(values))


@given(values=st.lists(json_values(), min_size=2, max_size=12) | row_lists(), seed=st.integers(0, 999))
def test_the_rows_that_are_shown_are_whole_and_numbered(values: list[Any], seed: int) -> None:
    shown = read_back(encode_chosen(some_of(values, seed)))

    assert isinstance(shown, Part)
    check_whole(shown, values)


@given(values=row_lists(), around=json_values(), seed=st.integers(0, 999))
def test_what_stands_around_a_list_is_shown_whole(values: list[Any], around: Any, seed: int) -> None:
    if len(values) > 1:
        shown = read_back(encode_chosen({"before": around, "rows": some_of(values, seed), "after": around}))

        check_whole(shown, {"before": around, "rows": values, "after": around})


def test_a_map_keeps_the_keys_of_the_entries_that_are_shown() -> None:
    whole = {f"host {n}": {"ip": f"10.0.0.{n}", "up": True} for n in range(9)}
    some = ChosenMap({key: whole[key] for key in ("host 1", "host 3", "host 8")}, total=9)

    text = encode_chosen({"hosts": some})

    assert "{3 of 9" in text
    check_whole(read_back(text), {"hosts": whole})


def test_lists_within_rows_that_are_shown_in_part_are_no_table() -> None:
    inner = Chosen([Number("1")], numbers=[1], total=5)

    assert holds_chosen([{"a": inner}])
    assert not holds_chosen([{"a": [Number("1")]}])
    check_whole(
        read_back(encode_chosen([{"a": inner}, {"a": None}])),
        [{"a": [Number(str(n)) for n in range(1, 6)]}, {"a": None}],
    )


def test_a_text_without_lists_shown_in_part_is_the_exact_one() -> None:
    value = parse_json('{"rows":[{"a":1},{"a":2}],"note":"x"}')

    assert encode_chosen(value) == encode(value)
