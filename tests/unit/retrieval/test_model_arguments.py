"""What models send as arguments is read as they mean it, or answered with what to send instead."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import ValidationError
from headroom.markers import left_out_line
from headroom.retrieval.asked import Asked, Span, read_asked

HASH = "5b1f09c2a7e4"
MARKER = left_out_line(shown=46, total=1260, unit="rows", handle=HASH, by_tool=True, at="items")


@pytest.mark.parametrize(
    "arguments",
    [
        {"hash": HASH},
        json.dumps({"hash": HASH}),
        json.dumps(json.dumps({"hash": HASH})),
        {"arguments": {"hash": HASH}},
        {"handle": HASH},
        {"hash": HASH.upper()},
        {"hash": f'"{HASH}"'},
        {"hash": f"hash={HASH}"},
        {"hash": f' hash=\\"{HASH}\\" '},
        {"hash": MARKER},
        {"hash": HASH + "0123456789ab"},
        {"hash": HASH, "rows": "", "where": None, "search": "", "at": "", "page": None},
        {"hash": HASH, "rows": "all"},
        {"hash": HASH, "rows": []},
        MARKER,
        HASH,
    ],
    ids=str,
)
def test_a_request_for_the_whole_is_understood(arguments: Any) -> None:
    assert read_asked(arguments) == Asked(handle=HASH)


def test_a_hash_of_digits_only_may_come_as_a_number() -> None:
    assert read_asked({"hash": 12345678901}).handle == "012345678901"


@pytest.mark.parametrize(
    ("rows", "spans"),
    [
        ("47-90", [Span(46, 90)]),
        ("47 - 90", [Span(46, 90)]),
        ("rows 47 to 90", [Span(46, 90)]),
        ("[47:90]", [Span(46, 90)]),
        ("47..90", [Span(46, 90)]),
        ("47–90", [Span(46, 90)]),
        ("90-47", [Span(46, 90)]),
        ("181-", [Span(180)]),
        (5, [Span(4, 5)]),
        (5.0, [Span(4, 5)]),
        ([1, "3-4"], [Span(0, 1), Span(2, 4)]),
        ("0", [Span(0, 1)]),
        ("7,7,2", [Span(1, 2), Span(6, 7)]),
        ("57 chars 4001-,58-", [Span(56, 57, 4000), Span(57)]),
        ("row 57 characters 5-9", [Span(56, 57, 4, 9)]),
        ("chars 15801-", [Span(-1, 0, 15800)]),
    ],
)
def test_rows_are_understood(rows: Any, spans: list[Span]) -> None:
    assert read_asked({"hash": HASH, "rows": rows}).spans == tuple(spans)


def test_filters_and_searches_are_understood() -> None:
    asked = read_asked({"hash": HASH, "where": {"state": "open", "n": 5}, "query": ["a", "b"], "page": "2", "limit": 9})

    assert (asked.where, asked.search, asked.page, asked.unknown) == ("state=open and n=5", "a b", 2, ("limit",))
    assert read_asked({"hash": HASH, "where": ["a=1", "b=2"]}).where == "a=1 and b=2"
    assert read_asked({"hash": HASH, "search": 404}).search == "404"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (None, "hash is missing"),
        ("", "hash is missing"),
        ({}, "hash is missing"),
        ({"hash": ""}, "hash is missing"),
        ({"hash": "abc"}, "12 hex digits"),
        ({"hash": "0" * 12 + " " + "1" * 12}, "12 hex digits"),
        ({"hash": [HASH]}, "12 hex digits"),
        ("{'hash': 1", "JSON object"),
        ("[1]", "JSON object"),
        (7, "JSON object"),
        ("[" * 100_000, "JSON object"),
        ({"hash": HASH, "rows": "some"}, "rows must be"),
        ({"hash": HASH, "rows": [[1, 2]]}, "rows must be"),
        ({"hash": HASH, "rows": {"from": 1}}, "rows must be"),
        ({"hash": HASH, "rows": "1," * 5000}, "rows"),
        ({"hash": HASH, "page": 0}, "page must be"),
        ({"hash": HASH, "page": "two"}, "page must be"),
        ({"hash": HASH, "at": ["x", {}]}, "at must be text"),
        ({"hash": HASH, "search": "x" * 30_000}, "search must be text"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_understood_is_said(arguments: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read_asked(arguments)


ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(HASH)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)
NAMES = st.sampled_from(("hash", "rows", "where", "search", "at", "page", "arguments", "x"))


@given(arguments=st.one_of(ODD, st.dictionaries(NAMES, ODD), st.dictionaries(NAMES, ODD).map(repr)))
def test_whatever_comes_there_is_a_request_or_a_correction(arguments: Any) -> None:
    try:
        asked = read_asked(arguments)
    except ValidationError:
        return
    assert len(asked.handle) == 12
    hash(asked)
