"""Law 12: every figure is reproducible and net; one ledger."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headroom
from headroom.engine import Engine
from headroom.ledger import metrics_row
from headroom.results import CompressResult, RequestMetrics
from headroom.storage import Recorder
from tests.engines import MODES, TIGHT, new_engine, used_engine
from tests.samples import Messages, ask, samples, talks
from tests.strategies import conversations

every_mode = pytest.mark.parametrize("mode", MODES)


def check_figures(result: CompressResult) -> None:
    """Notes add up to totals, columns add up to what was saved, labels count what was done."""
    saved = sum(note.tokens_before - note.tokens_after for note in result.notes)
    assert result.tokens_saved == result.tokens_before - result.tokens_after == saved >= 0
    columns = result.savings_by_reach
    assert sum(columns.values()) == saved
    assert min(columns.values()) >= 0
    left_out = [note for note in result.notes if note.change == "left_out"]
    assert result.ccr_hashes == [note.handle for note in left_out]
    assert columns["reachable"] == sum(n.tokens_exact - n.tokens_after for n in left_out if n.reachable_by == "model")
    labels = dict(label.split(":") for label in result.transforms_applied)
    assert sum(map(int, labels.values())) == sum(note.change is not None for note in result.notes)
    assert result.compressed == bool(labels)
    assert result.compression_ratio == (result.tokens_after / result.tokens_before if result.tokens_before else 1.0)
    assert result.savings_percent == pytest.approx(100 * (1 - result.compression_ratio))


def check_row(row: RequestMetrics, result: CompressResult) -> None:
    """The ledger's row says what the result says."""
    assert (row.tokens_input_before, row.tokens_input_after) == (result.tokens_before, result.tokens_after)
    assert row.tokens_saved == row.saved_exact + row.saved_reachable + row.saved_unreachable == result.tokens_saved
    assert list(row.transforms_applied) == result.transforms_applied
    assert (row.format, row.fingerprint, row.model) == (result.format, result.fingerprint, result.model)
    for sums in (row.by_kind, row.by_tool):
        assert sum(parts for parts, _, _ in sums.values()) == len(result.notes)
        assert sum(before - after for _, before, after in sums.values()) == result.tokens_saved
    assert dict(row.skips) == dict(Counter(note.reason for note in result.notes if note.change is None))


@every_mode
@given(messages=conversations())
def test_notes_add_up_to_totals_and_columns_to_what_was_saved(mode: str, messages: Messages) -> None:
    result = used_engine().prepare(messages, **MODES[mode])

    check_figures(result)
    check_row(metrics_row(result, mode="optimize"), result)


@every_mode
def test_figures_of_real_data_add_up(mode: str) -> None:
    for messages in [ask(sample.text) for sample in samples()] + [talk.messages for talk in talks()]:
        result = used_engine().prepare(messages, model="gpt-4o", **MODES[mode])
        check_figures(result)
        check_row(metrics_row(result, mode="optimize"), result)


@given(messages=conversations(), mode=st.sampled_from(sorted(MODES)))
def test_the_same_call_gives_the_same_figures_in_any_engine(messages: Messages, mode: str) -> None:
    one, other = (engine.prepare(messages, **MODES[mode]) for engine in (used_engine(), new_engine()))

    assert one.notes == other.notes
    assert (one.tokens_before, one.tokens_after) == (other.tokens_before, other.tokens_after)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(recorder=Recorder(f"sqlite:///{tmp_path / 'ledger.db'}", synchronous=True), **TIGHT)


def test_the_stored_row_is_the_row_of_the_result(engine: Engine) -> None:
    result = engine.prepare(ask(samples("json_array")[9].text), model="gpt-4o", retrieval="tool")
    engine.record(result, run_id="r1", tokens_output=7)

    [row] = engine.recorder.read()

    check_row(row, result)
    assert (row.run_id, row.tokens_output, row.integration, row.mode) == ("r1", 7, "compress", "optimize")


def test_totals_are_the_sum_of_the_rows(engine: Engine) -> None:
    results = [engine.prepare(ask(sample.text), **MODES["tool"]) for sample in samples("json_array", "json_object")]
    for result in results:
        engine.record(result)

    rows = engine.recorder.read(limit=None)
    assert len(rows) == len(results)
    assert sum(row.tokens_saved for row in rows) == sum(result.tokens_saved for result in results)


def stored(path: Path, monkeypatch: pytest.MonkeyPatch, calls: Any) -> list[RequestMetrics]:
    """Rows that `calls` leave in a store of their own."""
    url = f"sqlite:///{path / 'own.db'}"
    monkeypatch.setenv("HEADROOM_STORE_URL", url)
    calls()
    headroom.api.engine_for(None, {}).recorder.flush()
    return headroom.api.engine_for(None, {}).recorder.read(limit=None)


def test_compress_leaves_one_row_a_call_and_simulate_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = ask(samples("json_array")[9].text)

    def calls() -> None:
        headroom.compress(messages)
        headroom.compress(messages)
        headroom.simulate(messages)

    assert len(stored(tmp_path, monkeypatch, calls)) == 2


def test_measuring_only_changes_nothing_and_saves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = ask(samples("json_array")[9].text)
    results: list[CompressResult] = []

    [row] = stored(tmp_path, monkeypatch, lambda: results.append(headroom.compress(messages, optimize=False)))

    [result] = results
    assert all(one is other for one, other in zip(result.messages, messages, strict=True))
    assert (row.mode, row.tokens_saved, result.tokens_saved) == ("audit", 0, 0)
    assert row.tokens_input_before == result.tokens_before > 0


def test_costs_follow_tokens_and_are_absent_where_no_price_is_known(engine: Engine) -> None:
    messages = ask(samples("json_array")[9].text)

    known = metrics_row(engine.prepare(messages, model="gpt-4o"), mode="optimize")
    unknown = metrics_row(engine.prepare(messages, model="no-such-model-anywhere"), mode="optimize")

    assert known.cost_before is not None
    assert known.cost_after is not None
    assert known.cost_after / known.cost_before == pytest.approx(known.tokens_input_after / known.tokens_input_before)
    assert (unknown.cost_before, unknown.cost_after) == (None, None)
