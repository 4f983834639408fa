"""JSON that breaks off."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom import retrieve
from headroom.compressors.by_type import compressors_by_kind
from headroom.compressors.cut_json import open_cut, read_cut
from headroom.compressors.json_text import JsonCompressor
from headroom.compressors.limits import Limits
from headroom.detection import detect
from headroom.markers import find_markers, handle_of
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.decoders import SHOWN, VALUES
from tests.samples import ask
from tests.strategies import json_texts, json_tool_texts

COUNTER = built_in_counter()
JSON = compressors_by_kind(COUNTER)["json_truncated"]
assert isinstance(JSON, JsonCompressor)
ROWS = [
    {"id": i, "name": f"item-{i}", "state": "open" if i % 3 else "closed", "error": "disk full" if i == 77 else None}
    for i in range(300)
]
BEFORE, AFTER = VALUES["cut_off"]
MARKS = st.sampled_from(
    ("", "...", "... [output truncated]", "\n... [output truncated]", "\n--- cut off ---\n", "]", "}")
)
SHARES = st.integers(1, 999)


def cut(value: Any, share: float = 0.9, **layout: Any) -> str:
    """The beginning of a document."""
    text = json.dumps(value, **layout)
    return text[: int(len(text) * share)]


def selected(text: str, *, tokens: int = 300, question: str = "") -> CompressionResult:
    """What stays of a text."""
    limits = Limits(tokens=tokens, above_tokens=tokens, handle=handle_of(text), is_asked=True, by_tool=True)
    return JSON.select(text, JSON.compress(text), limits, context=question)


def test_whole_rows_become_a_table_and_the_rest_stands_below_it() -> None:
    result = JSON.compress('[{"id": 1, "ok": true}, {"id": 2, "ok": true}, {"id": 3, "o... [truncated]')

    assert result.compressed == '[2]{id,ok=true}\n1\n2\n--- cut off ---\n, {"id": 3, "o... [truncated]'
    assert (result.kind, result.change, result.strategy) == ("json_truncated", "value_exact", "cut_off")


def test_the_line_names_the_list_that_was_not_closed() -> None:
    text = cut({"total": 300, "data": [{"page": 1, "items": ROWS}]})

    result = JSON.compress(text)

    assert result.compressed.startswith("{total:300,data:[{page:1,items:[")
    assert "}]}\n--- cut off in data[0].items ---\n, {" in result.compressed
    assert result.compressed_tokens < 0.3 * result.original_tokens


def test_lines_of_json_that_break_off_are_a_series() -> None:
    text = "\n".join(json.dumps(row) for row in ROWS)[:-20]

    result = JSON.compress(text)

    assert result.compressed.startswith("lines[299]{id,")
    assert "\n--- cut off ---\n\n{" in result.compressed


@pytest.mark.parametrize(
    ("text", "value", "tail"),
    [
        ("[1, 2, 35", ["1", "2"], ", 35"),
        ('["a", "b", "c', ["a", "b"], ', "c'),
        ('{"a": 1, "b": 2, "c', {"a": "1", "b": "2"}, ', "c'),
        ('{"a": 1, "b": {"c": 2', {"a": "1"}, ', "b": {"c": 2'),
        ("[[1, 2], [3, 4]", [["1", "2"], ["3", "4"]], ""),
        ("[true, nul", [True], ", nul"),
    ],
)
def test_only_what_is_surely_whole_counts(text: str, value: Any, tail: str) -> None:
    found = open_cut(text)

    assert found
    assert (found.value, found.tail) == (value, tail)


@pytest.mark.parametrize(
    "text", ["", "[", "{", '{"a', '{"a":', "[1", "x", '["a', "[" * 5000, '{"a":[' * 3000, '[{"a":' * 3000]
)
def test_where_nothing_is_whole_nothing_is_done(text: str) -> None:
    assert open_cut(text) is None
    assert JSON.compress(text).compressed is text


@given(text=json_tool_texts() | json_texts(), share=SHARES, mark=MARKS)
@example(text=json.dumps({"a/b": [{"x: y": [1, 2, 3]}]}), share=900, mark="")
@example(text='{"a": 1, "a": 2, "b": [1, 2, 3, 4]}', share=950, mark="")
def test_every_document_comes_back_wherever_it_breaks_off(text: str, share: int, mark: str) -> None:
    source = text[: len(text) * share // 1000] + mark

    result = JSON.compress(source)

    if result.strategy == "cut_off":
        assert BEFORE(source) == AFTER(result.compressed)
        assert detect(result.compressed).kind.value == "json_truncated"
        assert JSON.compress(result.compressed).reason == "already_compressed"
    assert JSON.compress(result.compressed).compressed is result.compressed


@given(text=json_tool_texts(), share=st.integers(500, 999), mark=MARKS, tokens=st.integers(40, 400))
def test_what_is_shown_in_part_is_true(text: str, share: int, mark: str, tokens: int) -> None:
    source = text[: len(text) * share // 1000] + mark

    result = selected(source, tokens=tokens)

    assert result.compressed_tokens == COUNTER.count_text(result.compressed) <= result.exact_tokens
    if result.change == "left_out" and result.kind == "json_truncated":
        SHOWN["json_truncated"](result.compressed, source)


def test_errors_and_what_is_asked_for_stay_and_the_rest_of_the_text_does() -> None:
    text = cut({"items": ROWS})

    result = selected(text, question="What is with item-150?")

    [marker] = find_markers(result.compressed)
    assert "disk full" in result.compressed
    assert "item-150" in result.compressed
    assert 'at="items"' in marker.line
    assert result.strategy == "cut_off+selection"
    SHOWN["json_truncated"](result.compressed, text)


@pytest.mark.parametrize(
    "text",
    [
        "[2]{a}\n1\n2\n--- cut off ---",
        "[2]{a}\n1\n--- cut off ---\n",
        "1\n--- cut off ---\n",
        "{a:[1,2]}\n--- cut off in b ---\n",
        "{a:[1,2],b:1}\n--- cut off in a ---\n",
        "[[1],[2]]\n--- cut off in [0] ---\n",
        "[1,2] \n--- cut off ---\n",
    ],
)
def test_what_only_looks_like_it_is_no_such_text(text: str) -> None:
    with pytest.raises(ValueError, match="no"):
        read_cut(text)


@pytest.mark.parametrize("at", [None, "items"])
def test_whole_rows_come_back_by_number_and_by_what_they_say(at: str | None) -> None:
    messages = ask(cut({"total": 300, "tags": ["a", "b"], "items": ROWS}, indent=1))
    handle = handle_of(messages[2]["content"])

    assert json.loads(retrieve(handle, messages=messages, at=at, rows="78").text) == ROWS[77]
    assert json.loads(retrieve(handle, messages=messages, at=at, where="error!=null").text) == ROWS[77]
    assert retrieve(handle, messages=messages, at="tags", rows="2").text == '"b"'


def test_lists_within_whole_rows_and_documents_are_found() -> None:
    lines = "\n".join(json.dumps({"id": i, "of": [{"n": i}, {"n": i + 1}]}) for i in range(9))[:-5]
    messages = ask(lines)

    assert retrieve(handle_of(lines), messages=messages, rows="3").text == '{"id": 2, "of": [{"n": 2}, {"n": 3}]}'
    assert retrieve(handle_of(lines), messages=messages, at="[2].of", rows="2").text == '{"n": 3}'


def test_a_row_more_never_makes_the_choice_much_smaller() -> None:
    text = json.dumps(ROWS)
    sizes = [selected(text[:size], tokens=400).compressed_tokens for size in range(3000, len(text), 300)]

    assert all(after > 0.8 * before for before, after in pairwise(sizes))
