"""Law 3: each change has a class, told in the result, and the class is true."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from headroom import simulate
from headroom.compressors.display import displayed
from headroom.compressors.envelopes import strings
from headroom.compressors.json_documents import read_table
from headroom.compressors.json_text import JsonCompressor
from headroom.compressors.mixed import read_mixed
from headroom.compressors.table.values import Number, Pairs, dump_json, parse_json
from headroom.markers import RETRIEVE_TOOL, find_markers, handle_of
from headroom.tokenizers import built_in_counter
from tests.decoders import BYTES, SHOWN, VALUES
from tests.engines import MODES, TIGHT, new_engine, used_engine
from tests.parts import Change, changes
from tests.samples import Messages, ask, samples, shared_samples, talks
from tests.strategies import conversations, json_texts, json_tool_texts, json_values

every_mode = pytest.mark.parametrize("mode", MODES)

# Read by the standard library, with everything kept that law 3 names.
READER = json.JSONDecoder(
    object_pairs_hook=lambda pairs: ("object", pairs),
    parse_int=lambda text: ("number", text),
    parse_float=lambda text: ("number", text),
    parse_constant=lambda text: ("number", text),
)


def documents_of(text: str) -> list[Any]:
    """All JSON documents of a text, one after the other."""
    found, place = [], skip_blanks(text, 0)
    while place < len(text):
        value, place = READER.raw_decode(text, place)
        place = skip_blanks(text, place)
        found.append(value)
    return found


def skip_blanks(text: str, place: int, until: str = "") -> int:
    """Past JSON's blanks, but not past `until`."""
    while place < len(text) and text[place] in " \t\r\n" and not (until and text.startswith(until, place)):
        place += 1
    return place


def check_mixed(change: Change) -> None:
    """JSON within a text: the same values in the same places, everything around them to the byte."""
    place = 0
    segments = read_mixed(change.after)
    for segment, following in zip(segments, [*segments[1:], None], strict=True):
        if segment.documents is None:
            assert change.before.startswith(segment.text, place)
            place += len(segment.text)
            continue
        table = segment.documents
        values = tagged(table.value) if table.is_series else [tagged(table.value)]
        for value in values:
            place = skip_blanks(change.before, place)
            found, place = READER.raw_decode(change.before, place)
            assert found == value
        place = skip_blanks(change.before, place, following.text if following else "")
    assert place == len(change.before)


def tagged(value: Any) -> Any:
    """A value of the library in the form of `READER`."""
    if type(value) is dict:
        return "object", [(key, tagged(inner)) for key, inner in value.items()]
    if type(value) is Pairs:
        return "object", [(key, tagged(inner)) for key, inner in value]
    if type(value) is list:
        return [tagged(inner) for inner in value]
    return ("number", str(value)) if type(value) is Number else value


def check_value_exact(change: Change) -> None:
    """The value is the same: number text, key order, repeated keys, absent and null."""
    strategy = change.note.reason.partition("+")[0]
    if strategy in VALUES:
        read_before, read_after = VALUES[strategy]
        assert read_before(change.before) == read_after(change.after)
        return
    if change.note.kind == "json_in_text":
        check_mixed(change)
        return
    source = documents_of(change.before)
    if change.note.reason.startswith("compact"):
        assert documents_of(change.after) == source
        return
    table = read_table(change.after)
    assert (tagged(table.value) if table.is_series else [tagged(table.value)]) == source


def check_left_out(change: Change) -> None:
    """What is shown is true, and what is not shown is counted."""
    marker = find_markers(change.after)[-1]
    assert marker.handle == change.note.handle == handle_of(change.before)
    assert (RETRIEVE_TOOL in marker.line) == (change.note.reachable_by == "model")
    SHOWN[change.note.kind](change.after, change.source)


def check_exact(change: Change) -> None:
    """The original comes back from what is shown alone, byte for byte."""
    assert BYTES[change.note.reason.partition("+")[0]](change.after) == change.before


def check_by_reference(change: Change) -> None:
    """What is named stands in this conversation: with it said again, the rest of the class holds."""
    assert change.note.reason.endswith("repeats")
    if change.note.reason == "repeats":
        assert change.after == change.before
    elif change.note.reason.partition("+")[0] in BYTES:
        check_exact(change)
    else:
        check_value_exact(change)


