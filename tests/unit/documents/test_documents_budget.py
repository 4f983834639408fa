"""Documents within a budget, whatever they are: `within_budget`, and which documents stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.documents import Asked, best, diverse, relevance, within_budget
from headroom.engine import Engine
from headroom.relevance import BM25Scorer
from headroom.results import TransformResult

ENGINE = Engine(store_url="sqlite:///:memory:", min_tokens=60)
COUNT = ENGINE.counter.count_text
QUESTION = "Where did Ada Lovelace meet Charles Babbage?"
ANSWER = "Ada Lovelace met Charles Babbage at a party in London."
FILLER = "Boats come and go all day long. Ropes are kept dry in a shed. Paint is sold at the corner. "
ROWS = json.dumps([{"id": n, "name": f"engine {n}", "place": "London", "ok": True} for n in range(80)])
FAILED = json.dumps([{"id": n, "level": "ERROR", "said": f"request {n * 7919} failed: timeout"} for n in range(40)])
CODE = "\n".join(f"def step_{n}(path: str) -> int:\n    return len(path) + {n}\n\n" for n in range(30))
CATS = "猫は寝る。犬は走る。" * 20
FEATURES = ("Text output", "Video input", "Manual turns", "Interruption", "Native tools", "Usage", "Reconnecting")
AUDIO = "| Audio format | full | Mono PCM16, 16 kHz input and 24 kHz output |\n"
HEADER = "| Feature | Support | Notes |\n| --- | --- | --- |\n"
TABLE = f"{HEADER}{AUDIO}" + "".join(
    f"| {name} | none | The service rejects {name.lower()} of a session, as [its page](page-{n}.md) tells at length |\n"
    for n, name in enumerate(FEATURES)
)
KINDS = (
    f"## Features\n\n{TABLE}\nSee elsewhere for the rest.",
    f"{FILLER}{ANSWER} {FILLER}",
    FILLER * 4,
    ROWS,
    FAILED,
    CODE,
    "Short.",
    '{"a": 1}',
    CATS,
)


def cut(texts: list[str], budget: int, question: str | None = QUESTION, **facts: Any) -> TransformResult:
    views = [{"role": "tool", "content": text} for text in texts]
    request = ENGINE.request(query=question, needs_call=False, is_conversation=False)
    done = ENGINE.pipeline.run(views, request)
    asked = Asked(**{"titles": [""] * len(texts), "prior": [0.0] * len(texts), **facts})
    return within_budget(ENGINE, views, request, done, budget, asked)


def shown(result: TransformResult) -> list[str]:
    return [view["content"] for view in result.messages]


@given(
    texts=st.lists(st.sampled_from(KINDS), max_size=6),
    budget=st.integers(1, 2500),
    question=st.sampled_from((QUESTION, None, "猫は？", "Kangaroo?")),
)
@settings(max_examples=60, deadline=None)
def test_the_budget_holds_and_the_notes_add_up(texts: list[str], budget: int, question: str | None) -> None:
    result = cut(texts, budget, question)

    assert sum(map(COUNT, shown(result))) <= budget
    assert result.tokens_after == sum(note.tokens_after for note in result.notes) == sum(map(COUNT, shown(result)))
    assert result.tokens_before == sum(map(COUNT, texts))


def test_what_fits_stays_in_exact_forms() -> None:
    result = cut([KINDS[1], ROWS], 10_000)

    assert shown(result)[0] == KINDS[1]
    assert [note.change for note in result.notes] == [None, "value_exact"]


def test_prose_that_answers_is_not_crowded_out_by_a_large_table() -> None:
    result = cut([ROWS, FAILED, KINDS[1]], 60)

    assert ANSWER in shown(result)[2]


def test_a_table_that_the_question_is_about_gets_most_of_the_budget() -> None:
    result = cut([FILLER * 30, ROWS], 200, "Which name and place has engine 41?")

    assert "41" in shown(result)[1]
    assert COUNT(shown(result)[1]) > 100


@pytest.mark.parametrize(
    "text", [TABLE, f"## Features\n\n{TABLE}\nSee elsewhere.", f"{FILLER * 4}\n\n{TABLE}\n{FILLER * 4}"]
)
def test_a_row_of_a_table_that_answers_stays_below_its_header(text: str) -> None:
    kept = shown(cut([text, FILLER * 9], 70, "What sample rate does the audio output have?"))[0]

    assert HEADER + AUDIO.rstrip() in kept
    assert "Video input" not in kept


def test_rows_that_do_not_stay_are_marked_by_a_row() -> None:
    kept = shown(cut([TABLE, FILLER * 9], 60, "What do the notes say of reconnecting?"))[0]

    assert kept.startswith(f"{HEADER}| [...] |\n| Reconnecting |")


def test_a_table_of_which_all_stays_has_its_exact_form() -> None:
    whole = shown(cut([TABLE], 100_000))[0]

    assert shown(cut([TABLE, FILLER * 9], COUNT(TABLE) + 20, "Which feature has which support and notes?"))[0] == whole


@pytest.mark.parametrize("budget", [40, 150, 300])
def test_code_stays_or_goes_whole_and_tables_go_by_rows(budget: int) -> None:
    code, table = shown(cut([CODE, ROWS], budget, "What does step_7 return for the path of engine 41?"))

    assert code in ("", CODE)
    lines = shown(cut([ROWS], 100_000))[0].splitlines()
    rows = [line for line in table.splitlines() if line.startswith(("41 ", "7 "))]
    assert set(rows) <= set(lines)


def test_without_a_question_the_prior_decides() -> None:
    best = f"{ANSWER} It was in spring."

    result = cut([FILLER * 3, best], COUNT(best), None, prior=[0.0, 1.0])

    assert shown(result) == ["", best]
    assert [note.reason for note in result.notes] == ["document_not_chosen", "below_min_tokens"]


def test_a_scorer_of_the_callers_decides() -> None:
    class Longest:
        def score_items(self, items: list[str], query: str) -> list[float]:
            return [float("Ropes" in item) for item in items]

    result = cut([KINDS[1]], 20, scorer=Longest())

    assert "Ropes are kept dry in a shed." in shown(result)[0]


def test_titles_count_among_the_words_of_a_document() -> None:
    scores = relevance(["It was built in 1807.", "It was built in 1807."], ["Lighthouse", "Mill"], "mill", BM25Scorer())

    assert scores[1] > scores[0]


def test_the_best_come_first_and_of_equals_the_first() -> None:
    assert best([0.1, 0.5, 0.5, 0.9], 3) == [3, 1, 2]


def test_a_copy_of_what_was_chosen_comes_last() -> None:
    texts = ["The lighthouse was built in 1807.", "The lighthouse was built in 1807.", "Nobody knows who built it."]

    assert diverse(texts, [1.0, 0.99, 0.6], 2) == [0, 2]


@pytest.mark.parametrize("most", [0, 1, 5])
def test_never_more_are_chosen_than_asked_for(most: int) -> None:
    assert len(diverse(["a", "b", "c"], [0.1, 0.2, 0.3], most)) == min(most, 3)
