from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.reports.axes import every, ticks
from headroom.reports.charts import CHAR_PX, Column, bar, columns, text_bar
from headroom.reports.figures import Figures, figures_of
from headroom.reports.reasons import ARGUMENTS, SENTENCES, argument_for
from headroom.reports.windows import choose_window
from headroom.reports.wording import code, percent
from headroom.results import RequestMetrics
from headroom.storage.summary import summarise
from tests.unit.reports.ledger import NOW, ledger

ROWS = ledger(300)
NASTY = '"/><script>alert(1)</script>&\x00\u202e'


def figures(rows: list[RequestMetrics]) -> Figures:
    return figures_of(rows, choose_window("all", None, NOW, NOW))


def test_every_table_and_the_chart_add_up_to_the_summary() -> None:
    unaccounted = RequestMetrics(
        request_id="d", timestamp=NOW, model="m", tokens_input_before=900, tokens_input_after=100, turns_dropped=1
    )
    rows = [*ROWS, unaccounted]

    found, total = figures(rows), summarise(rows)

    assert found.summary == total
    for table in found.tables:
        if table.title == "By tenant":
            continue  # only rows that have one
        assert sum(line.tokens_before for line in table.lines) == total["total_tokens_before"], table.title
        assert sum(line.tokens_after for line in table.lines) == total["total_tokens_after"]
    for mine, theirs in (("tokens_saved", "total_tokens_saved"), ("saved_exact", "saved_exact"),
                         ("saved_reachable", "saved_reachable"), ("saved_other", "saved_other")):  # fmt: skip
        assert sum(getattr(step, mine) for step in found.steps) == total[theirs]
    assert sum(step.requests for step in found.steps) == total["total_requests"]
    assert sum(bucket.tokens for bucket in found.buckets) == total["total_tokens_billed"]
    assert sum(bucket.percent for bucket in found.buckets) == pytest.approx(100)


def test_the_bill_is_the_sum_of_its_lines() -> None:
    *lines, bill = figures(ROWS).bill

    assert bill.name == "Bill"
    assert bill.without_usd == pytest.approx(sum(line.without_usd for line in lines))
    assert bill.with_usd == pytest.approx(sum(line.with_usd for line in lines))
    assert bill.saved_usd == pytest.approx(figures(ROWS).summary["total_cost_saved_usd"])


def test_without_a_price_or_usage_there_is_no_bill_and_no_bucket() -> None:
    found = figures([RequestMetrics(request_id="x", timestamp=NOW, tokens_input_before=5, tokens_input_after=2)])

    assert found.bill == []
    assert found.buckets == []


def test_simulated_calls_are_in_no_figure() -> None:
    simulated = [RequestMetrics(request_id="s", timestamp=NOW, mode="simulate", tokens_input_before=10**9)]

    assert figures([*ROWS, *simulated]).steps == figures(ROWS).steps
    assert figures(simulated).summary["total_requests"] == 0


def test_large_results_of_which_little_is_saved_are_named_by_what_they_cost() -> None:
    assert [line.name for line in figures(ROWS).offenders] == ["get_contract", "read_file"]


def test_the_middle_and_the_slow_request_are_told() -> None:
    rows = [RequestMetrics(request_id=str(n), timestamp=NOW, duration_ms=float(n)) for n in range(100)]

    found = figures(rows)

    assert (found.median_ms, found.slow_ms) == (50.0, 95.0)
    assert figures(rows[:1]).slow_ms == 0.0


@given(most=st.floats(0, 1e15, allow_nan=False))
def test_an_axis_begins_at_zero_and_holds_the_largest(most: float) -> None:
    marks = ticks(most)

    assert marks[0] == 0
    assert marks[-1] >= most
    assert 2 <= len(marks) <= 7
    steps = {round((upper - lower) / marks[1], 6) for lower, upper in itertools.pairwise(marks)}
    assert steps == {1.0}


