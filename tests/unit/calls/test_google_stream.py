"""Chunks of Google's streams in forms that the stub does not send."""

from __future__ import annotations

from typing import Any

import pytest

from headroom.calls.google_content import GoogleContent
from headroom.calls.google_stream import ContentReader

types = pytest.importorskip("google.genai.types")

OURS = {"function_call": {"id": "c1", "name": "headroom_retrieve", "args": {"hash": "1" * 12}}}
THEIRS = {"function_call": {"id": "c2", "name": "list_items", "args": {}}}


def chunk(*parts: Any, finish: str | None = None, identity: str = "r1") -> Any:
    made = [{"text": part} if isinstance(part, str) else part for part in parts]
    candidate = {"content": {"role": "model", "parts": made}, "finish_reason": finish}
    return types.GenerateContentResponse.model_validate({"candidates": [candidate], "response_id": identity})


def texts(chunks: list[Any]) -> list[str]:
    return ["".join(part.text or "" for part in each.candidates[0].content.parts) for each in chunks]


def names(chunks: list[Any]) -> list[str]:
    parts = [part for each in chunks for part in each.candidates[0].content.parts]
    return [part.function_call.name for part in parts if part.function_call]


class Answered:
    """A call whose answer was looked at: ours are out of it."""

    rounds: tuple[Any, ...] = ()

    def __init__(self, reader: ContentReader) -> None:
        self.answer = GoogleContent().without_calls(reader.answer(), frozenset({"c1"}))


def test_words_in_the_chunk_of_our_call_go_on() -> None:
    reader = ContentReader()

    passed = reader.feed(chunk("Let me look.", OURS, finish="STOP"))

    assert (texts(passed), names(passed)) == (["Let me look."], [])
    assert passed[0].candidates[0].finish_reason is None
    assert [call.name for call in GoogleContent().calls_of(reader.answer())] == ["headroom_retrieve"]


def test_calls_wait_until_words_come_after_them() -> None:
    reader = ContentReader()

    assert reader.feed(chunk(THEIRS)) == []
    passed = reader.feed(chunk("And so on."))

    assert (names(passed), texts(passed)) == (["list_items"], ["", "And so on."])


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk(THEIRS, OURS, finish="STOP")],
        [chunk(OURS, THEIRS, finish="STOP")],
        [chunk(THEIRS), chunk(OURS, finish="STOP")],
        [chunk(OURS), chunk(THEIRS, finish="STOP")],
        [chunk(THEIRS), chunk(OURS), chunk("", finish="STOP")],
    ],
)
def test_of_a_mixed_turn_every_chunk_has_parts_and_the_last_says_why_it_stops(chunks: list[Any]) -> None:
    reader = ContentReader()

    passed = [each for given in chunks for each in reader.feed(given)]
    passed += reader.released(Answered(reader))  # type: ignore[arg-type]

    assert names(passed) == ["list_items"]
    assert all(each.candidates[0].content.parts for each in passed)
    assert [bool(each.candidates[0].finish_reason) for each in passed] == [*[False] * (len(passed) - 1), True]


def test_our_call_alone_where_it_may_not_be_answered_leaves_an_empty_end() -> None:
    reader = ContentReader()

    reader.feed(chunk(OURS, finish="STOP"))
    passed = reader.released(Answered(reader))  # type: ignore[arg-type]

    assert (texts(passed), names(passed)) == ([""], [])
    assert passed[0].candidates[0].finish_reason == "STOP"


def test_what_waits_when_a_stream_breaks_off_is_the_callers_unless_it_is_ours() -> None:
    ended, ours = ContentReader(), ContentReader()
    ended.feed(chunk("Done.", finish="STOP"))
    ours.feed(chunk(OURS))

    assert texts(ended.unsaid()) == ["Done."]
    assert ours.unsaid() == []


def test_chunks_without_candidates_pass() -> None:
    reader = ContentReader()
    blocked = types.GenerateContentResponse.model_validate({"prompt_feedback": {"block_reason": "SAFETY"}})

    assert reader.feed(blocked) == [blocked]
    assert GoogleContent().calls_of(reader.answer()) == []
    assert ContentReader().answer() is None
