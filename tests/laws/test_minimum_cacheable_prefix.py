"""A result stays as it came where compressing would leave a prefix too short to be cached and save less than half."""

import json
from random import Random
from typing import Any

import pytest

from headroom import compress
from headroom.engine import Engine
from headroom.tokenizers import built_in_counter
from tests.engines import text_of
from tests.samples import Messages, ask, shared_talks, talks

COUNT = built_in_counter().count_text
WRITE, READ, LEAST = 1.25, 0.10, 1024


WORDS = ("amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "jetty", "knoll", "ledge")


def rows(count: int, same: str = "ok") -> str:
    """Rows of which most is their own, so that a table saves little unless `same` is long."""
    random = Random(count)
    notes = [" ".join(random.choices(WORDS, k=12)) for _ in range(count)]
    return json.dumps([{"id": n * 7919, "note": note, "state": same} for n, note in enumerate(notes)])


def sent(text: str, system: str = "", **settings: Any) -> str:
    engine = Engine(**settings)
    return text_of(engine.prepare([{"role": "system", "content": system}, *ask(text)]).messages)


def test_a_result_stays_where_its_prefix_would_fall_below_the_minimum_and_little_is_saved() -> None:
    text = rows(35)
    whole = sent(text, cache_optimizer={"min_cacheable_tokens": 0})

    assert LEAST // 2 < COUNT(whole) < LEAST
    assert 2 * COUNT(whole) > COUNT(text)
    assert sent(text) == text


def test_the_note_says_so_and_names_the_setting() -> None:
    [note] = Engine().prepare(ask(rows(35))).notes

    assert (note.change, note.reason) == (None, "prefix_too_short_to_cache")
    assert note.tokens_after == note.tokens_before
    assert "min_cacheable_tokens" in note.hint


def test_it_is_compressed_where_more_than_half_is_saved() -> None:
    text = rows(35, "in transit to the customer, " * 9)

    assert 2 * COUNT(sent(text)) < COUNT(text)


def test_it_is_compressed_where_the_prefix_is_long_enough_without_it() -> None:
    text = rows(35)

    assert sent(text, system="Be helpful and brief. " * 300) != text


def test_a_smaller_minimum_is_held_to() -> None:
    text = rows(35)

    assert sent(text, cache_optimizer={"min_cacheable_tokens": 300}) != text


def test_loose_texts_know_no_prefix() -> None:
    assert Engine().prepare(ask(rows(35)), is_conversation=False).compressed


def test_a_limit_that_the_caller_sets_goes_before_it() -> None:
    text = rows(35)

    assert text_of(compress(ask(text), target_tokens=120).messages) != text
    assert text_of(compress(ask(text), tool_profiles={"*": {"max_tokens": 300}}).messages) != text


def size_of(message: dict[str, Any]) -> int:
    calls = [call["function"] for call in message.get("tool_calls") or []]
    return 4 + sum(map(COUNT, [str(message.get("content") or ""), *(c["name"] + c["arguments"] for c in calls)]))


def bill(histories: list[Messages]) -> float:
    """Input tokens at their prices, each request after the other, with the provider's prefix cache."""
    units, before = 0.0, []
    for history in histories:
        same = 0
        while same < len(before) and before[same] == history[same]:
            same += 1
        whole, kept = (sum(map(size_of, part)) for part in (history, history[:same]))
        cached = kept if kept >= LEAST else 0
        units += cached * READ + (whole - cached) * (WRITE if whole >= LEAST else 1.0)
        before = history
    return units


def check(messages: Messages) -> float:
    """Share of the bill that compressing leaves; every beginning must stay as it was sent."""
    engine = Engine()
    histories = [messages[:k] for k, message in enumerate(messages) if k and message["role"] == "assistant"]
    made = [engine.prepare(history).messages for history in histories]
    whole = engine.prepare(messages).messages
    assert all(whole[: len(history)] == history for history in made)
    raw = bill(histories)
    return bill(made) / raw if raw else 1.0


def test_no_conversation_becomes_dearer_and_its_prefixes_stay() -> None:
    shares = [check(talk.messages) for talk in talks()]

    assert max(shares) <= 1.001
    assert min(shares) < 0.9, "something must be saved for this test to mean something"


@pytest.mark.shared_data
@pytest.mark.slow
def test_no_real_conversation_becomes_dearer_and_its_prefixes_stay() -> None:
    assert max(check(talk.messages) for talk in shared_talks(most_chars=20_000)) <= 1.001
