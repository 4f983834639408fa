"""Law 6 for models (R7): the pages of an original are the original, none is larger than said, whatever is asked."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.errors import RetrievalError, ValidationError
from headroom.markers import handle_of
from headroom.retrieval import Answers, look_into
from headroom.tokenizers import built_in_counter
from tests.samples import ask, samples, shared_samples
from tests.strategies import tool_texts

NEXT = re.compile(r'next: rows="([^"]*)"')
COUNT = built_in_counter().count_text


def following(text: str) -> str | None:
    """The rows that an answer says to ask for next."""
    found = NEXT.search(text, text.rindex("[shown"))
    return found[1] if found else None


def check_pages(text: str, page_tokens: int, **facts: Any) -> int:
    """Read the whole of `text` page by page; how many there were."""
    shared = Answers(ask(text), counter=built_in_counter(), page_tokens=page_tokens, **facts)
    asked, pages = {"hash": handle_of(text)}, []
    while True:
        got = shared.answer(asked)
        assert got.tokens == COUNT(got.text) <= page_tokens
        assert got.page in got.text
        pages.append(got.page)
        rows = following(got.text)
        if rows is None:
            assert "".join(pages) == text
            return len(pages)
        asked = {"hash": handle_of(text), "rows": rows}


@given(text=tool_texts(), page_tokens=st.sampled_from((100, 101, 130, 200, 500, 4000, 20_000)))
def test_all_pages_together_are_the_original(text: str, page_tokens: int) -> None:
    check_pages(text, page_tokens)


@pytest.mark.parametrize("page_tokens", [100, 333, 4000])
def test_all_pages_of_real_data_together_are_the_original(page_tokens: int) -> None:
    assert sum(check_pages(sample.text, page_tokens) for sample in samples()) > 30


@pytest.mark.shared_data
@pytest.mark.parametrize("kind", ["csv", "html", "diff", "code", "search", "stacktrace", "sql_result", "yaml", "xml"])
def test_all_pages_of_each_kind_of_data_together_are_the_original(kind: str) -> None:
    shared = shared_samples(kind, most_chars=60_000, one_in=29)

    assert sum(check_pages(sample.text, 200) for sample in shared) > 5


def large_log(lines: int) -> str:
    """Some 25 tokens a line."""
    return "".join(f"2026-01-01 10:00:{n % 60:02} INFO worker-{n % 7} done with job {n}\n" for n in range(lines))


LARGE = {
    "lines": large_log(12_400),
    "rows": json.dumps([{"id": n, "name": f"name {n}", "note": "x" * (n % 50)} for n in range(12_000)]),
    "one line": "word and number 17; " * 60_000,
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_an_original_of_300_000_tokens_comes_in_pages(text: str) -> None:
    assert COUNT(text) > 250_000
    assert check_pages(text, 20_000) > 12


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_a_window_of_32_000_tokens_never_overflows(text: str) -> None:
    room = 32_000 - 12_000
    shared = Answers(ask(text), counter=built_in_counter(), page_tokens=4000, budget_tokens=room)
    asked: dict[str, Any] = {"hash": handle_of(text)}
    spent = 0
    for _ in range(40):
        got = shared.answer(asked)
        if got.is_final:
            break
        spent += got.tokens
        asked = {"hash": handle_of(text), "rows": following(got.text) or "1-"}

    assert room * 0.9 < spent <= room
    assert "no room" in got.text


@settings(max_examples=30)
@given(
    text=tool_texts(), word=st.sampled_from(("open", "1007", "e", "worker-3", "é")), size=st.sampled_from((100, 400))
)
def test_what_is_searched_for_is_shown_on_some_page(text: str, word: str, size: int) -> None:
    shared = Answers(ask(text), counter=built_in_counter(), page_tokens=size)
    asked: dict[str, Any] = {"hash": handle_of(text), "search": word}
    if word not in text:
        return
    got = shared.answer(asked)
    rows = following(got.text) if got.page else None
    pages = [got.page]
    while rows is not None and len(pages) < 200:
        got = shared.answer({**asked, "rows": rows})
        assert got.tokens <= size
        pages.append(got.page)
        rows = following(got.text) if got.page else None

    assert any(word in page for page in pages) or "\\" in text


ATOMS = (
    *("", "0", "1", "1-", "-", "5-2", "1-999999999999", "999999999999999", "a", "a=1", "id>1", "id", "=", "!", "~"),
    *("'", '"', "x.y.z", " and ", "and", " or ", "..", ",", ";", "\n", "\0", "\ud800", "é", "[0]", ".", "[", "]"),
    *("items", "line 4", "line 1: items", "body: x", ": ", "chars 5-9", "3 chars 5-", "null", "true", "*", "1e999"),
)
WORDS = st.one_of(st.none(), st.lists(st.sampled_from(ATOMS), max_size=4).map("".join), st.text(max_size=8))
PAGES = st.sampled_from((None, None, None, 1, 2, 0, -1, 10**9))


def asked_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A text and what could be asked of it."""
    return st.fixed_dictionaries(
        {"text": texts, "rows": WORDS, "where": WORDS, "search": WORDS, "at": WORDS, "page": PAGES}
    )


def check_asked(text: str, **asked: Any) -> None:
    """Only the documented errors come from `look_into`, and none from `Answers`."""
    with suppress(ValidationError, RetrievalError):
        look_into(text, "0" * 12, counter=built_in_counter(), page_tokens=200, **asked)
    shared = Answers(ask(text), counter=built_in_counter(), page_tokens=150)
    for _ in range(3):
        got = shared.answer({"hash": handle_of(text), **asked})
        assert got.text
        assert got.tokens <= 300


@given(given_input=asked_of(tool_texts()))
def test_whatever_is_asked_of_generated_texts_is_answered_or_refused(given_input: dict[str, Any]) -> None:
    check_asked(**given_input)


@given(given_input=asked_of(st.sampled_from([sample.text for sample in samples() if len(sample.text) < 30_000])))
def test_whatever_is_asked_of_real_texts_is_answered_or_refused(given_input: dict[str, Any]) -> None:
    check_asked(**given_input)


ADVERSE = {
    "where": (
        *(" " * 20_000 + "x", "a=" + " " * 20_000 + "x", "a" * 20_000, "'" * 20_000, "a.b" * 6_000 + "=1"),
        *(" and ".join(["a=1"] * 4_000), "," * 20_000, '"' * 19_999, "a=1 and" + " " * 19_000, "a" + "." * 32 + "=1"),
    ),
    "rows": ("1" + " " * 20_000 + "x", "1-999999999999," * 1_000 + "1", "1 -" + " " * 19_000 + "x", "-" * 20_000),
    "search": ("a " * 10_000, "x" * 20_000, " " * 20_000),
    "at": ("a." * 10_000, "[" * 20_000, "[0]" * 6_000, ": " * 10_000, "line 1: " * 2_000),
}


@pytest.mark.parametrize("name", ADVERSE)
def test_requests_made_to_be_slow_are_answered_in_time(name: str) -> None:
    """In step with their length: what goes with its square would take minutes here."""
    text = json.dumps([{"a": {"a": n, "a.a": {}}, "b": "x" * n} for n in range(1_500)])
    for value in ADVERSE[name]:
        check_asked(text, **{name: value})
