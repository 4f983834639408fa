from __future__ import annotations

from headroom.analysis.columns import columns_of, numbers_of, to_number
from headroom.compressors.table.values import parse_json


def test_nested_objects_lists_and_repeated_keys_become_paths() -> None:
    records = parse_json('[{"a":{"b":1,"b":2},"t":[{"x":"p"},{"x":"q"}]},{"a":{},"t":[]}]')

    found = {column.path: (column.rows, column.cells) for column in columns_of(records)}

    assert found == {
        "a.b": ([0, 0], ["1", "2"]),
        "t[].x": ([0, 0], ["p", "q"]),
        "a": ([1], [()]),
        "t": ([1], [()]),
    }


def test_lists_of_equal_kind_are_read_as_table_rows() -> None:
    assert [column.path for column in columns_of([["a", "b"], ["c", "d"]])] == ["0", "1"]


def test_numbers_are_read_from_numeric_text_too() -> None:
    assert [to_number(value) for value in ("1.5", "x", "", None, True)] == [1.5, None, None, None, None]
    assert to_number(parse_json("NaN")) is None
    assert to_number(parse_json("1e999")) is None


def test_a_column_of_mostly_words_has_no_numbers() -> None:
    column = columns_of([{"v": "a"}, {"v": "b"}, {"v": "7"}])[0]

    assert numbers_of(column) == ([], [])
