"""Law 4: errors, anomalies and what was asked for stay; records are whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines import new_engine
from tests.parts import changes
from tests.protected import far, protected
from tests.samples import ask, samples, shared_samples
from tests.shown import Part, Shown, check_shown

Row = dict[str, Any]
WORDS = ("build", "cache", "order", "index", "worker", "queue", "token", "parser", "retry", "socket", "panel", "lease")
QUESTION = "Please look at this."

# Each makes one row of a plain table one that law 4 protects.
NEEDLES: dict[str, Callable[[Row], Any]] = {
    "error field": lambda row: row.update(error="disk quota exceeded"),
    "error object": lambda row: row.update(error={"code": 17, "text": "quota"}),
    "error flag": lambda row: row.update(failure=True),
    "exception": lambda row: row.update(exception="KeyError: 'id'"),
    "level": lambda row: row.update(level="ERROR"),
    "level in capitals": lambda row: row.update(level="FATAL"),
    "status": lambda row: row.update(status=503),
    "status as text": lambda row: row.update(status="404"),
    "message": lambda row: row.update(message="connection refused by peer"),
    "message with a class": lambda row: row.update(message="worker ended with TimeoutError"),
    "large number": lambda row: row.update(millis=98_000),
    "negative number": lambda row: row.update(millis=-98_000),
    "rare state": lambda row: row.update(region="af-south-1"),
}
LAYOUTS: dict[str, Callable[[list[Row]], str]] = {
    "array": json.dumps,
    "indented": lambda rows: json.dumps(rows, indent=2),
    "lines": lambda rows: "\n".join(map(json.dumps, rows)),
    "wrapped": lambda rows: json.dumps({"total": len(rows), "data": {"items": rows}, "next": None}),
    "keyed": lambda rows: json.dumps({row["key"]: row for row in rows}),
    "nested": lambda rows: json.dumps([{"page": 1, "rows": rows[:50]}, {"page": 2, "rows": rows[50:]}]),
}


def plain_rows(seed: int, count: int) -> list[Row]:
    """Rows of which none is like an error, far from the others, or rare."""
    random = Random(seed)
    return [
        {
            "key": f"K{index:04d}",
            "name": f"{random.choice(WORDS)}-{random.choice(WORDS)}",
            "region": random.choice(("eu-west-1", "us-east-1")),
            "level": random.choice(("INFO", "DEBUG")),
            "status": random.choice((200, 201, 204)),
            "millis": random.randrange(900, 1100),
            "message": f"{random.choice(WORDS)} {random.choice(WORDS)} done",
        }
        for index in range(count)
    ]


def shown_of(text: str, question: str, **settings: Any) -> Shown:
    """What is shown of a text that must be shortened."""
    messages = ask(text, question)
    engine = new_engine(**{"select_above_tokens": 500, **settings})
    [change] = changes(messages, engine.prepare(messages, retrieval="tool"))
    assert change.note.change == "left_out", change.note.reason
    return check_shown(change.after, change.source)


def keys_shown(shown: Shown) -> set[str]:
    """The column `key` of all rows that are shown."""
    return {item["key"] for part, _ in shown.cuts for item in part.items.values() if "key" in item}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("needle", NEEDLES)
def test_one_unusual_row_among_hundreds_stays(layout: str, needle: str) -> None:
    for seed in range(3):
        rows = plain_rows(seed, 240)
        chosen = rows[Random(seed).randrange(60, 235)]
        NEEDLES[needle](chosen)

        shown = shown_of(LAYOUTS[layout](rows), QUESTION)

        assert chosen["key"] in keys_shown(shown)


@given(
    seed=st.integers(0, 10**6),
    count=st.integers(130, 400),
    planted=st.lists(st.tuples(st.sampled_from(sorted(NEEDLES)), st.integers(0, 129)), min_size=1, max_size=5),
    layout=st.sampled_from(sorted(set(LAYOUTS) - {"nested"})),
)
def test_whatever_the_law_protects_is_shown(seed: int, count: int, planted: list[tuple[str, int]], layout: str) -> None:
    rows = plain_rows(seed, count)
    for needle, place in planted:
        NEEDLES[needle](rows[place])

    shown = shown_of(LAYOUTS[layout](rows), QUESTION)

    [(part, whole)] = shown.cuts
    assert shown.grouped == {}
    check_protected(shown, part, whole)
    assert {rows[place]["key"] for _, place in planted} <= keys_shown(shown)


def check_protected(shown: Shown, part: Part, whole: Any) -> None:
    """Every protected row is shown; where rows are grouped, every reason is shown with a row of its own."""
    places = dict(enumerate(whole)) if isinstance(whole, dict) else {place: place for place in range(len(whole))}
    kept = {place for place, key in places.items() if key in part.items}
    records = list(whole.values()) if isinstance(whole, dict) else whole
    by_reason = protected(records)
    hidden = {place for places_of_one in by_reason.values() for place in places_of_one} - kept
    assert len(hidden) <= sum(shown.grouped.values()), "rows that the law protects are hidden and not counted"
    for reason, protected_places in by_reason.items():
        if shown.grouped:
            assert protected_places & kept or is_grouped(shown, len(protected_places)), reason
        else:
            assert protected_places <= kept, reason


def is_grouped(shown: Shown, count: int) -> bool:
    """Whether some group of at least this many rows is told."""
    return any(told >= count for told in shown.grouped.values())


@pytest.mark.parametrize("target", [300, 1000, 2000])
def test_protected_rows_of_real_tables_stay(target: int) -> None:
    checked = [check_real(sample.text, target) for sample in samples("json_array", "json_object")]

    assert sum(checked) >= 3


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.parametrize("target", [600, 2000])
def test_protected_rows_of_all_real_tables_stay(target: int) -> None:
    found = shared_samples("json_array", "json_object", most_chars=150_000, one_in=2)
    checked = [check_real(sample.text, target) for sample in found]

    assert sum(checked) >= 20


def check_real(text: str, target: int) -> bool:
    """Whether a real text was shortened; fails where something protected is missing."""
    messages = ask(text, QUESTION)
    result = new_engine(select_above_tokens=target).prepare(messages, retrieval="tool")
    [change] = changes(messages, result)
    if change.note.change != "left_out":
        return False
    shown = check_shown(change.after, change.source)
    if len(shown.cuts) == 1:
        check_protected(shown, *shown.cuts[0])
    return True


ASKED: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "an id": ("What became of order ZX-4471?", lambda row: row.update(name="ZX-4471")),
    "an id in small letters": ("What became of zx-4471?", lambda row: row.update(name="ZX-4471")),
    "a number": ("Which row has the port 48123?", lambda row: row.update(millis=1007, port=48123)),
    "a quoted phrase": ('Who wrote "left hand side"?', lambda row: row.update(name="the left hand side of it")),
    "a path": ("What does src/app/main.py do?", lambda row: row.update(name="src/app/main.py")),
    "an address": ("Is 10.0.0.77 up?", lambda row: row.update(name="10.0.0.77")),
    "a name": ("How is Zaphod doing today?", lambda row: row.update(name="Zaphod")),
    "a value deep within": ("Find `deep-77`.", lambda row: row.update(owner={"team": {"name": "deep-77"}})),
    "a value in a list": ("Find `deep-77`.", lambda row: row.update(tags=["a", "deep-77"])),
    "letters beyond ASCII": ("Wo ist „Straße-9“, `Straße-9`?", lambda row: row.update(name="Straße-9")),
    "signs of patterns": ("Find `a.*b[0]`.", lambda row: row.update(name="a.*b[0]")),
    "a key": ("Tell me about K0150.", lambda row: None),
}


@pytest.mark.parametrize("layout", ["array", "lines", "wrapped", "keyed"])
@pytest.mark.parametrize("asked", ASKED)
def test_every_row_with_what_the_question_names_stays(asked: str, layout: str) -> None:
    question, plant = ASKED[asked]
    rows = plain_rows(5, 240)
    places = [150] if asked == "a key" else [41, 150, 203]
    for place in places:
        plant(rows[place])

    shown = shown_of(LAYOUTS[layout](rows), question)

    assert {rows[place]["key"] for place in places} <= keys_shown(shown)


def test_the_arguments_of_the_call_are_part_of_the_question() -> None:
    rows = plain_rows(5, 240)
    messages = ask(json.dumps(rows), "What is the matter?")
    messages[1]["tool_calls"][0]["function"]["arguments"] = json.dumps({"key": "K0177"})

    result = new_engine().prepare(messages, retrieval="tool")

    assert "K0177" in result.messages[2]["content"]


def many_errors(kinds: int, each: int) -> list[Row]:
    """Rows of which most are errors of some kinds; far more than any budget takes."""
    rows = plain_rows(3, 60)
    for kind in range(kinds):
        rows += [{**row, "status": 500 + kind} for row in plain_rows(100 + kind, each)]
    return Random(1).sample(rows, len(rows))


def test_like_errors_are_grouped_and_every_group_shows_one_row_and_its_count() -> None:
    rows = many_errors(kinds=4, each=60)

    shown = shown_of(json.dumps(rows), QUESTION, select_above_tokens=300)

    [(part, _)] = shown.cuts
    statuses = {int(item["status"]) for item in part.items.values()}
    assert {500, 501, 502, 503} <= statuses
    told = {str(part.items[place]["status"]): count for place, count in shown.grouped.items()}
    assert [told.get(str(status)) for status in (500, 501, 502, 503)] == [60] * 4
    assert set(shown.grouped) <= set(part.items)


def test_the_groups_are_told_however_many_there_are() -> None:
    rows = many_errors(kinds=10, each=40)

    shown = shown_of(json.dumps(rows), QUESTION, select_above_tokens=300)

    [(part, _)] = shown.cuts
    assert {500 + kind for kind in range(10)} <= {int(item["status"]) for item in part.items.values()}
    assert list(shown.grouped.values()).count(40) == 10


def test_a_number_that_differs_from_an_otherwise_constant_column_stays() -> None:
    rows = [{**row, "retries": 0} for row in plain_rows(9, 200)]
    for place in (70, 120, 160):
        rows[place]["retries"] = 9000

    shown = shown_of(json.dumps(rows), QUESTION)

    assert {rows[place]["key"] for place in (70, 120, 160)} <= keys_shown(shown)


def test_the_first_row_of_a_new_level_stays() -> None:
    rows = plain_rows(9, 300)
    for place in range(180, 300):
        rows[place]["millis"] += 3000

    shown = shown_of(json.dumps(rows), QUESTION)

    assert rows[180]["key"] in keys_shown(shown)


@given(seed=st.integers(0, 10**6), count=st.integers(60, 300), target=st.integers(150, 900))
def test_records_are_shown_whole_and_in_their_places(seed: int, count: int, target: int) -> None:
    shown = shown_of(json.dumps(plain_rows(seed, count)), QUESTION, select_above_tokens=target)

    assert 0 < sum(len(part.items) for part, _ in shown.cuts) < count  # the rest is checked by check_shown


@pytest.mark.parametrize("needle", ["error field", "status", "large number", "rare state"])
def test_a_cap_on_the_number_of_rows_yields_to_what_is_protected(needle: str) -> None:
    rows = plain_rows(2, 240)
    for place in (80, 130):
        NEEDLES[needle](rows[place])

    messages = ask(json.dumps(rows), QUESTION)
    engine = new_engine(smart_crusher={"max_items_after_crush": 1, "min_tokens_to_crush": 50})
    [change] = changes(messages, engine.prepare(messages))

    shown = check_shown(change.after, change.source)
    assert {rows[80]["key"], rows[130]["key"]} <= keys_shown(shown)
    assert len(shown.cuts[0][0].items) <= 4


@pytest.mark.parametrize("target", [300, 600, 1200])
def test_the_limit_yields_to_nothing_but_what_is_protected(target: int) -> None:
    for seed, count in ((1, 90), (2, 200), (3, 400)):
        messages = ask(json.dumps(plain_rows(seed, count)), QUESTION)

        [note] = new_engine().prepare(messages, target_tokens=target).notes

        assert note.change == "left_out"
        assert note.tokens_after <= 1.2 * target


@pytest.mark.parametrize("count", [40, 60, 80])
def test_a_small_limit_yields_to_nothing_but_what_is_protected_either(count: int) -> None:
    rows = [{"id": f"finding-{n}", "text": f"something about number {n}"} for n in range(count)]

    [note] = new_engine().prepare(ask(json.dumps(rows), QUESTION), target_tokens=150).notes

    assert note.change == "left_out"
    assert note.tokens_after <= 1.2 * 150


def test_the_second_implementation_finds_what_it_should() -> None:
    assert protected([{"level": "ERROR"}, {"status": "ok"}]).keys() == {"level ERROR"}
    assert [place for place, is_far in enumerate(far([1, 2, 3, 4, 5, 6, 7, 800])) if is_far] == [7]
    assert not any(far([1, 1, 1, 1, 1, 9]))
