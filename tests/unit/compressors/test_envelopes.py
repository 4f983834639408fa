"""JSON around long texts."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom import retrieve
from headroom.compressors.by_type import compressors_by_kind
from headroom.compressors.envelopes import open_envelope, read_envelope, write_envelope
from headroom.compressors.json_text import JsonCompressor
from headroom.compressors.limits import Limits
from headroom.compressors.table.compare import same
from headroom.compressors.table.values import parse_json
from headroom.detection import detect
from headroom.errors import RetrievalError
from headroom.markers import find_markers, handle_of
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.decoders import BYTES, SHOWN, VALUES
from tests.mixtures import KNOWN, kind_of
from tests.samples import ask

COUNTER = built_in_counter()
KINDS = compressors_by_kind(COUNTER)
JSON = KINDS["json_object"]
assert isinstance(JSON, JsonCompressor)

LOG = "".join(
    f"2026-11-07 12:{i // 60:02d}:{i % 60:02d} {'ERROR disk full on' if i == 77 else 'INFO job done by'} "
    f"worker-{i % 3} in {20 + i * 7 % 60} ms\n"
    for i in range(200)
)
ROWS = [{"id": i, "name": f"item-{i}", "state": "open" if i % 3 else "closed"} for i in range(1, 200)]
TESTS = "".join(f"tests/test_queue.py::test_case_{i} PASSED\n" for i in range(30))
ROW_TEXT = json.dumps(ROWS)
SHELL = {"stdout": LOG, "stderr": "", "exit_code": 0}

TEXTS = st.sampled_from((LOG, TESTS, json.dumps(ROWS), json.dumps(ROWS, indent=1), "id,name\n1,a\n2,b\n" * 40))
ODD = st.text(
    st.sampled_from('ab \n\r\t"\\`<>-[]{},:\x0b\x0c\x1b\x00\x85\u2028\ufeff\ud800é') | st.characters(), min_size=1
).map(lambda text: text * (400 // len(text) + 1))
LOOK_ALIKE = st.sampled_from(("\n--- a ---\n", "--- b ---\n", "<below>", "{a:<below>}\n--- a ---\n")).map(
    lambda mark: f"{TESTS}{mark}{TESTS}"
)
LONG = TEXTS | ODD | LOOK_ALIKE
SMALL: st.SearchStrategy[Any] = st.sampled_from((None, True, 0, -1.5, "", "ok", "<below>", [], {}, [1, 2], {"a": "x"}))
KEYS = st.sampled_from(("a", "b", "a.b", "", "x: y", "a/b", "é", "line 4", "-", "k\n", "content"))
VALUES_AROUND = st.dictionaries(KEYS, LONG | SMALL, min_size=1, max_size=4)
DOCUMENTS = (
    VALUES_AROUND
    | VALUES_AROUND.map(lambda value: {"content": [value], "isError": False})
    | VALUES_AROUND.map(lambda value: {"status": 200, "body": json.dumps(value)})
    | st.lists(VALUES_AROUND, min_size=1, max_size=3)
)
LAYOUTS = st.sampled_from(({}, {"indent": 2}, {"ensure_ascii": False}, {"separators": (",", ":")}))


def compressed(value: Any) -> CompressionResult:
    """The exact form of a document."""
    return JSON.compress(json.dumps(value))


def selected(value: Any, *, tokens: int = 300, question: str = "") -> tuple[str, str, CompressionResult]:
    """The document, what is shown of it, and the result."""
    text = json.dumps(value)
    limits = Limits(tokens=tokens, above_tokens=tokens, handle=handle_of(text), is_asked=True, by_tool=True)
    result = JSON.select(text, JSON.compress(text), limits, context=question)
    return text, result.compressed, result


def check_says_the_same(shown: str, source: str) -> None:
    """What is shown of a document is the document: JSON and paths as they were, each text by its own type's reader."""
    envelope = open_envelope(parse_json(source))
    assert envelope
    read = read_envelope(shown)
    assert same(read.value, envelope.value)
    assert read.paths == envelope.paths
    for made, text in zip(read.texts, envelope.texts, strict=True):
        inner = KNOWN[kind_of(text)].compress(text)
        if not inner.was_modified:
            assert made == text
        elif inner.strategy in BYTES and inner.change == "exact":
            assert BYTES[inner.strategy](made) == text
        elif inner.strategy in VALUES:
            before, after = VALUES[inner.strategy]
            assert before(text) == after(made)
        else:
            assert made == inner.compressed


def test_a_log_that_a_command_printed_is_shown_as_logs_are() -> None:
    result = compressed(SHELL)

    head, below, rest = result.compressed.split("\n", 2)
    assert (head, below) == ('{stdout:<below>,stderr:"",exit_code:0}', "--- stdout ---")
    assert rest == KINDS["log"].compress(LOG).compressed
    assert (result.kind, result.change, result.strategy) == ("json_object", "value_exact", "envelope")
    assert result.compressed_tokens < 0.8 * result.original_tokens


