"""What the model is told: pages, how to go on, and when to stop asking."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom.errors import StorageError
from headroom.markers import handle_of
from headroom.retrieval import Answer, Answers, by_retrieved
from headroom.tokenizers import built_in_counter
from tests.samples import ask

ROWS = [
    {"id": n, "state": "failed" if n % 9 == 0 else "open", "text": f"something about number {n}"} for n in range(1, 400)
]
TEXT = json.dumps({"total": 399, "items": ROWS})
HASH = handle_of(TEXT)
LOG = "".join(f"2026-01-01 10:{n // 60:02}:{n % 60:02} INFO line {n}\n" for n in range(900))


def answers(text: str = TEXT, **facts: Any) -> Answers:
    """Answers over a conversation whose only tool result is `text`."""
    return Answers(ask(text), **{"counter": built_in_counter(), "page_tokens": 150, **facts})


def get(text: str = TEXT, **asked: Any) -> Answer:
    """The answer to one request."""
    return answers(text).answer({"hash": handle_of(text), **asked})


def test_a_page_says_what_it_shows_and_how_to_go_on() -> None:
    got = get(LOG)

    assert got.page == "".join(LOG.splitlines(keepends=True)[:6])
    assert got.text == got.page + '[shown lines 1-6 of 900; next: rows="7-"; or search="words"]'
    assert (got.asked, got.tool, got.is_final) == ("whole", "search_orders", False)
    assert got.tokens == built_in_counter().count_text(got.text) <= 150


def test_rows_asked_for_stand_each_on_a_line() -> None:
    got = get(rows="3,5")

    assert [json.loads(line) for line in got.page.split("\n")] == [ROWS[2], ROWS[4]]
    assert got.text.endswith("\n[shown rows 3,5 of 399]")


def test_rows_named_twice_are_shown_once() -> None:
    assert get(rows="1-2,2-3,1").page.count("something about") == 3


def test_of_many_rows_the_first_and_the_last_are_named() -> None:
    got = answers(page_tokens=4000).answer({"hash": HASH, "search": "5"})

    assert "\n[shown rows 5 to 395 of 399; " in got.text


def test_a_filter_goes_on_with_the_same_filter() -> None:
    shared = answers()
    first = shared.answer({"hash": HASH, "where": "state=failed"})
    second = shared.answer({"hash": HASH, "where": "state=failed", "rows": "45-"})

    assert first.text.endswith('[shown rows 9,18,27,36 of 399; 44 match; next: rows="45-" with the same where]')
    assert json.loads(second.page.split("\n")[0])["id"] == 45


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"where": "stat=failed"}, "where names a field that no row has; fields: id, state, text"),
        ({"where": "state=gone"}, "[no match; 399 rows looked at; fields: id, state, text]"),
        (
            {"search": "zebra"},
            "[no match, and none that shares its words; 399 rows looked at",
        ),
        ({"where": "state=failed", "rows": "1-5"}, "[none among these rows; 44 of 399 rows match]"),
        ({"rows": "500-"}, "[nothing there; the original has 399 rows]"),
        ({"page": 10_000}, 'There are not that many pages: ask for rows, such as rows="47-90".'),
        ({"at": "no.such"}, "There is no list at this path: copy at from the marker line, or leave it out."),
        ({"where": "x", "rows": "chars 1-5"}, 'ask for characters of the text alone, such as rows="chars 4001-"'),
    ],
    ids=str,
)
def test_what_brings_nothing_is_said_with_what_would(asked: dict[str, Any], said: str) -> None:
    got = get(**asked)

    assert got.text.startswith(said)
    assert got.page == ""


def test_lines_have_no_columns() -> None:
    assert "lines, no columns" in get(LOG, where="a=1").text


def test_words_that_stand_nowhere_as_they_are_find_rows_that_share_them() -> None:
    got = get(search="numbers 77")

    assert json.loads(got.page)["id"] == 77
    assert "no literal match" in got.text


def test_what_stands_beside_the_rows_is_found_too() -> None:
    text = json.dumps({"items": ROWS, "cause": {"deep": "x" * 300 + " the needle " + "y" * 5000}})
    got = get(text, search="needle")

    assert "needle" in got.page
    assert "shown characters" in got.text
    also = get(text.replace("number 77", "needle 77"), search="needle")
    assert json.loads(also.page)["id"] == 77
    assert 'also outside the rows: rows="chars 1-" with the same search' in also.text


def test_of_a_line_larger_than_a_page_what_stands_around_the_words_is_shown() -> None:
    text = "a b " * 20_000 + "NEEDLE one" + " c d" * 20_000 + "needle two" + " e f" * 20_000
    shared = answers(text, page_tokens=400)
    first = shared.answer({"hash": handle_of(text), "search": "needle"})
    following = first.text.rsplit('next: rows="', 1)[1].split('"')[0]
    pages = [first, shared.answer({"hash": handle_of(text), "search": "needle", "rows": following})]

    assert "NEEDLE one" in pages[0].page
    assert any("needle two" in page.page for page in pages)


def test_asking_again_gives_a_wider_page_and_then_a_final_answer() -> None:
    shared = answers()
    first, second, third = (shared.answer({"hash": HASH}) for _ in range(3))

    assert second.page.startswith(first.page)
    assert 150 < second.tokens <= 300
    assert third.is_final
    assert third.page == ""
    assert "same" in third.text
    assert not shared.answer({"hash": HASH, "rows": "9"}).is_final


def test_what_was_shown_completely_is_not_shown_again() -> None:
    shared = answers()
    first, second = (shared.answer({"hash": HASH, "rows": "7"}) for _ in range(2))

    assert first.page
    assert (second.page, second.is_final) == ("", True)


def test_the_last_round_says_so_and_what_comes_later_is_refused() -> None:
    shared = answers(most_rounds=2)
    texts = []
    for rows in ("1-", "100-", "200-"):
        shared.begin_round()
        texts.append(shared.answer({"hash": HASH, "rows": rows}))

    assert "next: " in texts[0].text
    assert "no more in this turn" in texts[1].text
    assert "next: " not in texts[1].text
    assert (texts[2].page, texts[2].is_final) == ("", True)


@pytest.mark.parametrize("budget", [0, 50, 99, 100, 170, 1000, 5000])
def test_all_answers_together_stay_within_the_room_that_is_left(budget: int) -> None:
    shared = answers(page_tokens=4000, budget_tokens=budget)
    got = [shared.answer({"hash": HASH, "rows": f"{n}-"}) for n in range(1, 30)]
    shown = [answer for answer in got if answer.page]

    assert sum(answer.tokens for answer in shown) <= budget
    assert got[-1].is_final
    assert "no room" in got[-1].text
    assert bool(shown) == (budget >= 100)


def test_a_handle_of_another_namespace_is_answered_as_an_unknown_one() -> None:
    foreign = handle_of(TEXT, namespace="acme")
    unknown = answers().answer({"hash": "0" * 12})
    other = answers().answer({"hash": foreign})

    assert (other.text, other.tool, other.is_final) == (unknown.text, None, True)
    assert answers(namespace="acme").answer({"hash": foreign}).page


class BrokenStore:
    """A store whose disk is gone."""

    def get(self, handle: str, *, namespace: str = "") -> bytes | None:
        raise StorageError("no disk")


def test_a_store_that_cannot_be_read_has_a_final_answer() -> None:
    got = answers(store=BrokenStore()).answer({"hash": "0" * 12})

    assert got.is_final
    assert "cannot be read" in got.text


def test_arguments_that_are_not_understood_are_named() -> None:
    assert "not understood: limit, sort" in get(limit=5, sort="id").text


@pytest.mark.parametrize("arguments", [None, "", "junk", "[]", 7, {"hash": 1.5}, {"hash": HASH, "rows": {}}, b"x"])
def test_there_is_an_answer_to_everything(arguments: Any) -> None:
    got = answers().answer(arguments)

    assert got.text
    assert got.tokens < 60


def test_no_content_stands_in_reprs() -> None:
    shared = answers()

    assert "number" not in repr(shared) + repr(shared.answer({"hash": HASH, "search": "number 7"}))


def test_the_ledger_counts_calls_and_tokens_by_tool() -> None:
    shared = answers()
    got = [shared.answer({"hash": HASH}), shared.answer({"hash": HASH, "rows": "9"}), shared.answer("junk")]

    assert by_retrieved(got) == {"search_orders": [2, got[0].tokens + got[1].tokens], "": [1, got[2].tokens]}
    assert by_retrieved([]) == {}
