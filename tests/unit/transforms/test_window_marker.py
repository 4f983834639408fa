"""The lines that say what a window does not show, and what reads them."""

import pytest

from headroom.markers import find_markers
from headroom.messages import read_message
from headroom.transforms.window_marker import (
    LeftOut,
    is_result_line,
    marker_message,
    read_marker,
    result_line,
    turns_line,
)

HANDLE = "5b1f09c2a7e4"


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        (LeftOut(turns=1, of_turns=1, messages=1), "the first turn (1 message) not shown here; source complete; "),
        (LeftOut(turns=12, of_turns=12, messages=57), "the first 12 turns (57 messages) not shown here"),
        (LeftOut(turns=2, of_turns=9, messages=5, errors=1), "2 of the first 9 turns (5 messages) not shown here; "),
        (LeftOut(turns=2, of_turns=9, messages=5, errors=3), "3 of them report errors"),
    ],
)
def test_what_is_written_is_read(left_out: LeftOut, words: str) -> None:
    for secret in ("", "s3cret"):
        line = turns_line(left_out, handle=HANDLE, by_tool=True, secret=secret)

        assert words in line
        assert read_marker(marker_message(line), secret=secret) == left_out
        assert read_marker(marker_message(line, "They spoke of amber."), secret=secret) == left_out
        assert [marker.handle for marker in find_markers(line, secret=secret)] == [HANDLE]


def test_text_that_only_looks_like_it_is_text() -> None:
    line = turns_line(LeftOut(turns=1, of_turns=1, messages=1), handle=HANDLE, by_tool=False)

    assert read_marker(read_message({"role": "user", "content": line.replace("first", "last")})) is None
    assert read_marker(read_message({"role": "user", "content": f"{line} Is that so?"})) is None
    assert read_marker(read_message({"role": "assistant", "content": line})) is None
    assert read_marker(marker_message(line), secret="another") is None
    assert read_marker(read_message({"role": "user", "content": "[headroom"})) is None


def test_without_the_tool_the_line_only_names_the_handle() -> None:
    line = turns_line(LeftOut(turns=1, of_turns=1, messages=1), handle=HANDLE, by_tool=False)

    assert line.endswith(f"; handle {HANDLE}]")


@pytest.mark.parametrize("tool", ["bash", "", "a]b", "x" * 300, "zwei\nZeilen", "é世"])
def test_the_line_of_a_result_is_known_again(tool: str) -> None:
    line = result_line(tool, tokens=1083, handle=HANDLE, by_tool=True, is_error=True)

    assert is_result_line(line)
    assert "\n" not in line
    assert "1083 tokens, not shown here; it reports an error" in line
    assert not is_result_line(f"{line}\nmore")
    assert not is_result_line(line, secret="another")


def test_counts_add_up() -> None:
    earlier = LeftOut(turns=2, of_turns=3, messages=9, errors=1)

    assert LeftOut(turns=1, of_turns=1, messages=4).added_to(earlier) == LeftOut(
        turns=3, of_turns=4, messages=13, errors=1
    )
