"""Law 7: whatever fails inside costs only the part it happened in; a request is never lost to us."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headroom
from headroom.compressors.json_text import JsonCompressor
from headroom.engine import Engine
from headroom.errors import CompressionError, ConfigurationError, HeadroomError, ValidationError
from headroom.protocols import Request
from headroom.results import CompressionResult, RequestMetrics, TransformResult
from headroom.storage import Recorder
from headroom.tokenizers import built_in_counter
from headroom.transforms import Pipeline
from headroom.transforms.content_router import ContentRouter
from tests.engines import MODES, new_engine, used_engine
from tests.samples import Messages, ask
from tests.strategies import conversations

ROWS = json.dumps([{"id": index, "name": f"item-{index}", "state": "open"} for index in range(80)])
POISON = json.dumps([{"id": index, "name": f"poison-{index}", "state": "open"} for index in range(80)])


class FaultyCompressor(JsonCompressor):
    """Fails on texts with the word poison, as often as it is told to."""

    def __init__(self, error: BaseException, times: int = 10**9, *, when: str = "compress") -> None:
        super().__init__(counter=built_in_counter())
        self.error = error
        self.times = times
        self.when = when

    def fail(self, text: str, when: str) -> None:
        """Raise, if it is time."""
        if "poison" in text and when == self.when and self.times > 0:
            self.times -= 1
            raise self.error

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        self.fail(text, "compress")
        return super().compress(text, context=context)

    def select(self, text: str, *arguments: Any, **facts: Any) -> CompressionResult:
        self.fail(text, "select")
        return super().select(text, *arguments, **facts)


def engine_with(faulty: FaultyCompressor, **settings: Any) -> Engine:
    """An engine whose JSON compressor is `faulty`."""
    engine = new_engine(**settings)
    router = engine.pipeline.transforms[0]
    assert isinstance(router, ContentRouter)
    router.forms.compressors = {
        kind: faulty for kind, own in router.forms.compressors.items() if isinstance(own, JsonCompressor)
    }
    return engine


ERRORS = [ValueError("poison"), KeyError("x"), RecursionError(), MemoryError(), AssertionError(), StopIteration()]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_fault_costs_the_part_it_happened_in_and_no_other(error: Exception) -> None:
    messages = [*ask(ROWS), *ask(POISON), *ask(ROWS)]

    result = engine_with(FaultyCompressor(error)).prepare(messages, references=False)

    assert result.messages[5] is messages[5]
    assert [note.change for note in result.notes] == ["value_exact", None, "value_exact"]
    assert result.notes[1].reason == f"failed_{type(error).__name__}"
    assert result.notes[1].tokens_after == result.notes[1].tokens_before > 0


def test_a_fault_while_choosing_rows_costs_the_choice_and_keeps_the_exact_form() -> None:
    messages = ask(POISON)

    result = engine_with(FaultyCompressor(ValueError("poison"), when="select")).prepare(messages, retrieval="tool")

    [note] = result.notes
    assert note.change == "value_exact"
    assert "failed_ValueError" in note.reason
    assert result.messages[2]["content"] == new_engine().prepare(messages).messages[2]["content"]


def test_nothing_is_switched_off_for_the_next_caller() -> None:
    engine = engine_with(FaultyCompressor(MemoryError(), times=1))

    first, second = engine.prepare(ask(POISON)), engine.prepare(ask(POISON))

    assert [note.change for note in first.notes] == [None]
    assert [note.change for note in second.notes] == ["value_exact"]


@pytest.mark.parametrize("when", ["compress", "select"])
def test_strict_raises_also_where_the_fault_was_passed_over_before(when: str) -> None:
    engine = engine_with(FaultyCompressor(ValueError("poison"), when=when))
    engine.prepare(ask(POISON), retrieval="tool")

    with pytest.raises(CompressionError) as caught:
        engine.prepare(ask(POISON), retrieval="tool", strict=True)

    assert "poison" not in str(caught.value)


@pytest.mark.parametrize("when", ["compress", "select"])
def test_strict_raises_and_names_the_step(when: str) -> None:
    with pytest.raises(CompressionError) as caught:
        engine_with(FaultyCompressor(ValueError("poison"), when=when)).prepare(
            ask(POISON), retrieval="tool", strict=True
        )

    assert caught.value.details["step"] in ("content_router", "selection")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_no_fault(stop: type[BaseException]) -> None:
    with pytest.raises(stop):
        engine_with(FaultyCompressor(stop())).prepare(ask(POISON))


class FaultyTransform:
    """Fails on every conversation."""

    name = "faulty"

    def transform(self, messages: Any, request: Request) -> TransformResult:
        raise RuntimeError("poison")


def test_a_transform_that_fails_is_passed_over_and_the_others_still_run() -> None:
    router = new_engine().pipeline.transforms[0]
    messages = ask(ROWS)

    for order in ([FaultyTransform(), router], [router, FaultyTransform()]):
        result = Pipeline(order).run(messages, Request())

        assert result.messages[2] != messages[2]
        assert result.warnings == ["faulty: failed_RuntimeError"]
        assert result.tokens_before > result.tokens_after > 0


class HostileMapping(Mapping[str, Any]):
    """A mapping whose values cannot be read."""

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError("poison")

    def __iter__(self) -> Iterator[str]:
        return iter(("role", "content"))

    def __len__(self) -> int:
        return 2

    def __contains__(self, key: object) -> bool:
        return key in ("role", "content")


class HostileModel:
    """An SDK object that cannot be dumped."""

    def model_dump(self) -> Any:
        raise RuntimeError("poison")


class Hostile:
    """Raises whatever it is asked."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("poison")


