"""What SQL clients print: cells keep their text, tuples their bytes."""

from __future__ import annotations

import datetime
import sqlite3
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.delimited_text import read_rows
from headroom.compressors.rows_as_text import Piece, RowTable
from headroom.compressors.rows_compressor import restore
from headroom.compressors.sql_text import SqlCompressor, read_sql
from headroom.detection import detect
from headroom.detection.tables import sql_result
from headroom.detection.types import Probe
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples
from tests.shown_rows import rows_after, sql_before

COMPRESSOR = SqlCompressor(counter=built_in_counter())
NAMES = ["id", "name", "price"]
ROWS = [["1", "Ann Lee", "1.10"], ["2", "", "007"], ["30", "Cleo", "NULL"]] * 8


def padded(rows: list[list[str]], mark: str) -> list[str]:
    """Cells below each other, between marks."""
    return [mark + mark.join(f" {cell:<9} " for cell in row) + mark for row in rows]


def bordered() -> str:
    rule = "+-----------+-----------+-----------+"
    return "\n".join([rule, *padded([NAMES], "|"), rule, *padded(ROWS, "|"), rule, "24 rows in set (0.00 sec)", ""])


def boxed() -> str:
    rules = [f"{a}{m.join(['─' * 11] * 3)}{z}" for a, m, z in ("┌┬┐", "├┼┤", "└┴┘")]
    return "\n".join([rules[0], *padded([NAMES], "│"), rules[1], *padded(ROWS, "│"), rules[2]])


def ruled() -> str:
    body = [" " + " | ".join(f"{cell:<9}" for cell in row) for row in [NAMES, *ROWS]]
    return "\n".join([body[0], "-----------+-----------+----------", *body[1:], "(24 rows)", "", ""])


def dashed() -> str:
    body = ["  ".join(f"{cell:<9}" for cell in row) for row in [NAMES, ["-" * 9] * 3, *ROWS]]
    return "\n".join(body) + "\n"


def expanded() -> str:
    records = [
        [f"-[ RECORD {i + 1} ]----", *(f"{n:<5} | {c}" for n, c in zip(NAMES, r, strict=True))]
        for i, r in enumerate(ROWS)
    ]
    return "\n".join(line for record in records for line in record) + "\n"


def starred() -> str:
    stars = "*" * 27
    records = [
        [f"{stars} {i + 1}. row {stars}", *(f"{n:>5}: {c}" for n, c in zip(NAMES, r, strict=True))]
        for i, r in enumerate(ROWS)
    ]
    return "\n".join(line for record in records for line in record) + "\n24 rows in set (0.01 sec)\n"


def lined() -> str:
    return "\n\n".join("\n".join(f"{n:>5} = {c}" for n, c in zip(NAMES, r, strict=True)) for r in ROWS) + "\n"


LAYOUTS = [bordered, boxed, ruled, dashed, expanded, starred, lined]


def only_table(pieces: list[Piece] | str) -> RowTable:
    """The one table among the pieces."""
    [table] = [piece for piece in pieces if isinstance(piece, RowTable)]
    return table


def check(text: str) -> str:
    """Compress `text`; fail unless it is told truly, once and for all. Gives the class."""
    result = COMPRESSOR.compress(text)
    if not result.was_modified:
        assert result.compressed is text
        return result.reason
    assert COMPRESSOR.compress(result.compressed).compressed is result.compressed
    if result.change == "exact":
        assert restore(result.compressed) == text
    else:
        assert sql_before(text) == rows_after(result.compressed)
    return str(result.change)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_layout_is_known_and_read_alike(layout: object, end: str) -> None:
    text = layout().replace("\n", end)  # type: ignore[operator]

    table = only_table(read_sql(text))

    assert sql_result(Probe(text)), "its rule knows it"
    assert table.names == NAMES
    assert [[str(cell) for cell in column[:3]] for column in table.columns] == [
        ["1", "2", "30"],
        ["Ann Lee", "ABSENT", "Cleo"],
        ["1.10", "007", "NULL"],
    ]
    assert check(text) == "value_exact"


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_rows_have_the_places_of_their_lines(layout: object) -> None:
    text = layout()  # type: ignore[operator]

    table = only_table(read_sql(text))

    assert len(table.spans) == len(ROWS)
    shown = text[slice(*table.spans[2])]
    assert "30" in shown
    assert "Cleo" in shown
    assert "Ann Lee" not in shown


