"""Texts that agents hand to each other."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from hypothesis import given

import headroom
from headroom.errors import ConfigurationError, ValidationError
from headroom.shared_context import SharedContext
from tests.samples import samples
from tests.strategies import tool_texts

ROWS = json.dumps([{"id": number, "name": f"row {number}", "state": "ok"} for number in range(300)])


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_text_is_read_compressed_or_whole() -> None:
    context = SharedContext()

    entry = context.put("rows", ROWS, agent="researcher")

    assert context.get("rows", full=True) == ROWS
    assert context.get("rows") == entry.compressed
    assert len(entry.compressed) < len(ROWS) / 2
    assert entry.agent == "researcher"
    assert entry.original_tokens == headroom.count_tokens_text(ROWS) > 2 * entry.compressed_tokens
    assert entry.savings_percent == pytest.approx(100 * (1 - entry.compressed_tokens / entry.original_tokens))
    assert entry.transforms


def test_nothing_is_left_out_unless_asked_for() -> None:
    exact, shorter = SharedContext(), SharedContext(target_tokens=200)

    assert exact.put("rows", ROWS).note.change == "value_exact"  # type: ignore[union-attr]
    assert "row 299" in str(exact.get("rows"))
    assert shorter.put("rows", ROWS).note.change == "left_out"  # type: ignore[union-attr]
    assert shorter.put("rows", ROWS).compressed_tokens < 400
    assert shorter.get("rows", full=True) == ROWS


@given(tool_texts())
def test_every_text_comes_back_and_never_grows(text: str) -> None:
    context = SharedContext(min_tokens=20)

    entry = context.put("key", text)

    assert context.get("key", full=True) == text
    assert entry.compressed_tokens <= entry.original_tokens


@pytest.mark.parametrize("sample", samples()[::7], ids=lambda sample: sample.id)
def test_real_texts_come_back(sample: Any) -> None:
    context = SharedContext()
    entry = context.put("key", sample.text)

    assert context.get("key", full=True) == sample.text
    assert entry.compressed_tokens <= entry.original_tokens
    assert (entry.compressed is entry.original) is (entry.note is None or entry.note.change is None)


@pytest.mark.parametrize("text", ["", " ", "short", "\ud800", "a\0b"])
def test_small_and_odd_texts_stay_as_they_are(text: str) -> None:
    context = SharedContext()

    assert context.put(text, text).compressed == text
    assert context.get(text) == text


def test_what_is_not_there_is_none() -> None:
    assert SharedContext().get("rows") is None
    assert SharedContext().get("rows", full=True) is None


def test_a_second_text_takes_the_place_of_the_first() -> None:
    context = SharedContext()
    context.put("rows", ROWS)
    context.put("rows", "new")

    assert context.get("rows") == "new"
    assert context.keys() == ["rows"]
    assert context.stats()["original_tokens"] == 1
    assert context.size_bytes == sum(entry.size_bytes for entry in context.entries.values())


def test_texts_expire() -> None:
    clock = Clock()
    context = SharedContext(ttl=3600, clock=clock)
    context.put("rows", "text")

    clock.now_s = 3599.9
    assert context.get("rows") == "text"
    clock.now_s = 3600.0
    assert context.get("rows") is None
    assert (context.keys(), context.size_bytes) == ([], 0)


def test_texts_without_an_end_stay() -> None:
    clock = Clock()
    context = SharedContext(ttl=None, clock=clock)
    context.put("rows", "text")
    clock.now_s = 1e12

    assert context.get("rows") == "text"


def test_those_not_read_for_longest_leave() -> None:
    context = SharedContext(max_entries=2)
    context.put("a", "1")
    context.put("b", "2")
    context.get("a")
    context.put("c", "3")

    assert context.keys() == ["a", "c"]


def test_memory_is_bounded_by_size_too() -> None:
    context = SharedContext(max_bytes=10_000)
    for number in range(10):
        context.put(str(number), "x y " * 1000)

    assert context.keys() == ["8", "9"]
    assert context.size_bytes <= 10_000
    with pytest.raises(ValidationError, match="max_bytes"):
        context.put("huge", "x y " * 10_000)
    assert context.keys() == ["8", "9"]


def test_scopes_do_not_see_each_other() -> None:
    context = SharedContext()
    context.put("rows", "of nobody")
    with headroom.scope(tenant="acme"):
        context.put("rows", "of acme")

    with headroom.scope(tenant="other"):
        assert (context.get("rows"), context.keys(), context.stats()["entries"]) == (None, [], 0)
        context.clear()
    with headroom.scope(tenant="acme"):
        assert context.get("rows") == "of acme"
        context.clear()
        assert context.get("rows") is None
    assert context.get("rows") == "of nobody"


def test_stats_are_sums() -> None:
    context = SharedContext()
    entries = [context.put("rows", ROWS), context.put("text", "short")]

    stats = context.stats()

    assert stats["entries"] == 2
    assert stats["original_tokens"] == sum(entry.original_tokens for entry in entries)
    assert stats["tokens_saved"] == stats["original_tokens"] - stats["compressed_tokens"] > 0
    assert SharedContext().stats()["savings_percent"] == 0.0


def test_no_content_is_shown() -> None:
    context = SharedContext()
    entry = context.put("canary key", "canary text")

    assert "canary" not in repr(context) + repr(entry) + str(context.stats())


def test_the_event_loop_goes_on_meanwhile() -> None:
    async def put_and_get() -> str | None:
        context = SharedContext()
        await asyncio.gather(*(context.aput(str(number), ROWS) for number in range(3)))
        return context.get("2", full=True)

    assert asyncio.run(put_and_get()) == ROWS


def test_threads_share_one_context() -> None:
    context = SharedContext(max_entries=10)

    def work(name: str) -> None:
        for number in range(30):
            context.put(f"{name}{number}", f"text {name}{number}")
            context.get(f"{name}{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(context.keys()) == 10
    assert context.size_bytes == sum(entry.size_bytes for entry in context.entries.values())


@pytest.mark.parametrize(
    ("setting", "value"),
    [("ttl", 0), ("max_entries", 0), ("max_entries", None), ("max_bytes", "big"), ("selection", "some"), ("colour", 1)],
)  # fmt: skip
def test_wrong_settings_are_refused(setting: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        SharedContext(**{setting: value})

    assert caught.value.details["field"] == setting


@pytest.mark.parametrize(("key", "content"), [(1, "text"), ("key", b"bytes"), ("key", {"a": 1})])
def test_what_is_no_text_is_refused(key: Any, content: Any) -> None:
    with pytest.raises(ValidationError, match="must be a text"):
        SharedContext().put(key, content)
