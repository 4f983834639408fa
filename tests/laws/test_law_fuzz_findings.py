"""Texts that `make fuzz` found: each broke a law once."""

from __future__ import annotations

from random import Random

from headroom.markers import find_markers, handle_of
from headroom.tokenizers import built_in_counter
from headroom.transforms.repeats.fold import fold
from headroom.transforms.repeats.shown import Shown
from tests.engines import new_engine
from tests.fuzzing import SETTINGS, findings, read_again
from tests.samples import ask
from tests.shown_lines import check_lines

LINES = [f"2026-11-20 09:{minute:02}:00 INFO worker {minute} took {minute * 37} ms for a batch" for minute in range(40)]


def sent(text: str, **facts: object) -> str:
    """What becomes of one tool result."""
    return str(new_engine(**SETTINGS).prepare(ask(text), **facts).messages[-1]["content"])


def test_a_hunk_without_a_header_above_it_shows_no_empty_line_for_one() -> None:
    hunks = [f"@@ -{n},3 +{n},3 @@ def main\n same {n}\n-old {n}\n+new {n} is longer\n same" for n in range(1, 40)]
    text = "\nwhat is this\n".join(hunks)

    assert not list(findings(text, text))


def test_where_no_line_fits_the_best_one_stays_and_the_others_are_counted() -> None:
    text = "\n".join(line * 2 for line in LINES)

    shown = sent(text, retrieval="tool", target_tokens=40)

    assert check_lines(shown, text)


def test_rows_are_not_left_out_where_text_stands_right_behind_the_last_one() -> None:
    rows = repr([(f"ABW{n}", n * 13) for n in range(200)])
    for text in (f"{rows}{rows}", f"{rows}\r\n", f"{rows} rows"):
        assert not list(findings(text, text))


def test_the_handle_in_a_reference_is_that_of_its_own_original_whatever_came_before() -> None:
    text = "\n".join(LINES)
    engine = new_engine()

    for again in (f"\x1b[0m{text}", f"{text}\x1b[0m"):
        reference = engine.prepare(read_again(text, again)).messages[-1]["content"]

        assert find_markers(reference)[0].handle == handle_of(again)


def test_codes_whose_loss_would_cost_tokens_stay() -> None:
    text = "\x1b(0" + "these letters are parts of frames on a terminal\n" * 12  # from the code on

    assert not list(findings(text, text))


def test_whether_repeats_are_named_does_not_depend_on_the_digits_of_a_handle() -> None:
    random = Random(1)
    handles = [f"{random.getrandbits(48):012x}" for _ in range(20)]
    for words in range(16, 40):
        text = " ".join(f"word{number}" for number in range(words))
        shown = Shown()
        shown.add("run_tool()", text)
        named = {fold(text, shown, counter=built_in_counter(), handle=handle) is not text for handle in handles}
        assert len(named) == 1


def test_a_form_in_which_progress_would_be_seen_is_not_written() -> None:
    text = "".join(f"src/a.py:{number}: 50% done\rsrc/a.py:{number}: done\n" for number in range(1, 40))

    assert not list(findings(text, text))


def test_what_would_be_too_long_a_key_for_yaml_is_no_key() -> None:
    for key in ("k" * 1100, '"' + "k" * 1100 + '"'):
        text = f"{key}: 1\n" + "".join(f"name{n}:\n  - state: open\n    size: {n}\n" for n in range(30))
        assert not list(findings(text, text))