def test_text_around_a_table_stays() -> None:
    result = COMPRESSOR.compress("mysql> select * from t;\n" + bordered() + "mysql> \n")

    assert result.compressed.startswith("mysql> select * from t;\nsql[24]{")
    assert result.compressed.endswith("\n24 rows in set (0.00 sec)\nmysql> \n")


def test_several_tables_in_one_text_are_told_apart() -> None:
    text = bordered() + "\n" + bordered()

    assert check(text) == "value_exact"
    assert COMPRESSOR.compress(text).compressed.count("sql[24]{") == 2


def test_text_behind_a_table_that_reads_like_ours_leaves_all_as_it_is() -> None:
    text = bordered() * 5 + "csv[2]{a,b}\n1,2\n3,4"

    result = COMPRESSOR.compress(text)

    assert result.compressed is text
    assert result.reason == "ambiguous_with_table_text"


PYTHON = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-999, 999),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.sampled_from("ab'\"\\\n\t\x00\x7f,() é\u2028"), max_size=6),
    st.sampled_from(["b'x'", "datetime.date(2020, 1, 1)", "06646", "None", "varchar(3)", "null", "1.10"]),
)
TYPED = st.one_of(
    st.binary(max_size=3), st.decimals(-9, 9, places=2), st.dates(datetime.date(2000, 1, 1)), st.datetimes()
)


@given(rows=st.lists(st.tuples(PYTHON, PYTHON, st.text(max_size=3)), min_size=2, max_size=8))
def test_tuples_of_any_plain_values_come_back(rows: list[tuple[object, ...]]) -> None:
    check(repr(rows))


@given(rows=st.lists(st.tuples(st.integers(), TYPED), min_size=2, max_size=6), outer=st.sampled_from([list, tuple]))
def test_tuples_with_dates_bytes_and_decimals_come_back(rows: list[tuple[object, ...]], outer: type) -> None:
    check(repr(outer(rows)))


def test_what_is_called_for_every_value_stands_in_the_name() -> None:
    rows = [(i, Decimal("1.10"), datetime.date(2020, 1, 1 + i % 9), b"int", None) for i in range(30)]

    result = COMPRESSOR.compress(repr(rows))

    assert result.change == "exact"
    assert restore(result.compressed) == repr(rows)
    assert result.compressed.startswith(
        "tuples[30|]{c1,c2 Decimal''=1.10,c3 datetime.date,c4 b''=int,c5=null}\n0|2020, 1, 1\n"
    )


def test_rows_of_a_real_database_come_back() -> None:
    base = sqlite3.connect(":memory:")
    base.execute("create table t (id integer, name text, price real)")
    base.executemany("insert into t values (?, ?, ?)", [(i, f"it's {i}", i / 3 if i % 4 else None) for i in range(60)])

    assert check(repr(base.execute("select * from t").fetchall())) == "exact"
    base.close()


@given(text=st.text(st.sampled_from("+-|=ab1 \n\r'(),[]┌│├└─┬┐*"), max_size=160))
def test_any_text_comes_back(text: str) -> None:
    check(text)


def test_bars_of_markdown_are_read_with_their_escapes() -> None:
    table = only_table(read_rows("| a | b |\n|---|:-:|\n| 1 | x \\| y |\n| 2 | |\n"))

    assert table.names == ["a", "b"]
    assert [list(map(str, column)) for column in table.columns] == [["1", "2"], ["x \\| y", "ABSENT"]]


@pytest.mark.shared_data
def test_real_output_comes_back() -> None:
    found = [
        s.text for s in shared_samples("sql_result", most_chars=120_000) if detect(s.text).kind.value == "sql_result"
    ]
    classes = [check(text) for text in found]

    assert len(classes) >= 30
    assert set(classes) <= {"exact", "value_exact"}
