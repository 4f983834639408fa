"""The table text and its decoder: everything comes back, to the last detail."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.table import decode, encode
from headroom.compressors.table.compare import same
from headroom.compressors.table.values import Number, Pairs, dump_json, parse_json
from tests.samples import samples, shared_samples
from tests.strategies import json_texts, json_tool_texts, json_values

AWKWARD_TEXTS = (
    "", " ", "a ", " a", "~", "@x", "!x", "#x", "&1 x", "*1", "(a)", "[1]", "{a}", '"', '"a"', "a,b", "a b", "a|b",
    "null", "true", "1", "1.0", "-0", "NaN", "Infinity", "1e5", "01", "+1", ".5", "1.", "\n", "\r", "\t", "\x00",
    "\x7f", "\x85", "\u2028", "\ud800", "é", "日本", "a:b", "a=b", "a?b", "a$b", ")", "]", "}", "a)", "a]b", "[2]{a}",
)  # fmt: skip
AWKWARD_KEYS = (
    "",
    " ",
    "a b",
    "a,b",
    "a=b",
    "a?",
    "a$",
    "a@",
    "#",
    "@",
    "~",
    "a{b}",
    "a[b]",
    "(",
    '"',
    "\n",
    "1",
    "null",
)


def check(value: Any) -> str:
    """The text of a value, which must give the value again and be the text of it."""
    text = encode(value)
    again = decode(text)
    assert same(again, value), text
    assert encode(again) == text
    return text


@given(value=json_values())
def test_any_value_comes_back(value: Any) -> None:
    check(value)


@given(text=json_texts() | json_tool_texts())
def test_any_document_comes_back(text: str) -> None:
    try:
        value = parse_json(text)
    except ValueError:
        return
    check(value)


def test_real_documents_come_back() -> None:
    for sample in samples("json_array", "json_object"):
        check(parse_json(sample.text))


@pytest.mark.shared_data
@pytest.mark.slow
def test_all_real_documents_come_back() -> None:
    for sample in shared_samples("json_array", "json_object", most_chars=200_000):
        check(parse_json(sample.text))


@pytest.mark.parametrize("text", AWKWARD_TEXTS)
def test_awkward_texts_come_back_wherever_they_stand(text: str) -> None:
    other = "plain"
    for value in (
        text,
        [text],
        {"k": text},
        [{"k": text}, {"k": other}, {"k": text + other}],
        [{"k": text, "l": 1}, {"l": 2}, {"k": None, "l": 3}, {"k": other, "l": 4}],
        [{"o": {"k": text}}, {"o": {"k": other}}],
        [{"o": {"k": text}}, {"o": None}, {"o": {"k": other}}],
        [{"o": [{"k": text}, {"k": other}]}, {"o": [{"k": text}]}],
        [{"o": [{"k": text}] * 5}, {"o": [{"k": other}]}],
        [{"k": text, "l": n} for n in range(6)] + [{"k": other, "l": n} for n in range(6)],
        {"a": {"k": text}, "b": {"k": other}, text: {"k": other}},
        [[{"k": text}], [{"k": other}]],
    ):
        check(parse_json(dump_json(library(value))))


@pytest.mark.parametrize("key", AWKWARD_KEYS)
def test_awkward_keys_come_back_wherever_they_stand(key: str) -> None:
    for value in (
        {key: 1},
        [{key: 1, "b": 2}, {key: 3, "b": 4}],
        [{key: {"c": 1}}, {key: {"c": 2}}],
        [{"a": {key: 1}}, {"a": {key: 2}}],
        [{"a": {key: 1}}, {"a": None}, {"a": {key: 2}}],
        [{"a": [{key: 1}, {key: 2}]}, {"a": []}],
        [{key: [{"c": n} for n in range(6)]}, {key: []}],
        {"x": {key: 1}, "y": {key: 2}, key: {key: 3}},
        [{key: "same", "n": n} for n in range(5)],
    ):
        check(parse_json(dump_json(library(value))))


def library(value: Any) -> Any:
    """Numbers as `Number`."""
    if isinstance(value, dict):
        return {key: library(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [library(inner) for inner in value]
    return Number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


@given(
    seed=st.integers(0, 10**6),
    rows=st.integers(2, 14),
    columns=st.integers(1, 6),
)
def test_tables_of_awkward_cells_come_back(seed: int, rows: int, columns: int) -> None:
    random = Random(seed)
    pools = [awkward_pool(random) for _ in range(columns)]
    names = random.sample(AWKWARD_KEYS, columns)
    records = [
        {name: random.choice(pool) for name, pool in zip(names, pools, strict=True) if random.random() < 0.93}
        for _ in range(rows)
    ]
    check(records)
    check({"total": Number("3"), "items": records, "again": records[:1]})


def awkward_pool(random: Random) -> list[Any]:
    """A few values that one column may hold."""
    long = "a text that is long enough for a name of its own"
    nested: list[Any] = [
        {"x": random.choice(AWKWARD_TEXTS), "y": None},
        [{"x": Number("1")}, {"x": random.choice(AWKWARD_TEXTS)}],
        [],
        {},
        [None, True],
        Pairs([("p", None), ("p", True)]),
        {"deep": {"x": [random.choice(AWKWARD_TEXTS)]}},
    ]
    plain: list[Any] = [*random.sample(AWKWARD_TEXTS, 3), None, True, False, Number("7"), Number("1.10"), long]
    return random.sample([*plain, *random.sample(nested, random.randrange(3))], random.randrange(1, 5))


def test_nothing_about_a_value_is_lost() -> None:
    for text in (
        '[{"a":1.10},{"a":1.1}]',
        '[{"a":1},{"a":"1"}]',
        '[{"a":1,"b":2},{"b":2,"a":1},{"a":3,"b":4}]',
        '[{"a":1,"a":2},{"a":1}]',
        '[{"a":null},{},{"a":""}]',
        '[{"a":[]},{"a":{}},{"a":null}]',
        '[{"a":-0},{"a":0},{"a":0.0},{"a":-0.0}]',
        '{"a":{"b":{"c":[[[]]]}}}',
        '[[],[[]],[[[]]]]',
        '[{},{},{}]',
        '[{"a":{}},{"a":{}}]',
        '[{"":1},{"":2}]',
        '{"x":{"a":1},"x":{"a":2},"y":{"a":3}}',
    ):  # fmt: skip
        assert dump_json(decode(encode(parse_json(text)))) == text


def test_the_text_of_equal_values_is_equal_whatever_objects_they_share() -> None:
    inner = {"name": "a name that is long enough", "tags": ["one", "two"]}
    shared = [{"id": Number("1"), "o": inner}, {"id": Number("2"), "o": inner}]
    apart = parse_json(dump_json(shared))

    assert encode(shared) == encode(apart)


def test_a_document_deeper_than_any_sensible_one_is_refused_not_crashed() -> None:
    with pytest.raises(ValueError, match="deeply"):
        parse_json("[" * 100_000 + "]" * 100_000)


def test_every_row_stands_on_one_line() -> None:
    rows = [{"id": n, "text": "a\nb\r\nc\u2028d"} for n in range(50)]

    assert len(encode(parse_json(json.dumps(rows))).split("\n")) == 51
