"""The page that `generate_report` writes, as a reader meets it."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from headroom.reports import generate_report
from headroom.storage.metrics import open_metrics_store
from headroom.storage.summary import summarise
from tests.unit.reports.ledger import NOW, ledger
from tests.unit.reports.test_reports_generate import Page

ROWS = ledger(300)
TOTAL = summarise(ROWS)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    found = f"sqlite:///{tmp_path_factory.mktemp('page') / 'm.db'}"
    open_metrics_store(found).write(ROWS)
    return found


@pytest.fixture(scope="module")
def page(url: str) -> str:
    return generate_report(url, period="all", end_time=NOW)


def test_the_headline_comes_first_and_is_the_sum_that_the_summary_gives(page: str) -> None:
    text = Page(page).text

    places = [
        text.index(words)
        for words in (f"{TOTAL['total_tokens_saved']:,}", "Over time", "How it was saved", "The bill, with and without",
                      "What could be better", "Largest requests")
    ]  # fmt: skip
    assert places == sorted(places)
    for name in ("net_tokens_saved", "saved_exact", "saved_reachable", "saved_unreachable", "total_tokens_billed",
                 "billed_read_tokens", "tool_schema_tokens", "round_tokens", "retrieved_tokens"):  # fmt: skip
        assert f"{TOTAL[name]:,}" in text, name


def test_a_tool_that_costs_more_than_it_saves_is_named_with_the_lines_that_change_it(page: str) -> None:
    text = Page(page).text

    assert list(TOTAL["tools_not_paying"]) == ["list_tickets"]
    assert "list_tickets costs more than it saves" in text
    assert '[tool_profiles."list_tickets"]\nexact_only = true' in text


def test_reasons_come_with_the_argument_that_would_change_them(page: str) -> None:
    text = Page(page).text

    assert 'tool_profiles={TOOL: {"edits": False}}' in text
    assert "query=... with target_tokens=..." in text


def test_the_same_rows_give_the_same_page(url: str, page: str) -> None:
    again = generate_report(url, period="all", end_time=NOW)

    made = re.compile(r"Made [^<]+")
    assert made.sub("", again) == made.sub("", page)


def test_every_chart_has_words_and_every_reference_has_its_mark(page: str) -> None:
    drawn = re.findall(r"<svg[^>]*>", page)
    marks = re.findall(r' id="([^"]+)"', page)

    assert all('role="img"' in one and ("aria-label=" in one or "aria-labelledby=" in one) for one in drawn)
    assert len(marks) == len(set(marks))
    named = {mark for group in re.findall(r'aria-labelledby="([^"]+)"', page) for mark in group.split()}
    assert named == set(marks)


def test_an_empty_store_gives_a_page_that_says_what_to_do(tmp_path: Path) -> None:
    text = Page(generate_report(f"sqlite:///{tmp_path}/none.db", period="week")).text

    assert "No calls were recorded in this time" in text
    assert 'period="all"' in text
    assert "headroom doctor" in text
    assert "Over time" not in text


def test_markdown_shows_the_same_figures_and_bars(url: str) -> None:
    text = generate_report(url, "markdown", "all", end_time=NOW)

    for name in ("total_tokens_saved", "net_tokens_saved", "saved_exact", "total_tokens_billed", "round_tokens"):
        assert str(TOTAL[name]) in text
    assert "█" in text
    assert '```toml\n[tool_profiles."list_tickets"]\nexact_only = true\n```' in text
    for block in text.split("\n\n"):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines() if line.startswith("|")}
        assert len(widths) <= 1, block[:200]


STYLE = files("headroom.reports").joinpath("templates/style.css.j2").read_text(encoding="utf-8")
TEXTS = [("ink", "page"), ("ink", "card"), ("soft", "page"), ("soft", "card"), ("bad", "card"), ("good", "card"),
         ("exact", "exact-bg"), ("reach-ink", "reach-bg"), ("ref", "ref-bg"), ("display", "display-bg"),
         ("soft", "gone-bg")]  # fmt: skip


def colours(theme: str) -> dict[str, str]:
    """The colours of one theme: the first or the second block of them."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[("light", "dark").index(theme)]))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 has it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_and_marks_can_be_told_from_what_is_behind_them(theme: str) -> None:
    known = colours(theme)

    weak = [(text, behind) for text, behind in TEXTS if contrast(known[text], known[behind]) < 4.5]
    faint = [name for name in ("sent", "exact", "reach", "beyond", "saved", "input", "other")
             if contrast(known[name], known["card"]) < 2.5]  # fmt: skip

    assert (weak, faint) == ([], [])
