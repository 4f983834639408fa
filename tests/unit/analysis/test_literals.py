from __future__ import annotations

import pytest

from headroom.analysis.literals import (
    folded,
    holders,
    literals_of,
    named_positions,
    rarest_literals,
    without_common_words,
)


def texts(*lines: str) -> list[bytes]:
    return [folded(line) for line in lines]


@pytest.mark.parametrize("literal", ["web-1", "/var/log/a.txt", "ORDER_17", "10.0.0.7", "Ana", "some words"])
def test_quoted_strings_ids_paths_and_names_are_strong(literal: str) -> None:
    question = f"which are near {literal}, please" if " " not in literal else f'which are near "{literal}"?'

    assert (literal, True) in literals_of(question)


def test_the_rarest_literal_leads() -> None:
    rows = texts(*["host web-1"] * 3, *["host web-2"] * 57)

    found = rarest_literals("what about web-1 and web-2?", rows)

    assert [(literal.text, literal.holders) for literal in found] == [("web-1", (0, 1, 2))]


def test_what_half_of_the_rows_hold_is_not_rare() -> None:
    assert rarest_literals("what about web-1?", texts(*["web-1"] * 50, *["web-2"] * 50)) == []


def test_a_number_is_not_found_inside_another() -> None:
    assert holders("12", texts("a 123", "b 12.5", "c 12", "d x12")) == (False, [2])


def test_a_whole_value_wins_over_a_part_of_one() -> None:
    assert holders("Quake", texts("quake\n5", "quake-count\n7")) == (True, [0])


def test_an_index_after_the_path_names_an_item() -> None:
    assert named_positions("value at `items[3].tags[1]`?", "items", 10) == [3]
    assert named_positions("value at `items[30].tags[1]`?", "items", 10) == []
    assert named_positions("what is in [4]?", "", 10) == [4]


def test_a_question_about_nothing_has_no_telling_words() -> None:
    assert without_common_words("Look at the result and carry on with the task.") == ""
    assert without_common_words("Which flights to Oslo?") == "flights Oslo?"


def test_lone_surrogates_and_other_scripts_are_searched() -> None:
    assert holders("Zürich\ud800", texts("in Zürich\ud800 now")) == (False, [0])
