"""Law 11: cost follows the new; work is capped by size, never by the clock; memory is bounded everywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

import headroom
from headroom import api
from headroom.compressors.json_text import JsonCompressor
from headroom.config import HeadroomConfig
from headroom.engine import Engine
from headroom.results import CompressionResult
from headroom.storage import Recorder
from headroom.tokenizers import Memo as TokenMemo
from headroom.tokenizers import TiktokenCounter
from headroom.transforms import Pipeline
from headroom.transforms.content_router import ContentRouter
from headroom.transforms.memo import Memo
from tests.bulk import dump_rows, table_rows
from tests.engines import TIGHT
from tests.samples import Messages, ask


class CountingCounter(TiktokenCounter):
    """Knows how many characters it had to count."""

    def __init__(self) -> None:
        super().__init__()
        self.counted_chars = 0

    def count_anew(self, text: str) -> int:
        self.counted_chars += len(text)
        return super().count_anew(text)


class CountingCompressor(JsonCompressor):
    """Knows how many texts it had to compress, and to choose from."""

    def __init__(self, counter: CountingCounter) -> None:
        super().__init__(counter=counter)
        self.compressed = 0
        self.chosen = 0

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        self.compressed += 1
        return super().compress(text, context=context)

    def select(self, text: str, *arguments: Any, **facts: Any) -> CompressionResult:
        self.chosen += 1
        return super().select(text, *arguments, **facts)


class Bench:
    """An engine whose work is counted."""

    def __init__(self, memo: Memo[Any] | None = None, **settings: Any) -> None:
        self.counter = CountingCounter()
        self.json = CountingCompressor(self.counter)
        self.engine = Engine(**{**TIGHT, **settings})
        router = ContentRouter(self.engine.config, counter=self.counter, memo=memo)
        router.forms.compressors = {
            kind: self.json for kind, own in router.forms.compressors.items() if isinstance(own, JsonCompressor)
        }
        self.engine.pipeline = Pipeline([router])

    def work(self, messages: Messages, **facts: Any) -> tuple[int, int, int]:
        """Texts compressed, texts chosen from, characters counted for one call."""
        before = (self.json.compressed, self.json.chosen, self.counter.counted_chars)
        self.engine.prepare(messages, **facts)
        after = (self.json.compressed, self.json.chosen, self.counter.counted_chars)
        return after[0] - before[0], after[1] - before[1], after[2] - before[2]


def rows_text(seed: int, rows: int = 120) -> str:
    """A tool result of some thousand tokens; no two are alike."""
    return dump_rows(table_rows(seed, rows, ["id", "uuid", "name", "status", "at"]), "compact")


def history(turns: int) -> Messages:
    """So many turns with a result each; call ids differ."""
    messages: Messages = []
    for turn in range(turns):
        made = ask(rows_text(turn), f"Question {turn}")
        made[1]["tool_calls"][0]["id"] = made[2]["tool_call_id"] = f"call_{turn}"
        messages += made
    return messages


@pytest.mark.parametrize("facts", [{}, {"retrieval": "tool"}], ids=["exact", "selection"])
def test_a_history_of_which_one_message_is_new_costs_what_that_message_costs(facts: dict[str, Any]) -> None:
    bench, alone = Bench(), Bench()
    whole = history(21)
    one = alone.work(whole[-3:], **facts)

    bench.work(whole[:-3], **facts)
    again = bench.work(whole, **facts)

    assert again[:2] == one[:2]
    assert again[2] <= one[2] + 200


@pytest.mark.parametrize("facts", [{}, {"retrieval": "tool"}], ids=["exact", "selection"])
def test_the_same_call_again_costs_nothing(facts: dict[str, Any]) -> None:
    bench = Bench()
    bench.work(history(8), **facts)

    assert bench.work(history(8), **facts) == (0, 0, 0)


def test_an_agents_whole_run_costs_each_message_once() -> None:
    bench = Bench()
    whole = history(20)

    for k in range(3, len(whole) + 1, 3):
        bench.work(whole[:k], retrieval="tool")

    assert (bench.json.compressed, bench.json.chosen) == (20, 20)


def test_a_text_that_comes_again_elsewhere_is_not_worked_on_again() -> None:
    bench = Bench()
    bench.work(ask(rows_text(1), "first"))

    assert bench.work([*ask(rows_text(1), "second"), *ask(rows_text(1), "third")])[0] == 0


def test_the_work_for_a_text_grows_with_its_size_only() -> None:
    def counted(rows: int) -> float:
        text = rows_text(1, rows)
        return Bench().work(ask(text), retrieval="tool")[2] / len(text)

    assert max(counted(800), counted(1600)) <= 1.5 * counted(400)


def test_texts_above_the_largest_size_are_not_looked_at() -> None:
    text = rows_text(3, 400)
    bench = Bench(max_total_bytes=len(text) - 1)

    result = bench.engine.prepare(ask(text))

    assert result.notes[0].reason == "above_max_total_bytes"
    assert (bench.json.compressed, bench.json.chosen) == (0, 0)
    assert Bench(max_total_bytes=len(text)).work(ask(text))[0] == 1


def test_the_largest_size_counts_bytes_not_characters() -> None:
    text = json.dumps([{"note": "日本語" * 20, "id": index} for index in range(100)], ensure_ascii=False)

    assert Engine(max_total_bytes=2 * len(text)).prepare(ask(text)).notes[0].reason == "above_max_total_bytes"


def test_the_memo_of_outcomes_is_bounded() -> None:
    memo: Memo[Any] = Memo(max_chars=200_000)
    bench = Bench(memo)

    for seed in range(60):
        bench.work(ask(rows_text(seed)), retrieval="tool")
        assert memo.chars <= 200_000

    assert 0 < len(memo.values) < 40
    assert bench.work(ask(rows_text(59)), retrieval="tool")[:2] == (0, 0)


@pytest.mark.parametrize("facts", [{}, {"retrieval": "tool"}], ids=["exact", "selection"])
def test_texts_that_the_memo_keeps_alive_weigh_what_they_are(facts: dict[str, Any]) -> None:
    memo: Memo[Any] = Memo(max_chars=100_000)
    bench = Bench(memo)
    for seed in range(60):
        bench.work(ask(rows_text(seed, 40)), **facts)

    alive = {id(key[0]): len(key[0]) for key in memo.values if isinstance(key, tuple)}
    assert sum(alive.values()) <= memo.max_chars


def test_the_memo_of_counts_is_bounded() -> None:
    memo = TokenMemo(max_entries=10, max_chars=100)
    for number in range(1000):
        memo.put(f"text number {number}", number)

    assert len(memo) <= 10
    assert memo.chars <= 100


def test_engines_made_by_compress_are_bounded() -> None:
    for number in range(3 * api.MOST_ENGINES):
        headroom.compress([], min_tokens=number)

    assert len(api.engines) <= api.MOST_ENGINES


def test_rows_that_wait_for_a_store_are_bounded(tmp_path: Any) -> None:
    recorder = Recorder(f"sqlite:///{tmp_path}", capacity_rows=5)
    engine = Engine(HeadroomConfig(), recorder=recorder)
    result = engine.prepare(ask("[]"))

    for _ in range(50):
        engine.record(result)

    assert len(recorder.waiting) <= 5 + 1
