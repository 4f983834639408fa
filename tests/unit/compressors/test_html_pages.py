import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.compressors.html_guard import is_safe_to_parse
from headroom.compressors.html_text import HtmlCompressor
from headroom.compressors.limits import Limits
from headroom.markers import find_markers
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples

COUNTER = built_in_counter()
HTML = HtmlCompressor(counter=COUNTER)
ARTICLE = (
    "Trains ran late on the northern line this morning, because a signal near the old bridge had failed overnight, "
    "and the engineers who were sent to repair it could not reach the place before six."
)


def limits(tokens: int = 2000) -> Limits:
    return Limits(tokens=tokens, above_tokens=0, handle="0123456789ab", is_asked=True, by_tool=True)


def select(page: str, question: str = "", tokens: int = 2000) -> CompressionResult:
    return HTML.select(page, HTML.compress(page), limits(tokens), context=question)


def shown(body: str, question: str = "", tokens: int = 2000) -> str:
    page = f"<!DOCTYPE html><html><head><title>T</title></head><body>{body}{'<!-- padding -->' * 60}</body></html>"
    return select(page, question, tokens).compressed


def test_without_a_choice_a_page_stays_the_very_same_text() -> None:
    page = f"<html><body><p>{ARTICLE}</p></body></html>"

    result = HTML.compress(page)

    assert result.compressed is page
    assert result.reason == "markup_stays_without_a_choice"


def test_the_article_stays_and_the_menu_goes() -> None:
    made = shown(f"<nav><a href='/a'>Alpha</a></nav><article><h1>News</h1><p>{ARTICLE}</p></article>")

    assert f"# News\n\n{ARTICLE}" in made
    assert "Alpha" not in made


def test_an_article_within_something_called_a_sidebar_stays() -> None:
    made = shown(f"<div class='sidebar-related widget'><p>{ARTICLE}</p><p>{ARTICLE}</p></div>")

    assert made.count(ARTICLE) == 2


def test_a_page_whose_only_content_is_a_menu_keeps_it() -> None:
    made = shown("<nav><ul><li><a href='/a'>Alpha</a></li><li><a href='/b'>Beta</a></li></ul></nav>")

    assert "- Alpha\n- Beta" in made


def test_a_callout_within_the_main_part_stays() -> None:
    made = shown(f"<main><p>{ARTICLE}</p><aside class='note'>Mind the gap.</aside><p>{ARTICLE}</p></main>")

    assert "Mind the gap." in made


@pytest.mark.parametrize(
    "hidden",
    ["<p hidden>secret</p>", "<p style='color:red; display : none'>secret</p>", "<script>'secret'</script>",
     "<style>.secret{}</style>", "<template><p>secret</p></template>", "<!-- secret -->",
     "<p aria-hidden='true'>secret</p>"],
)  # fmt: skip
def test_what_a_browser_does_not_show_is_not_shown(hidden: str) -> None:
    assert "secret" not in shown(f"<p>{ARTICLE}</p>{hidden}")


def test_a_hidden_wrapper_around_the_whole_page_is_no_reason_to_lose_it() -> None:
    assert ARTICLE in shown(f"<div style='visibility:hidden'><p>{ARTICLE}</p></div>")


def test_the_phone_number_that_is_asked_for_stays_though_the_footer_goes() -> None:
    body = f"<p>{ARTICLE}</p><footer>Call 555-0199 any time</footer>"

    assert "555-0199" in shown(body, "Whose number is 555-0199?")
    assert "555-0199" not in shown(body, "Why were the trains late?")


def test_tables_become_rows_and_spans_are_filled() -> None:
    made = shown(
        "<table><caption>Prices</caption><tr><th>plan</th><th>price</th></tr>"
        "<tr><td rowspan=2>free</td><td>0</td></tr><tr><td>1</td></tr></table>"
    )

    assert "Prices\n\nplan | price\nfree | 0\nfree | 1" in made


def test_code_keeps_its_lines_and_blanks() -> None:
    assert "```\ndef f():\n    return  1\n```" in shown("<pre><span>def</span> f():\n    return  1\n</pre>")


def test_lists_keep_numbers_and_depth() -> None:
    made = shown("<ol start=4><li>four<ul><li>inner</li></ul></li><li>five</li></ol>")

    assert "4. four\n  - inner\n5. five" in made


def test_a_line_break_breaks_the_line_and_inline_elements_do_not() -> None:
    assert "a b\nc" in shown("<p>a <b>b</b><br>c</p>")


def test_links_stand_in_a_list_at_the_end_and_the_rest_is_counted() -> None:
    links = "".join(f"<p>{ARTICLE} <a href='https://x.example/{n}'>page {n}</a></p>" for n in range(40))

    made = shown(links, tokens=3000)

    assert "[1] page 0: https://x.example/0\n" in made
    listed = len(re.findall(r"^\[[0-9]+\] page", made, re.M))
    assert f"[{40 - listed} more link targets not listed]" in made