@pytest.mark.parametrize("count", [1, 2, 7, 24, 30, 41])
@pytest.mark.parametrize("width", [380.0, 1000.0])
def test_labels_of_an_axis_never_touch_and_stay_inside(count: int, width: float) -> None:
    made = [Column(label="28 Nov 2026", tip="", parts=((n + 1, "sent"),)) for n in range(count)]

    svg = ET.fromstring(columns(made, name="x", title="t", width=width, height=250))

    places = [float(text.attrib["x"]) for text in svg.iter("text") if text.text == "28 Nov 2026"]
    wide = len("28 Nov 2026") * CHAR_PX
    assert places
    assert all(right - left >= wide for left, right in itertools.pairwise(places))
    assert places[0] >= wide / 2
    assert places[-1] <= width - wide / 2


def test_the_height_of_a_column_is_its_value() -> None:
    made = [
        Column(label="a", tip="", parts=((600, "sent"), (400, "exact"))),
        Column(label="b", tip="", parts=((500, "sent"), (-9, "other"))),
    ]

    svg = ET.fromstring(columns(made, name="x", title="t", width=380, height=250))

    drawn = list(svg.iter("rect"))
    heights = [float(rect.attrib["height"]) for rect in drawn]
    assert float(drawn[1].attrib["y"]) + heights[1] == pytest.approx(float(drawn[0].attrib["y"]), abs=0.02)
    assert float(drawn[0].attrib["y"]) + heights[0] == pytest.approx(float(drawn[2].attrib["y"]) + heights[2], abs=0.02)
    assert heights[0] + heights[1] == pytest.approx(2 * heights[2], abs=0.02)
    assert heights[0] == pytest.approx(1.5 * heights[1], abs=0.02)
    assert len(heights) == 3


def test_charts_say_what_they_show_and_escape_it() -> None:
    svg = ET.fromstring(
        columns([Column(label=NASTY, tip=NASTY, parts=((1, "sent"),))], name="x", title=NASTY, width=9, height=99)
    )
    lying = ET.fromstring(bar([(1, "sent")], 2, NASTY))

    assert svg.attrib["role"] == lying.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "x-title x-desc"
    assert {element.attrib.get("id") for element in svg} >= {"x-title", "x-desc"}
    assert "script" not in {element.tag for element in svg.iter()}
    assert "<script>" in (svg.findtext("title") or "")


@given(values=st.lists(st.floats(-1e9, 1e9, allow_nan=False), max_size=5), whole=st.floats(-1e9, 1e9, allow_nan=False))
def test_a_bar_never_leaves_its_frame(values: list[float], whole: float) -> None:
    svg = ET.fromstring(bar([(value, "sent") for value in values], whole, "x"))

    for rect in list(svg)[1:]:
        assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= 100.01


def test_a_bar_of_characters_is_as_long_as_its_share() -> None:
    assert text_bar(10, 10, 4) == "████"
    assert text_bar(1, 10, 20) == "██"
    assert text_bar(1, 0) == text_bar(-5, 10) == ""


def test_a_share_that_is_not_all_is_not_rounded_to_all() -> None:
    assert percent(99.999) == "99.9 %"
    assert percent(99.6, 0) == "99 %"
    assert percent(-0.04) == "0.0 %"


def test_arguments_are_for_reasons_that_have_a_sentence() -> None:
    assert set(ARGUMENTS) <= set(SENTENCES)
    assert argument_for("table+large_but_unreachable").startswith("retrieval=")
    assert argument_for("no_gain") == ""


def test_code_in_a_markdown_cell_cannot_end_it() -> None:
    assert code("a`b|c\nd") == "`a'b\\|c d`"


def test_steps_of_a_long_time_are_few_and_named() -> None:
    rows = [RequestMetrics(request_id=str(n), timestamp=NOW - timedelta(days=n)) for n in (0, 900)]

    found = figures(rows)

    assert len(found.steps) <= 41
    assert found.step_text == "per 4 weeks"
    assert every(10, 0) == 1


def test_no_colour_of_a_chart_is_missing_in_the_style() -> None:
    from importlib.resources import files

    style = files("headroom.reports").joinpath("templates/style.css.j2").read_text(encoding="utf-8")
    used = {"sent", "exact", "reach", "beyond", "other", "saved", "before", "input", "out", "uncached", "cached",
            "written", "track"}  # fmt: skip

    named = set(re.findall(r"\.fill-(\w+) \{ fill: var\(--(\w+)\)", style))
    assert {name for name, _ in named} == used
    for _, variable in named:
        assert style.count(f"--{variable}:") == 2, variable  # light and dark
