import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.detection import detect
from tests.samples import shared_samples

PAGE = "<html>\n<head><title>A</title></head>\n<body>\n<p>Text with <b>some</b> words.</p>\n</body>\n</html>\n"
PART = "<div class='a'><ul>" + "<li><a href='/x'>one</a></li>" * 12 + "</ul></div>"


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "<!DOCTYPE html>\n" + PAGE,
        "\ufeff\r\n<!doctype HTML>\r\n" + PAGE.replace("\n", "\r\n"),
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd">\n' + PAGE,
        "<!-- saved from url=(0014)about:internet -->\n" + PAGE,
        PAGE[:80],
        "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<!doctype html>\n" + PAGE,
        PART,
        "\n  " + PART + "\n",
        "<table>" + "<tr><td>1</td><td>2</td></tr>" * 8 + "</table>",
        PAGE.replace("<p>", "<script>if (a) { x = {% raw %}{{ b }} }</script><p>"),
    ],
)  # fmt: skip
def test_pages_and_their_parts_are_html(text: str) -> None:
    assert detect(text).kind.value == "html"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Some <b>bold</b> words.",
        "<note><to>Tove</to><from>Jani</from>" + "<body>x</body>" * 12 + "</note>",
        '<?xml version="1.0"?>\n<rss><channel>' + "<item><title>a</title></item>" * 12 + "</channel></rss>",
        "{% extends 'base.html' %}\n" + PAGE,
        "<!DOCTYPE html>\n<html>{% block title %}{% endblock %}" + PAGE,
        "<?php echo 1; ?>\n" + PAGE,
        "<div className='a' onClick={handle}>" + "<span>x</span>" * 12 + "</div>",
        "<div>" + "<p v-if='a'>x</p><p v-else>y</p>" * 12 + "</div>",
        "import React from 'react';\n\nexport const A = () => (\n  <div>\n" + "    <p>x</p>\n" * 12 + "  </div>\n);\n",
        '<div align="center">\n<img src="a.png">\n</div>\n\n# T\n\n## One\n\n```sh\nrun\n```\n\n- a\n' + "<br>\n" * 12,
        "# Title\n\n<p>" + "text " * 40 + "</p>\n",
        "<div><p>" + "many words of prose without any tags in between " * 60 + "</p></div>",
        "     1\t<!DOCTYPE html>\n     2\t<html>\n",
    ],
)  # fmt: skip
def test_what_only_holds_some_tags_is_not(text: str) -> None:
    assert detect(text).kind.value != "html"


@given(text=st.text(st.sampled_from("<>/ap!-= \n{%'\"htmldivbo"), max_size=200))
def test_detection_never_raises(text: str) -> None:
    detect("<html" + text)
    detect("<div>" + text)


@pytest.mark.shared_data
def test_real_pages_are_html_and_nothing_else_is() -> None:
    assert {detect(sample.text).kind.value for sample in shared_samples("html")} == {"html"}
    for kind in (
        "code",
        "markdown",
        "xml",
        "log",
        "diff",
        "csv",
        "yaml",
        "search",
        "build_log",
        "stacktrace",
        "sql_result",
    ):
        for sample in shared_samples(kind, one_in=2):
            assert detect(sample.text).kind.value != "html", sample.id
