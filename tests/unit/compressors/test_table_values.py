"""JSON text to values and back; strict comparison; which strings stand bare."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.table.compare import same
from headroom.compressors.table.text import BARE_INLINE, bare_or_quoted, is_ambiguous, key_text
from headroom.compressors.table.values import Number, Pairs, dump_json, parse_json, quote
from tests.strategies import json_values


@given(value=json_values())
def test_values_survive_their_json_text(value: Any) -> None:
    text = dump_json(value)

    assert same(parse_json(text), value)
    json.loads(text)


@pytest.mark.parametrize("text", ["1.10", "1e5", "1E+05", "-0", "0.0", "10000000000000000000000000001", "1e400"])
def test_numbers_keep_their_text(text: str) -> None:
    assert dump_json(parse_json(text)) == text


def test_repeated_keys_are_kept_in_their_order() -> None:
    assert dump_json(parse_json('{"b":1,"a":2,"b":3}')) == '{"b":1,"a":2,"b":3}'


@given(text=st.text(st.characters(codec=None, exclude_categories=())))
def test_quoted_texts_are_json_and_can_be_written_to_a_file(text: str) -> None:
    quoted = quote(text)

    assert json.loads(quoted) == text or "\ud800" <= max(text) <= "\udfff"
    assert "\n" not in quoted
    quoted.encode("utf-8")


DIFFERENT: list[tuple[Any, Any]] = [
    (Number("1"), "1"),
    (Number("1"), Number("1.0")),
    (True, Number("1")),
    (None, False),
    ([], {}),
    ({}, None),
    ({"a": Number("1"), "b": None}, {"b": None, "a": Number("1")}),
    ([{"a": Number("1")}], [{"a": "1"}]),
    (Pairs([("a", None), ("a", None)]), {"a": None}),
    (Pairs([("a", Number("1")), ("a", None)]), Pairs([("a", "1"), ("a", None)])),
    (Pairs([("a", {"x": None, "y": None})] * 2), Pairs([("a", {"y": None, "x": None})] * 2)),
    ([[Number("1")]], [["1"]]),
    ("", None),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_values_that_differ_in_any_detail_are_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same([one], [other])
    assert not same({"k": one}, {"k": other})
    assert same(one, one)


@given(value=json_values())
def test_a_value_is_the_same_as_its_copy(value: Any) -> None:
    assert same(value, parse_json(dump_json(value)))


@pytest.mark.parametrize("text", ["null", "true", "false", "1", "-1.5e3", "NaN", "Infinity", "-Infinity"])
def test_texts_that_would_be_read_as_something_else_are_quoted(text: str) -> None:
    assert is_ambiguous(text)
    assert bare_or_quoted(text, BARE_INLINE) == json.dumps(text)
    assert bare_or_quoted(text, BARE_INLINE, typed=True) == text


@pytest.mark.parametrize("text", ["1.", "01", ".5", "+1", "1e", "nul", "True", "infinity", "٣", "１"])
def test_texts_that_only_look_so_stand_bare(text: str) -> None:
    assert bare_or_quoted(text, BARE_INLINE) == text


@pytest.mark.parametrize("key", ["a b", "name", "x.y", "日本", "a-b", "1"])
def test_plain_keys_stand_bare(key: str) -> None:
    assert key_text(key) == key
