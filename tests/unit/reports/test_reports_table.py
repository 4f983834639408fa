from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.reports import generate_report
from headroom.reports.table import COLUMNS, TABLE_VERSION, as_csv
from headroom.results import RequestMetrics
from headroom.storage.metrics import open_metrics_store
from headroom.storage.summary import summarise
from tests.unit.reports.ledger import NOW, ledger

NAMES = [name for name, _ in COLUMNS]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_header_of_this_version_is_this_one() -> None:
    # A change here is a change of TABLE_VERSION: people read these columns by name.
    assert TABLE_VERSION == 1
    assert NAMES == [
        "table_version", "request_id", "timestamp_utc", "model", "integration", "mode", "tenant", "thread_id", "run_id",
        "is_stream", "error_class", "input_before_tokens", "input_after_tokens", "saved_tokens", "saved_exact_tokens",
        "saved_reachable_tokens", "saved_unreachable_tokens", "tool_schema_tokens", "retrieve_rounds_count",
        "retrieved_tokens", "retrieve_rounds_tokens", "net_saved_tokens", "turns_dropped_count",
        "tool_units_dropped_count", "billed_input_tokens", "billed_read_tokens", "billed_written_tokens",
        "output_tokens", "input_before_usd", "input_after_usd", "output_usd", "cache_optimizer",
        "cache_optimizer_strategy", "cacheable_tokens", "breakpoints_inserted_count", "is_semantic_cache_hit",
        "cache_alignment_percent", "stable_prefix_hash", "messages_hash", "headroom_ms", "format", "fingerprint",
        "transforms", "by_tool_json", "by_kind_json", "by_retrieved_json", "skips_json", "waste_tokens_json",
        "block_tokens_json",
    ]  # fmt: skip


def test_the_sums_of_the_rows_are_those_of_the_summary(tmp_path: Path) -> None:
    rows = ledger(200)
    url = f"sqlite:///{tmp_path}/m.db"
    open_metrics_store(url).write(rows)

    found = read(generate_report(url, "csv", "all", end_time=NOW))

    total = summarise(rows)
    sums = {name: sum(int(row[name] or 0) for row in found) for name in NAMES if name.endswith("_tokens")}
    assert len(found) == total["total_requests"]
    assert sums["saved_tokens"] == total["total_tokens_saved"]
    assert sums["net_saved_tokens"] == total["net_tokens_saved"]
    assert sums["billed_input_tokens"] == total["total_tokens_billed"]
    assert sum(float(row["input_after_usd"]) for row in found) == pytest.approx(total["total_cost_after_usd"])
    assert found == sorted(found, key=lambda row: row["timestamp_utc"])
    assert json.loads(found[0]["by_tool_json"])[""][0] == 1


def test_lines_end_as_the_format_has_it_also_in_a_file(tmp_path: Path) -> None:
    url, path = f"sqlite:///{tmp_path}/m.db", tmp_path / "m.csv"
    open_metrics_store(url).write(ledger(3))

    text = generate_report(url, "csv", "all", end_time=NOW, output_path=path)

    assert path.read_bytes() == text.encode("utf-8")
    assert text.count("\r\n") == text.count("\n") == 4


def test_an_empty_store_is_a_header(tmp_path: Path) -> None:
    assert generate_report(f"sqlite:///{tmp_path}/m.db", "csv") == ",".join(NAMES) + "\r\n"


@given(name=st.text(max_size=30), tool=st.text(max_size=30))
def test_any_name_comes_back_as_one_cell_that_no_spreadsheet_runs(name: str, tool: str) -> None:
    row = RequestMetrics(request_id="x", timestamp=NOW, model=name, by_tool={tool: [1, 2, 3]})

    text = as_csv([row])
    text.encode("utf-8")
    (found,) = read(text)

    assert set(found) == set(NAMES)
    assert found["model"][:1] not in ("=", "+", "-", "@", "\t")
    assert len(json.loads(found["by_tool_json"])) == 1


def test_a_formula_is_text() -> None:
    row = RequestMetrics(request_id="x", timestamp=NOW, model='=HYPERLINK("x")', tenant="-1")

    (found,) = read(as_csv([row]))

    assert found["model"] == '\'=HYPERLINK("x")'
    assert found["tenant"] == "'-1"
