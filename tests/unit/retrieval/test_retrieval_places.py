"""The rows that a marker counts are the rows that are given back, wherever their list stands."""

from __future__ import annotations

import json

import pytest

import headroom
from headroom.errors import RetrievalError
from tests.samples import ask
from tests.shown import check_shown

ROWS = [{"id": f"r{n}", "v": n * 7 % 1000, "name": f"item number {n}"} for n in range(400)]
HOSTS = {f"host{n}": {"ip": f"10.0.0.{n}", "tags": ["a", "b", "c"], "cpu": n * 37 % 101} for n in range(400)}
TEXTS = {
    "a list in the second document": '{"meta":1}\n' + json.dumps({"items": ROWS}),
    "the second document": '{"meta":1}\n' + json.dumps(ROWS),
    "a map with lists in its entries": json.dumps(HOSTS),
    "pages, one a line": "\n".join(json.dumps({"page": n, "rows": ROWS[n * 100 : n * 100 + 100]}) for n in range(4)),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_shown_number_is_the_number_to_ask_for(text: str) -> None:
    messages = ask(text)
    result = headroom.compress(messages, retrieval="tool")
    shown = check_shown(result.messages[2]["content"], text)

    got = headroom.retrieve(result.ccr_hashes[0], messages=messages, rows="17", at=shown.at)

    wanted = {"host16": HOSTS["host16"]} if shown.at == "." else None
    if wanted:
        assert json.loads(f"{{{got.text}}}") == wanted
    else:
        assert json.loads(got.text)["id"].startswith("r")
    assert got.total in (100, 400)


def test_a_path_that_leads_nowhere_is_said() -> None:
    messages = ask(TEXTS["the second document"])
    [handle] = headroom.compress(messages, retrieval="tool").ccr_hashes

    for at in ("no.such.path", "[7]", "[0].meta.x"):
        with pytest.raises(RetrievalError, match="no list"):
            headroom.retrieve(handle, messages=messages, rows="1", at=at)


def test_columns_of_equal_length_are_not_torn_apart() -> None:
    hourly = {"time": [f"2026-01-01T{n}" for n in range(900)], "temperature": [n * 1.5 % 20 for n in range(900)]}
    hourly["temperature"][333] = 999.9

    [note] = headroom.compress(ask(json.dumps({"hourly": hourly})), retrieval="tool").notes

    assert note.change == "value_exact"
    assert note.reason == "table+nothing_to_leave_out"
