"""Repeated blocks of lines are folded, and come back to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.build_text import BuildCompressor
from headroom.compressors.line_folds import fold, unfold
from headroom.compressors.plain_text import PlainTextCompressor
from headroom.detection import detect
from headroom.tokenizers import built_in_counter

COUNTER = built_in_counter()
LINES = st.sampled_from(
    (
        "",
        "a",
        "connection refused, trying again in one second",
        "\tat com.example.Service.call(Service.java:42) and some more text",
        "with a carriage return at its end, which belongs to the line\r",
        "form feed \x0c and next line \x85 and separator \u2028 are content",
        "lone \ud800 surrogate",
        "[the line above, 3 times more] and more",
    )
)
TEXTS = st.lists(st.tuples(st.lists(LINES, min_size=1, max_size=5), st.integers(1, 6)), max_size=6).map(
    lambda blocks: "\n".join(line for block, times in blocks for line in block * times)
)


@given(text=TEXTS | st.text())
def test_folding_and_unfolding_gives_the_text(text: str) -> None:
    assert unfold(fold(text)) == text


@given(text=TEXTS)
def test_what_was_folded_is_not_folded_again(text: str) -> None:
    once = fold(text)

    assert fold(once) is once


def test_a_block_is_said_to_come_again_right_below_it() -> None:
    block = "Retrying in 1 s, connection refused\nconnect to 10.0.0.7:5432 failed\n"

    folded = fold("start\n" + block * 41 + "end")

    assert folded == "start\n" + block + "[the 2 lines above, 40 times more]\nend"


def test_a_fold_never_speaks_of_lines_beyond_another_fold() -> None:
    line, other = "one line of a length that pays for a fold", "another line of a length that pays for it"
    folded = fold("\n".join([*[line] * 5, other, *[line] * 5, other]))

    shown = folded.split("\n")

    assert shown == [line, "[the line above, 4 times more]", other, line, "[the line above, 4 times more]", other]


def test_short_repeats_stay_because_a_fold_would_be_longer() -> None:
    text = "}\n" * 10

    assert fold(text) is text


@pytest.mark.parametrize("compressor", [BuildCompressor(counter=COUNTER), PlainTextCompressor(counter=COUNTER)])
def test_a_text_that_looks_folded_is_left_alone(compressor: BuildCompressor | PlainTextCompressor) -> None:
    text = "the log of a tool says:\n[the line above, 4 times more]\n" + "and then a line that is repeated often\n" * 50

    result = compressor.compress(text)

    assert result.compressed is text
    assert result.reason == "already_compressed"


def test_a_folded_text_goes_back_to_the_compressor_that_wrote_it() -> None:
    folded = fold("2026-01-01 10:00:00 INFO the very same line comes again and again\n" * 30)

    assert detect(folded).kind.value == "build_output"


@pytest.mark.parametrize("text", ["[the line above, once more]", "a\n[the 3 lines above, 2 times more]"])
def test_folds_of_lines_that_are_not_there_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not there"):
        unfold(text)


def test_folds_that_would_fill_the_memory_are_refused() -> None:
    with pytest.raises(ValueError, match="100 MB"):
        unfold("a line of some length\n[the line above, 999999999 times more]")
