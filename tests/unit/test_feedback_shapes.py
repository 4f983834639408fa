"""The shape of a result: keys and kinds of values, never the values."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.feedback import shape_of
from headroom.feedback.shapes import MOST_CHARS, json_paths
from tests.samples import samples, shared_samples
from tests.strategies import json_values

OTHER = shape_of("", "text")


def same(one: Any, other: Any) -> bool:
    """Whether two values have one shape."""
    return shape_of(json.dumps(one)) == shape_of(json.dumps(other))


def test_values_order_of_keys_and_number_of_rows_make_no_difference() -> None:
    assert same([{"id": 1, "name": "a"}], [{"name": "zz", "id": 2.5}] * 40)
    assert same({"a": {"b": [1]}}, {"a": {"b": [7, 8]}})
    assert same([{"id": 1, "note": None}, {"id": 2, "note": "x"}], [{"id": 2, "note": "x"}])


def test_keys_kinds_and_depth_make_one() -> None:
    shapes: list[Any] = [
        [{"id": 1}],
        [{"id": "1"}],
        [{"id": True}],
        [{"id": [1]}],
        [{"id": {"id": 1}}],
        [{"key": 1}],
        {"id": 1},
        [1],
        [],
        {},
    ]

    assert len({shape_of(json.dumps(shape)) for shape in shapes}) == len(shapes)


def test_keys_that_are_ids_or_numbered_stand_together() -> None:
    assert same({"user_17": 1, "user_18": 2}, {"user_3": 9})
    assert same({"550e8400-e29b-41d4": 1}, {"9a1b2c3d-ffff-0000": 2})
    assert not same({"user_17": 1}, {"order_17": 1})


def test_json_lines_have_a_shape_too() -> None:
    assert shape_of('{"a": 1}\n{"a": 2}\n') == shape_of('{"a": 3}')


@pytest.mark.parametrize(
    "text",
    ["[INFO] started", "[12:30:01] GET /", "{not json}", '{"a" 1}', '["a": 1]', "{1: 2}", "[1]]x",
     "plain", "", '[{"a": 1}, oops]', '{"a": 1}}', "[}", '{"a":: 1}', '{["a"]: 1}', '["open', "[1, tru",
     "[INFO] started\n" * 3000, "[test] x\n" * 3000],
)  # fmt: skip
def test_what_is_no_json_has_the_shape_of_its_kind(text: str) -> None:
    assert shape_of(text, "log") == shape_of("another text", "log") != shape_of(text, "html")


@given(json_values())
def test_all_json_is_read_as_json(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2), json.dumps(value, separators=(",", ":"))):
        is_container = isinstance(value, (dict, list))
        assert (json_paths(text, is_cut=False) is not None) is is_container


@given(json_values())
def test_the_way_it_is_written_makes_no_difference(value: Any) -> None:
    assert shape_of(json.dumps(value, indent=3)) == shape_of(json.dumps(value, separators=(",", ":")))


@given(st.text(st.characters()) | st.text('[]{}":,1 \\tnx\ud800', max_size=30))
def test_every_text_has_a_shape(text: str) -> None:
    shape = shape_of(text)

    assert len(shape) == 16
    assert set(shape) <= set("0123456789abcdef")


def test_a_long_result_has_the_shape_of_its_beginning() -> None:
    rows = [{"id": number, "name": "row", "state": "ok"} for number in range(5000)]
    text = json.dumps(rows)

    assert len(text) > 2 * MOST_CHARS
    for length in range(len(text) - 60, len(text)):  # wherever the beginning happens to be cut
        padded = "[" + " " * (length - len(text) + 60) + text[1:]
        assert shape_of(padded) == shape_of(text) == shape_of(json.dumps(rows[:1]))


def test_json_that_breaks_off_has_the_shape_of_what_is_there() -> None:
    assert shape_of('[{"a": 1}, {"a": 2}') == shape_of('[{"a": 1}]')


def test_a_hostile_text_costs_no_more_than_another() -> None:
    deep = shape_of("[" * 1_000_000)
    keys = {f"{random.Random(1).random()}{number}": number for number in range(3000)}

    assert len({deep, shape_of(json.dumps(keys)), shape_of('"' * 1_000_000), shape_of('["' + "\\" * 1_000_000)}) > 1


@pytest.mark.parametrize("sample", samples("json_array"), ids=lambda sample: sample.id)
def test_real_json_has_a_shape_of_its_own(sample: Any) -> None:
    assert shape_of(sample.text) != OTHER


@pytest.mark.shared_data
def test_real_rows_are_told_from_texts() -> None:
    for sample in shared_samples("json_array", "log", one_in=20, most_chars=200_000):
        starts_like_json = sample.text.lstrip()[:1] in ("[", "{")
        assert (shape_of(sample.text) != OTHER) <= starts_like_json
