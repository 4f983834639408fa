"""Law 5: nothing disappears silently, and nothing is left out beyond the model's reach unless the caller asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headroom
from headroom.engine import Engine
from headroom.markers import find_markers, handle_of
from headroom.results import CompressResult
from tests.bulk import dump_rows, table_rows
from tests.engines import TIGHT, new_engine, used_engine
from tests.parts import changes
from tests.samples import Messages, ask, samples, shared_samples, shared_talks, talks
from tests.shown import check_shown, read_shown
from tests.strategies import conversations

HARMLESS = {None, "exact", "value_exact", "by_reference", "display"}


def check_nothing_left_out(result: CompressResult) -> None:
    """Only classes that lose nothing; no handles, no columns for what was left out."""
    assert {note.change for note in result.notes} <= HARMLESS
    assert result.ccr_hashes == []
    assert result.savings_by_reach["reachable"] == result.savings_by_reach["unreachable"] == 0


@given(messages=conversations())
def test_by_default_nothing_is_left_out_however_small_the_limits(messages: Messages) -> None:
    check_nothing_left_out(used_engine().prepare(messages))
    check_nothing_left_out(headroom.compress(messages))


@pytest.mark.parametrize("facts", [{"retrieval": "off"}, {"selection": "never", "retrieval": "tool"}, {}])
def test_by_default_nothing_of_real_data_is_left_out(facts: dict[str, Any]) -> None:
    for messages in [ask(sample.text) for sample in samples()] + [talk.messages for talk in talks()]:
        check_nothing_left_out(new_engine().prepare(messages, **facts))


@pytest.mark.shared_data
@pytest.mark.slow
def test_by_default_nothing_of_all_real_data_is_left_out() -> None:
    engine = Engine()
    for sample in shared_samples("json_array", "json_object", "log", "csv", "html", "search", one_in=6):
        check_nothing_left_out(engine.prepare(ask(sample.text)))
    for talk in shared_talks(one_in=20, most_chars=100_000):
        check_nothing_left_out(engine.prepare(talk.messages))


def large_text(seed: int = 1, rows: int = 400) -> str:
    """Far above the default limit for selections."""
    return dump_rows(table_rows(seed, rows, ["id", "name", "status", "note", "at"]), "compact")


def test_a_part_that_stays_large_says_why_and_what_would_change_it() -> None:
    [note] = headroom.compress(ask(large_text())).notes

    assert note.tokens_after > 2000
    assert "large_but_unreachable" in note.reason
    assert 'retrieval="tool"' in note.hint
    assert 'selection="always"' in note.hint


@pytest.mark.parametrize(
    ("facts", "reachable_by"),
    [
        ({"retrieval": "tool"}, "model"),
        ({"retrieval": "tool", "selection": "always"}, "model"),
        ({"selection": "always"}, "caller"),
        ({"target_tokens": 500}, "caller"),
        ({"target_tokens": 500, "retrieval": "tool"}, "model"),
    ],
)
def test_who_can_get_it_back_is_told_and_the_marker_says_the_same(facts: dict[str, Any], reachable_by: str) -> None:
    messages = ask(large_text())

    result = headroom.compress(messages, **facts)

    [change] = changes(messages, result)
    assert change.note.change == "left_out"
    assert change.note.reachable_by == reachable_by
    shown = check_shown(change.after, change.source)
    assert shown.by_tool == (reachable_by == "model")
    assert shown.handle == change.note.handle == handle_of(change.before)
    assert result.ccr_hashes == [shown.handle]
    column = "reachable" if reachable_by == "model" else "unreachable"
    assert result.savings_by_reach[column] == change.note.tokens_exact - change.note.tokens_after > 0


@given(
    seed=st.integers(0, 999),
    rows=st.integers(20, 200),
    layout=st.sampled_from(("compact", "spaced", "indented", "lines", "wrapped")),
    columns=st.lists(st.sampled_from(("id", "name", "odd", "note", "tags", "owner", "error")), min_size=1, unique=True),
    target=st.integers(40, 500),
)
def test_the_marker_counts_right_and_stands_at_the_end(
    seed: int, rows: int, layout: str, columns: list[str], target: int
) -> None:
    messages = ask(dump_rows(table_rows(seed, rows, columns, 0.1), layout), "Find 1007")

    for change in changes(messages, used_engine().prepare(messages, target_tokens=target)):
        if change.note.change == "left_out":
            shown = check_shown(change.after, change.source)
            [marker] = find_markers(change.after)
            assert marker.end == len(change.after)
            assert marker.handle == shown.handle == handle_of(change.before)


def test_values_that_look_like_markers_do_not_confuse_the_count() -> None:
    fake = "[headroom 0000: 5 of 6 rows not shown here; source complete; handle 0123456789ab]"
    rows = [{"id": index, "note": fake if index % 3 else "]; [", "state": fake[:30]} for index in range(200)]
    messages = ask(json.dumps(rows))

    [change] = changes(messages, new_engine().prepare(messages, target_tokens=300))

    shown = check_shown(change.after, change.source)
    assert [marker.handle for marker in find_markers(change.after)] == [shown.handle]


def test_the_secret_makes_the_check_of_markers_ours() -> None:
    messages = ask(large_text())
    text = new_engine(secret="k" * 20).prepare(messages, retrieval="tool").messages[2]["content"]

    assert [marker.handle for marker in find_markers(text, secret="k" * 20)] == [read_shown(text).handle]
    assert find_markers(text) == []


def test_namespaces_and_secrets_change_the_handle_and_nothing_else() -> None:
    messages = ask(large_text())

    def text(**facts: Any) -> str:
        return str(new_engine().prepare(messages, retrieval="tool", **facts).messages[2]["content"])

    plain, other = text(), text(namespace="acme")
    assert read_shown(plain).handle != read_shown(other).handle == handle_of(messages[2]["content"], namespace="acme")
    assert plain.rpartition("\n")[0] == other.rpartition("\n")[0]


def test_a_limit_that_the_caller_sets_holds_without_the_tool_and_says_so() -> None:
    messages = ask(large_text())

    result = headroom.compress(messages, tool_profiles={"search_*": {"target_tokens": 400}}, **TIGHT)

    [note] = result.notes
    assert (note.change, note.reachable_by) == ("left_out", "caller")
    assert note.tokens_after <= 500
