"""CSV and its kin: every byte comes back, every cell keeps its text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.delimited_text import DelimitedCompressor, read_rows
from headroom.compressors.limits import Limits
from headroom.compressors.rows_as_text import RowTable, read_pieces
from headroom.compressors.rows_compressor import restore
from headroom.detection import detect
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples
from tests.shown_rows import check_shown_rows, rows_after, rows_before

COMPRESSOR = DelimitedCompressor(counter=built_in_counter())
ROWS = [["id", "when", "state", "note"]] + [
    [f"{i:03}", f"2024-05-0{1 + i // 20} 10:{i % 60:02}:00", "open" if i % 7 else "closed", f"n {i}"] for i in range(40)
]
CELLS = st.one_of(
    st.sampled_from(["", "1.10", "007", "+1", "true", "null", "NaN", "2024-01-01", "a,b", 'say "x"', "~", "@a", "!x"]),
    st.text(st.sampled_from("ab1 ,;|\"'\n\t\f\u2028\x85\ufeff\ud800€{[`&*#"), max_size=6),
    st.integers(-99, 99).map(str),
)
WORDS = st.sampled_from(["alpha", "beta", "gamma 2", "delta", ""])


def as_csv(rows: list[list[str]], **options: object) -> str:
    """`rows` as the standard library writes them."""
    target = io.StringIO(newline="")
    csv.writer(target, **{"lineterminator": "\n", **options}).writerows(rows)  # type: ignore[arg-type]
    return target.getvalue()


@st.composite
def tables(draw: st.DrawFn) -> str:
    """CSV with a header, some odd cells, any mark and line end."""
    width, size = draw(st.integers(2, 5)), draw(st.integers(4, 14))
    columns = [
        draw(st.lists(draw(st.sampled_from([CELLS, WORDS])), min_size=size, max_size=size)) for _ in range(width)
    ]
    body = [[str(1000 + i), *row] for i, row in enumerate(zip(*columns, strict=True))]
    rows = [["id", *(f"name {i}" for i in range(width))], *body]
    options = {
        "delimiter": draw(st.sampled_from(",\t;|")),
        "lineterminator": draw(st.sampled_from(["\n", "\r\n"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
    }
    text = as_csv(rows, **options)
    return draw(st.sampled_from(["", "\ufeff"])) + draw(st.sampled_from([text, text.rstrip("\r\n"), text + "(5 rows)"]))


def check(text: str) -> str:
    """Compress `text`; fail unless it is told truly, once and for all. Gives the class."""
    result = COMPRESSOR.compress(text)
    if not result.was_modified:
        assert result.compressed is text
        return result.reason
    assert COMPRESSOR.compress(result.compressed).compressed is result.compressed
    assert detect(result.compressed).kind.value in ("csv", "markdown_table", "sql_result")
    if result.change == "exact":
        assert restore(result.compressed) == text
    else:
        assert rows_before(text) == rows_after(result.compressed)
    return str(result.change)


@given(text=tables())
def test_generated_rows_come_back(text: str) -> None:
    check(text)


@given(text=st.text(st.sampled_from('ab1,;\n\r"\t|-csv[2]{}@ \u2028'), max_size=120))
def test_any_text_comes_back(text: str) -> None:
    check(text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
def test_marks_line_ends_and_quotes_come_back_to_the_byte(end: str, mark: str, quoting: int) -> None:
    rows = [[*row, "the same in all rows"] for row in ROWS]
    text = as_csv(rows, delimiter=mark, lineterminator=end, quoting=quoting)

    assert check(text) == "exact"
    assert check(text.removesuffix(end)) == "exact"


def test_cells_keep_their_text() -> None:
    result = COMPRESSOR.compress(
        as_csv([["a", "b", "c", "d"]] + [["007", "1.10", "+1", "same"], ["008", "1.20", "true", "same"]] * 10)
    )

    [table, _] = read_pieces(result.compressed)
    assert isinstance(table, RowTable)
    assert [list(map(str, column[:2])) for column in table.columns[:3]] == [
        ["007", "008"],
        ["1.10", "1.20"],
        ["+1", "True"],
    ]
    assert "007" in result.compressed


def test_an_empty_string_is_told_from_an_empty_cell() -> None:
    rows = "".join(f'{i},"",x y\n{i},,x y\n' for i in range(20))

    pieces = read_rows("id,note,name\n" + rows)

    table = pieces[0]
    assert isinstance(table, RowTable)
    assert table.columns[1][0] == ""
    assert str(table.columns[1][1]) == "ABSENT"
    check("id,note,name\n" + rows)


def test_names_that_repeat_or_are_empty_are_kept() -> None:
    text = as_csv([["", "x", "x"]] + [[str(i), "same", str(i % 3)] for i in range(30)])

    assert check(text) == "exact"


def test_a_row_that_differs_stays_in_its_place() -> None:
    lines = as_csv(ROWS * 2).split("\n")
    lines[60] = "only one cell"

    result = COMPRESSOR.compress("\n".join(lines))

    assert result.change == "exact"
    assert "!only one cell" in result.compressed
    assert restore(result.compressed) == "\n".join(lines)


def test_rows_that_differ_often_are_left_alone() -> None:
    text = "\n".join([*as_csv(ROWS).split("\n")[:-1], "", "a,b", *as_csv(ROWS).split("\n")])

    assert check(text) in ("no_rows", "rows_differ")
    assert check("a,b,c\n1,2,3\n" + "4,5\n1,2,3\n" * 40) in ("no_rows", "rows_differ")


def test_a_date_stands_once_above_its_times_only_where_the_caller_asks_for_dense_text() -> None:
    text = as_csv([["at", "v", "host"]] + [[f"2024-05-01 10:{i:02}:00", str(i), "web-1"] for i in range(50)])
    dense = DelimitedCompressor(counter=built_in_counter(), dense=True).compress(text)
    usual = COMPRESSOR.compress(text)

    assert "at{date=2024-05-01,time}" in dense.compressed
    assert "2024-05-01 10:49:00" in usual.compressed
    assert dense.compressed_tokens < usual.compressed_tokens
    assert restore(dense.compressed) == restore(usual.compressed) == text
    assert COMPRESSOR.compress(dense.compressed).compressed is dense.compressed


def test_text_that_only_looks_like_ours_is_left_alone() -> None:
    for text in ("csv[2]{a,b}\n1,2\n3,4\n5,6", "csv[2]{a,b}\n1,2\n3,4", "x\ncsv[999999999]{a}\n" * 50):
        assert COMPRESSOR.compress(text).compressed is text


@pytest.mark.parametrize(
    "text", ["a,b\n" * 50_000, '"' * 200_000, 'a,"b\n' * 30_000, ",\n" * 90_000, "csv[9]{" * 40_000]
)
def test_texts_made_to_be_hard_are_read_in_bounded_time(text: str) -> None:
    check(text)


def test_a_choice_shows_whole_rows_by_their_numbers() -> None:
    text = as_csv(
        [["at", "value"]] + [[f"2024-05-{1 + i // 24:02} {i % 24:02}:00", str(20 + i % 5)] for i in range(600)]
    )
    text = text.replace("2024-05-09 07:00,2", "2024-05-09 07:00,92")
    limits = Limits(tokens=400, above_tokens=400, handle="0" * 12, is_asked=True)

    result = COMPRESSOR.select(text, COMPRESSOR.compress(text), limits)

    assert result.change == "left_out"
    [(part, rows)] = check_shown_rows(result.compressed, text)
    assert len(rows) == part.total == 600
    assert 8 * 24 + 7 in part.items, "the outlier stays"
    assert "2024-05-09 07:00" in result.compressed, "a chosen row shows its whole time"


@pytest.mark.shared_data
def test_real_files_come_back() -> None:
    classes = [check(sample.text) for sample in shared_samples("csv", most_chars=70_000)]

    assert classes.count("exact") > 25
    assert "value_exact" not in classes
