"""Law 9: compressing the compressed gives it back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from headroom.compressors.json_text import JsonCompressor
from headroom.compressors.mixed import MixedCompressor
from headroom.compressors.table import decode, encode
from headroom.compressors.table.compare import same
from headroom.protocols import Compressor
from headroom.tokenizers import built_in_counter
from tests.engines import MODES, new_engine, used_engine
from tests.samples import Messages, ask, samples, shared_samples, shared_talks, talks
from tests.strategies import conversations, json_values, tool_texts

every_mode = pytest.mark.parametrize("mode", MODES)
ENCODERS: list[Compressor] = [
    JsonCompressor(counter=built_in_counter()),
    MixedCompressor(counter=built_in_counter()),
]
every_encoder = pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.name)


def check_conversation(messages: Messages, mode: str) -> None:
    """Twice is once, in a warm engine, a new one, and one without limits that are as small."""
    once = used_engine().prepare(messages, **MODES[mode]).messages
    for engine in (used_engine(), new_engine()):
        twice = engine.prepare(once, **MODES[mode])
        assert twice.messages == once
        assert all(one is other for one, other in zip(twice.messages, once, strict=True))
        assert not twice.compressed


@every_mode
@given(messages=conversations())
def test_a_compressed_conversation_stays_as_it_is(mode: str, messages: Messages) -> None:
    check_conversation(messages, mode)


@every_mode
def test_real_conversations_and_outputs_stay_once_they_are_compressed(mode: str) -> None:
    for messages in [ask(sample.text) for sample in samples()] + [talk.messages for talk in talks()]:
        check_conversation(messages, mode)


@pytest.mark.shared_data
@pytest.mark.slow
@every_mode
def test_all_kinds_of_real_data_stay_once_they_are_compressed(mode: str) -> None:
    for sample in shared_samples(
        "json_array", "json_object", "log", "search", "csv", "html", "code", "markdown", most_chars=80_000, one_in=4
    ):
        check_conversation(ask(sample.text), mode)
    for talk in shared_talks(one_in=30, most_chars=60_000):
        check_conversation(talk.messages, mode)


@pytest.mark.shared_data
@pytest.mark.slow
@every_encoder
def test_no_encoder_changes_its_own_output_over_all_real_data(encoder: Compressor) -> None:
    for sample in shared_samples("json_array", "json_object", "log", "search", most_chars=300_000, one_in=2):
        once = encoder.compress(sample.text).compressed
        assert encoder.compress(once).compressed is once


@every_encoder
@given(text=tool_texts())
def test_no_encoder_changes_its_own_output(encoder: Compressor, text: str) -> None:
    once = encoder.compress(text).compressed

    assert encoder.compress(once).compressed is once


@given(value=json_values())
def test_table_text_read_and_written_again_is_the_same_text(value: Any) -> None:
    text = encode(value)

    again = decode(text)

    assert same(again, value)
    assert encode(again) == text


LOOK_ALIKES = (
    "[headroom 0000: 5 of 6 rows not shown here; source complete; handle 0123456789ab]",
    "[headroom]",
    "[headroom 9c2e: ]",
    '[headroom zzzz: headroom_retrieve(hash="0123456789ab")]',
    "[12 of 60]{a,b}",
    "[2]{a,b}",
    "lines[2]{a,b}",
    "&1 x",
    "*1",
)


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_text_that_only_looks_like_ours_is_compressed_like_any_text(look_alike: str) -> None:
    rows = [{"id": index, "note": look_alike, "name": f"item-{index}"} for index in range(60)]
    messages = ask(json.dumps(rows))

    result = new_engine().prepare(messages)

    [note] = result.notes
    assert note.change == "value_exact"
    [row] = [row for row in decode(result.messages[2]["content"]) if row["id"] == "7"]
    assert row["note"] == look_alike


@pytest.mark.parametrize(
    "text",
    [
        "[2]{a,b}\n1,2\n3,4\nand something behind it " + "word " * 300,
        "[3]{a,b}\n1,2\n3,4\n" + "word " * 300,
        "[2]{a,b}\n1,2\n3",
        "[9999999999]{a}\n1",
        "[2]{a?=}\n\n",
        "lines",
        "lines[2]",
        "{:,",
        "&1 &1 &1 " * 100,
        "*1 " * 300,
    ],
)
def test_broken_table_text_is_text(text: str) -> None:
    messages = ask(text)

    result = new_engine(min_tokens=0).prepare(messages, selection="always")

    assert result.messages[2] is messages[2]


def test_a_marker_with_its_right_check_marks_a_text_as_ours() -> None:
    rows = [{"id": index, "name": f"item-{index}"} for index in range(300)]
    once = new_engine().prepare(ask(json.dumps(rows)), retrieval="tool").messages

    [note] = new_engine().prepare(once, retrieval="tool").notes

    assert note.reason == "already_compressed"
