"""A log that is too large: the lines that matter, coded where that is shorter, and a line that counts the rest."""

from __future__ import annotations

import pytest

from headroom.compressors.limits import Limits
from headroom.compressors.log_table import decode_log, is_log_table
from headroom.compressors.log_text import LogCompressor
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples
from tests.shown_lines import check_lines

COUNTER = built_in_counter()
COMPRESSOR = LogCompressor(counter=COUNTER)
LIMITS = Limits(tokens=1000, above_tokens=1000, handle="0123456789ab", by_tool=True)


def log_of(lines: int) -> str:
    """A log with an error, an odd number and a rare line."""
    made = [
        f"2024-05-01 10:{number // 60:02}:{number % 60:02},{number % 1000:03} INFO [worker-{number * 7919 % 97}] "
        f"Deleting segment {number * 37} from log test-{number * 31 % 89} in {number % 5} ms (kafka.log.Log)"
        for number in range(lines)
    ]
    made[lines // 3] = "2024-05-01 10:05:00,000 ERROR [worker-7] Disk /dev/sda1 is full (kafka.log.Log)"
    made[lines // 2] = made[lines // 2].replace(f"in {lines // 2 % 5} ms", "in 98000 ms")
    return "\n".join(made)


def selected(text: str, question: str = "", limits: Limits = LIMITS) -> CompressionResult:
    """What is made where lines may be left out."""
    return COMPRESSOR.select(text, COMPRESSOR.compress(text), limits, context=question)


def test_errors_and_odd_numbers_stay_and_every_line_is_accounted_for() -> None:
    text = log_of(600)
    result = selected(text)

    shown = check_lines(result.compressed, text)
    assert {200, 300} <= set(shown)
    assert result.change == "left_out"
    assert result.items_total == 600
    assert result.items_kept == len(shown)
    assert result.compressed_tokens < 0.1 * result.original_tokens


def test_the_line_that_the_question_names_stays() -> None:
    text = log_of(600)

    shown = check_lines(selected(text, f"When was segment {431 * 37} deleted?").compressed, text)

    assert 431 in shown


def test_chosen_lines_are_coded_so_that_more_of_them_fit() -> None:
    text = log_of(600)
    result = selected(text)

    assert is_log_table(result.compressed)
    assert result.compressed.startswith("[log lines; ")
    body, _, marker = result.compressed.rpartition("\n")
    assert COUNTER.count_text(f"{decode_log(body)}\n{marker}") > 1.2 * result.compressed_tokens


def test_gap_lines_stand_as_they_are() -> None:
    result = selected(log_of(600))

    assert sum(line.startswith("[line") for line in result.compressed.split("\n")) >= 2


def test_a_small_log_is_not_cut() -> None:
    text = log_of(12)
    exact = COMPRESSOR.compress(text)

    assert COMPRESSOR.select(text, exact, LIMITS) is exact


def test_a_longer_log_is_never_made_much_smaller() -> None:
    sizes = [selected(log_of(lines)).compressed_tokens for lines in (20, 25, 30, 35, 40, 60, 100, 200, 400)]

    assert all(later > 0.75 * max(sizes[: at + 1]) for at, later in enumerate(sizes[1:], 1))


@pytest.mark.shared_data
def test_real_logs_are_cut_truthfully() -> None:
    for sample in shared_samples("log", most_chars=60_000, one_in=7):
        result = selected(sample.text)
        if result.change == "left_out":
            check_lines(result.compressed, sample.text)
