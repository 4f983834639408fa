"""Tables of commands: every cell comes back, and the blanks between them where the head says how they stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.columns_padding import COLUMNS, write_lines
from headroom.compressors.columns_text import ColumnsCompressor, read_columns
from headroom.compressors.limits import Limits
from headroom.compressors.rows_as_text import RowTable
from headroom.compressors.rows_compressor import restore
from headroom.detection import detect
from headroom.tokenizers import built_in_counter
from tests.shown_rows import check_shown_columns, columns_after, columns_before

COMPRESSOR = ColumnsCompressor(counter=built_in_counter())


def aligned(rows: list[list[str]], sides: str, gap: int, ending: str = "") -> str:
    """Cells below each other."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    spaced = [(side, gap if place else 0) for place, side in enumerate(sides)]
    return "\n".join(write_lines(rows, spaced, ending, widths)) + "\n"


def pods(count: int) -> list[list[str]]:
    names = ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    rows = [["shop", f"api-7d9f{i}-x2k4p", "1/1", "Running", str(i % 2), f"{i % 90}d"] for i in range(count)]
    rows[count // 2] = ["shop", "worker-5c6b-q8z7w", "0/1", "CrashLoopBackOff", "14 (3m ago)", "12d"]
    return [names, *rows]


def check(text: str) -> str:
    """Compress `text`; fail unless it is told truly, once and for all. Gives the class."""
    result = COMPRESSOR.compress(text)
    if not result.was_modified:
        assert result.compressed is text
        return result.reason
    assert COMPRESSOR.compress(result.compressed).compressed is result.compressed
    assert detect(result.compressed).kind.value == "columns"
    if result.change == "exact":
        assert restore(result.compressed) == text
    else:
        assert columns_before(text) == columns_after(result.compressed)
    return str(result.change)


@pytest.mark.parametrize("sides", ["llllll", "lrrrrl", "rrrrrr", "llrlrl"])
@pytest.mark.parametrize("gap", [1, 2, 3])
@pytest.mark.parametrize("ending", ["", "padded", "open"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_padding_that_follows_a_rule_comes_back_to_the_byte(sides: str, gap: int, ending: str, end: str) -> None:
    text = aligned(pods(30), sides, gap, ending).replace("\n", end)

    assert check(text) == "exact"
    assert check("some words\n\n" + text + "\nand more\n") == "exact"


def test_the_head_says_how_columns_stand() -> None:
    left, mixed = (COMPRESSOR.compress(aligned(pods(30), sides, 3)).compressed for sides in ("llllll", "lllrrr"))

    assert left.startswith("columns(gap 3)[30]{NAMESPACE=shop,NAME,")
    assert mixed.startswith("columns(l0 l3 l3 r3 r3 r3)[30]{NAMESPACE=shop,NAME,")


def test_padding_without_a_rule_is_kept_by_value_only() -> None:
    text = aligned(pods(30), "llllll", 3).replace("shop        api-7d9f3-", "shop         api-7d9f3-")

    assert check(text) == "value_exact"
    assert COMPRESSOR.compress(text).compressed.startswith("columns[30]{")


def test_a_row_that_does_not_fit_stands_as_it_came() -> None:
    lines = aligned(pods(30), "llllll", 3).split("\n")
    lines[9] = "Error from server (NotFound): pods api-7d9f9-x2k4p not found in this namespace"

    result = COMPRESSOR.compress("\n".join(lines))

    assert result.change == "exact"
    assert lines[9] in result.compressed
    assert restore(result.compressed) == "\n".join(lines)


def test_rows_have_the_places_of_their_lines() -> None:
    text = "first\n" + aligned(pods(30), "llllll", 3)

    [table] = [piece for piece in read_columns(text) if isinstance(piece, RowTable)]

    assert text[slice(*table.header)].startswith("NAMESPACE ")
    assert text[slice(*table.spans[15])].startswith("shop        worker-5c6b-q8z7w   0/1 ")


def test_rows_are_chosen_and_a_rare_state_stays() -> None:
    text = aligned(pods(300), "llllll", 3)
    exact = COMPRESSOR.compress(text)

    result = COMPRESSOR.select(text, exact, Limits(tokens=600, above_tokens=800, handle="a" * 12, by_tool=True))

    assert result.change == "left_out"
    assert "CrashLoopBackOff" in result.compressed
    assert result.compressed_tokens < 1200
    check_shown_columns(result.compressed, text)


@pytest.mark.parametrize(
    "behind", ["\nsql[2]{a,b}\n1,2\n3,4", "\ncolumns(gap 3)[2 ]{a,b}\n1 2\n3 4", "\ncolumns[2]{a,b}\n1,2\n3,4\n"]
)
def test_text_behind_a_table_that_reads_like_ours_leaves_all_as_it_is(behind: str) -> None:
    text = aligned(pods(30), "llllll", 3) + behind

    result = COMPRESSOR.compress(text)

    assert result.compressed is text
    assert result.reason in ("ambiguous_with_table_text", "already_compressed")


CELLS = st.text(
    st.sampled_from("ab01.,:-/%<\"'{[@~&*é\u2028\x85\x0c\ufeff\ud800"), min_size=1, max_size=9
) | st.sampled_from(["Up 2 hours", "", "?", "0", "1.10", "007", "null", "true", "-", "api", "[x]", "columns[2]{a,b}"])


@given(
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=3, max_size=9),
    sides=st.text(st.sampled_from("lr"), min_size=4, max_size=4),
    gap=st.integers(1, 4),
    ending=st.sampled_from(("", "padded", "open")),
    end=st.sampled_from(("\n", "\r\n")),
    around=st.sampled_from(("", "a line\n", "\n", "columns[2]{a,b}\n", "\ufeff")),
    cut=st.booleans(),
)
def test_any_table_comes_back(
    rows: list[list[str]], sides: str, gap: int, ending: str, end: str, around: str, cut: bool
) -> None:
    text = around + aligned([["NAME", "CPU %", "Used by", "AGE"], *rows], sides, gap, ending) + around

    check((text.rstrip("\n") if cut else text).replace("\n", end))


@given(text=st.text(st.sampled_from("NA ab1\t\r\n  .%"), max_size=200))
def test_any_text_comes_back(text: str) -> None:
    check("NAME  AGE  USED\n" + text)
    check(text)


@given(head=st.sampled_from(["(gap 3)", "(l0 r1)", "(x)", "(gap)", "(l0)", "(gap 3, padded, crlf)", "(gap 99)", ""]))
def test_text_that_looks_like_ours_is_never_changed(head: str) -> None:
    text = f"{COLUMNS}{head}[2 ]{{NAME,AGE}}\napi 3\nweb 4"

    assert COMPRESSOR.compress(text).compressed is text
