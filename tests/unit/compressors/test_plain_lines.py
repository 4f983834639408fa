"""Lines of no known kind that are alike say what they share once; prose, code and random text stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.limits import Limits
from headroom.compressors.line_folds import unfold
from headroom.compressors.log_table import decode_log
from headroom.compressors.plain_text import PlainTextCompressor, are_alike
from headroom.detection import detect
from headroom.tokenizers import built_in_counter
from tests.decoders import BYTES
from tests.samples import shared_samples
from tests.shown_lines import check_lines

COMPRESSOR = PlainTextCompressor(counter=built_in_counter())
LOOPS = "\n".join(f"   7       {i} loop{i} 0 0 0 {i % 3} 0 0 0 0 0 0 0 0 0 0 0 0 0" for i in range(40))
STEPS = "\n".join(f"copied the table number {i} of all {9000 + i} to its new place" for i in range(400)) + "\n"
PROSE = "\n".join(
    f"{word} was said of {word * 2}, and more of it was known to {word * 3}." for word in "abcdefghijklmnopqrstuvw"
)


def check(text: str) -> str:
    """Compress `text`; fail unless it comes back to the byte, once and for all. Gives the strategy."""
    result = COMPRESSOR.compress(text)
    if not result.was_modified:
        assert result.compressed is text
        return result.reason
    assert BYTES[result.strategy](result.compressed) == text
    assert COMPRESSOR.compress(result.compressed).compressed is result.compressed
    return result.strategy


@pytest.mark.parametrize("text", [LOOPS, STEPS], ids=["loops", "steps"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_that_differ_in_numbers_say_the_rest_once(text: str, end: str) -> None:
    text = text.replace("\n", end)

    result = COMPRESSOR.compress(text)

    assert check(text) == "log_table"
    assert result.compressed_tokens < 0.85 * result.original_tokens
    assert detect(result.compressed).kind.value == "log", "so that its compressor leaves it alone"


def test_repeated_blocks_are_folded_first() -> None:
    text = STEPS + "a block of lines\nthat is said again\nand again and again\n" * 6

    result = COMPRESSOR.compress(text)

    assert result.strategy == "folds+log_table"
    assert unfold(decode_log(result.compressed)) == text


@pytest.mark.parametrize(
    "text", ["", "one line", PROSE.replace("\n\n", "\n"), "\n".join(map(chr, range(97, 123))) * 20]
)
def test_lines_that_are_not_alike_are_not_even_tried(text: str) -> None:
    assert not are_alike(text[: len(text) // 20] if "many" in text else text)


def test_little_gain_is_no_reason_to_write_patterns() -> None:
    text = "\n".join(f"{i * 7919 % 104729} src/module_{i}.py" for i in range(60))

    assert check(text) == "no_compressor_for_text"


def test_settings_stay_as_they_are() -> None:
    text = "".join(f"service_{i}:\n  <<: *defaults\n  database: extra{i}\n" for i in range(100))

    assert check(text) == "no_compressor_for_text"


def test_chosen_lines_are_written_alike() -> None:
    exact = COMPRESSOR.compress(STEPS)

    result = COMPRESSOR.select(STEPS, exact, Limits(tokens=300, above_tokens=400, handle="a" * 12, by_tool=True))

    assert result.strategy == "log_table+selection"
    assert result.compressed.startswith("[log lines; ")
    check_lines(result.compressed, STEPS)


LINES = st.lists(
    st.sampled_from(["a b 1", "a b 22", "copied number {}", "A", "A=x", "1 A", "", "\x0c9", "\\1 A 5", "x\u20287"])
)


@given(lines=LINES, times=st.integers(5, 30), end=st.sampled_from(["\n", "\r\n"]), numbers=st.booleans())
def test_any_lines_come_back(lines: list[str], times: int, end: str, numbers: bool) -> None:
    found = [f"{line} took {i} of 100 seconds" if numbers else line for i in range(times) for line in lines]

    check(end.join(found))


@pytest.mark.shared_data
@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_real_code_and_prose_stay_as_they_are_but_for_long_lists_in_code(kind: str) -> None:
    texts = [sample.text for sample in shared_samples(kind, most_chars=40_000, one_in=4)]

    tables = ["log_table" in COMPRESSOR.compress(text).strategy for text in texts]

    assert sum(tables) <= 0.05 * len(texts)
