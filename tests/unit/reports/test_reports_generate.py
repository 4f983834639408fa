from __future__ import annotations

import re
import sqlite3
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom.errors import ConfigurationError, StorageError
from headroom.reports import Sample, generate_report
from headroom.results import RequestMetrics
from headroom.storage.metrics import open_metrics_store
from headroom.storage.recorder import Recorder

NOON = datetime(2026, 11, 20, 12, 30, tzinfo=timezone.utc)
VOID = {"meta", "br", "hr", "img", "input", "link"}
NASTY = '</td><script>alert(1)</script>|`*_"&\x1b[31m\u202e\x00'


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails where tags do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.classes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attributes)
        self.links += [values[name] or "" for name in ("src", "href", "action", "srcset") if name in values]
        assert not [name for name in values if name.startswith("on")]
        self.classes.append((tag, values.get("class") or ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/m.db"


def fill(url: str) -> None:
    rows = [
        RequestMetrics(
            request_id=str(hours),
            timestamp=NOON - timedelta(hours=hours),
            model="gpt-4o",
            integration="langchain.middleware",
            tokens_input_before=10_000,
            tokens_input_after=4_000,
            saved_exact=3_000,
            saved_reachable=2_000,
            saved_unreachable=1_000,
            cost_before=0.025,
            cost_after=0.01,
            by_kind={"json_array": [1, 10_000, 4_000]},
            by_tool={"search": [1, 10_000, 4_000]},
            skips={"below_min_tokens": 2},
        )
        for hours in (0, 2, 30, 24 * 20)
    ]
    open_metrics_store(url).write(rows)


@pytest.mark.parametrize("format", ["html", "markdown", "md"])
def test_the_figures_are_in_it(url: str, format: str) -> None:
    fill(url)

    report = generate_report(url, format=format, period="day", end_time=NOON)

    text = Page(report).text.replace(",", "") if format == "html" else report
    for figure in ("12000", "20000", "8000", "6000", "4000", "2000", "60.0 %", "$0.03", "json", "search", "gpt-4o"):
        assert figure in text
    assert "Too short for compressing to be worth it." in text


def test_html_names_the_saved_total_for_machines_and_people(url: str) -> None:
    fill(url)

    report = generate_report(url, end_time=NOON)

    assert 'value="12000"' in report
    assert "12,000" in report


@pytest.mark.parametrize(("period", "requests"), [("hour", 1), ("day", 2), ("week", 3), ("month", 4), ("all", 4)])
def test_the_period_ends_now_or_at_the_end_time(url: str, period: str, requests: int) -> None:
    fill(url)

    assert f"| Requests | {requests} |" in generate_report(url, "md", period, end_time=NOON)


def test_a_start_time_goes_before_the_period_and_naive_is_utc(url: str) -> None:
    fill(url)
    start = (NOON - timedelta(hours=30)).replace(tzinfo=None)

    report = generate_report(url, "md", "hour", start_time=start, end_time=NOON.replace(tzinfo=None))

    assert "| Requests | 3 |" in report


@pytest.mark.parametrize("arguments", [{"format": "pdf"}, {"period": "year"}, {"store_url": "mysql://x"}])
def test_what_is_not_understood_is_refused(url: str, arguments: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        generate_report(**{"store_url": url, **arguments})  # type: ignore[arg-type]


def test_an_end_before_the_start_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        generate_report(url, start_time=NOON, end_time=NOON - timedelta(seconds=1))


def test_a_broken_store_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "m.db").write_bytes(b"no database at all" * 100)

    with pytest.raises(StorageError):
        generate_report(f"sqlite:///{tmp_path}/m.db")


@pytest.mark.parametrize("format", ["html", "md"])
@pytest.mark.parametrize("period", ["day", "all"])
def test_an_empty_store_gives_zeros(url: str, format: str, period: str, tmp_path: Path) -> None:
    report = generate_report(url, format, period)

    assert "saved" in (Page(report).text if format == "html" else report)
    assert list(tmp_path.iterdir()) == []  # reading makes no file


def test_what_was_just_recorded_is_in_it(url: str) -> None:
    Recorder(url).record(RequestMetrics(request_id="1", tokens_input_before=77_777, tokens_input_after=0))

    assert "77777" in generate_report(url, "md")


def test_the_file_asked_for_is_written(url: str, tmp_path: Path) -> None:
    fill(url)

    report = generate_report(url, output_path=tmp_path / "report.html")

    assert (tmp_path / "report.html").read_text(encoding="utf-8") == report
    with pytest.raises(StorageError, match="cannot be written"):
        generate_report(url, output_path=tmp_path / "none" / "report.html")


def test_the_page_needs_nothing_from_outside(url: str) -> None:
    fill(url)
    page = generate_report(url, period="all", end_time=NOON, samples=[Sample(title="x", before="a", after="b")])

    parsed = Page(page)
    assert parsed.links == []
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(parsed.tags)
    assert "url(" not in page
    assert "@import" not in page
    assert "prefers-color-scheme: dark" in page
    assert "svg" in parsed.tags


def nasty_row() -> RequestMetrics:
    return RequestMetrics(
        request_id=NASTY,
        timestamp=NOON,
        model=NASTY,
        integration=NASTY,
        tenant=NASTY,
        tokens_input_before=9,
        tokens_input_after=5,
        by_kind={NASTY: [1, 9, 5]},
        by_tool={NASTY: [1, 9, 5]},
        skips={NASTY: 1},
    )


def test_stored_and_passed_text_is_escaped(url: str) -> None:
    open_metrics_store(url).write([nasty_row()])
    sample = Sample(title=NASTY, tool=NASTY, kind=NASTY, before=NASTY, after=NASTY)

    page = generate_report(url, period="all", end_time=NOON, samples=[sample])

    assert "script" not in Page(page).tags
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", page)
    assert Page(page).text.count("alert(1)") > 10  # in tables, charts and samples


def test_stored_text_breaks_no_markdown_table(url: str) -> None:
    open_metrics_store(url).write([nasty_row()])

    report = generate_report(url, "md", "all", end_time=NOON)

    assert "<script>" not in report
    bars = [len(re.findall(r"(?<!\\)\|", line)) for line in report.splitlines() if "alert" in line]
    assert sorted(bars) == [5, 8, 8, 8, 9, 9, 9]  # skips; tool, type, largest; integration, model, tenant


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40), other=st.text(st.characters(), max_size=40))
def test_any_sample_gives_a_page_and_markdown_that_can_be_written(url: str, text: str, other: str) -> None:
    sample = Sample(title=text, tool=other, change="left_out", before=text + "\n" + other, after=other)

    Page(generate_report(url, samples=[sample])).text.encode("utf-8")
    generate_report(url, "md", samples=[sample]).encode("utf-8")


def test_without_samples_there_is_no_content(url: str) -> None:
    fill(url)

    assert "holds no content" in generate_report(url)
    assert "holds no content" not in generate_report(url, samples=[Sample(title="x")])


def test_columns_add_up_when_there_are_very_many_tools(url: str) -> None:
    tools = {f"tool{n}": [1, 100 + n, 50] for n in range(50)}
    before = sum(figures[1] for figures in tools.values())
    row = RequestMetrics(request_id="1", timestamp=NOON, tokens_input_before=before, by_tool=tools)
    open_metrics_store(url).write([row])

    report = generate_report(url, "md", "all", end_time=NOON)

    table = report.split("## By tool")[1].split("##")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("|")]
    shown = [int(cells[3]) for cells in rows if len(cells) > 4 and cells[2].strip().isdigit()]
    assert sum(shown) == before
    assert "(31 others)" in table


def test_a_database_in_use_by_others_is_read(url: str, tmp_path: Path) -> None:
    fill(url)
    other = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert "| Requests | 4 |" in generate_report(url, "md", "all", end_time=NOON)

    other.execute("ROLLBACK")
    other.close()
