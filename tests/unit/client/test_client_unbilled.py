"""A call that failed before anything was billed has saved nothing, in every place that tells savings."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from headroom import HeadroomClient
from headroom.cli.stats import shown_sums, sums
from headroom.reports.figures import figures_of
from headroom.reports.windows import choose_window
from headroom.storage import summarise
from tests.stub.server import StubServer
from tests.stub.turns import Fault, turn
from tests.unit.calls.ways import APIS

SAVINGS = ("total_tokens_saved", "saved_exact", "saved_reachable", "saved_unreachable", "saved_other")
OVERHEADS = ("overhead_tokens", "net_tokens_saved", "turns_dropped", "tool_units_dropped", "total_cost_saved_usd")


def called(api: str, script: list[Any], *, raises: bool, **settings: Any) -> HeadroomClient:
    """A client that has made one call."""
    with StubServer(script) as stub:
        inner = getattr(stub, APIS[api].client)(max_retries=0)
        client = HeadroomClient(inner, **{"default_mode": "optimize", "store_url": "memory", **settings})
        if raises:
            with pytest.raises(Exception, match="500"):
                APIS[api].resource(client).create(**APIS[api].arguments())
        else:
            APIS[api].resource(client).create(**APIS[api].arguments())
    return client


@pytest.mark.loopback
@pytest.mark.parametrize("api", APIS)
def test_a_failed_call_is_counted_and_has_saved_nothing(api: str) -> None:
    client = called(api, [Fault(status=500)], raises=True)

    (row,) = client.get_metrics()
    assert row.error == "InternalServerError"
    assert row.tokens_input_before > 5_000, "its size is told"
    assert row.tokens_input_after == row.tokens_input_before
    assert (row.by_kind, row.by_tool, row.transforms_applied, row.tool_schema_tokens) == ({}, {}, [], 0)
    summary = client.get_summary()
    assert [summary[name] for name in (*SAVINGS, *OVERHEADS)] == [0] * len((*SAVINGS, *OVERHEADS))
    assert (summary["total_requests"], summary["error_count"], summary["avg_compression_ratio"]) == (1, 1, 1.0)
    session = client.get_stats()["session"]
    assert (session["requests_total"], session["requests_failed"], session["tokens_saved_total"]) == (1, 1, 0)
    assert (session["saved_exact"], session["saved_reachable"], session["cost_saved_usd"]) == (0, 0, 0.0)


@pytest.mark.loopback
@pytest.mark.parametrize("api", APIS)
def test_the_same_call_has_saved_where_it_was_answered(api: str) -> None:
    client = called(api, [turn("Item 3.")], raises=False)

    assert client.get_summary()["total_tokens_saved"] > 1_000
    assert client.get_stats()["session"]["tokens_saved_total"] > 1_000


@pytest.mark.loopback
@pytest.mark.parametrize(("mode", "raises"), [("optimize", True), ("audit", False), ("audit", True)])
def test_reports_and_stats_show_no_savings_of_what_failed_or_was_watched(mode: str, raises: bool) -> None:
    client = called("chat", [Fault(status=500) if raises else turn("Item 3.")], raises=raises, default_mode=mode)
    rows = client.get_metrics()

    figures = figures_of(rows, choose_window("all", None, None, datetime.now(timezone.utc)))

    assert (figures.percent, figures.net_percent) == (0.0, 0.0)
    assert sum(entry["tokens_saved"] for entry in sums(rows, ["tool"])) == 0
    text = "\n".join(part for part in shown_sums("memory", rows, (), 5) if isinstance(part, str))
    assert "0 % saved" in text or "0.0 % saved" in text
    assert ("1 calls ended in an error" in text) is raises


@pytest.mark.loopback
def test_a_simulation_leaves_no_row_and_no_figure(tmp_path: Path) -> None:
    with StubServer([]) as stub:
        client = HeadroomClient(stub.openai(), store_url=f"sqlite:///{tmp_path / 'rows.db'}")
        plan = client.chat.completions.create(headroom_mode="simulate", **APIS["chat"].arguments())

    assert plan.tokens_saved > 1_000
    assert client.get_metrics() == []
    assert client.get_summary() == summarise([])
    assert client.get_stats()["session"]["tokens_saved_total"] == 0