def check_display(change: Change) -> None:
    """Nothing goes but what a terminal would not show; the rest of the class holds for what it shows."""
    shown = displayed(change.before)
    strategy = change.note.reason.partition("+")[0]
    assert shown != change.before or any(displayed(text) != text for text in strings(parse_json(change.before)))
    assert "display" in change.note.reason.split("+")
    if strategy in BYTES:
        assert BYTES[strategy](change.after) == shown
    elif strategy in VALUES:
        read_before, read_after = VALUES[strategy]
        assert read_before(shown) == read_after(change.after)
    else:
        assert strategy == "display"
        assert change.after == shown


CHECKS: dict[str | None, Callable[[Change], None]] = {
    None: lambda change: None,
    "exact": check_exact,
    "value_exact": check_value_exact,
    "display": check_display,
    "by_reference": check_by_reference,
    "left_out": check_left_out,
}


def check(messages: Messages, mode: str) -> list[Change]:
    """Hold every change of a conversation against its class."""
    found = changes(messages, used_engine().prepare(messages, **MODES[mode]))
    for change in found:
        assert (change.before != change.sent) == (change.note.change is not None)
        assert change.note.reason, "a note says what was done, or why not"
        assert (change.note.handle is None) == (change.note.reachable_by is None) == (change.note.change != "left_out")
        CHECKS[change.note.change](change)
    return found


@every_mode
@given(messages=conversations())
def test_every_change_is_of_the_class_that_its_note_tells(mode: str, messages: Messages) -> None:
    check(messages, mode)


@every_mode
def test_every_change_of_real_data_is_of_the_class_that_its_note_tells(mode: str) -> None:
    classes = {change.note.change for sample in samples() for change in check(ask(sample.text), mode)}
    for talk in talks():
        check(talk.messages, mode)

    assert {"value_exact"} <= classes
    assert ("left_out" in classes) == (mode != "off")


@pytest.mark.shared_data
@pytest.mark.slow
def test_all_real_json_decodes_to_the_same_value() -> None:
    engine = new_engine()
    for sample in shared_samples("json_array", "json_object", one_in=2):
        messages = ask(sample.text)
        for change in changes(messages, engine.prepare(messages)):
            CHECKS[change.note.change](change)


@pytest.mark.shared_data
@pytest.mark.slow
def test_all_real_json_that_is_left_out_is_counted_and_shown_whole() -> None:
    engine = new_engine(select_above_tokens=300)
    found = 0
    for sample in shared_samples("json_array", "json_object", most_chars=150_000, one_in=2):
        messages = ask(sample.text, "Which ones failed, and which is the largest?")
        for change in changes(messages, engine.prepare(messages, retrieval="tool")):
            CHECKS[change.note.change](change)
            found += change.note.change == "left_out"

    assert found > 40


@given(text=json_texts() | json_tool_texts())
def test_the_encoder_keeps_number_text_key_order_repeated_keys_absent_and_null(text: str) -> None:
    result = JsonCompressor(counter=built_in_counter()).compress(text)

    if result.strategy == "table":
        table = read_table(result.compressed)
        assert (tagged(table.value) if table.is_series else [tagged(table.value)]) == documents_of(text)
    elif result.was_modified:
        assert documents_of(result.compressed) == documents_of(text)


@given(value=json_values())
def test_plain_json_writing_loses_nothing_either(value: Any) -> None:
    assert READER.decode(dump_json(value)) == tagged(value)


@given(messages=conversations())
def test_simulate_tells_the_same_notes_and_texts(messages: Messages) -> None:
    simulated = simulate(messages, **TIGHT)
    done = used_engine().prepare(messages)

    assert simulated.notes == done.notes
    assert simulated.messages_optimized == done.messages


def test_nothing_but_byte_exact_forms_where_only_those_are_wanted() -> None:
    messages = ask(samples("json_array")[4].text)

    [change] = changes(messages, new_engine(exact_only=True).prepare(messages, selection="always"))

    assert change.note.change in (None, "exact")
    assert "exact_only" in change.note.reason
