"""Law 13: the event loop is never blocked."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster, BlockingError, blockbuster_ctx

import headroom
from headroom.engine import Engine
from headroom.markers import handle_of
from headroom.storage import Recorder
from tests.bulk import dump_rows, table_rows
from tests.engines import TIGHT
from tests.samples import ask, samples, talks

TEXT = dump_rows(table_rows(1, 300, ["id", "name", "status", "at", "note"]), "compact")


@pytest.fixture(autouse=True)
def guarded(caplog: pytest.LogCaptureFixture) -> Iterator[BlockBuster]:
    """Whatever blocks within the event loop raises, once everything is warm; also where the error is contained."""
    headroom.warm()
    with blockbuster_ctx() as found:
        yield found
    assert "BlockingError" not in caplog.text


async def test_the_guard_is_on() -> None:
    with pytest.raises(BlockingError):
        time.sleep(0.01)


async def test_compressing_does_not_block_the_loop() -> None:
    for messages in [ask(TEXT), *(talk.messages for talk in talks())]:
        result = await headroom.acompress(messages, retrieval="tool")
        assert result.tokens_after <= result.tokens_before


async def test_simulating_does_not_block_the_loop() -> None:
    assert (await headroom.asimulate(ask(TEXT))).tokens_saved > 0


async def test_retrieving_does_not_block_the_loop() -> None:
    messages = ask(TEXT)
    [handle] = (await headroom.acompress(messages, retrieval="tool")).ccr_hashes

    assert (await headroom.aretrieve(handle, messages=messages)).text == TEXT
    assert handle == handle_of(TEXT)


async def test_a_store_that_was_named_does_not_block_the_loop(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    [handle] = (await headroom.acompress(ask(TEXT), retrieval="tool", originals=url)).ccr_hashes

    assert (await headroom.aretrieve(handle, store=url)).text == TEXT


@pytest.mark.parametrize("facts", [{}, {"retrieval": "tool"}, {"selection": "always"}])
async def test_a_warm_engine_may_be_used_on_the_loop_itself(facts: dict[str, Any]) -> None:
    engine = await asyncio.to_thread(lambda: Engine(**TIGHT))

    for sample in samples():
        engine.record(engine.prepare(ask(sample.text), **facts))


async def test_recording_on_the_loop_waits_for_no_disk(tmp_path: Path) -> None:
    engine = await asyncio.to_thread(lambda: Engine(recorder=Recorder(f"sqlite:///{tmp_path / 'metrics.db'}"), **TIGHT))
    result = engine.prepare(ask(TEXT), model="gpt-4o")

    for _ in range(20):
        engine.record(result)

    assert await asyncio.to_thread(engine.recorder.flush)


async def test_many_calls_at_once_share_the_loop() -> None:
    texts = [dump_rows(table_rows(seed, 60, ["id", "name", "status"]), "compact") for seed in range(16)]

    results = await asyncio.gather(*(headroom.acompress(ask(text), **TIGHT) for text in texts))

    assert [len(json.dumps(result.messages)) < len(text) for result, text in zip(results, texts, strict=True)] == [
        True
    ] * 16


async def test_the_loop_goes_on_while_a_large_text_is_compressed() -> None:
    large = dump_rows(table_rows(1, 6000, ["id", "name", "status", "at", "note", "uuid"]), "compact")
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    task = asyncio.create_task(others())
    await headroom.acompress(ask(large), retrieval="tool")
    task.cancel()

    assert turns > 5


FIRST_USE = """
import asyncio, json, sys
from blockbuster import blockbuster_ctx
import headroom
headroom.warm()
engine = headroom.Engine()
messages = json.load(sys.stdin)
async def main():
    with blockbuster_ctx():
        for facts in ({}, {"retrieval": "tool"}):
            result = engine.prepare(messages, model="gpt-4o", **facts)
            engine.record(result)
            assert result.compressed and not result.warnings, result
asyncio.run(main())
"""


def test_a_process_that_called_warm_blocks_at_no_first_use() -> None:
    command = [sys.executable, "-c", FIRST_USE]
    done = subprocess.run(command, input=json.dumps(ask(TEXT)), capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
