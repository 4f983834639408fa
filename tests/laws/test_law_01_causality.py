"""Law 1: what a message becomes depends on the messages before it and on nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import compress
from headroom.engine import Engine
from tests.corpus.inputs import Input, digest, inputs, turns
from tests.corpus.make import hashes
from tests.engines import MODES, TIGHT, new_engine, used_engine
from tests.samples import Messages, ask, shared_talks, talks
from tests.strategies import conversations

every_mode = pytest.mark.parametrize("mode", MODES)
ROOT = Path(__file__).resolve().parents[2]


def check_prefixes(engine: Engine, messages: Messages, facts: dict[str, Any]) -> None:
    """Compress every beginning of a conversation; each must be a beginning of the whole."""
    whole = engine.prepare(messages, **facts).messages
    for k in range(len(messages)):
        assert engine.prepare(messages[:k], **facts).messages == whole[:k]


@every_mode
@given(messages=conversations())
def test_every_beginning_of_a_conversation_is_compressed_as_within_the_whole(mode: str, messages: Messages) -> None:
    check_prefixes(used_engine(), messages, MODES[mode])


@every_mode
@given(messages=conversations())
def test_an_engine_that_has_seen_nothing_writes_what_a_warm_one_writes(mode: str, messages: Messages) -> None:
    fresh = new_engine().prepare(messages, **MODES[mode]).messages

    assert used_engine().prepare(messages, **MODES[mode]).messages == fresh
    assert new_engine().prepare(messages[: len(messages) // 2], **MODES[mode]).messages == fresh[: len(messages) // 2]


@every_mode
def test_prefixes_of_long_generated_conversations_stay(mode: str) -> None:
    left_out = 0
    for seed in range(30):
        check_prefixes(used_engine(), turns(seed), MODES[mode])
        left_out += len(used_engine().prepare(turns(seed), **MODES[mode]).ccr_hashes)

    assert (left_out > 30) == (mode != "off"), "selection must bite for this test to mean something"


@every_mode
def test_prefixes_of_real_conversations_stay(mode: str) -> None:
    for talk in talks():
        check_prefixes(used_engine(), talk.messages, MODES[mode])


@pytest.mark.shared_data
@every_mode
def test_prefixes_of_all_kinds_of_real_conversations_stay(mode: str) -> None:
    for talk in shared_talks(one_in=25, most_chars=60_000):
        check_prefixes(used_engine(), talk.messages, MODES[mode])


@given(messages=conversations(), later=conversations(), mode=st.sampled_from(sorted(MODES)))
def test_whatever_comes_later_changes_nothing_before_it(messages: Messages, later: Messages, mode: str) -> None:
    alone = used_engine().prepare(messages, **MODES[mode]).messages

    followed = used_engine().prepare([*messages, *later], **MODES[mode]).messages

    assert followed[: len(messages)] == alone


def test_the_order_of_calls_does_not_matter() -> None:
    calls = [(seed, mode) for seed in range(8) for mode in MODES]

    def outputs(order: list[tuple[int, str]]) -> dict[tuple[int, str], Messages]:
        engine = new_engine()
        return {(seed, mode): engine.prepare(turns(seed), **MODES[mode]).messages for seed, mode in order}

    shuffled = Random(7).sample(calls, len(calls))

    assert outputs(shuffled) == outputs(calls) == outputs(calls[::-1])


def test_the_same_text_read_for_different_questions_is_chosen_from_anew() -> None:
    rows = json.dumps([{"id": 1000 + i, "name": f"item-{i}", "price": i % 7} for i in range(300)])
    questions = ("Show item-217", "Show item-61", "Show item-148")

    def texts(order: tuple[str, ...]) -> dict[str, str]:
        engine = new_engine(select_above_tokens=400)
        return {q: engine.prepare(ask(rows, q), retrieval="tool").messages[2]["content"] for q in order}

    assert texts(questions) == texts(questions[::-1])
    assert all(question.split()[1] in text for question, text in texts(questions).items())
    assert len(set(texts(questions).values())) == 3


def test_threads_that_share_an_engine_write_what_one_thread_writes() -> None:
    calls = [(seed, mode) for seed in range(8) for mode in MODES]
    alone = [digest(new_engine().prepare(turns(seed), **MODES[mode]).messages) for seed, mode in calls]
    engine = new_engine()

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda c: digest(engine.prepare(turns(c[0]), **MODES[c[1]]).messages), calls * 3))

    assert together == alone * 3


def other_process(*, hash_seed: str, **variables: str) -> dict[str, list[str]]:
    """The sample of the corpus, compressed in another process in the opposite order."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, **variables}
    command = [sys.executable, "-m", "tests.corpus.make", "--sample"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_a_process_with_another_hash_seed_zone_and_locale_writes_the_same_bytes(hash_seed: str) -> None:
    chosen: list[Input] = list(inputs())[::10]

    elsewhere = other_process(hash_seed=hash_seed, TZ="Asia/Kathmandu", LC_ALL="tr_TR.UTF-8", PYTHONUTF8="1")

    assert elsewhere == hashes(chosen)


@every_mode
def test_the_model_named_the_store_and_the_adapter_decide_no_bytes(mode: str, tmp_path: Path) -> None:
    facts = {**MODES[mode], "model": "claude-sonnet-4-5", "extra": {"run_id": "1"}}
    elsewhere = new_engine(store_url=f"sqlite:///{tmp_path / 'other.db'}", integration="langchain.runnable")

    for seed in range(6):
        assert (
            elsewhere.prepare(turns(seed), **facts).messages
            == used_engine().prepare(turns(seed), **MODES[mode]).messages
        )


def test_the_question_is_the_last_one_before_the_result_and_no_later_one() -> None:
    rows = [{"id": 1000 + i, "name": f"item-{i}", "price": i % 7} for i in range(300)]
    told = ask(json.dumps(rows), "Show item-217")
    afterwards = [*told, {"role": "user", "content": "And now item-61"}]

    before = used_engine().prepare(told, retrieval="tool").messages
    after = used_engine().prepare(afterwards, retrieval="tool").messages

    assert "item-217" in before[2]["content"]
    assert "item-61," not in before[2]["content"]
    assert after[:3] == before


def test_compress_keeps_prefixes_as_the_engine_does() -> None:
    messages = [message for seed in range(3) for message in turns(seed)]
    whole = compress(messages, retrieval="tool", **TIGHT).messages

    for k in range(0, len(messages), 3):
        assert compress(messages[:k], retrieval="tool", **TIGHT).messages == whole[:k]


def test_the_fingerprint_differs_exactly_where_bytes_may() -> None:
    same = {new_engine().resolved.fingerprint, new_engine(store_url="sqlite:///elsewhere.db").resolved.fingerprint}

    assert len(same) == 1
    assert new_engine(select_above_tokens=121).resolved.fingerprint not in same
