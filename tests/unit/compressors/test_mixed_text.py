"""JSON with text around it: what is written reads back segment by segment."""

from __future__ import annotations

import json

import pytest

from headroom.compressors.mixed import MixedCompressor, read_mixed
from headroom.compressors.table.values import parse_json
from headroom.tokenizers import built_in_counter

ROWS = [{"id": number, "name": f"user {number}", "open": number % 3 == 0} for number in range(40)]
OBJECT = {"total": 40, "entries": ROWS}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ". Please call FINISH when you are done."),
        ("Here is the response: ", ". Please call\nFINISH [1].\n"),
        ("Found:\n", "\nDone. [ok]\n"),
        ("\ufeff", " "),
    ],
)
def test_everything_around_an_object_stays_to_the_byte(before: str, after: str) -> None:
    result = MixedCompressor(counter=built_in_counter()).compress(before + json.dumps(OBJECT) + after)

    assert result.change == "value_exact"
    assert result.compressed.startswith(before)
    assert result.compressed.endswith(after)
    segments = read_mixed(result.compressed)
    assert [s.documents.value for s in segments if s.documents] == [parse_json(json.dumps(OBJECT))]
    assert "".join(s.text for s in segments) == result.compressed


def test_a_table_that_ends_with_a_row_takes_no_text_behind_it() -> None:
    text = json.dumps(ROWS) + " and more words"

    result = MixedCompressor(counter=built_in_counter()).compress(text)

    assert result.compressed is text
    assert result.reason == "json_within_lines"


def test_compressing_again_changes_nothing() -> None:
    compressor = MixedCompressor(counter=built_in_counter())
    once = compressor.compress(f"Answer: {json.dumps(OBJECT)}. Go on.").compressed

    assert compressor.compress(once).compressed is once


def test_a_line_that_reads_as_a_table_leaves_the_text_alone() -> None:
    text = f"[a note in brackets that is long enough]\n{json.dumps(OBJECT)}\n"

    result = MixedCompressor(counter=built_in_counter()).compress(text)

    assert result.compressed is text
    assert result.reason == "ambiguous_with_table_text"
