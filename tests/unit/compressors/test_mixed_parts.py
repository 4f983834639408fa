"""Mixed texts: each part by its own type, everything around it to the byte, places as they are in the whole text."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.compressors.by_type import compressors_by_kind
from headroom.compressors.gaps import read_gap
from headroom.compressors.limits import Limits, Selector
from headroom.compressors.mixed_places import part_at, read_at_line
from headroom.detection import detect
from headroom.markers import find_markers
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.decoders import BYTES, SHOWN, VALUES
from tests.samples import samples, shared_talks
from tests.strategies import json_tool_texts, line_texts

KNOWN = compressors_by_kind(built_in_counter())
LOG = "\n".join(
    f"2024-01-01 12:{row // 60:02}:{row % 60:02} ERROR worker-3 disk full on /dev/sd{row}"
    if row == 77
    else f"2024-01-01 12:{row // 60:02}:{row % 60:02} INFO worker-{row % 3} request {row * 17} took {row % 7} ms"
    for row in range(160)
)
ROWS = json.dumps([{"id": row, "name": f"user {row}", "open": row % 3 == 0} for row in range(120)])
HITS = "\n".join(f"src/app/module_{row // 9}.py:{row * 3}:    value = compute(item, {row})" for row in range(120))
WRAPPED = "<returncode>0</returncode>\n<output>\n{}\n</output>"


def compressed(text: str) -> CompressionResult:
    """The exact form, by whatever takes the text."""
    compressor = KNOWN.get(detect(text).kind.value)
    assert compressor is not None
    return compressor.compress(text)


def selected(text: str, tokens: int = 400, question: str = "") -> CompressionResult:
    """What matters of a text."""
    exact = compressed(text)
    compressor = KNOWN[exact.kind]
    assert isinstance(compressor, Selector)
    limits = Limits(tokens=tokens, above_tokens=tokens, handle="0123456789ab", is_asked=True, by_tool=True)
    return compressor.select(text, exact, limits, context=question)


def check_exact(text: str) -> CompressionResult:
    """Compress; the original comes back, and once is enough."""
    result = compressed(text)
    if result.strategy == "mixed" and result.change == "exact":
        assert BYTES["mixed"](result.compressed) == text
    if result.strategy == "mixed" and result.change == "value_exact":
        assert VALUES["mixed"][0](text) == VALUES["mixed"][1](result.compressed)
    assert compressed(result.compressed).compressed is result.compressed
    return result


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("<returncode>0</returncode>\n<output>\n", "\n</output>"),
        ("<returncode>0</returncode>\r\n<output>\r\n", "\r\n</output>\r\n"),
        ("Exit code: 0\nWall time: 0.1 seconds\nOutput:\n", "\n"),
        ("$ tail -n 160 app.log\n", "\n(Open file: n/a)\n(Current directory: /)\nbash-$"),
        ("<output>\nOBSERVATION:\n", "\n\nCommand exited with code 0\n</output>\n"),
    ],
)
@pytest.mark.parametrize("inside", [LOG, HITS], ids=["log", "hits"])
def test_what_is_around_an_output_stays_and_the_output_is_compressed(before: str, behind: str, inside: str) -> None:
    result = check_exact(before + inside + behind)

    assert (result.kind, result.change, result.strategy) == ("mixed", "exact", "mixed")
    assert result.compressed.startswith(before)
    assert result.compressed.endswith(behind)
    assert result.compressed_tokens < 0.9 * result.original_tokens


def test_each_of_several_parts_goes_its_own_way() -> None:
    text = f"=== log ===\n{LOG}\n=== rows ===\n{ROWS}\n=== hits ===\n{HITS}\n"

    result = check_exact(text)

    assert result.change == "value_exact"
    assert "\n=== rows ===\n[120]{id,name,open" in result.compressed
    assert result.compressed_tokens < 0.75 * result.original_tokens


def test_text_around_fenced_blocks_stays() -> None:
    text = f"Here they are:\n\n```json\n{ROWS}\n```\n\nand\n\n```log\n{LOG}\n```\nThat is all."

    result = check_exact(text)

    assert result.compressed.startswith("Here they are:\n\n```json\n[120]{id,name,open")
    assert "\n```\n\nand\n\n```log\n" in result.compressed
    assert result.compressed.endswith("\n```\nThat is all.")


def test_a_part_that_reads_like_ours_leaves_the_text_alone() -> None:
    table = compressed(ROWS).compressed
    text = f"=== log ===\n{LOG}\n=== rows ===\n{table}\n"

    result = compressed(text)

    assert result.compressed is text
    assert result.reason == "already_compressed"


def test_wrappers_within_wrappers_end() -> None:
    text = "<output>\n" * 200 + LOG + "\n</output>" * 200

    result = check_exact(text)

    assert result.compressed_tokens <= result.original_tokens


@pytest.mark.parametrize("wrapper", [WRAPPED, "Exit code: 0\nOutput:\n{}", "<output>\n$ x\n{}\nbash-$\n</output>"])
def test_gap_lines_of_a_wrapped_log_have_the_numbers_of_the_whole_text(wrapper: str) -> None:
    text = wrapper.format(LOG)

    result = selected(text)

    assert result.change == "left_out"
    assert "ERROR worker-3 disk full on /dev/sd77" in result.compressed
    assert SHOWN["mixed"](result.compressed, text) == 1
    shown = result.compressed.split("\n")
    error = next(place for place, line in enumerate(shown) if "sd77" in line)
    gap = next(place for place, line in enumerate(shown) if place > error and read_gap(line))
    first, _ = read_gap(shown[gap]) or (0, 0)
    assert text.split("\n").index(shown[error]) + 1 == first - (gap - error)
    assert result.compressed.startswith(wrapper.partition("{}")[0])
    assert result.compressed.endswith(wrapper.partition("{}")[2])


@pytest.mark.parametrize(
    "text", [f"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n{ROWS}", WRAPPED.format(ROWS), f"Rows: {ROWS}. Go on."]
)
def test_rows_of_json_in_a_text_are_chosen_and_the_marker_names_its_line(text: str) -> None:
    result = selected(text, question="What is with user 77?")

    assert result.change == "left_out"
    assert "user 77" in result.compressed
    [marker] = find_markers(result.compressed)
    at = marker.line.partition(', at="')[2].partition('"')[0]
    place = read_at_line(at)
    assert place is not None
    span = part_at(text, place[0])
    assert span is not None
    assert json.loads(text[slice(*span)]) == json.loads(ROWS)
    assert SHOWN[result.kind](result.compressed, text) == 1


def test_parts_share_the_wanted_size() -> None:
    text = f"=== log ===\n{LOG}\n=== rows ===\n{ROWS}\n=== hits ===\n{HITS}\n"

    result = selected(text, tokens=900)

    assert result.change == "left_out"
    assert result.compressed_tokens < 1300
    assert SHOWN["mixed"](result.compressed, text) == 3
    assert all(heading in result.compressed for heading in ("=== log ===\n", "\n=== rows ===\n", "\n=== hits ===\n"))
    for marker in find_markers(result.compressed):
        place = read_at_line(marker.line.partition(', at="')[2].partition('"')[0])
        assert place is None or part_at(text, place[0]) is not None


def test_a_log_that_quotes_gap_lines_is_numbered_from_its_own_line() -> None:
    text = WRAPPED.format(LOG.replace("request 170 ", "[line 7 not shown] "))

    result = selected(text)

    assert 'at="line 3"' in find_markers(result.compressed)[-1].line


def test_one_line_more_never_makes_much_less() -> None:
    texts = [WRAPPED.format("\n".join(LOG.split("\n")[:rows])) for rows in range(20, 160, 4)]
    sizes = [selected(text).compressed_tokens for text in texts]

    assert all(after > 0.7 * before for before, after in pairwise(sizes))


HEADS = ("<output>\n{}\n</output>", "Exit code: 0\nOutput:\n{}", "=== a ===\n{}\n=== b ===\n{}\n", "```\n{}\n```")
ODD = ("", "\u2028", "\ufeff", "\x85\f", "\ud800", "[lines 3-9 not shown]", "</output>", "=== a ===", "\n\n", "\r")
heads, odd = st.sampled_from(HEADS), st.sampled_from(ODD)


@settings(max_examples=60)
@given(head=heads, one=line_texts() | json_tool_texts(30), other=line_texts(), mark=odd)
def test_any_part_comes_back(head: str, one: str, other: str, mark: str) -> None:
    text = head.format(f"{one}{mark}", f"{mark}{other}")

    result = check_exact(text)

    assert result.compressed_tokens <= result.original_tokens


def test_real_records_come_back_out_of_wrappers() -> None:
    for sample in samples():
        if len(sample.text) < 40_000:
            check_exact(WRAPPED.format(sample.text))


@pytest.mark.shared_data
def test_real_results_of_coding_agents_come_back() -> None:
    kinds = set()
    for talk in shared_talks(one_in=50, most_chars=200_000):
        for message in talk.messages:
            text = message.get("content")
            if message["role"] == "tool" and isinstance(text, str) and len(text) > 800 and detect(text).kind == "mixed":
                kinds.add(check_exact(text).change)

    assert "exact" in kinds


@pytest.mark.parametrize("behind", [". Go on.", "\n" + "\n".join(f"step {row} is done" for row in range(30)) + "\n"])
def test_table_text_among_lines_is_known_again(behind: str) -> None:
    once = compressed(f'Answer: {{"total": 120, "entries": {ROWS}}}{behind}')

    again = compressed(once.compressed)

    assert once.strategy == "table_in_text"
    assert again.compressed is once.compressed
    assert again.reason == "already_compressed"


@pytest.mark.parametrize("line", ["[12 of 60]{a,b}", "[3]{a,b}", "config: {a:1,b:2}", "items: [2]{x"])
def test_lines_that_look_like_table_text_do_not_hide_a_log(line: str) -> None:
    text = f"{LOG}\n2024-01-01 13:00:00 INFO worker-1 {line}\n{line}\n"

    result = compressed(text)

    assert (result.kind, result.strategy) == ("log", "log_table")
