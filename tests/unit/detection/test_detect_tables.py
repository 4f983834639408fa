"""Rows and columns are told from what only looks like them."""

from __future__ import annotations

import pytest

from headroom.detection import detect
from tests.samples import shared_samples

TABLES = ("csv", "sql_result", "markdown_table")

ROWS = {
    "csv": "id,name,price\n1,Ann,1.10\n2,Ben,2.20\n3,Cleo,0.5\n",
    "tsv": "id\trate\n1001\t.097\n1003\t.091\n1005\t.1\n",
    "semicolons": "Datum;Wert\n2024-01-01;1,5\n2024-01-02;2,5\n2024-01-03;1,0\n",
    "quotes": 'id,note\n1,"a, b"\n2,"c ""d"" e"\n3,"two\nlines"\n4,x\n',
    "bom": "\ufeffid,name\n1,a\n2,b\n3,c\n",
    "crlf": "id,name\r\n1,a\r\n2,b\r\n3,c\r\n",
    "comment above": "# export of today\nid,name\n1,a\n2,b\n3,c\n",
    "foot": "id,name\n1,a\n2,b\n3,c\n(3 rows)\n",
    "index column": ",a,b\n0,1.5,x\n1,2.5,y\n2,3.5,z\n",
}
NO_ROWS = {
    "log with commas": "2024-01-01 12:00:00,123 INFO start\n2024-01-01 12:00:01,456 INFO done\n" * 5,
    "log with bars": "2024-05-01 12:00:00.1 | INFO | mod:f:1 - hello\n2024-05-01 12:00:01.2 | INFO | mod:g:2 - bye\n"
    * 5,
    "prose": "When it rained, we stayed.\nWhen it cleared, we left.\nWhen it snowed, we slept.\n" * 3,
    "code": "foo(a, b)\nbar(c, d)\nbaz(e, f)\n" * 4,
    "a list in code": '    "alpha",\n    "beta",\n    "gamma",\n' * 4,
    "ls": "total 8\ndrwxr-xr-x 2 root root 4096 Nov 20 12:00 a\n-rw-r--r-- 1 root root 12 Nov 20 12:00 b.txt\n",
    "numbers": "1,2,3\n4,5,6\n7,8,9\n1,4,7\n2,5,8\n",
    "one column": "alpha\nbeta\ngamma\n" * 4,
    "rule in prose": "Title\n-----\n\nSome text - with dashes\n--- and more\n",
    "settings": "a = 1\nb = 2\n\nc = 3\n",
}


@pytest.mark.parametrize("name", ROWS)
def test_delimited_rows_are_known(name: str) -> None:
    assert detect(ROWS[name]).kind.value == "csv"


@pytest.mark.parametrize("name", NO_ROWS)
def test_what_is_no_table_is_not_taken_for_one(name: str) -> None:
    assert detect(NO_ROWS[name]).kind.value not in TABLES


def test_a_markdown_table_is_known_and_a_page_with_a_small_one_is_not() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n"

    assert detect(table).kind.value == "markdown_table"
    assert detect("# Title\n\n" + "Some words of text.\n" * 12 + table).kind.value != "markdown_table"


def test_table_text_of_ours_is_known_again() -> None:
    assert detect("csv[2]{a,b}\n1,2\n3,4\n").kind.value == "csv"
    assert detect("tuples[2]{c1}\n1\n2").kind.value == "sql_result"


@pytest.mark.shared_data
@pytest.mark.parametrize("kind", ["log", "code", "diff", "search", "build_log", "yaml", "stacktrace", "xml", "html"])
def test_no_other_kind_of_real_text_is_taken_for_a_table(kind: str) -> None:
    found = [
        sample.id
        for sample in shared_samples(kind, most_chars=60_000, one_in=2)
        if detect(sample.text).kind.value in TABLES
    ]

    assert found == []
