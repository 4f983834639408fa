"""What can be asked of an original, and what is refused rather than answered with nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import convert_to_messages

import headroom
from headroom.compressors.table.values import parse_json
from headroom.errors import ConfigurationError, ValidationError
from headroom.retrieval.filters import in_ranges, matching
from tests.samples import ask

ROWS = [
    {"id": 9007199254740992 + n, "a.b": n % 5, "sku": f"{n:05}", "state": "open" if n % 7 else "closed"}
    for n in range(300)
]
MESSAGES = ask(json.dumps(ROWS))
[HANDLE] = headroom.compress(MESSAGES, retrieval="tool").ccr_hashes


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("state=closed", 43),
        ("state=closed AND a.b=3", 8),
        ("id=9007199254740993", 1),  # a float would take it for its neighbour, too
        ("sku=12", 0),
        ("sku=00012", 1),
        ("id>9007199254741290", 1),
        ("state~CLOS", 43),
        ("a.b!=3", 240),
    ],
)
def test_comparisons_are_exact(where: str, found: int) -> None:
    assert headroom.retrieve(HANDLE, messages=MESSAGES, where=where).found == found


@pytest.mark.parametrize(
    "where", ["stat=open", "State=open", "state=open or a.b=3", "state=open, a.b=3", "state=open && a.b=3", "state"]
)
def test_what_is_not_understood_is_refused_and_not_answered_with_no_rows(where: str) -> None:
    with pytest.raises(ValidationError):
        headroom.retrieve(HANDLE, messages=MESSAGES, where=where)


def test_originals_are_found_in_messages_of_langchain_and_in_their_dumps() -> None:
    messages = convert_to_messages(MESSAGES)

    assert headroom.retrieve(HANDLE, messages=messages).text == MESSAGES[2]["content"]
    assert headroom.retrieve(HANDLE, messages=[m.model_dump() for m in messages]).text == MESSAGES[2]["content"]


@pytest.mark.parametrize(
    "fact",
    [
        {"keep_turns": -1},
        {"roles": "human"},
        {"roles": {"usr"}},
        {"query": 5},
        {"namespace": 5},
        {"strict": "maybe"},
        {"config": {"a": 1}},
        {"target_tokens": 0},
    ],
    ids=str,
)
def test_facts_of_a_call_are_checked(fact: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        headroom.compress(MESSAGES, **fact)

    assert next(iter(fact)) in str(caught.value)


def test_an_explicit_reachable_goes_before_a_limit() -> None:
    limited = headroom.compress(MESSAGES, target_tokens=300)
    reachable = headroom.compress(MESSAGES, target_tokens=300, selection="reachable")

    assert limited.savings_by_reach["unreachable"] > 0
    assert reachable.savings_by_reach["unreachable"] == 0


def test_a_call_that_names_no_model_is_recorded() -> None:
    engine = headroom.Engine(store_url="memory://nameless")

    engine.record(engine.prepare(MESSAGES, model=None))

    assert [row.model for row in engine.recorder.read()] == [""]


ROWS = [
    {"n": 1, "title": "Rock and Roll", "tags": ["a", "b"], "flag": True, "note": ""},
    {"n": 2, "title": "Blues", "tags": ["c"], "flag": False, "note": None},
    {"n": 3, "title": "Rock", "tags": [], "flag": True},
]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('title="Rock and Roll"', [0]),
        ('title="Rock and Roll" and n=1', [0]),
        ("title='Rock' and n>1", [2]),
        ("tags=a", [0]),
        ("tags[]=a", [0]),
        ("tags~b", [0]),
        ("tags!=a", [1, 2]),
        ("flag=True", [0, 2]),
        ("flag=true", [0, 2]),
        ("note=", [0, 2]),
        ("note=''", [0, 2]),
        ("note=None", [1]),
        ('"title"=Blues', [1]),
    ],
)
def test_comparisons_find_what_people_mean(where: str, found: list[int]) -> None:
    assert matching(where, parse_json(json.dumps(ROWS))) == found


def test_rows_named_twice_are_found_once() -> None:
    assert in_ranges("3-5, 4-6, 1, 5", 9) == [0, 2, 3, 4, 5]


@pytest.mark.parametrize("where", [" and ".join(["n=1"] * 33), ".".join(["a"] * 34) + "=1"])
def test_comparisons_beyond_all_use_are_refused(where: str) -> None:
    row: Any = 1
    for _ in range(34):
        row = {"a": row}

    with pytest.raises(ValidationError):
        matching(where, [{**row, "n": 1}])


def test_an_object_that_repeats_a_key_has_fields_and_lists_hold_what_lists_in_them_hold() -> None:
    rows = parse_json('[{"a": 1, "a": 2}, {"a": [[1], [[2]]]}, {"a": {"b.c": 2, "b": {"c": 3}}}]')

    assert matching("a=2", rows) == [0, 1]
    assert matching("a.b.c=2", rows) == [2]
