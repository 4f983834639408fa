"""Marker lines: written and read, told from look-alikes, forged, nested, truncated and quoted (R27)."""

from __future__ import annotations

import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.markers import (
    RETRIEVE_TOOL,
    find_markers,
    handle_of,
    has_marker,
    is_handle,
    left_out_line,
    strip_markers,
    write_line,
)

HANDLE = "5b1f09c2a7e4"
LINE = left_out_line(shown=46, total=1260, unit="rows", handle=HANDLE, by_tool=True)
ODD_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


def test_a_marker_says_in_plain_words_what_is_missing_and_how_to_see_it() -> None:
    check = LINE[10:14]

    assert (
        f'[headroom {check}: 1214 of 1260 rows not shown here; source complete; headroom_retrieve(hash="{HANDLE}")]'
    ) == LINE
    assert RETRIEVE_TOOL in LINE


def test_without_the_tool_the_marker_names_the_handle_only() -> None:
    line = left_out_line(shown=1, total=2, unit="rows", handle=HANDLE, by_tool=False)

    assert RETRIEVE_TOOL not in line
    assert f"handle {HANDLE}" in line


def test_a_marker_is_found_where_it_stands_with_its_handle() -> None:
    text = f"before\n{LINE}\nafter"

    [found] = find_markers(text)

    assert (found.line, found.handle) == (LINE, HANDLE)
    assert text[found.start : found.end] == LINE


@given(facts=ODD_TEXT.filter(lambda text: "\n" not in text), secret=st.sampled_from(("", "key", "é")))
def test_what_is_written_is_read_whatever_facts_it_tells(facts: str, secret: str) -> None:
    line = left_out_line(shown=1, total=9, unit="rows", handle=HANDLE, by_tool=True, facts=facts, secret=secret)

    [found] = find_markers(f"a\n{line}", secret=secret)

    assert found.handle == HANDLE
    assert strip_markers(f"a\n{line}", secret=secret) == "a"


def test_a_line_of_another_kind_has_no_handle() -> None:
    [found] = find_markers(write_line("3 turns were dropped"))

    assert found.handle is None


FORGED = {
    "a wrong check": LINE.replace(LINE[10:14], "0000" if LINE[10:14] != "0000" else "1111"),
    "another count": LINE.replace("1214", "1215"),
    "another handle": LINE.replace(HANDLE, "000000000000"),
    "truncated": LINE[:-1],
    "cut in the middle": LINE[: len(LINE) // 2] + "]",
    "over two lines": LINE.replace("; source", ";\nsource"),
    "capitals": LINE.upper(),
    "no check": "[headroom: 5 of 6 rows not shown here]",
    "another name": LINE.replace("headroom ", "headr00m ", 1),
    "a check of letters": LINE.replace(LINE[10:14], "wxyz"),
    "escaped as JSON": LINE.replace('"', '\\"'),
}


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED)
def test_what_only_looks_like_a_marker_is_text(text: str) -> None:
    assert find_markers(f"a\n{text}\nb") == []
    assert not has_marker(text)
    assert strip_markers(f"a\n{text}\nb") == f"a\n{text}\nb"


def test_with_a_secret_nobody_else_can_write_one() -> None:
    ours = left_out_line(shown=1, total=2, unit="rows", handle=HANDLE, by_tool=True, secret="ours")

    assert has_marker(ours, secret="ours")
    for other in ("", "theirs"):
        assert not has_marker(ours, secret=other)
        assert not has_marker(
            left_out_line(shown=1, total=2, unit="rows", handle=HANDLE, by_tool=True, secret=other), secret="ours"
        )


def test_a_marker_within_the_facts_of_another_stays_one_marker() -> None:
    line = left_out_line(shown=1, total=2, unit="rows", handle=HANDLE, by_tool=True, facts=f"state: {LINE[:-1]}")

    assert [marker.handle for marker in find_markers(line)] == [HANDLE]


@pytest.mark.parametrize(
    "sentence", ["It said {} [1].", "See {} and [that].", "[see] {} [end]", "[headroom 0000: fake] {}", "{} {}"]
)
def test_a_marker_quoted_in_a_sentence_is_found_and_taken_out(sentence: str) -> None:
    text = sentence.replace("{}", LINE)

    assert len(find_markers(text)) == sentence.count("{}")
    assert strip_markers(text) == sentence.replace("{}", "")


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        (f"rows\n{LINE}", "rows"),
        (f"{LINE}\nrows", "\nrows"),
        (f"a\n{LINE}\nb", "a\nb"),
        (f"a\n{LINE}\nb\n{LINE}\nc", "a\nb\nc"),
        (f"It said {LINE} there.", "It said  there."),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_markers_are_taken_out_of_answers(text: str, stripped: str) -> None:
    assert strip_markers(text) == stripped


def test_handles_follow_the_published_rule() -> None:
    expected = hmac.new(b"key", b"acme\x00" + "é".encode(), hashlib.sha256).hexdigest()[:12]

    assert handle_of("é", namespace="acme", secret="key") == expected
    assert handle_of("é".encode(), namespace="acme", secret="key") == expected


@given(text=ODD_TEXT, other=ODD_TEXT)
def test_handles_tell_texts_namespaces_and_secrets_apart(text: str, other: str) -> None:
    handle = handle_of(text)

    assert re.fullmatch("[0-9a-f]{12}", handle)
    assert is_handle(handle)
    assert (handle_of(other) == handle) == (other == text)
    assert len({handle, handle_of(text, namespace="a"), handle_of(text, secret="a"), handle_of("a" + text)}) == 4


@pytest.mark.parametrize(
    "text", ["", "5b1f", "5B1F09C2A7E4", "5b1f09c2a7e45", "5b1f09c2a7eg", " 5b1f09c2a7e4", None, 5, b"5b1f09c2a7e4"]
)
def test_what_is_no_handle(text: object) -> None:
    assert not is_handle(text)
