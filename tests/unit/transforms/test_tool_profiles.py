"""Each field of a tool profile does what it says, for names and for globs."""

import json
from pathlib import Path
from typing import Any

import pytest

import headroom.engine
from headroom.engine import Engine
from headroom.errors import ConfigurationError
from headroom.results import Note
from tests.samples import Messages, ask

ROWS = json.dumps([{"id": n, "name": f"item {n}", "state": "open", "ms": n * 7919 % 997} for n in range(300)])
LOG = "\n".join(
    f"2024-05-01 10:{n // 60:02}:{n % 60:02} INFO worker-{n % 7} took job {n * 31} of main" for n in range(300)
)
CODE = Path(headroom.engine.__file__).read_text(encoding="utf-8")


def outcome(text: str, profile: dict[str, Any], tool: str = "fetch", **facts: Any) -> tuple[str, Note]:
    """What goes out for a tool whose profile stands under a glob."""
    engine = Engine(tool_profiles={"fe*": profile, tool: profile})
    result = engine.prepare(ask(text, "Which one has job 4619?", tool=tool), **facts)
    return str(result.messages[-1]["content"]), result.notes[-1]


def test_skipped_tools_stay_as_they_came() -> None:
    assert outcome(ROWS, {"skip_compression": True})[0] == ROWS


def test_exact_only_takes_forms_that_decode_to_the_byte_and_no_others() -> None:
    assert outcome(LOG, {"exact_only": True})[1].change == "exact"
    assert outcome(ROWS, {"exact_only": True})[0] == ROWS


@pytest.mark.parametrize("tool", ["read_file", "Read", "str_replace_based_edit_tool"])
def test_what_agents_edit_from_stays_to_the_byte_unless_the_profile_says_otherwise(tool: str) -> None:
    text, note = outcome(LOG, {}, tool, retrieval="tool")

    assert (text, note.reason) == (LOG, "editor_tool")
    assert outcome(LOG, {"edits": False}, tool)[1].change == "exact"


def test_any_tool_can_be_said_to_be_an_editor() -> None:
    assert outcome(LOG, {"edits": True})[0] == LOG


def test_colours_stay_where_agents_edit_from_them() -> None:
    coloured = "\n".join(f"\x1b[32mline {n}\x1b[0m of a file with {n * 7919 % 997} words in it" for n in range(60))

    assert outcome(coloured, {}, "read_file")[0] == coloured
    assert "\x1b" not in outcome(coloured, {})[0]


def test_a_blind_choice_knows_no_question() -> None:
    asking, blind = ({"target_tokens": 300}, {"target_tokens": 300, "question_blind": True})

    assert " 4619\n" in outcome(LOG, asking, retrieval="tool")[0]
    assert " 4619\n" not in outcome(LOG, blind, retrieval="tool")[0]


def test_a_soft_limit_and_a_number_of_rows_are_held_to() -> None:
    small, large = (outcome(ROWS, {"target_tokens": size}, retrieval="tool")[1].tokens_after for size in (200, 900))
    few = outcome(ROWS, {"max_items_after_crush": 7}, retrieval="tool")[0]

    assert small < 400 < large < 1200
    assert few.startswith("[7 of 300]")


def test_source_code_is_an_outline_where_the_profile_asks_and_the_rest_can_be_asked_for() -> None:
    text, note = outcome(CODE, {"outline": True}, "read_file", retrieval="tool")

    assert (note.change, note.reason) == ("left_out", "outline")
    assert "def compress_result(self, done: TransformResult, request: Request)" in text
    assert "ccr_hashes=[" not in text
    assert outcome(CODE, {"outline": True})[0] == CODE


def test_dense_logs_say_the_date_once() -> None:
    text, note = outcome(LOG, {"dense_logs": True})

    assert note.reason.startswith("log_dense")
    assert text.count("2024-05-01") < 10


def test_an_unknown_field_and_a_ceiling_that_holds_no_marker_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="max_token"):
        Engine(tool_profiles={"fetch": {"max_token": 500}})
    with pytest.raises(ConfigurationError, match="max_tokens must be >= 100"):
        Engine(tool_profiles={"fetch": {"max_tokens": 20}})


def test_the_name_goes_before_the_glob() -> None:
    engine = Engine(tool_profiles={"*": {"skip_compression": True}, "fetch": {"skip_compression": False}})
    messages: Messages = ask(ROWS, tool="fetch")

    assert engine.prepare(messages).compressed
    assert not engine.prepare(ask(ROWS, tool="other")).compressed
