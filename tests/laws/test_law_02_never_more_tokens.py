"""Law 2: never more tokens, per text and in total, markers included; no gain gives back the same object."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.json_text import JsonCompressor
from headroom.messages import read_message, texts_of
from headroom.tokenizers import built_in_counter
from tests.bulk import dump_rows, table_rows
from tests.engines import MODES, new_engine, used_engine
from tests.parts import changes
from tests.samples import Messages, ask, samples, shared_samples, shared_talks, talks
from tests.strategies import conversations, json_texts, json_tool_texts

every_mode = pytest.mark.parametrize("mode", MODES)
count = built_in_counter().count_anew  # past the memo


def check(messages: Messages, mode: str) -> None:
    """Count everything again."""
    result = used_engine().prepare(messages, **MODES[mode])
    for change in changes(messages, result):
        before, after = count(change.before), count(change.sent)
        assert after < before if change.note.change else after == before
        assert (change.note.tokens_before, change.note.tokens_after) == (before, after)
        assert after <= change.note.tokens_exact <= before
    before, after = total(messages), total(result.messages)
    assert after <= before
    assert (result.tokens_before, result.tokens_after) == (before, after)


def total(messages: Messages) -> int:
    """Tokens of all texts."""
    return sum(count(text) for message in messages for text in texts_of(read_message(message)))


@every_mode
@given(messages=conversations())
def test_no_text_and_no_conversation_grows(mode: str, messages: Messages) -> None:
    check(messages, mode)


@every_mode
def test_no_real_text_grows(mode: str) -> None:
    for messages in [ask(sample.text) for sample in samples()] + [talk.messages for talk in talks()]:
        check(messages, mode)


@pytest.mark.shared_data
@every_mode
def test_no_text_of_all_kinds_of_real_data_grows(mode: str) -> None:
    for sample in shared_samples(
        "json_array", "json_object", "log", "csv", "html", "code", most_chars=40_000, one_in=4
    ):
        check(ask(sample.text), mode)
    for talk in shared_talks(one_in=30, most_chars=60_000):
        check(talk.messages, mode)


@given(text=json_texts() | json_tool_texts())
def test_the_encoder_never_writes_more_than_it_was_given(text: str) -> None:
    result = JsonCompressor(counter=built_in_counter()).compress(text)

    assert count(result.compressed) == result.compressed_tokens <= result.original_tokens == count(text)
    assert (result.compressed is text) == (result.compressed_tokens == result.original_tokens)


@given(seed=st.integers(0, 999), rows=st.integers(5, 60), target=st.integers(1, 400))
def test_a_selection_with_its_marker_is_smaller_than_the_exact_form_however_small_the_budget(
    seed: int, rows: int, target: int
) -> None:
    messages = ask(dump_rows(table_rows(seed, rows, ["id", "name", "status", "note"]), "compact"))

    [change] = changes(messages, used_engine().prepare(messages, target_tokens=target))

    assert count(change.sent) <= change.note.tokens_exact <= count(change.before)
    if change.note.change == "left_out":
        assert count(change.sent) < change.note.tokens_exact


@every_mode
@given(messages=conversations())
def test_what_did_not_shrink_is_the_object_that_came_in(mode: str, messages: Messages) -> None:
    result = used_engine().prepare(messages, **MODES[mode])

    changed = {note.message_index for note in result.notes if note.change}
    for index, (before, after) in enumerate(zip(messages, result.messages, strict=True)):
        assert (before is after) == (index not in changed)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "0", '"x"', "[1,2,3]", " " * 4000, "[" * 4000, "{" * 4000, "x" * 4000]
)
def test_texts_without_gain_come_back_as_they_are(text: str) -> None:
    messages = ask(text)

    result = new_engine(min_tokens=0).prepare(messages, selection="always")

    assert result.messages[2] is messages[2]
    assert not result.compressed
