"""Lists and dicts as Python prints them."""

from __future__ import annotations

import ast
import datetime
import json
from collections import OrderedDict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom import retrieve
from headroom.compressors.limits import Limits
from headroom.compressors.python_text import Printed, PythonCompressor, read_printed, read_python_table
from headroom.compressors.table.values import Number
from headroom.detection import detect
from headroom.errors import RetrievalError
from headroom.markers import handle_of
from headroom.tokenizers import built_in_counter
from tests.decoders import SHOWN
from tests.samples import ask

COUNTER = built_in_counter()
PYTHON = PythonCompressor(counter=COUNTER)
ROWS = [
    {
        "id": i,
        "name": f"item-{i}",
        "at": None,
        "ok": i % 3 > 0,
        "ms": i * 7 % 60 / 10,
        "error": "full" if i == 77 else None,
    }
    for i in range(200)
]
WORDS = st.text(
    st.sampled_from("ab'\"\\ \n\t\r\x00\x7f\x85\xa0\xad\u2028\ufeffé,:{}[]()`&*~#") | st.characters(), max_size=12
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)
DOCUMENTS = st.lists(st.dictionaries(WORDS, VALUES, min_size=1), min_size=1) | st.dictionaries(
    WORDS, VALUES, min_size=1
)
CALLS = st.sampled_from(
    (
        Decimal("1.10"),
        datetime.date(2026, 1, 2),
        datetime.datetime(2026, 1, 2, 3, 4),
        (1, "a"),
        (1,),
        (),
        b"x",
        "f('x')",
        "(a)",
    )
)


def as_read(value: Any) -> Any:
    """A value of the library as `ast` gives it."""
    if type(value) is Number:
        return ast.literal_eval(str(value))
    if isinstance(value, dict):
        return {key: as_read(inner) for key, inner in value.items()}
    return [as_read(inner) for inner in value] if isinstance(value, list) else value


def check(text: str) -> bool:
    """Fail unless the text comes back from its form, which stays as it is; whether it has one."""
    result = PYTHON.compress(text)
    assert PYTHON.compress(result.compressed).compressed is result.compressed
    if result.was_modified:
        assert (result.change, result.strategy) == ("exact", "python_table")
        assert read_python_table(result.compressed).source() == text
        assert detect(result.compressed).kind.value == "python_literal"
    return result.was_modified


def test_a_list_of_dicts_becomes_a_table() -> None:
    result = PYTHON.compress("[{'id': 1, 'name': \"it's\", 'at': None}, {'id': 2, 'name': 'b', 'at': None}]")

    assert result.compressed == "python[2 ]{id,name,at=null}\n1 it's\n2 b"


def test_rows_of_a_database_keep_what_python_calls_them() -> None:
    rows = [{"id": i, "price": Decimal(f"{i}.10"), "day": datetime.date(2026, 1, 1)} for i in range(20)]

    result = PYTHON.compress(str(rows))

    assert result.compressed.startswith(
        "python(calls)[20 ]{id,price,day=\"datetime.date(2026, 1, 1)\"}\n0 Decimal('0.10')\n1 Decimal('1.10')\n"
    )
    assert check(str(rows))


def test_dicts_line_by_line_are_a_series() -> None:
    text = "".join(f"{row}\n" for row in ROWS)

    result = PYTHON.compress(text)

    assert result.compressed.startswith("python lines[200")
    assert result.compressed_tokens < 0.4 * result.original_tokens
    assert check(text)


@given(value=DOCUMENTS, end=st.sampled_from(("", "\n", " ", "\n\n")))
@example(value=[{"a": "python[2]{a}"}], end="")
@example(value={"a": float("inf")}, end="")
def test_every_printed_value_comes_back_to_the_byte(value: Any, end: str) -> None:
    text = repr(value) + end

    check(text)

    found = read_printed(text)
    if isinstance(found, Printed):
        assert as_read(found.value) == ast.literal_eval(text.strip())


@given(rows=st.lists(st.fixed_dictionaries({"a": SCALARS, "b": CALLS}), min_size=1, max_size=5))
def test_calls_and_strings_that_look_like_them_are_told_apart_or_left_alone(rows: list[dict[str, Any]]) -> None:
    check(str(rows))


@pytest.mark.parametrize(
    "text",
    [
        "[{'a': 1}, {'b'}]",
        "[{'a': 1},{'a': 2}]",
        "[{'a': 1}, ]",
        "[{1: 'a'}]",
        "[{'a': 0x1f}]",
        "[{'a': 1_000}]",
        "[{'a': '\\ud83d'}]",
        "[{'a': 'b' 'c'}]",
        "[{'a': b}]",
        "{'a': nan}",
        "{'a': 'b'} # c",
        "[{'a': " + "[" * 200 + "]" * 200 + "}]",
        "[{'a': 1}\n{'a': 2}]",
    ],
)
def test_what_python_would_not_print_so_is_left_alone(text: str) -> None:
    assert PYTHON.compress(text).compressed is text


def test_an_ordered_dict_is_a_call_with_brackets_and_left_alone() -> None:
    assert not check(str([{"a": OrderedDict(b=1)}] * 5))


@pytest.mark.parametrize(
    ("text", "is_python"),
    [
        (str(ROWS), True),
        (str({"total": 3, "items": ROWS}), True),
        (str(["a b", "c d"] * 30), True),
        ("".join(f"{row}\n" for row in ROWS[:30]), True),
        (json.dumps(ROWS), False),
        ("{'name': 'Sales',\n 'depends': ['base'],\n}\n", False),
        ("[(1, 'a'), (2, 'b')]", False),
        ("[2026-01-01] started\n[2026-01-02] 'x': 1}", False),
        ("['a'].map(f)\n['b']", False),
    ],
)
def test_only_what_begins_and_ends_so_is_taken_for_it(text: str, is_python: bool) -> None:
    assert (detect(text).kind.value == "python_literal") == is_python


def test_errors_and_what_is_asked_for_stay() -> None:
    text = str({"total": 200, "items": ROWS})
    limits = Limits(tokens=300, above_tokens=300, handle=handle_of(text), is_asked=True, by_tool=True)

    result = PYTHON.select(text, PYTHON.compress(text), limits, context="What is with item-150?")

    assert ("full" in result.compressed, "item-150" in result.compressed) == (True, True)
    assert (result.change, result.strategy) == ("left_out", "python_table+selection")
    assert result.compressed_tokens < 500
    SHOWN["python_literal"](result.compressed, text)


def test_rows_come_back_as_they_stand_there() -> None:
    for text, at in ((str(ROWS), None), (str({"n": 1, "items": ROWS}), "items"), ("\n".join(map(str, ROWS)), None)):
        messages = ask(text)

        assert retrieve(handle_of(text), messages=messages, at=at, rows="78").text == str(ROWS[77])
        assert retrieve(handle_of(text), messages=messages, where="error!=null").text == str(ROWS[77])
        with pytest.raises(RetrievalError):
            retrieve(handle_of(text), messages=messages, at="nothing", rows="1")
