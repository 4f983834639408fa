"""Rows of tables that are no JSON come back by the numbers that a choice shows."""

from __future__ import annotations

import pytest

from headroom import retrieve
from headroom.errors import RetrievalError, ValidationError
from headroom.retrieval import look_into
from headroom.retrieval.rows import rows_of
from headroom.tokenizers import built_in_counter
from tests.engines import new_engine
from tests.samples import ask
from tests.shown_rows import check_shown_rows, check_shown_sql

COUNTER = built_in_counter()
HANDLE = "0" * 12
CSV = "id,name,note\r\n" + "".join(f'{i},item-{i},"a ""q"" {i}\r\nsecond"\r\n' for i in range(1, 31))
BOX = (
    "mysql> select\n+----+------+\n| id | name |\n+----+------+\n"
    + "".join(f"| {i:2} | a{i:<3} |\n" for i in range(1, 41))
    + "+----+------+\n40 rows in set (0.00 sec)\n"
)
TUPLES = f"[{', '.join(f'({i}, {chr(39)}x{i}{chr(39)}, None)' for i in range(1, 41))}]"
BARS = "| id | name |\n|----|:----:|\n" + "".join(f"| {i} | n{i} |\n" for i in range(1, 41))


def test_rows_of_csv_stand_below_the_header_exactly_as_they_were() -> None:
    found = look_into(CSV, HANDLE, counter=COUNTER, rows="3-4")

    assert found.text == 'id,name,note\n3,item-3,"a ""q"" 3\r\nsecond"\n4,item-4,"a ""q"" 4\r\nsecond"'
    assert (found.unit, found.total, found.numbers) == ("rows", 30, (3, 4))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (CSV, '7,item-7,"a ""q"" 7\r\nsecond"'),
        (BOX, "|  7 | a7   |"),
        (TUPLES, "(7, 'x7', None)"),
        (BARS, "| 7 | n7 |"),
    ],
    ids=["csv", "box", "tuples", "bars"],
)
def test_row_seven_is_the_seventh_row(text: str, row: str) -> None:
    found = look_into(text, HANDLE, counter=COUNTER, rows="7")

    assert found.text.endswith(row)
    assert found.numbers == (7,)


def test_comparisons_find_rows_by_column() -> None:
    assert look_into(CSV, HANDLE, counter=COUNTER, where="id>28").numbers == (29, 30)
    assert look_into(BOX, HANDLE, counter=COUNTER, where="name=a12").numbers == (12,)
    assert look_into(TUPLES, HANDLE, counter=COUNTER, where="c2=x3").numbers == (3,)


def test_a_second_table_is_found_by_its_name() -> None:
    text = BARS + "\n" + BARS.replace("n", "m")

    assert look_into(text, HANDLE, counter=COUNTER, rows="2", at="table2").text.endswith("| 2 | m2 |")
    with pytest.raises(RetrievalError):
        look_into(text, HANDLE, counter=COUNTER, rows="2", at="table3")


def test_rows_that_a_choice_shows_have_the_same_numbers() -> None:
    for text, check in (
        (CSV, check_shown_rows),
        (BOX, check_shown_sql),
        (TUPLES, check_shown_sql),
        (BARS, check_shown_rows),
    ):
        shown = str(new_engine().prepare(ask(text), retrieval="tool", target_tokens=90).messages[2]["content"])
        [(part, rows)] = check(shown, text)

        assert rows_of(text).values == rows
        assert all(rows[place] == item for place, item in part.items.items())


def test_what_is_no_table_has_lines() -> None:
    with pytest.raises(ValidationError):
        look_into("one\ntwo\nthree", HANDLE, counter=COUNTER, where="a=1")


def test_rows_of_a_fenced_table_are_those_that_were_counted() -> None:
    rows = "".join(f"{n},h{n % 9},{n * 7919 % 99991}\n" for n in range(1, 301))
    messages = ask(f"Here:\n```csv\nid,host,num\n{rows}```\nbye\n", tool="run")
    result = new_engine().prepare(messages, retrieval="tool", target_tokens=300)

    found = retrieve(result.ccr_hashes[0], messages=messages, rows="300")

    assert found.unit == "rows"
    assert found.text.endswith(f"300,h3,{300 * 7919 % 99991}")