ODD: dict[str, Any] = {
    "None": None,
    "dots": ...,
    "a number": 5,
    "a text": "hello",
    "a list": [],
    "an empty dict": {},
    "a role that is a number": {"role": 7},
    "an unknown role": {"role": "wizard", "content": ROWS},
    "content None": {"role": "user", "content": None},
    "content that is a number": {"role": "tool", "tool_call_id": "x", "content": 5},
    "content that is a dict": {"role": "user", "content": {"text": ROWS}},
    "blocks that are no blocks": {"role": "user", "content": [None, 5, [], {"type": 7}, {"type": "tool_result"}]},
    "calls that are no calls": {"role": "assistant", "content": None, "tool_calls": [None, 5, {"function": 3}]},
    "calls that are no list": {"role": "assistant", "content": "x", "tool_calls": "all of them"},
    "no content": {"role": "tool"},
    "bytes": b"\x00",
    "an object": object(),
    "a class": dict,
    "an object that raises": Hostile(),
    "a mapping that raises": HostileMapping(),
    "an SDK object that raises": HostileModel(),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_one_odd_message_goes_out_as_it_came_and_the_others_are_compressed(odd: Any, mode: str) -> None:
    messages = [odd, *ask(ROWS), odd, *ask(ROWS), odd]

    result = used_engine().prepare(messages, **MODES[mode])

    for index in (0, 4, 8):
        assert result.messages[index] is odd
    assert {note.message_index for note in result.notes if note.change} == {3, 7}


@pytest.mark.parametrize(
    "name", ["None", "dots", "a number", "an empty dict", "a role that is a number", "an unknown role", "content None"]
)
def test_what_is_not_understood_gets_a_note_with_the_reason(name: str) -> None:
    result = new_engine().prepare([*ask(ROWS), ODD[name]])

    assert [note.reason for note in result.notes if note.message_index == 3 and note.change is None] != []
    assert all(note.reason for note in result.notes)


def test_a_result_without_its_call_goes_out_as_it_came_and_the_others_are_compressed() -> None:
    orphans = [{"role": "tool", "tool_call_id": "nobody", "content": ROWS}, {"role": "tool", "content": ROWS}]

    result = new_engine().prepare([*orphans, *ask(ROWS)])

    assert result.messages[0] is orphans[0]
    assert result.messages[1] is orphans[1]
    assert [note.reason for note in result.notes[:2]] == ["no_call_before_it", "no_call_before_it"]
    assert result.notes[2].change == "value_exact"


@given(messages=conversations(), odd=st.sampled_from(sorted(ODD)), place=st.integers(0, 30))
def test_an_odd_message_anywhere_changes_nothing_of_the_others(messages: Messages, odd: str, place: int) -> None:
    place = min(place, len(messages))
    alone = used_engine().prepare(messages).messages

    among = used_engine().prepare([*messages[:place], ODD[odd], *messages[place:]]).messages

    assert among.pop(place) is ODD[odd]
    assert among == alone


@pytest.mark.parametrize("given_messages", [None, "hello", 5, {"role": "user"}, iter(())])
def test_what_is_no_list_is_refused_with_its_type_and_no_content(given_messages: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        headroom.compress(given_messages)

    assert caught.value.details == {"field": "messages", "type": type(given_messages).__name__}


def test_a_setting_that_is_wrong_is_refused_when_it_arrives() -> None:
    for wrong in ({"min_token": 5}, {"selection": "some"}, {"min_tokens": -1}, {"format": "99"}):
        with pytest.raises(ConfigurationError) as caught:
            headroom.compress(ask(ROWS), **wrong)
        assert caught.value.details["field"] == next(iter(wrong))


STORES: dict[str, Callable[[Path], str]] = {
    "a directory in place of a file": lambda path: f"sqlite:///{path}",
    "a place that is not there": lambda path: f"sqlite:///{path / 'absent' / 'deeper' / 'x.db'}",
    "a file that is no database": lambda path: f"sqlite:///{no_database(path)}",
    "a device": lambda path: "sqlite:////dev/full",
    "a server that is not there": lambda path: "postgresql://nobody@127.0.0.1:1/none",
}


def no_database(path: Path) -> Path:
    """A file of text."""
    file = path / "text.db"
    file.write_text("this is no database, whatever its name says" * 50)
    return file


@pytest.mark.parametrize("store", STORES)
def test_a_store_that_fails_costs_no_call_and_is_reported_once(
    store: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = Engine(recorder=Recorder(STORES[store](tmp_path), synchronous=True))

    with caplog.at_level(logging.WARNING, "headroom"):
        for _ in range(3):
            result = engine.prepare(ask(ROWS))
            engine.record(result)

    assert result.compressed
    assert len(caplog.records) <= 1
    assert engine.recorder.totals is not None


class FaultyRecorder(Recorder):
    """Raises at every row."""

    def record(self, row: RequestMetrics) -> None:
        raise OSError("no space")


def test_a_recorder_that_raises_costs_no_call() -> None:
    engine = Engine(recorder=FaultyRecorder("sqlite:///never.db"))
    result = engine.prepare(ask(ROWS))

    engine.record(result)

    assert result.compressed


def test_compress_works_where_the_store_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_STORE_URL", f"sqlite:///{tmp_path}")

    assert headroom.compress(ask(ROWS)).compressed


def test_errors_of_ours_hold_no_text_of_the_caller() -> None:
    with pytest.raises(HeadroomError) as caught:
        engine_with(FaultyCompressor(ValueError(POISON))).prepare(ask(POISON), strict=True)

    assert "poison" not in f"{caught.value} {caught.value!r} {caught.value.details}"
