"""What this library writes in place of logs and search results is known by its first line."""

from __future__ import annotations

import pytest

from headroom.compressors.build_text import BuildCompressor
from headroom.compressors.log_text import LogCompressor
from headroom.compressors.search_text import SearchCompressor
from headroom.detection import detect
from headroom.tokenizers import built_in_counter

COUNTER = built_in_counter()


def test_a_log_table_of_frames_is_a_log_table() -> None:
    text = "\n".join(
        f"    at com.example.billing.service.InvoiceHandler.invoke(InvoiceHandler.java:{i + 40})" for i in range(60)
    )

    made = BuildCompressor(counter=COUNTER).compress(text)

    assert made.strategy == "log_table"
    assert detect(text).kind.value == "stack_trace"
    assert detect(made.compressed).kind.value == "log"
    assert LogCompressor(counter=COUNTER).compress(made.compressed).reason == "already_compressed"


def test_grouped_matches_stay_search_results() -> None:
    text = "\n".join(f"src/app/views.py:{i}:    return render(request, {i})" for i in range(1, 40))

    made = SearchCompressor(counter=COUNTER).compress(text)

    assert made.was_modified
    assert detect(made.compressed).kind.value == "search_results"


@pytest.mark.parametrize("header", ["[3 log lines; a letter", "[log lines] a letter", "[path:line]\n"])
def test_a_first_line_that_only_begins_like_ours_is_none_of_ours(header: str) -> None:
    assert detect(f"{header}\nsome words\n").reason not in ("log table", "matches by file", "entries of folders")
