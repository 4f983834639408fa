from __future__ import annotations

from headroom.analysis.statistics import column_statistics, line_of
from headroom.compressors.table.values import parse_json


def test_states_come_with_counts_and_numbers_with_their_source_text() -> None:
    records = parse_json('[{"s":"ok","n":1.50},{"s":"ok","n":1e2},{"s":"bad","n":7.0}]')

    told = {entry.path: entry for entry in column_statistics(records, [])}

    assert told["s"].values == (("ok", 2), ("bad", 1))
    assert (told["n"].minimum, told["n"].maximum, told["n"].count) == ("1.50", "1e2", 3)
    assert line_of(told["n"]) == "n: 1.50 to 1e2"


def test_what_the_kept_records_show_comes_last() -> None:
    records = [{"a": "x", "long_name": "p"}, {"a": "y", "long_name": "p"}, {"a": "x", "long_name": "hidden"}]

    told = column_statistics(records, [0, 1])

    assert [entry.path for entry in told] == ["long_name", "a"]


def test_constants_and_ids_are_not_told() -> None:
    records = [{"id": f"row-{i}", "kind": "same"} for i in range(40)]

    assert column_statistics(records, []) == []
