"""Law 6: the original comes back, byte for byte, by range, search or filter, in pages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import headroom
from headroom.compressors.json_documents import read_documents
from headroom.compressors.table.compare import same
from headroom.compressors.table.values import parse_json
from headroom.errors import RetrievalError, ValidationError
from headroom.storage import open_original_store
from headroom.tokenizers import built_in_counter
from tests.bulk import dump_rows, table_rows
from tests.engines import TIGHT, new_engine, used_engine
from tests.parts import changes
from tests.samples import Messages, ask, samples, shared_samples, talks
from tests.shown import check_shown
from tests.strategies import conversations

TEXT = dump_rows(table_rows(1, 300, ["id", "name", "status", "at", "note"]), "spaced")
ROWS = json.loads(TEXT)


def check_all(messages: Messages, **facts: Any) -> int:
    """Every handle that went out gives back its text, from the conversation alone; how many there were."""
    found = 0
    for change in changes(messages, used_engine().prepare(messages, **facts)):
        if change.note.handle:
            got = headroom.retrieve(change.note.handle, messages=messages)
            assert got.text == change.before
            assert got.content == change.before.encode("utf-8", "surrogatepass")
            assert got.is_whole
            found += 1
    return found


@given(messages=conversations())
def test_every_original_comes_back_from_the_conversation_byte_for_byte(messages: Messages) -> None:
    check_all(messages, retrieval="tool")


def test_every_original_of_real_data_comes_back() -> None:
    found = sum(check_all(ask(sample.text), retrieval="tool") for sample in samples())
    found += sum(check_all(talk.messages, retrieval="tool", target_tokens=60) for talk in talks())

    assert found > 8


@pytest.mark.shared_data
@pytest.mark.slow
def test_every_original_of_all_real_data_comes_back() -> None:
    shared = shared_samples("json_array", "json_object", most_chars=100_000, one_in=4)

    assert sum(check_all(ask(sample.text), retrieval="tool") for sample in shared) > 20


def handle_of_text(**facts: Any) -> str:
    """Handle of `TEXT`, as the marker names it."""
    [handle] = headroom.compress(ask(TEXT), **{"retrieval": "tool", **facts}).ccr_hashes
    return handle


OTHER_PROCESS = """
import json, sys, headroom
handle, messages = json.load(sys.stdin)
sys.stdout.write(headroom.retrieve(handle, messages=messages).text)
"""


def test_another_process_answers_from_the_conversation_alone() -> None:
    given_input = json.dumps([handle_of_text(), ask(TEXT)])

    done = subprocess.run([sys.executable, "-c", OTHER_PROCESS], input=given_input, capture_output=True, text=True)

    assert done.stdout == TEXT


@pytest.mark.parametrize(
    "text",
    [TEXT, TEXT.replace("open", "o\ud800pen"), TEXT.replace("open", "é\\u00e9\\u0000"), f"\r\n  {TEXT}\t\n"],
    ids=["plain", "a lone surrogate", "escapes", "blanks around"],
)
def test_a_store_that_was_named_answers_without_the_conversation(tmp_path: Path, text: str) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    [handle] = headroom.compress(ask(text), retrieval="tool", originals=url).ccr_hashes

    assert headroom.retrieve(handle, store=url).text == text
    assert headroom.retrieve(handle, messages=[], store=url).text == text


def test_by_default_nothing_is_stored_and_the_conversation_is_needed() -> None:
    with pytest.raises(RetrievalError):
        headroom.retrieve(handle_of_text())


def test_simulating_stores_no_original(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    [note] = headroom.simulate(ask(TEXT), retrieval="tool", originals=url).notes

    assert note.handle is not None
    with pytest.raises(RetrievalError):
        headroom.retrieve(note.handle, store=url)


def test_a_store_that_cannot_be_written_leaves_nothing_out(tmp_path: Path) -> None:
    result = new_engine(originals=f"sqlite:///{tmp_path}").prepare(ask(TEXT), retrieval="tool")

    [note] = result.notes
    assert note.change == "value_exact"
    assert "original_not_stored" in note.reason


@pytest.mark.parametrize("handle", ["0" * 12, "", "xyz", "0" * 13, "ABCDEF012345", "../../etc/pw", None, 7])
def test_what_is_unknown_or_no_handle_has_a_clear_and_final_answer(handle: Any) -> None:
    said = []
    for _ in range(2):
        with pytest.raises(RetrievalError) as caught:
            headroom.retrieve(handle, messages=ask(TEXT))
        said.append(str(caught.value))

    assert said[0] == said[1]
    assert isinstance(caught.value, LookupError)


def test_another_namespace_does_not_reach_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    handle = handle_of_text(namespace="acme", originals=url)

    assert headroom.retrieve(handle, messages=ask(TEXT), namespace="acme").text == TEXT
    assert headroom.retrieve(handle, store=url, namespace="acme").text == TEXT
    for namespace in ("", "other"):
        with pytest.raises(RetrievalError):
            headroom.retrieve(handle, messages=ask(TEXT), store=url, namespace=namespace)


def test_the_scope_of_a_tenant_is_its_namespace() -> None:
    with headroom.scope(tenant="acme"):
        handle = handle_of_text()
        assert headroom.retrieve(handle, messages=ask(TEXT)).text == TEXT
    with headroom.scope(tenant="other"), pytest.raises(RetrievalError):
        headroom.retrieve(handle, messages=ask(TEXT))


def get(**asked: Any) -> Any:
    """Something of `TEXT`."""
    return headroom.retrieve(handle_of_text(), messages=ask(TEXT), **asked)


def test_rows_by_range_are_exact_pieces_of_the_original() -> None:
    got = get(rows="3, 17-20, 299-")

    assert got.numbers == (3, 17, 18, 19, 20, 299, 300)
    assert [json.loads(line) for line in got.text.split("\n")] == [ROWS[number - 1] for number in got.numbers]
    assert all(line in TEXT for line in got.text.split("\n"))
    assert (got.unit, got.total, got.found) == ("rows", 300, 7)


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("status=failed", lambda row: row["status"] == "failed"),
        ("status=failed and id>1100", lambda row: row["status"] == "failed" and row["id"] > 1100),
        ("id<=1003", lambda row: row["id"] <= 1003),
        ("status!=open", lambda row: row["status"] != "open"),
        ("name~CACHE", lambda row: "cache" in row["name"]),
        ("note=null", lambda row: row["note"] is None),
    ],
)
def test_rows_by_comparison(where: str, holds: Any) -> None:
    assert get(where=where).numbers == tuple(number for number, row in enumerate(ROWS, 1) if holds(row))


def test_rows_by_search_contain_the_words() -> None:
    got = get(search="cache-1")

    assert got.numbers == tuple(n for n, row in enumerate(ROWS, 1) if "cache-1" in json.dumps(row))


@settings(max_examples=12)
@given(page_tokens=st.integers(60, 3000), where=st.sampled_from((None, "status=open")))
def test_pages_hold_everything_once_and_no_page_is_too_large(page_tokens: int, where: str | None) -> None:
    numbers: list[int] = []
    page: int | None = 1
    while page is not None:
        got = get(page=page, page_tokens=page_tokens, where=where)
        size = built_in_counter().count_text(got.text)
        assert size <= page_tokens or len(got.numbers) == 1
        numbers += got.numbers
        page = got.next_page

    assert numbers == [n for n, row in enumerate(ROWS, 1) if where is None or row["status"] == "open"]


@pytest.mark.parametrize("asked", [{"rows": "x"}, {"where": "???"}, {"page": 0}, {"page": 10**6}, {"page": "2"}])
def test_what_is_asked_wrongly_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        get(**asked)


LAYOUTS = ("compact", "spaced", "indented", "lines", "wrapped")


@given(
    seed=st.integers(0, 999),
    rows=st.integers(30, 120),
    layout=st.sampled_from(LAYOUTS),
    columns=st.lists(st.sampled_from(("id", "name", "odd", "note", "tags", "owner")), min_size=2, unique=True),
)
def test_the_numbers_of_shown_rows_are_those_by_which_rows_are_retrieved(
    seed: int, rows: int, layout: str, columns: list[str]
) -> None:
    text = dump_rows(table_rows(seed, rows, columns), layout)
    check_numbers(text, target_tokens=150)


def check_numbers(text: str, **facts: Any) -> bool:
    """Ask for each shown row by its number; whether there was one list to ask from."""
    messages = ask(text)
    [change] = changes(messages, used_engine().prepare(messages, retrieval="tool", **facts))
    if change.note.change != "left_out":
        return False
    shown = check_shown(change.after, text)
    if len(shown.cuts) != 1 or not isinstance(shown.cuts[0][1], list):
        return False
    for place, item in list(shown.cuts[0][0].items.items())[:12]:
        got = headroom.retrieve(shown.handle, messages=messages, rows=str(place + 1), at=shown.at)
        assert same(parse_json(got.text), item)
        assert got.total == shown.total
    return True


def test_the_numbers_of_shown_rows_of_real_data_are_those_by_which_rows_are_retrieved() -> None:
    assert sum(check_numbers(sample.text) for sample in samples("json_array", "json_object")) > 5


def test_the_list_that_was_shortened_is_the_one_whose_rows_are_retrieved() -> None:
    findings = [{"id": f"finding-{n}", "text": f"something about number {n}"} for n in range(90)]
    text = json.dumps({"tags": [1, 2, 3], "pages": [{"page": 1, "findings": findings}]})

    assert check_numbers(text, target_tokens=400)


PLAIN_KEYS = ("a b", "x.y", "a,b", "é", "0", "[0]", "a]", "", "at=", "日本", "a/b", "~1", 'say "hi"', "two\nlines")


@pytest.mark.parametrize("key", PLAIN_KEYS)
def test_the_list_is_found_whatever_its_key_is(key: str) -> None:
    rows = [{"id": n, "text": f"something about number {n}"} for n in range(60)]

    assert check_numbers(json.dumps({"total": 60, key: rows}, ensure_ascii=False), target_tokens=150)
    assert check_numbers(json.dumps({"tags": [1, 2, 3], "deep": {key: [{"rows": rows}]}}), target_tokens=150)


@pytest.mark.shared_data
@pytest.mark.slow
def test_the_numbers_of_shown_rows_of_all_real_data_are_those_by_which_rows_are_retrieved() -> None:
    shared = shared_samples("json_array", "json_object", most_chars=60_000, one_in=3)

    assert sum(check_numbers(sample.text) for sample in shared) > 10


@given(seed=st.integers(0, 999), layout=st.sampled_from(LAYOUTS))
def test_all_rows_together_are_the_original_value(seed: int, layout: str) -> None:
    text = dump_rows(table_rows(seed, 40, ["id", "name", "odd", "note"], 0.1), layout)
    [handle] = new_engine().prepare(ask(text), target_tokens=100).ccr_hashes or [""]
    assume(handle)

    got = headroom.retrieve(handle, messages=ask(text), rows="1-")

    documents = read_documents(text)
    assert not isinstance(documents, str)
    whole = dict(documents.value)["items"] if layout == "wrapped" else documents.value
    lines = got.text.split("\n") if layout != "indented" else None
    if lines is not None:
        assert same([parse_json(line) for line in lines], whole)
    assert got.found == got.total == len(whole)


def test_lines_of_a_text_that_is_no_json_can_be_asked_for(tmp_path: Path) -> None:
    log = "\n".join(f"line {number} {'error' if number == 40 else 'fine'}" for number in range(1, 100))
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    store = open_original_store(url)
    store.put("a" * 12, log.encode())
    store.close()

    assert headroom.retrieve("a" * 12, store=url, search="error").text == "line 40 error"
    assert headroom.retrieve("a" * 12, store=url, rows="2-3").text == "line 2 fine\nline 3 fine"


def test_compress_uses_the_same_handles_as_the_engine() -> None:
    assert handle_of_text(**TIGHT) == new_engine().prepare(ask(TEXT), retrieval="tool").ccr_hashes[0]
