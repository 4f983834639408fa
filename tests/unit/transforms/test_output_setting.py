"""`output`: what becomes of JSON by setting and by tool, and what wins over what."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

import headroom
from headroom.engine import Engine
from headroom.results import Note
from tests.samples import ask

ROWS = [{"id": n, "name": f"item {n}", "state": "open", "ms": n * 7919 % 997} for n in range(900)]
TEXT = json.dumps(ROWS)


def outcome(text: str, tool: str = "fetch", **settings: Any) -> tuple[str, Note]:
    """What goes out where the model could ask for whatever is left out."""
    result = Engine(**settings).prepare(ask(text, "Which one has job 4619?", tool=tool), retrieval="tool")
    return str(result.messages[-1]["content"]), result.notes[-1]


@pytest.mark.parametrize("output", ["json", "minified"])
def test_nothing_is_left_out_of_large_json_and_the_note_says_what_would_change_it(output: str) -> None:
    text, note = outcome(TEXT, output=output)

    assert headroom.loads(text) == ROWS
    assert (note.change, note.handle) == ("value_exact", None)
    assert note.reason.endswith(f"+large_but_{output}")
    assert 'output="text"' in note.hint


@pytest.mark.parametrize("output", ["json", "minified"])
def test_files_within_json_stay_in_it(output: str) -> None:
    blob = base64.b64encode(bytes(n * 7919 % 251 for n in range(6000))).decode()
    value = {"name": "logo.png", "data": blob, "sizes": [16, 32]}

    text, note = outcome(json.dumps(value, indent=2), output=output)

    assert headroom.loads(text) == value
    assert note.change in (None, "value_exact")
    assert outcome(json.dumps(value, indent=2))[1].change == "left_out"


def test_a_tools_own_output_wins_over_the_setting() -> None:
    profiles = {"raw_*": {"output": "minified"}, "summary": {"output": "text"}}

    assert json.loads(outcome(TEXT, "raw_rows", output="json", tool_profiles=profiles)[0]) == ROWS
    assert outcome(TEXT, "summary", output="json", tool_profiles=profiles)[1].change == "left_out"
    assert "columns" in json.loads(outcome(TEXT, "other", output="json", tool_profiles=profiles)[0])


def test_a_hard_ceiling_goes_before_it() -> None:
    _, note = outcome(TEXT, output="json", tool_profiles={"*": {"max_tokens": 300}})

    assert note.reason.endswith("ceiling_hit")
    assert note.tokens_after <= 300


def test_only_forms_to_the_byte_leave_json_as_it_came() -> None:
    assert outcome(TEXT, output="json", exact_only=True)[0] == TEXT


def test_json_lines_stay_a_document_per_line() -> None:
    text, note = outcome("\n".join(map(json.dumps, ROWS)), output="json")

    lines = [json.loads(line) for line in text.split("\n")]
    assert note.kind == "json_lines"
    assert len(lines) == len(ROWS) + 1
    assert "columns" in lines[0]
    assert headroom.loads(text) == ROWS


def test_columns_and_rows_that_do_not_fit_together_are_refused() -> None:
    for broken in ('{"headroom":1,"columns":["a","b"],"rows":[[1]]}', '{"headroom":1,"columns":["a"],"rows":[[1,2]]}'):
        with pytest.raises(ValueError, match="do not fit together"):
            headroom.loads(broken)


def test_foreign_objects_of_columns_and_rows_are_left_alone() -> None:
    foreign = {"columns": ["id", "name"], "rows": [[1, "a"], [2, "b"]]}

    assert headroom.loads(json.dumps(foreign)) == foreign