def test_rows_within_a_content_block_become_a_table() -> None:
    result = compressed({"content": [{"type": "text", "text": json.dumps(ROWS, indent=2)}], "isError": False})

    assert result.compressed.startswith(
        "{content:[{type:text,text:<below>}],isError:false}\n--- content[0].text ---\n[199]{id,name,state?=open}\n1,"
    )
    assert result.compressed_tokens < 0.3 * result.original_tokens


def test_texts_stand_in_the_order_of_the_document() -> None:
    result = compressed({"stdout": TESTS, "code": 1, "stderr": LOG})

    assert [line for line in result.compressed.split("\n") if line.startswith("---")] == [
        "--- stdout ---",
        "--- stderr ---",
    ]


def test_rows_with_long_texts_are_no_envelope() -> None:
    assert open_envelope(parse_json(json.dumps([{"id": i, "text": TESTS} for i in range(5)]))) is None


def test_a_document_that_says_much_beside_a_text_is_no_envelope() -> None:
    assert open_envelope(parse_json(json.dumps({"text": TESTS, "rows": ROWS}))) is None


@pytest.mark.parametrize("beside", ["<below>", {"a": [{"b": [{"c": [{"d": "<below>"}]}]}]}])
def test_a_document_that_says_what_stands_for_a_text_is_no_envelope(beside: Any) -> None:
    assert open_envelope(parse_json(json.dumps({"text": LOG, "beside": beside}))) is None


def test_repeated_keys_and_number_texts_survive() -> None:
    source = f'{{"text": {json.dumps(LOG)}, "n": 1.10, "o": {{"k": 1, "k": 2}}, "e": 1e5}}'

    shown = JSON.compress(source).compressed

    assert shown.startswith("{text:<below>,n:1.10,o:{k:1,k:2},e:1e5}\n--- text ---\n")
    check_says_the_same(shown, source)


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\x1b", "a\rb", "[headroom 12ab: 3 of 4 lines]"])
def test_a_text_that_would_not_survive_bare_stays_in_the_json(odd: str) -> None:
    assert open_envelope(parse_json(json.dumps({"text": LOG + odd}))) is None


def test_colours_of_a_text_go_and_the_class_says_so() -> None:
    result = compressed({"stdout": LOG.replace("ERROR", "\x1b[31mERROR\x1b[0m"), "stderr": "", "exit_code": 0})

    assert (result.change, result.strategy) == ("display", "envelope+display")
    assert result.compressed == compressed(SHELL).compressed
    assert JSON.compress(result.compressed).compressed is result.compressed


@pytest.mark.parametrize("odd", ["\x0c", "\x0b", "\x85", "\u2028", "\ufeff", "\r\n", "<below>\n", "--- x ---\n"])
def test_what_survives_bare_comes_back(odd: str) -> None:
    source = json.dumps({"text": odd + TESTS + odd + TESTS + odd, "x": 1})

    result = JSON.compress(source)

    assert result.strategy == "envelope"
    check_says_the_same(result.compressed, source)


def test_a_text_that_was_compressed_already_stays_where_it_is() -> None:
    once = KINDS["log"].compress(LOG).compressed

    assert compressed({"stdout": once, "code": 0}).strategy != "envelope"


@given(value=DOCUMENTS, layout=LAYOUTS)
@example(value={"a": f"{TESTS}\n--- b ---\n{TESTS}", "b": TESTS}, layout={})
@example(value={"a": f"--- b ---\n{TESTS}", "b": TESTS}, layout={})
@example(value={"": TESTS, "a": "<below>"}, layout={})
@example(value={"status": 200, "body": json.dumps({"body": json.dumps({"body": LOG})})}, layout={})
def test_every_document_comes_back_and_its_form_stays_as_it_is(value: Any, layout: dict[str, Any]) -> None:
    source = json.dumps(value, **layout)

    result = JSON.compress(source)

    if result.strategy.startswith("envelope"):
        check_says_the_same(result.compressed, source)
        assert detect(result.compressed).kind.value == result.kind == detect(source).kind.value
        assert JSON.compress(result.compressed).reason == "already_compressed"
    assert JSON.compress(result.compressed).compressed is result.compressed


@given(paths=st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True), data=st.data())
def test_whatever_is_read_is_written_again(paths: list[str], data: st.DataObject) -> None:
    texts = [data.draw(LONG) for _ in paths]
    written = write_envelope("{" + ",".join(f"{path}:<below>" for path in paths) + "}", paths, texts)

    read = read_envelope(written)

    assert write_envelope(read.head, read.paths, read.texts) == written


