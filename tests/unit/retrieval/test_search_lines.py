"""`retrieve(search=...)` finds what stands in the lines of a text, also beside its rows."""

from __future__ import annotations

import json

import pytest

import headroom
from headroom.markers import handle_of
from headroom.retrieval import Retrieved

ROWS = [{"id": n, "state": "open", "title": f"issue number {n}"} for n in range(60)]
BESIDE = json.dumps({"reviewer": "Ada", "rows": ROWS, "place": "Turin"}, indent=1)
LOG = "\n".join(f"{n:02d} {'disk full' if n in (40, 90) else 'all is well'}" for n in range(99))


def search(text: str, words: str, **asked: str) -> Retrieved:
    messages = [{"role": "tool", "tool_call_id": "c", "content": text}]
    return headroom.retrieve(handle_of(text), messages=messages, search=words, **asked)


def test_lines_of_plain_text_are_found() -> None:
    found = search(LOG, "Disk Full")

    assert (found.unit, found.numbers, found.text) == ("lines", (41, 91), "40 disk full\n90 disk full")


@pytest.mark.parametrize(("words", "line"), [("ada", 2), ("Turin", 305)])
def test_lines_beside_rows_are_found(words: str, line: int) -> None:
    found = search(BESIDE, words)

    assert (found.unit, found.numbers) == ("lines", (line,))
    assert found.text == BESIDE.split("\n")[line - 1]


def test_rows_go_before_lines() -> None:
    found = search(BESIDE, "issue number 42")

    assert (found.unit, found.numbers) == ("rows", (43,))


def test_a_path_or_range_means_rows() -> None:
    assert search(BESIDE, "Turin", rows="1-50").unit == "rows"
