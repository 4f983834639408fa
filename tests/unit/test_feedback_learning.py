"""What is counted of real calls: results of which something was left out, and the model's questions about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import headroom
from headroom.engine import Engine
from headroom.feedback import Counts, Feedback, learn_asked, learn_left_out, shape_of
from headroom.results import CompressResult, Note
from headroom.retrieval.answers import Answers
from headroom.tokenizers import built_in_counter
from tests.engines import new_engine
from tests.samples import ask, samples

ROWS = json.dumps([{"id": number, "name": f"row {number}", "state": "ok"} for number in range(300)])


def test_what_was_left_out_of_a_call_and_asked_for_is_counted_once() -> None:
    engine, feedback, messages = Engine(), Feedback(), ask(ROWS)
    result = engine.prepare(messages, retrieval="tool", target_tokens=200)

    for _ in range(3):  # the conversation is sent with every call
        learn_left_out(feedback, result.notes, messages)
    answers = Answers(messages, counter=built_in_counter())
    for question in ({"rows": "5-9"}, {"where": "state=ok"}):
        answer = answers.answer(json.dumps({"hash": result.ccr_hashes[0], **question}))
        learn_asked(feedback, answer.handle, answer.asked, answer.tool)

    assert feedback.of("search_orders", shape_of(ROWS)) == Counts(compressed=1, rows=1)
    assert feedback.of("search_orders") == Counts(compressed=1, rows=1)


def test_what_was_not_left_out_is_not_counted() -> None:
    feedback, messages = Feedback(), ask(ROWS)
    learn_left_out(feedback, Engine().prepare(messages).notes, messages)

    assert feedback.stats()["compressed"] == 0


@pytest.mark.parametrize(
    ("asked", "counts"),
    [
        ("whole", Counts(whole=1)),
        ("rows", Counts(rows=1)),
        ("where", Counts(search=1)),
        ("search", Counts(search=1)),
        ("", Counts()),
        ("fields", Counts()),
    ],
)
def test_each_kind_of_question_has_its_count(asked: str, counts: Counts) -> None:
    feedback = Feedback()

    learn_asked(feedback, "6ed4d46cf9e6", asked, "search")
    learn_asked(feedback, "", asked, "search")

    assert feedback.of("search") == counts


@pytest.mark.parametrize("place", [(5, 0), (2, 9), (-1, 0)])
def test_a_note_about_a_place_that_is_not_there_counts_nothing(place: tuple[int, int]) -> None:
    note = Note(message_index=place[0], part_index=place[1], change="left_out", handle="6ed4d46cf9e6", tool="search")
    feedback = Feedback()

    learn_left_out(feedback, [note], ask(ROWS))

    assert feedback.stats()["compressed"] == 0


def test_a_note_that_left_nothing_out_counts_nothing() -> None:
    feedback = Feedback()
    note = Note(message_index=2, change="by_reference", handle="6ed4d46cf9e6", tool="search")

    learn_left_out(feedback, [note], ask(ROWS))

    assert feedback.stats()["compressed"] == 0


def test_real_results_are_counted_by_tool() -> None:
    engine, feedback = new_engine(retrieval="tool", target_tokens=60), Feedback()
    handles = set()
    for sample in samples("json_array", "log", "search"):
        messages = ask(sample.text, tool=sample.kind)
        result = engine.prepare(messages)
        learn_left_out(feedback, result.notes, messages)
        handles |= {note.handle for note in result.notes if note.change == "left_out"}

    assert feedback.stats()["compressed"] == len(handles) > 3
    assert feedback.stats()["tools"] >= 2


def test_what_was_learnt_changes_what_is_kept() -> None:
    long = json.dumps([{"id": number, "name": f"row {number * 7919 % 997}", "state": "ok"} for number in range(900)])
    feedback, messages, given = Feedback(), ask(long), {"retrieval": "tool", "selection": "always"}
    first = Engine(feedback=feedback)
    before = first.prepare(messages, **given)
    for number in range(40):  # of as many results of this tool something was left out, and all of it asked for
        feedback.record_compression("search_orders", handle=f"{number:012x}")
        feedback.record_retrieval(kind="whole", handle=f"{number:012x}")

    after = Engine(feedback=feedback).prepare(messages, **given)

    assert first.prepare(messages, **given).messages == before.messages, "an engine goes by what it knew at first"
    assert Engine().prepare(messages, **given).messages == before.messages
    assert after.tokens_after > before.tokens_after
    assert text_of(after).count("row ") > text_of(before).count("row ")


def test_two_feedbacks_that_look_alike_are_two(tmp_path: Path) -> None:
    given: dict[str, Any] = {"retrieval": "tool", "target_tokens": 200, "store_url": f"sqlite:///{tmp_path / 'm.db'}"}
    one, other = Feedback(), Feedback()

    headroom.compress(ask(ROWS), feedback=one, **given)
    headroom.compress(ask(ROWS), feedback=other, **given)

    assert (one.stats()["compressed"], other.stats()["compressed"]) == (1, 1)


def text_of(result: CompressResult) -> str:
    return str(result.messages[-1]["content"])