def test_the_marker_at_the_end_tells_what_was_left_out() -> None:
    made = shown(f"<nav><a href=/>Home</a></nav><p>{ARTICLE}</p>")

    marker = find_markers(made)[-1]
    assert made.endswith(marker.line)
    assert marker.handle == "0123456789ab"
    assert "navigation 1" in marker.line


def test_a_page_of_scripts_without_text_stays_as_it_is() -> None:
    page = f"<html><body><script>{'var a = 1;' * 200}</script></body></html>"

    assert select(page).compressed is page


HARD = {
    "nested": "<div>" * 100_000,
    "unclosed formatting": "".join(f"<font a{n}>" for n in range(3000)) + "<p>x" * 3000,
    "attributes": "<a " + " ".join(f"a{n}=1" for n in range(60_000)) + ">",
    "attributes behind a long value": "<a x='" + "y" * 49_000 + "' " + " ".join(f"a{n}" for n in range(60_000)) + ">",
    "brackets": "<" * 300_000,
    "tables": "<table>" * 40_000,
    "lists": "<ul><li>" * 3_000 + "x",
    "spans": "<table>" + "<tr><td rowspan=65000 colspan=65000>x" * 3_000,
    "cells": "<table><tr>" + "<td>x" * 20_000 + "<tr><td>a<td>b<tr><td>a<td>b",
    "quotes": "<blockquote>" * 2_000 + "x<br>" * 20_000,
    "comments": "<!--" * 60_000,
    "entities": "&amp;" * 100_000,
    "one long line": "<p>" + "word " * 200_000,
}


@pytest.mark.parametrize("name", HARD)
def test_pages_made_to_be_slow_come_back(name: str) -> None:
    result = select("<!doctype html>" + HARD[name])

    assert result.compressed_tokens <= result.original_tokens


def test_large_values_are_no_reason_to_refuse_a_page() -> None:
    image = "data:image/png;base64," + "iVBORw0KGgo" * 20_000

    assert is_safe_to_parse(f"<html><body><img src='{image}'><p>{'word ' * 20_000}</p><pre>{'x' * 200_000}</pre>")


TAG_NAMES = (
    "p div span a b h1 h3 ul ol li table tr td th pre code nav form blockquote footer aside main br img input select "
    "option script style svg dl dt caption button template noscript !-- html head body title"
)
TAGS = TAG_NAMES.split()
TOKENS = st.one_of(
    st.sampled_from(TAGS).map(lambda tag: f"<{tag}>"),
    st.sampled_from(TAGS).map(lambda tag: f"</{tag}>"),
    st.sampled_from(("<td rowspan=3>", "<td colspan=2>", "<a href='/x'>", "<p hidden>", "<div class='ad nav'>")),
    st.sampled_from(
        ("<", ">", "&", "&nbsp;", "-->", "\r\n", "\f", "\x00", "\u2028", "\x85", "```", "|", "\v", "\ud800")
    ),
    st.text(max_size=8),
)


@given(tokens=st.lists(TOKENS, max_size=60), question=st.sampled_from(("", "What is x-17?", "\ud800")))
@settings(max_examples=150)
def test_any_soup_of_tags_is_read_and_never_grows(tokens: list[str], question: str) -> None:
    page = "<html>" + "".join(tokens) + "<!-- -->" * 40

    result = select(page, question)

    assert result.compressed_tokens <= result.exact_tokens <= result.original_tokens
    assert result.compressed_tokens == COUNTER.count_text(result.compressed)
    assert result == select(page, question)
    if result.change is None:
        assert result.compressed is page
    else:
        assert len(find_markers(result.compressed)) == 1


@given(
    words=st.lists(st.text("abcdefgh é漢", min_size=1, max_size=12), min_size=1, max_size=30),
    tag=st.sampled_from(("p", "li", "td", "h2")),
)
def test_every_word_of_plain_content_is_shown(words: list[str], tag: str) -> None:
    made = shown("<main>" + "".join(f"<{tag}>{word}</{tag}>" for word in words) + "</main>")

    for word in words:
        assert re.sub(" +", " ", word).strip(" ") in made


@pytest.mark.shared_data
def test_real_pages_keep_their_articles_and_shrink_to_a_tenth() -> None:
    before = after = 0
    for sample in shared_samples("html", most_chars=120_000, one_in=4):
        result = select(sample.text)
        before += result.original_tokens
        after += result.compressed_tokens
        assert "<script" not in result.compressed or result.compressed is sample.text

    assert after < 0.15 * before
