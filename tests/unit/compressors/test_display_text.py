"""What a terminal would not show goes; what is content stays, whatever its line ends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.analysis.failures import WORD, failure_word
from headroom.compressors.display import displayed
from headroom.compressors.display_progress import may_report
from tests.samples import samples, shared_samples

CODES = (
    "\x1b",
    "\x1b[",
    "\x1b[31m",
    "\x1b[0m",
    "m",
    "\x1b[K",
    "\x1b[2K",
    "\x1b[1A",
    "\x1b[A",
    "\x1b[2B",
    "\x1b[1G",
    "\x1b[J",
    "\x1b[3;4H",
    "\x1b[5C",
    "\x1b]0;title\x07",
    "\x1b]8;;https://a.b\x1b\\",
    "\x1b]8;;\x1b\\",
    "\x1b(0",
    "\x1b(B",
    "\x1b7",
    "\x1b8",
    "\x1bc",
    "\x0f",
    "\b",
    "\b\b",
    "\r",
    "\r\n",
    "\n",
    "\f",
    "\x85",
    "\u2028",
    "\ufeff",
    "\x00",
    "\ud800",
    " 12%|#    | 3/9",
    "Fetching: 7",
    "[===>   ] 3/9 kB",
    "    ",
    "error: disk full",
    "word",
    "é",
)
terminal_texts = st.lists(st.sampled_from(CODES), max_size=24).map("".join)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;31merror\x1b[0m: \x1b[38;5;12mx\x1b[m\x0f\n", "error: x\n"),
        ("\x1b]0;title\x07\x1b[?25l\x1b[?2004hls\x1b(B\x1b[m\x1b=\n", "ls\n"),
        ("\x1b(0lqk\x1b(B x\n", "┌─┐ x\n"),
        ("see \x1b]8;;https://a.b/c\x1b\\docs\x1b]8;;\x1b\\\n", "see docs (https://a.b/c)\n"),
        ("\x1b]8;;https://a.b\x07https://a.b\x1b]8;;\x07\n", "https://a.b\n"),
        ("\x1b]8;;file://host/home/u/src/a.py\x07src/a.py\x1b]8;;\x07\n", "src/a.py\n"),
        ("N\bNA\bAM\bME\bE\n   _\bl_\bs\n", "NAME\n   ls\n"),
        ("Solving: \\ \b\b| \b\b/ \b\bdone\n", "Solving: done\n"),
        ("  0%|     | 0/3\r 33%|#    | 1/3\r100%|#####| 3/3\nok\n", "100%|#####| 3/3\nok\n"),
        ("Counting objects: 5\rCounting objects: 12, done.\nok\n", "Counting objects: 12, done.\nok\n"),
        ("old\r\x1b[Knew\n", "new\n"),
        ("old\x1b[2K\x1b[1Gnew\n", "new\n"),
        ("new\x1b[K\n", "new\n"),
        ("a: Wait\nb: Wait\n\x1b[2A\x1b[2K\ra: Done\r\x1b[2B", "a: Done\nb: Wait\n"),
        ("top\x1b[5;1Hbelow\x1b[2Cright\n", "top\nbelow  right\n"),
    ],
)
def test_codes_and_what_was_written_over_go(text: str, shown: str) -> None:
    assert displayed(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "a\r\nb\r\n",
        "a\r\r\nb\r\r\n",
        "a\n\rb\n\r",
        "id,name\r1,foo 12%\r2,bar 13%\r",
        "id,name\r1,foo 12%\r2,bar 13%\n",
        "item 1,5 kB\ritem 2,7 kB\n\n",
        'x,"first\rsecond",1\r\ny,"third\rfourth",2\r\n',
        "<p>text.\r</p>\n<p>more.\r</p>\n",
        "Name: Ann\rName: Bob\rName: Eve\n",
        "page one\fpage two\x0bx\x85y\u2028z\u2029\ufeff\n",
        "\x00\x02\x08\x13\x1c 5*\x17\r\\^\x10\n",
        "half a code \x1b[3",
    ],
)
def test_content_stays_the_same_object(text: str) -> None:
    assert displayed(text) is text


def test_a_longer_state_that_shows_behind_a_shorter_one_stays() -> None:
    text = "Fetching [=>   ] 1/9 from a.example.org\rFetching [==>  ] 2/9\rFetching [===> ] 3/9\n"

    assert displayed(text) == "Fetching [=>   ] 1/9 from a.example.org\rFetching [===> ] 3/9\n"


@pytest.mark.parametrize(
    "text",
    [
        "12%|#   | error: disk full\r13%|#   | going on and on   \n",
        "error: disk full\r\x1b[Kgoing on\n",
        "error: disk full\x1b[2K\rgoing on\n",
        "error: disk full\n\x1b[1A\x1b[2Kgoing on\n",
    ],
)
def test_a_failure_that_was_written_over_stays(text: str) -> None:
    assert "error: disk full" in displayed(text)
    assert "going on" in displayed(text)


def test_every_word_of_the_error_table_is_looked_for() -> None:
    words = [
        "errors err exceptions failed failures fails failing fail fatal critical crashed crashes crashloopbackoff",
        "panicked aborted timeout denied rejected refused unhealthy unreachable corrupted traceback segfault",
        "oomkilled errimagepull imagepullbackoff evicted notready degraded IOError BadException SomeFailure",
    ]
    for word in [*" ".join(words).split(), "timed out"]:
        assert failure_word(word)
        assert may_report(word)
    assert WORD.groups == 1


@settings(max_examples=400)
@given(text=terminal_texts)
def test_once_shown_it_stays_as_it_is_and_is_never_longer(text: str) -> None:
    once = displayed(text)

    assert len(once) <= len(text)
    assert displayed(once) is once
    assert (once is text) == (once == text)


@given(text=st.text(max_size=60))
def test_any_text_is_shown_once(text: str) -> None:
    once = displayed(text)

    assert displayed(once) is once


@given(words=st.lists(st.sampled_from(CODES[-4:]), max_size=12), end=st.sampled_from(("\n", "\r\n", "\f\n", "\x85")))
def test_text_without_codes_stays(words: list[str], end: str) -> None:
    text = end.join(words)

    assert displayed(text) is text


def sprinkled(text: str) -> str:
    """`text` with Windows line ends, a byte order mark, and marks that other readers take for line ends."""
    lines = text.replace("\r\n", "\n").split("\n")
    marks = ("\f", "\x85", "\u2028", "")
    return "\ufeff" + "\r\n".join(line + marks[row % 4] for row, line in enumerate(lines))


def check_marks_stay(text: str) -> None:
    """Line ends and marks are as many after as before."""
    made = sprinkled(text)
    shown = displayed(made)
    if "\x1b" not in made and "\b" not in made and made.count("\r") == made.count("\r\n"):
        assert shown is made
    for mark in ("\r\n", "\f", "\x85", "\u2028", "\ufeff"):
        assert shown.count(mark) == made.count(mark)


def test_line_ends_of_real_records_are_content() -> None:
    for sample in samples():
        check_marks_stay(sample.text)


@pytest.mark.shared_data
def test_line_ends_of_all_real_records_are_content() -> None:
    kinds = ("stacktrace", "build_log", "log", "csv", "html", "diff", "search", "json_object", "markdown", "code")
    for sample in shared_samples(*kinds, most_chars=200_000):
        check_marks_stay(sample.text)
        if sample.kind in ("csv", "html"):
            assert displayed(sample.text) is sample.text


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[" * 100_000,
        "\x1b]8;;" * 50_000,
        "ab\b\b" * 50_000,
        "a\x1b[A\r" * 40_000,
        "a\r" * 100_000,
        "\x1b[31" * 50_000,
    ],
)
def test_texts_made_to_be_hard_end_soon(text: str) -> None:
    shown = displayed(text)

    assert displayed(shown) is shown
