"""`output="json"` keeps every law, and whatever was JSON is JSON (requirement R23)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headroom
from headroom.compressors.json_kept import is_json
from tests.engines import new_engine
from tests.parts import Change, changes
from tests.samples import Messages, ask, samples, shared_samples, talks
from tests.strategies import conversations, json_texts, json_tool_texts, json_values, row_lists

OUTPUTS = ("json", "minified")
ENGINES = {output: new_engine(output=output) for output in OUTPUTS}
FACTS: dict[str, dict[str, Any]] = {"off": {}, "tool": {"retrieval": "tool"}, "asked": {"target_tokens": 60}}

every_output = pytest.mark.parametrize("output", OUTPUTS)


def documents(text: str) -> list[Any]:
    """All documents of a text, with number text, key order and repeated keys, by the standard library."""
    reader = json.JSONDecoder(
        object_pairs_hook=lambda pairs: ("object", pairs),
        parse_int=lambda number: ("number", number),
        parse_float=lambda number: ("number", number),
        parse_constant=lambda number: ("number", number),
    )
    found, text = [], text.strip(" \t\r\n")
    while text:
        value, end = reader.raw_decode(text)
        text = text[end:].lstrip(" \t\r\n")
        found.append(value)
    return found


def check(change: Change, output: str) -> None:
    """JSON is JSON still, of the same value; every line of JSON lines is."""
    if not is_json(change.before):
        return
    assert change.sent == change.after, "nothing in it is named instead"
    assert change.note.change in (None, "value_exact", "display")
    if change.note.change is None:
        assert change.sent == change.before
    elif "json_rows" in change.note.reason:
        assert output == "json"
        assert plain(headroom.loads(change.sent)) == plain(headroom.loads(change.before))
    else:
        assert documents(change.sent) == documents(change.before)
    for line in change.sent.split("\n") if len(documents(change.sent)) > 1 and change.note.change else [change.sent]:
        documents(line)


def plain(value: Any) -> str:
    """A value as text in which 1, 1.0 and True differ, and the order of keys tells."""
    return repr(value)


def check_conversation(messages: Messages, output: str) -> list[Change]:
    found: list[Change] = []
    for facts in FACTS.values():
        result = ENGINES[output].prepare(messages, **facts)
        again = ENGINES[output].prepare(result.messages, **facts)
        assert again.messages == result.messages
        assert result.tokens_after <= result.tokens_before
        assert new_engine(output=output).prepare(messages, **facts).messages == result.messages
        for k in range(len(messages)):
            assert ENGINES[output].prepare(messages[:k], **facts).messages == result.messages[:k]
        made = changes(messages, result)
        for change in made:
            check(change, output)
        found += made
    return found


@every_output
@given(messages=conversations())
def test_whatever_was_json_is_json_in_every_conversation(output: str, messages: Messages) -> None:
    check_conversation(messages, output)


@every_output
def test_whatever_was_json_is_json_in_real_outputs_and_conversations(output: str) -> None:
    reasons = set()
    for messages in [ask(sample.text) for sample in samples()] + [talk.messages for talk in talks()]:
        reasons |= {change.note.reason.partition("+")[0] for change in check_conversation(messages, output)}

    assert "json_without_blanks" in reasons
    assert ("json_rows" in reasons) == (output == "json")


@pytest.mark.shared_data
@pytest.mark.slow
@every_output
def test_all_real_json_is_json_of_the_same_value(output: str) -> None:
    for sample in shared_samples("json_array", "json_object", most_chars=300_000):
        messages = ask(sample.text)
        for change in changes(messages, ENGINES[output].prepare(messages)):
            check(change, output)


@given(text=json_texts() | json_tool_texts())
def test_rows_keep_number_text_key_order_repeated_keys_absent_and_null(text: str) -> None:
    from headroom.compressors.json_documents import Documents, read_documents
    from headroom.compressors.json_kept import KeptJsonCompressor, value_of
    from headroom.compressors.table.compare import same
    from headroom.tokenizers import built_in_counter

    made = KeptJsonCompressor(counter=built_in_counter(), rows=True).compress(text)
    before, after = read_documents(text), read_documents(made.compressed)

    if made.was_modified:
        assert isinstance(before, Documents)
        assert isinstance(after, Documents)
        assert same(value_of(after) if made.strategy == "json_rows" else after.value, before.value)


@given(value=json_values() | row_lists(), lines=st.booleans())
def test_what_has_no_rows_reads_as_json_reads_it(value: Any, lines: bool) -> None:
    from headroom.compressors.table.values import dump_json

    text = dump_json(value)

    assert repr(headroom.loads(text)) == repr(json.loads(text))
    if lines and isinstance(value, (list, dict)):
        assert repr(headroom.loads(f"{text}\n{text}")) == repr([json.loads(text)] * 2)
