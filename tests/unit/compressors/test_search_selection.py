"""Search results that are too large: what was asked for and what failed stays, the rest is counted."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.limits import Limits
from headroom.compressors.search_groups.folders import by_folder
from headroom.compressors.search_text import SearchCompressor
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples
from tests.shown_search import check_search

COUNTER = built_in_counter()
COMPRESSOR = SearchCompressor(counter=COUNTER)


def limits_of(tokens: int, most_items: int | None = None) -> Limits:
    """Limits that bite from the first token on."""
    return Limits(
        tokens=tokens, above_tokens=0, handle="0123456789ab", is_asked=True, by_tool=True, most_items=most_items
    )


def chosen(text: str, tokens: int = 300, question: str = "", most_items: int | None = None) -> CompressionResult:
    """What `select` makes of a text; what it shows is held against the text."""
    exact = COMPRESSOR.compress(text)
    result = COMPRESSOR.select(text, exact, limits_of(tokens, most_items), context=question)
    if result.change == "left_out":
        check_search(result.compressed, text)
        assert result.compressed_tokens == COUNTER.count_text(result.compressed) < exact.compressed_tokens
    return result


def grep(files: int, each: int, folder: str = "src/part_{}") -> str:
    """Matches of some files."""
    return "".join(
        f"{folder.format(file // 4)}/file_{file}.py:{line * 7 + 1}:    call_{file}_{line}(value)\n"
        for file in range(files)
        for line in range(each)
    )


def test_a_small_target_gives_an_index_that_counts_every_file_and_match() -> None:
    result = chosen(grep(files=40, each=12))

    assert result.compressed.startswith("[path:line:text by file: 480 matches in 40 files]\n")
    assert result.items_total == 480
    assert result.compressed_tokens < 450


def test_each_file_shows_a_match_where_that_fits() -> None:
    shown = chosen(grep(files=8, each=40), tokens=700).compressed

    for file in range(8):
        assert re.search(rf"(?m)^src/part_{file // 4}/file_{file}\.py: 40 matches, [0-9]+ shown, rows", shown)


def test_what_the_question_names_stays_with_its_path_and_number() -> None:
    shown = chosen(grep(files=60, each=20), question="On which line is `call_41_13`?").compressed

    assert "src/part_10/file_41.py: 20 matches" in shown
    assert "92    call_41_13(value)" in shown


def test_the_file_with_the_most_matches_and_the_one_in_a_folder_of_its_own_are_named() -> None:
    text = grep(30, 5) + grep(1, 19, folder="zz/most") + "lone/only.py:5:    call()\n" + grep(30, 5, folder="tests/{}")

    shown = chosen(text).compressed

    assert "zz/most/file_0.py: 19 matches" in shown
    assert "lone/only.py: 1 match" in shown


def test_what_the_program_says_of_itself_stays() -> None:
    text = "grep: /root/x: Permission denied\n" + grep(60, 20) + "Binary file a/b.bin matches\n"

    shown = chosen(text).compressed

    assert "\ngrep: /root/x: Permission denied\n" in shown
    assert "\nBinary file a/b.bin matches\n" in shown


def test_a_thousand_notes_are_shown_by_one_of_each_kind_with_their_count() -> None:
    notes = "".join(f"grep: ./sys/dev/{n}/power: Input/output error\n" for n in range(900))
    text = notes + "grep: ./etc/shadow: Permission denied\n" + grep(300, 5)

    result = chosen(text)

    assert "Permission denied" in result.compressed
    assert re.search(r"note: row [0-9]+ for 900", result.compressed)
    assert result.compressed_tokens < 1000


def test_files_that_are_not_named_are_counted_by_folder_with_their_rows() -> None:
    shown = chosen(grep(400, 3, folder="src/part")).compressed

    folder = re.search(r"(?m)^src/part/: ([0-9]+) more files, ([0-9]+) matches, rows ([0-9]+)-([0-9]+)$", shown)
    assert folder
    assert int(folder[2]) == 3 * int(folder[1])


def test_lists_of_paths_keep_the_path_that_is_asked_for() -> None:
    text = "".join(f"./pkg_{n % 9}/deep/module_{n}.py\n" for n in range(900)) + "./uv.lock\n"

    shown = chosen(text, question="In which directory is `module_417.py`?").compressed

    assert "\n./pkg_3/deep/module_417.py\n" in shown
    assert "\n./uv.lock\n" in shown
    assert shown.startswith("[901 paths]\n")


def test_of_counts_the_largest_stays() -> None:
    text = "".join(f"./pkg_{n % 9}/module_{n}.py:{n % 7 + 1}\n" for n in range(500)).replace(":5\n", ":97\n", 1)

    assert re.search(r"(?m)^\./pkg_[0-9]/module_[0-9]+\.py:97$", chosen(text).compressed)


def test_lines_of_one_file_leave_gaps_that_are_said_in_place() -> None:
    text = "".join(f"{n * 3 + 1}:    call_{n}(value)\n" for n in range(300))

    result = chosen(text, question="call_211")

    assert "634:    call_211(value)" in result.compressed
    assert re.search(r"\[lines [0-9]+-[0-9]+ not shown", result.compressed)


def test_a_match_keeps_the_context_around_it() -> None:
    text = "--\n".join(
        f"a/f{n}.py-{n + 1}-    before_{n}()\na/f{n}.py:{n + 2}:    needle_{n}()\na/f{n}.py-{n + 3}-    after_{n}()\n"
        for n in range(200)
    )

    shown = chosen(text, question="needle_150").compressed

    assert "a/f150.py: 1 match\n151    before_150()\n152:    needle_150()\n153    after_150()\n" in shown


def test_items_are_capped_where_the_caller_says_so() -> None:
    few, more = (chosen(grep(20, 20), tokens=4000, most_items=most).items_kept for most in (3, 30))

    assert 3 <= few < more < 60


@given(files=st.integers(1, 60), each=st.integers(1, 30), tokens=st.integers(150, 1500))
def test_one_more_line_never_makes_the_text_much_smaller(files: int, each: int, tokens: int) -> None:
    text = grep(files, each)

    before = chosen(text, tokens)
    after = chosen(text + f"src/part_{(files - 1) // 4}/file_{files - 1}.py:9999:    one_more(value)\n", tokens)

    assert after.compressed_tokens >= 0.75 * min(before.compressed_tokens, tokens)


@given(
    paths=st.lists(st.text(st.sampled_from("ab./\\: "), min_size=1, max_size=12), min_size=1, max_size=30),
    most=st.integers(1, 6),
)
def test_folders_hold_every_path_once(paths: list[str], most: int) -> None:
    found = by_folder(paths, most)

    assert sorted(place for places in found.values() for place in places) == list(range(len(paths)))
    assert len(found) <= most
    assert all(paths[place].startswith(folder) for folder, places in found.items() for place in places)


def test_folders_are_as_deep_as_there_is_room() -> None:
    paths = [f"src/{a}/{b}/x.py" for a in "ab" for b in "cd"] + ["setup.py"]

    assert list(by_folder(paths, 2)) == ["src/", ""]
    assert list(by_folder(paths, 3)) == ["src/a/", "src/b/", ""]
    assert str(PurePosixPath(next(iter(by_folder(paths, 9))))) == "src/a/c"


@pytest.mark.shared_data
def test_real_results_are_shown_truly_and_hit_the_target() -> None:
    for sample in shared_samples("search", most_chars=120_000, one_in=3):
        result = chosen(sample.text, tokens=1500, question="Where is the error raised?")
        assert result.compressed_tokens <= max(3200, 0)
