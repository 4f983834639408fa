from __future__ import annotations

from pathlib import Path

from headroom.results import RequestMetrics
from headroom.storage.metrics import open_metrics_store


def test_a_line_cut_short_by_a_crash_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    store = open_metrics_store(f"jsonl:///{path}")
    store.write([RequestMetrics(request_id="1"), RequestMetrics(request_id="2")])
    path.write_bytes(path.read_bytes()[:-30])

    assert [row.request_id for row in store.read()] == ["1"]

    store.write([RequestMetrics(request_id="3")])

    assert {row.request_id for row in store.read()} == {"1", "3"}


def test_lines_of_others_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_bytes(b'\n[]\n{"a":1}\n\xff\xfe\nnull\n{"timestamp_us": 1e999, "request_id": "x"}\n')

    assert open_metrics_store(f"jsonl:///{path}").read() == []


def test_fields_of_a_newer_release_are_left_away(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text('{"timestamp_us": 0, "request_id": "x", "invented_later": 1}\n')

    assert [row.request_id for row in open_metrics_store(f"jsonl:///{path}").read()] == ["x"]


def test_the_file_is_plain_ascii_json_one_row_a_line(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    open_metrics_store(f"jsonl:///{path}").write([RequestMetrics(request_id="é\n\ud800", model="m")])

    assert path.read_bytes().isascii()
    assert path.read_bytes().count(b"\n") == 1
