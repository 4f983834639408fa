from __future__ import annotations

import json
import logging
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.prompt_values import ChatPromptValue

from headroom.api import retrieve
from headroom.errors import CompressionError, RetrievalError
from headroom.results import RequestMetrics
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations import HeadroomCompressor, _shared
from tests.integrations.langchain.conversations import TEXT, conversation


class Unreadable(ToolMessage):
    """A message that raises when its text is asked for, as a broken lazy proxy does."""

    def __getattribute__(self, name: str) -> Any:
        if name == "content" and object.__getattribute__(self, "__dict__").get("id") == "broken":
            raise OSError("PATIENT-CANARY")
        return super().__getattribute__(name)


class StubbornPrompt(ChatPromptValue):
    """A prompt that cannot be copied."""

    def model_copy(self, **_: Any) -> Any:
        raise OSError("PATIENT-CANARY")


def rows(store_url: str) -> list[RequestMetrics]:
    flush_recorders()
    return open_metrics_store(store_url).read(limit=None)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'metrics.db'}"


def test_a_call_is_one_row_with_its_run_and_thread(store_url: str) -> None:
    run_id = uuid.uuid4()
    step = HeadroomCompressor(store_url=store_url, model="gpt-4o")

    step.invoke(conversation(), {"run_id": run_id, "configurable": {"thread_id": "t1"}})

    (row,) = rows(store_url)
    assert (row.integration, row.mode, row.model, row.error) == ("langchain.runnable", "optimize", "gpt-4o", None)
    assert (row.run_id, row.thread_id) == (str(run_id), "t1")
    assert row.saved_exact == row.tokens_saved > 0
    assert set(row.by_tool) == {"list_issues"}
    assert row.cost_before is not None


async def test_an_async_call_is_one_row_too(store_url: str) -> None:
    await HeadroomCompressor(store_url=store_url).ainvoke(conversation(), {"metadata": {"thread_id": "t2"}})

    (row,) = rows(store_url)
    assert row.thread_id == "t2"
    assert row.run_id


def test_audit_measures_and_changes_nothing(store_url: str) -> None:
    messages = conversation()
    step = HeadroomCompressor(store_url=store_url, mode="audit")

    assert step.invoke(messages) is messages
    (row,) = rows(store_url)
    assert (row.mode, row.tokens_saved) == ("audit", 0)
    assert row.tokens_input_before > 1000


def test_the_totals_of_all_steps_with_these_settings_are_one(store_url: str) -> None:
    HeadroomCompressor(store_url=store_url).invoke(TEXT)
    step = HeadroomCompressor(store_url=store_url)
    step.invoke(conversation())

    totals = step.get_metrics()

    assert totals["requests_total"] == 2
    assert totals["tokens_saved_total"] == totals["saved_exact"] > 1000


def test_simulating_tells_what_would_be_done_and_writes_no_row(store_url: str) -> None:
    step = HeadroomCompressor(store_url=store_url)

    result = step.simulate(conversation())

    assert [note.change for note in result.notes] == ["value_exact"]
    assert rows(store_url) == []


def test_originals_go_to_the_store_that_was_named_and_not_in_a_simulation(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    step = HeadroomCompressor(originals=url, target_tokens=100)

    handle = str(step.simulate(conversation()).notes[0].handle)
    with pytest.raises(RetrievalError):
        retrieve(handle, store=url)
    step.invoke(conversation())

    assert retrieve(handle, store=url).text == TEXT


def test_a_message_that_cannot_be_read_costs_only_itself(store_url: str, caplog: pytest.LogCaptureFixture) -> None:
    messages = [*conversation(), Unreadable("x", tool_call_id="c", id="broken")]

    after = HeadroomCompressor(store_url=store_url).invoke(messages)

    assert [new is old for new, old in zip(after, messages, strict=True)] == [True, True, True, False, True, True]
    (row,) = rows(store_url)
    assert row.error == "OSError"
    assert row.tokens_saved > 0
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "CANARY" not in caplog.text


def test_a_fault_costs_nothing_and_leaves_one_line_and_a_row(store_url: str, caplog: pytest.LogCaptureFixture) -> None:
    prompt = StubbornPrompt(messages=conversation())

    after = HeadroomCompressor(store_url=store_url).invoke(prompt)

    assert after is prompt
    (row,) = rows(store_url)
    assert row.error == "OSError"
    assert row.tokens_input_before == row.tokens_input_after > 1000
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize(
    "value", [[Unreadable("x", tool_call_id="c", id="broken")], StubbornPrompt(messages=conversation())]
)
def test_in_strict_mode_a_fault_is_raised(value: Any) -> None:
    with pytest.raises(CompressionError):
        HeadroomCompressor(strict=True).invoke(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([HumanMessage("hi"), AIMessage("ho")], 'nothing to compress in 2 messages: .*roles={"human"}'),
        (["short"], None),
        ("short", r"1 text: 1 x below_min_tokens; min_tokens="),
        ([Document("a short one"), Document("another")], r"2 documents: 2 x below_min_tokens"),
        (
            [Document("Rivers run to the sea. " * 90)] * 3,
            r"3 documents of prose, no question: pass query_key=",
        ),
    ],
)
def test_a_step_that_saves_nothing_says_why_once(
    value: Any, said: str | None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_shared, "said", set())
    caplog.set_level(logging.INFO, "headroom")
    step = HeadroomCompressor()

    step.invoke(value)
    step.invoke(value)

    assert len(caplog.records) == (said is not None)
    if said:
        assert caplog.records[0].levelname == "INFO"
        assert re.search(said, caplog.text)


def test_the_note_says_why_and_which_argument_changes_it() -> None:
    (note,) = HeadroomCompressor().simulate("short").notes

    assert note.reason == "below_min_tokens"
    assert "min_tokens=" in note.hint


def test_a_large_text_that_stays_says_how_to_make_it_reachable() -> None:
    big = [{"id": n, "text": f"{n * 7919 % 10007} {n * 104729 % 99991} words"} for n in range(900)]
    message: BaseMessage = conversation(json.dumps(big))[3]

    (note,) = HeadroomCompressor().simulate([message]).notes

    assert "large_but_unreachable" in note.reason
    assert 'retrieval="tool"' in note.hint
    (note,) = HeadroomCompressor(retrieval="tool").simulate([message]).notes
    assert (note.change, note.reachable_by) == ("left_out", "model")
