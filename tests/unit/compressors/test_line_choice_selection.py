"""Which lines of a text stay, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.compressors.gaps import read_gap
from headroom.compressors.limits import Limits, unchanged
from headroom.compressors.line_choice import choose_lines, records_of, select_lines
from headroom.markers import handle_of
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.samples import samples, shared_samples
from tests.shown_lines import check_lines

COUNTER = built_in_counter()


def chosen(text: str, question: str = "", tokens: int = 300, most_items: int | None = None) -> CompressionResult:
    """What `select_lines` makes of a text of no exact form."""
    exact = unchanged(text, COUNTER.count_text(text), "no_gain")
    limits = Limits(
        tokens=tokens, above_tokens=tokens, handle=handle_of(text), is_asked=True, by_tool=True, most_items=most_items
    )
    return select_lines(
        text, exact, limits, counter=COUNTER, question=question, kind="text", strategy="selection"
    )  # fmt: skip


def usual(count: int) -> list[str]:
    """Lines of two templates."""
    return [
        f"10:{i // 60:02}:{i % 60:02} worker-{i % 7} handled request {i * 7919 % 10007} in {20 + i * 31 % 40} ms"
        if i % 5
        else f"10:{i // 60:02}:{i % 60:02} cache hit for key {i * 31 % 977}"
        for i in range(count)
    ]


def with_line(lines: list[str], place: int, line: str) -> str:
    """The lines with one more, as a text."""
    return "\n".join([*lines[:place], line, *lines[place:]]) + "\n"


ODD_ONES: dict[str, str] = {
    "an error": "10:05:00 ERROR worker-3 lost its connection to the database",
    "an exception": "java.lang.IllegalStateException: queue is closed",
    "a number far off": "10:05:00 worker-3 handled request 4711 in 98000 ms",
    "a rare template": "10:05:00 configuration was loaded again by the operator",
}


@pytest.mark.parametrize("line", ODD_ONES.values(), ids=ODD_ONES)
@pytest.mark.parametrize("place", [120, 377, 551])
def test_what_is_unlike_the_rest_stays(line: str, place: int) -> None:
    result = chosen(with_line(usual(600), place, line))

    assert line in result.compressed.split("\n")
    assert result.compressed_tokens < 700


def test_lines_with_what_the_question_names_stay() -> None:
    lines = usual(600)
    wanted = lines[333]

    result = chosen("\n".join(lines), question=f"What happened to request {wanted.split()[4]}?")

    assert wanted in result.compressed


def test_both_ends_stay() -> None:
    lines = usual(600)

    shown = chosen("\n".join(lines)).compressed.split("\n")

    assert shown[:3] == lines[:3]
    assert shown[-6:-1] == lines[-5:]


def test_like_errors_are_shown_by_example_and_counted() -> None:
    lines = usual(300)
    for place in range(10, 290, 2):
        lines[place] = f"10:00:{place} ERROR request {place} was refused"

    result = chosen("\n".join(lines))

    assert "10:00:10 ERROR request 10 was refused" in result.compressed
    assert "lines that report failures: 140, of them not shown: " in result.compressed.split("\n")[-1]
    assert "failures like line 11" in result.compressed


def test_a_thousand_different_errors_do_not_vanish_behind_a_few() -> None:
    words = [f"{a}{b}{c}" for a in "bdfgklmnpr" for b in "aeiou" for c in "bdfgklmnprstvwxyzhjc"]
    lines = [f"ERROR module {word} cannot reach its {word[::-1]} backend" for word in words]

    result = chosen("\n".join(lines), tokens=2000)

    shown = [line for line in result.compressed.split("\n") if line.startswith("ERROR")]
    assert len(shown) > 150
    assert result.compressed_tokens < 3 * 2000
    assert "lines that report failures: 1000, " in result.compressed


def test_an_error_that_is_larger_than_everything_is_said_not_shown() -> None:
    result = chosen(with_line(usual(300), 150, "ERROR " + "x1 " * 20_000))

    assert " not shown: 1 failure, " in result.compressed
    assert "lines that report failures: 1, of them not shown: 1 other" in result.compressed
    assert result.compressed_tokens < 1000


def test_most_items_caps_what_is_not_protected() -> None:
    assert chosen("\n".join(usual(600)), tokens=3000, most_items=4).items_kept < 12


@pytest.mark.parametrize("text", ["", "one line", "\n" * 500, "a\nb\nc", "x " * 5000])
def test_where_nothing_can_be_left_out_the_exact_form_comes_back(text: str) -> None:
    assert chosen(text, tokens=5).compressed is text


LINES = st.one_of(
    st.sampled_from(["", "  at a.b.C(D.java:7)", "ERROR it failed", "ok\r", "Caused by: java.io.Fault", "\x0c\u2028"]),
    st.builds("worker {} took {} ms".format, st.integers(0, 9), st.integers(0, 999)),
    st.text(max_size=30),
)  # fmt: skip


@settings(deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=200), question=st.sampled_from(("", "worker 3", "7 \ud800")))
def test_every_line_is_shown_in_its_place_or_counted_in_a_gap(lines: list[str], question: str) -> None:
    text = "\n".join(lines)

    result = chosen(text, question, tokens=60)

    if result.change is None:
        assert result.compressed is text
    else:
        assert result.compressed_tokens == COUNTER.count_text(result.compressed) < COUNTER.count_text(text)
        assert len(check_lines(result.compressed, text)) == result.items_kept


@pytest.mark.parametrize(
    "make", [usual, lambda n: [f"ERROR case {i} failed" for i in range(n)]], ids=["usual", "errors"]
)
def test_one_more_line_never_makes_the_result_much_smaller(make: Callable[[int], list[str]]) -> None:
    sizes = [chosen("\n".join(make(count))).compressed_tokens for count in range(20, 400, 3)]

    assert all(after > 0.6 * before for before, after in pairwise(sizes))


def test_the_same_text_gives_the_same_choice() -> None:
    text = "\n".join(usual(200))

    assert chosen(text, "worker-3") == chosen("".join(list(text)), "worker-3")


def test_gap_lines_name_lines_that_are_shown() -> None:
    text = "\n".join(usual(600))

    made = chosen(text).compressed

    shown = check_lines(made, text)
    named = [int(word) for line in made.split("\n") if read_gap(line) for word in _lines_named(line)]
    assert named
    assert {number - 1 for number in named} <= set(shown)


def _lines_named(line: str) -> list[str]:
    return [part.split("like line ")[1].split("]")[0] for part in line.split(", ") if "like line " in part]


def test_choosing_among_lines_protects_each_once_and_ranks_all() -> None:
    lines = [*usual(50), "ERROR a", "ERROR b"]

    choice = choose_lines(lines, question="request 7919")

    protected = [item for group in choice.protected for item in group]
    assert {50, 51} <= set(protected)
    assert len(protected) == len(set(protected))
    assert sorted(choice.ranking) == list(range(len(lines)))


def test_a_line_and_what_continues_it_are_one_item() -> None:
    lines = ["a", "java.lang.Exception: x", "\tat a.B.c(B.java:1)", "Caused by: y", "\t... 3 more", "b", "", "  c"]

    assert records_of(lines) == [(0,), (1, 2, 3, 4), (5,), (7,)]


def test_the_exception_of_a_python_traceback_belongs_to_it() -> None:
    lines = [
        "x",
        "Traceback (most recent call last):",
        '  File "a.py", line 1, in f',
        "    g()",
        "KeyError: 1",
        "y",
        "z",
    ]

    assert records_of(lines) == [(0,), (1, 2, 3, 4), (5,), (6,)]


def test_of_a_long_trace_the_ends_the_causes_and_own_frames_stay_together() -> None:
    library = [f"\tat java.util.Lib.call{i}(Lib.java:{i})" for i in range(40)]
    own = "\tat my.App.run(App.java:7)"
    lines = ["Exception in thread main: java.io.IOException", *library[:20], own, *library[20:]]
    lines += ["Caused by: java.net.ConnectException: refused", *library[:5]]

    core = records_of(lines)[0]

    assert {0, 1, 2, 21, 42, len(lines) - 1} <= set(core)
    assert len(core) < 20


@pytest.mark.shared_data
def test_real_logs_keep_every_line_in_place() -> None:
    for sample in shared_samples("log", "build_log", "stacktrace", most_chars=60_000, one_in=6):
        result = chosen(sample.text, "What failed?", tokens=500)
        if result.change is not None:
            check_lines(result.compressed, sample.text)


def test_small_real_texts_keep_every_line_in_place() -> None:
    for sample in samples():
        result = chosen(sample.text, "What failed?", tokens=100)
        if result.change is not None:
            check_lines(result.compressed, sample.text)
