"""`ToolCrusher`: limits by position, length and depth; valid JSON; what is cut is said; errors stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from headroom.api import retrieve
from headroom.compressors.table.values import dump_json, parse_json
from headroom.config import ToolCrusherConfig
from headroom.errors import ConfigurationError, ValidationError
from headroom.markers import find_markers
from headroom.tokenizers import built_in_counter
from headroom.transforms.tool_crusher import ToolCrusher
from tests.samples import Messages, ask, samples
from tests.strategies import conversations, json_values

COUNTER = built_in_counter()
ROWS: list[dict[str, Any]] = [{"id": i, "status": "ok", "message": "Success"} for i in range(100)]
ROWS[77] = {"id": 77, "status": "error", "message": "Connection timeout"}
TIGHT = ToolCrusherConfig(min_tokens_to_crush=0, max_array_items=2, max_string_length=20, max_depth=2)


def crush(data: Any, query: str = "", **limits: Any) -> Any:
    """`data` under some limits, whatever its size."""
    return ToolCrusher(ToolCrusherConfig(**{"min_tokens_to_crush": 0, **limits})).crush(data, query)


def test_the_first_rows_stay_and_the_row_with_the_error_and_the_others_are_counted_in_place() -> None:
    made = crush({"results": ROWS, "total": 100}, max_array_items=5)

    *rows, notice = made["results"]
    assert rows == [*ROWS[:5], ROWS[77]]
    assert notice == "[94 of 100 items not shown; 6-77, 79-100]"
    assert made["total"] == 100


def test_like_errors_are_counted_beside_the_one_that_is_shown() -> None:
    rows = [dict(row) for row in ROWS]
    for place in range(60, 90):
        rows[place] = {"id": place, "status": "error", "message": "Connection timeout"}

    made = crush(rows, max_array_items=5)

    assert "29 like item 61" in made[-2]
    assert sum(row["status"] == "error" for row in made[:-2]) == 1


def test_the_row_that_the_question_names_stays() -> None:
    made = crush(ROWS, "what became of id 43?", max_array_items=5)

    assert ROWS[43] in list(made)


def test_strings_keep_their_beginning_and_say_how_much_is_missing() -> None:
    long = "word " * 100

    made = crush({"text": long, "short": "x" * 30}, max_string_length=20)

    assert made["text"] == "word word word word [480 of 500 characters not shown]"
    assert made["short"] == "x" * 30  # the notice would be longer than what it stands for


def test_a_string_that_reports_a_failure_stays_whole() -> None:
    log = "fetching\n" * 50 + "ERROR: disk full\n" + "done\n" * 50

    assert crush({"stdout": log, "b": "word " * 100}, max_string_length=20)["stdout"] == log


def test_levels_below_the_limit_are_told_by_their_size_and_failures_in_them_stay() -> None:
    deep = {"a": {"b": {"id": 7, "name": "n", "rows": list(range(50)), "more": ["x"] * 30}}}
    failed = {"a": {"b": {"c": {"error": "disk full", "note": "x"}}}, "z": {"y": {"x": [1] * 40}}}

    assert crush(deep, max_depth=2)["a"]["b"] == {"id": 7, "name": "n", "...": "[2 more keys not shown]"}
    made = crush(failed, max_depth=2)
    assert made["a"]["b"]["c"] == {"error": "disk full", "note": "x"}
    assert made["z"]["y"] == "[object with 1 keys not shown]"


def test_values_of_preserved_keys_are_never_shortened() -> None:
    data = {"message": "word " * 100, "note": "word " * 100}

    made = crush(data, max_string_length=20, preserve_keys=["message"])

    assert made["message"] == data["message"]
    assert made["note"] != data["note"]


def test_json_text_stays_json_to_the_last_digit_and_ends_with_a_handle() -> None:
    text = '{"price": 1.10, "rows": [' + ", ".join(f'{{"n": {i}.0}}' for i in range(200)) + "]}"

    made = crush(text, max_array_items=3)

    assert '"price":1.10' in made
    assert json.loads(made)["rows"][:3] == [{"n": 0.0}, {"n": 1.0}, {"n": 2.0}]
    [marker] = find_markers(made)
    assert retrieve(marker.handle or "", messages=ask(text)).text == text
    assert made.ccr_hash == marker.handle
    assert made.tokens_after == COUNTER.count_text(made) < made.tokens_before


def test_objects_that_use_the_key_of_the_note_keep_it() -> None:
    made = crush({"headroom": "mine", "rows": [{"k": "vvvv wwww"}] * 60}, max_array_items=2)

    assert made["headroom"] == "mine"
    assert "values not shown here" in made["headroom_"]


def test_a_conversation_is_crushed_by_tool_and_what_is_no_json_is_left_alone() -> None:
    config = ToolCrusherConfig(
        tool_profiles={
            "important_*": {"skip_compression": True},
            "search_orders": {"max_items_after_crush": 3, "min_tokens_to_crush": 100},
        }
    )
    text = json.dumps(ROWS)

    done = ToolCrusher(config).apply(ask(text))
    other = ToolCrusher(config).apply(ask(text, tool="other"))
    skipped = ToolCrusher(config).apply(ask(text, tool="important_tool"))

    assert len(json.loads(done.messages[2]["content"])) == 3 + 1 + 2
    assert len(json.loads(other.messages[2]["content"])) == 10 + 1 + 2
    assert skipped.messages == ask(text, tool="important_tool")
    assert done.transforms_applied == ["tool_crush:1"]
    assert [note.change for note in done.notes] == ["left_out"]
    assert ToolCrusher().apply(ask("word " * 5000)).notes[0].reason == "no_json"


def test_calls_and_settings_can_switch_it_off() -> None:
    text = json.dumps(ROWS)

    assert ToolCrusher(ToolCrusherConfig(enabled=False)).apply(ask(text)).messages == ask(text)
    assert ToolCrusher().apply(ask(text), selection="never").messages == ask(text)
    assert ToolCrusher().apply(ask(text), keep_turns=1).messages == ask(text)
    assert ToolCrusher().apply(ask(text, tool="read_file")).notes[0].reason == "editor_tool"
    told = ToolCrusher().apply(ask(text), retrieval="tool")
    assert "headroom_retrieve takes the handle" in told.messages[2]["content"]
    assert told.notes[0].reachable_by == "model"


@given(value=json_values())
def test_what_comes_out_is_json_that_is_no_longer_and_stays_as_it_is(value: Any) -> None:
    text = dump_json(value)
    crusher = ToolCrusher(TIGHT)

    once = crusher.crush(text)

    parse_json(once)
    assert COUNTER.count_text(once) <= COUNTER.count_text(text)
    assert crusher.crush(str(once)) == once
    assert once.was_modified == bool(find_markers(once)) or bool(find_markers(text))


@given(messages=conversations())
def test_conversations_get_no_larger_and_stay_as_they_are(messages: Messages) -> None:
    crusher = ToolCrusher(TIGHT)

    once = crusher.apply(messages)

    assert once.tokens_after <= once.tokens_before
    assert crusher.apply(once.messages).messages == once.messages


@pytest.mark.parametrize("sample", samples("json_array", "json_object"), ids=lambda sample: sample.id)
def test_real_results_stay_json_and_keep_their_errors(sample: Any) -> None:
    made = ToolCrusher().apply(ask(sample.text)).messages[2]["content"]

    json.loads(made)


def test_odd_data_comes_back_and_odd_arguments_are_refused() -> None:
    assert crush([...], max_depth=1) == [...]
    assert crush("{broken", max_depth=1) == "{broken"
    with pytest.raises(ValidationError):
        crush(7)
    with pytest.raises(ConfigurationError):
        ToolCrusher({"enabled": True})  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="max_item"):
        ToolCrusherConfig(tool_profiles={"a": {"max_item": 3}})
