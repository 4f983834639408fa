from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from langchain_core.tools import StructuredTool, tool

from headroom_integrations.langchain.tools import HeadroomToolWrapper, wrap_tools_with_headroom
from headroom_integrations.langchain.tools_metrics import (
    ToolCompressionMetrics,
    ToolMetricsCollector,
    get_tool_metrics,
    reset_tool_metrics,
)
from tests.integrations.langchain.conversations import TEXT


@tool
def list_issues(state: str) -> str:
    """Issues in a state."""
    return TEXT


def named(name: str, text: str) -> Any:
    return StructuredTool.from_function(lambda: text, name=name, description="x")


def test_calls_are_counted_by_tool_and_in_all() -> None:
    counted = ToolMetricsCollector()
    issues, short = wrap_tools_with_headroom([named("issues", TEXT), named("short", "ok")], metrics_collector=counted)

    texts = [issues.invoke({}), issues.invoke({}), short.invoke({})]

    summary = counted.get_summary()
    assert (summary["total_invocations"], summary["total_compressions"]) == (3, 2)
    assert summary["total_chars_saved"] == 2 * len(TEXT) + 2 - sum(map(len, texts))
    assert summary["by_tool"]["issues"]["invocations"] == 2
    assert summary["by_tool"]["issues"]["chars_saved"] == summary["total_chars_saved"]
    assert 0 < summary["average_compression_ratio"] < 0.5
    assert [call.tool_name for call in counted.metrics] == ["issues", "issues", "short"]
    assert counted.metrics[2].reason == "below_min_chars"
    assert counted.metrics[0].compression_ratio < 0.5


def test_resetting_keeps_the_collector_that_wrapped_tools_add_to() -> None:
    made = HeadroomToolWrapper(list_issues)
    made.invoke({"state": "open"})

    reset_tool_metrics()

    assert get_tool_metrics().get_summary()["total_invocations"] == 0
    made.invoke({"state": "open"})
    assert get_tool_metrics().get_summary()["total_invocations"] == 1


def test_an_empty_collector_says_that_nothing_was_saved() -> None:
    assert ToolMetricsCollector().get_summary() == {
        "total_invocations": 0,
        "total_compressions": 0,
        "total_chars_saved": 0,
        "total_tokens_saved": 0,
        "average_compression_ratio": 1.0,
        "by_tool": {},
    }


def test_only_the_newest_calls_are_kept_one_by_one_and_sums_are_over_all() -> None:
    counted = ToolMetricsCollector(most_calls=2)
    for number in range(2000):
        counted.add(ToolCompressionMetrics(tool_name=f"tool_{number}", tokens_before=2, tokens_after=1))

    summary = counted.get_summary()

    assert len(counted.metrics) == 2
    assert summary["total_tokens_saved"] == 2000
    assert len(summary["by_tool"]) == 1001
    assert summary["by_tool"]["(others)"]["invocations"] == 1000


def test_many_threads_lose_no_call() -> None:
    counted = ToolMetricsCollector()
    made = HeadroomToolWrapper(named("issues", json.dumps(list(range(400)))), metrics_collector=counted)

    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda _: made.invoke({}), range(80)))

    assert len(texts) == 1
    assert counted.get_summary()["total_invocations"] == 80
