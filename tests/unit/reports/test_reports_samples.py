from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from headroom.reports.reasons import sentence
from headroom.reports.samples import SHOWN_CHARS, Sample, sides
from headroom.reports.windows import MOST_STEPS, choose_window, fitting_step, floor, starts

NOW = datetime(2026, 11, 20, 12, 34, 56, tzinfo=timezone.utc)
MARKER = "[headroom: 3 lines left out]"


def sample(change: str | None, before: str, after: str) -> Sample:
    return Sample(title="x", change=change, before=before, after=after)  # type: ignore[arg-type]


def test_lines_that_stayed_are_told_from_markers_and_from_what_is_gone() -> None:
    before, after = sides(sample("left_out", "a\nb\nc\nd", f"a\n{MARKER}\nd"))

    assert after.lines == [("same", "a"), ("left_out", MARKER), ("same", "d")]
    assert before.lines == [("same", "a"), ("gone", "b"), ("gone", "c"), ("same", "d")]


def test_nothing_is_called_gone_where_the_form_is_another_one() -> None:
    before, after = sides(sample("left_out", '[{"a":1},\n{"a":2}]', f"a\n1\n{MARKER}"))

    assert {kind for kind, _ in before.lines} == {"same"}
    assert [kind for kind, _ in after.lines] == ["exact", "exact", "left_out"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [("exact", "exact"), ("value_exact", "exact"), ("by_reference", "by_reference"), ("display", "display")],
)
def test_new_lines_have_the_class_of_the_change(change: str, kind: str) -> None:
    assert sides(sample(change, "old", "new"))[1].lines == [(kind, "new")]


def test_a_marker_of_a_reference_is_a_reference() -> None:
    assert sides(sample("by_reference", "old", MARKER))[1].lines == [("by_reference", MARKER)]


def test_an_unchanged_text_has_no_colour() -> None:
    assert sides(sample(None, "a\nb", "a\nb"))[1].lines == [("same", "a"), ("same", "b")]


@pytest.mark.parametrize("text", ["x" * 20_000, "x\n" * 10_000, "\n" * 10_000])
def test_a_long_text_is_cut_and_says_so(text: str) -> None:
    before, _ = sides(sample("exact", text, "y"))

    assert "\n".join(line for _, line in before.lines) in (text[:SHOWN_CHARS], text[: SHOWN_CHARS - 1])
    assert (before.shown_chars, before.total_chars, before.is_cut) == (SHOWN_CHARS, 20_000, True) or (
        before.total_chars == 10_000
    )


def test_a_short_text_is_whole() -> None:
    before, after = sides(sample("exact", "abc", ""))

    assert (before.is_cut, before.total_chars, after.total_chars) == (False, 3, 0)


def test_no_repr_shows_content() -> None:
    one = Sample(title="canary", before="canary", after="canary")

    assert "canary" not in repr(one) + repr(sides(one))


@pytest.mark.parametrize(("period", "steps"), [("hour", 12), ("day", 24), ("week", 7), ("month", 30)])
def test_a_period_has_whole_steps_and_ends_with_the_one_going_on(period: str, steps: int) -> None:
    window = choose_window(period, None, None, NOW)

    assert window.start is not None
    assert window.step is not None
    found = list(starts(window.start, window.end, window.step))
    assert len(found) == steps
    assert found[-1] <= NOW < found[-1] + window.step


def test_any_span_has_few_steps() -> None:
    for days in (0, 0.001, 0.1, 1, 10, 100, 1000, 10_000):
        span = timedelta(days=days)
        assert len(list(starts(NOW - span, NOW, fitting_step(span)))) <= MOST_STEPS + 1


def test_weeks_begin_on_monday() -> None:
    assert floor(NOW, timedelta(days=7)) == datetime(2026, 11, 16, tzinfo=timezone.utc)


def test_an_unknown_reason_is_told_in_its_own_words() -> None:
    assert sentence("some_new_reason") == "Some new reason."
    assert sentence("failed: KeyError") == "A step failed inside headroom; the text went out as it came (KeyError)."
    assert sentence("") == "No reason given."