@pytest.mark.parametrize(
    "text",
    [
        "{a:<below>}",
        "{a:<below>}\n--- b ---\nx",
        "{a:<below>,b:<below>}\n--- a ---\nx",
        "{a:1}\n--- a ---\nx",
        "[2]{a,b}\n1,<below>\n--- a ---\nx",
        "{a:<below>} \n--- a ---\nx",
        "{a:<below>}\n\n--- a ---\nx",
        "{" * 5000 + "<below>\n--- a ---\nx",
    ],
)
def test_what_only_looks_like_an_envelope_is_left_alone(text: str) -> None:
    with pytest.raises(ValueError, match="no"):
        read_envelope(text)
    assert JSON.compress(text).compressed is text


def test_errors_of_a_text_stay_and_the_marker_names_its_place() -> None:
    source, shown, result = selected(SHELL)

    [marker] = find_markers(shown)
    assert "ERROR disk full on worker-2" in shown
    assert 'at="stdout"' in marker.line
    assert (result.change, result.strategy, result.items_total) == ("left_out", "envelope+selection", 200)
    SHOWN["json_object"](shown, source)


def test_each_text_has_its_share_and_its_own_marker() -> None:
    source, shown, result = selected({"stdout": LOG, "stderr": LOG.replace("INFO", "WARN"), "code": 1}, tokens=600)

    assert [marker.line.partition('at="')[2].partition('"')[0] for marker in find_markers(shown)] == [
        "stdout",
        "stderr",
    ]
    assert result.compressed_tokens < 1200
    SHOWN["json_object"](shown, source)


def test_what_is_asked_for_stays_within_a_body_within_a_body() -> None:
    body = json.dumps({"result": json.dumps({"total": 199, "items": ROWS})})

    source, shown, _ = selected({"status": 200, "body": body}, question="What is with item-150?")

    [marker] = find_markers(shown)
    assert "item-150" in shown
    assert 'at="body: result: items"' in marker.line
    SHOWN["json_object"](shown, source)


@given(value=DOCUMENTS, tokens=st.integers(40, 600))
def test_what_is_shown_in_part_is_true(value: Any, tokens: int) -> None:
    source, shown, result = selected(value, tokens=tokens, question="Which failed?")

    assert result.compressed_tokens == COUNTER.count_text(shown) <= result.exact_tokens
    if result.strategy == "envelope+selection":
        SHOWN["json_object"](shown, source)


def test_a_line_more_never_makes_the_choice_much_smaller() -> None:
    lines = LOG.split("\n")
    sizes = [
        selected({"stdout": "\n".join(lines[:count]), "code": 0}, tokens=400)[2].compressed_tokens
        for count in range(30, 200)
    ]

    assert all(after > 0.8 * before for before, after in pairwise(sizes))


@pytest.mark.parametrize(
    ("value", "at", "rows", "wanted"),
    [
        (SHELL, "stdout", "78", "2026-11-07 12:01:17 ERROR disk full on worker-2 in 79 ms"),
        (SHELL, None, "78", "2026-11-07 12:01:17 ERROR disk full on worker-2 in 79 ms"),
        ({"content": [{"text": json.dumps(ROWS)}]}, "content[0].text", "2", json.dumps(ROWS[1])),
        ({"body": json.dumps({"n": 1, "items": ROWS})}, "body: items", "2", json.dumps(ROWS[1])),
        ({"body": json.dumps({"n": LOG})}, "body: n", "1", LOG.split("\n")[0]),
        ({"a b": {"c/d": TESTS}, "x": LOG}, "/a b/c~1d", "3", TESTS.split("\n")[2]),
        (
            {"out": f"<log>\n{LOG}</log>\n<rows>\n{json.dumps(ROWS)}\n</rows>\n"},
            "out: line 204",
            "2",
            json.dumps(ROWS[1]),
        ),
        ({"out": LOG.replace("ERROR", "\x1b[31mERROR\x1b[0m")}, "out", "79", LOG.split("\n")[78]),
        ({"csv": "id,name\n1,a\n2,b\n3,c\n" + "4,d\n" * 100}, "csv", "2", "id,name\n2,b"),
    ],
)
def test_rows_and_lines_of_a_text_come_back_as_they_stand_in_it(
    value: Any, at: str | None, rows: str, wanted: str
) -> None:
    messages = ask(json.dumps(value))

    found = retrieve(handle_of(messages[2]["content"]), messages=messages, at=at, rows=rows)

    assert found.text == wanted


def test_a_place_at_which_nothing_stands_is_an_error() -> None:
    messages = ask(json.dumps(SHELL))

    for at in ("stdin", "stdout: items", "stdout: line 3000"):
        with pytest.raises(RetrievalError):
            retrieve(handle_of(messages[2]["content"]), messages=messages, at=at, rows="1")


def test_envelopes_within_envelopes_end_somewhere() -> None:
    value: Any = "word " * 20_000
    for _ in range(12):
        value = {"a": json.dumps(value) if isinstance(value, dict) else value}

    result = compressed(value)

    assert JSON.compress(result.compressed).compressed is result.compressed
