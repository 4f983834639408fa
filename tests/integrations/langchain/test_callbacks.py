from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.caches import InMemoryCache
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult, Generation, LLMResult
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import Field

from headroom.errors import ConfigurationError
from headroom.results import RequestMetrics
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations import HeadroomCompressor
from headroom_integrations.langchain.callbacks import HeadroomCallbackHandler
from headroom_integrations.langchain.callbacks_process import everywhere, observing
from tests.integrations.langchain.conversations import TEXT, conversation
from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import Call, Turn


class Model(BaseChatModel):
    """Answers at once, says what it used, and what it is called."""

    used: tuple[int, int] = (100, 10)
    details: dict[str, int] = Field(default_factory=dict)
    marks: dict[str, Any] = Field(default_factory=dict)
    is_failing: bool = False
    answers: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _get_ls_params(self, stop: Any = None, **kwargs: Any) -> Any:
        return {"ls_provider": "openai", "ls_model_name": "gpt-4o", "ls_model_type": "chat"}

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        if self.is_failing:
            raise OSError("PATIENT-CANARY")
        usage = {"input_tokens": self.used[0], "output_tokens": self.used[1], "total_tokens": sum(self.used)}
        message = AIMessage(
            "Well.",
            usage_metadata={**usage, "input_token_details": self.details},
            response_metadata={"model_name": "gpt-4o", **self.marks},
            tool_calls=self.answers.pop(0) if self.answers else [],
        )
        return ChatResult(generations=[ChatGeneration(message=message)] * 2)


@tool
def list_issues(state: str) -> str:
    """Issues in a state."""
    return TEXT


def rows(store_url: str) -> list[RequestMetrics]:
    flush_recorders()
    return open_metrics_store(store_url).read(limit=None)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'metrics.db'}"


@pytest.fixture
def handler(store_url: str) -> HeadroomCallbackHandler:
    return HeadroomCallbackHandler(store_url=store_url)


def ask(model: Any, handler: Any, **config: Any) -> Any:
    return model.invoke([HumanMessage("Hi")], {"callbacks": [handler], **config})


def test_a_call_is_counted_as_the_provider_did(handler: HeadroomCallbackHandler, store_url: str) -> None:
    run_id = uuid.uuid4()
    model = Model(used=(1000, 500), details={"cache_read": 600, "cache_creation": 100, "reasoning": 5})

    ask(model, handler, run_id=run_id, metadata={"thread_id": "t1"})

    (call,) = handler.requests
    assert call.usage is not None
    assert (call.run_id, call.parent_run_id, call.root_run_id) == (str(run_id), None, str(run_id))
    assert (call.thread_id, call.model, call.total_tokens) == ("t1", "gpt-4o", 1500)
    assert (call.usage.cached, call.usage.written) == (600, 100)
    assert handler.total_tokens == 1500
    (row,) = rows(store_url)
    assert (row.integration, row.run_id, row.thread_id, row.mode) == ("langchain.callbacks", str(run_id), "t1", "audit")
    assert (row.tokens_input_billed, row.tokens_output, row.cached_tokens, row.written_tokens) == (1000, 500, 600, 100)
    assert (row.tokens_input_before, row.tokens_input_after, row.cost_before) == (0, 0, None)


def test_dollars_are_those_of_the_models_prices(handler: HeadroomCallbackHandler) -> None:
    ask(Model(used=(1000, 500)), handler)

    assert handler.total_cost_usd == pytest.approx(0.0075)
    assert handler.get_summary()["by_model"]["gpt-4o"]["cost_usd"] == pytest.approx(0.0075)


def test_the_parent_and_the_root_are_kept_and_nothing_is_left_when_a_run_ends(
    handler: HeadroomCallbackHandler,
) -> None:
    agent = create_agent(Model(answers=[[{"name": "list_issues", "args": {"state": "x"}, "id": "c"}]]), [list_issues])
    run_id = uuid.uuid4()
    config: Any = {"callbacks": [handler], "run_id": run_id, "configurable": {"thread_id": "t9"}}

    agent.invoke({"messages": [HumanMessage("Go.")]}, config)

    first, second = handler.requests
    assert first.root_run_id == second.root_run_id == str(run_id)
    assert first.parent_run_id not in (None, str(run_id), second.parent_run_id)
    assert (first.node, first.thread_id) == ("model", "t9")
    assert handler.runs.root_of == {}
    assert handler.begun == {}
    assert [root.live for root in handler.runs.roots.values()] == [set()]


async def test_async_runs_leave_nothing_behind_either(handler: HeadroomCallbackHandler) -> None:
    chain = RunnableLambda(lambda text: [HumanMessage(text)]) | Model()

    await asyncio.gather(*(chain.ainvoke("Hi", {"callbacks": [handler]}) for _ in range(20)))

    assert handler.total_requests == 20
    assert len({call.root_run_id for call in handler.requests}) == 20
    assert (handler.runs.root_of, handler.begun) == ({}, {})


def test_threads_lose_and_mix_up_nothing(handler: HeadroomCallbackHandler) -> None:
    def work(number: int) -> None:
        ask(Model(used=(number, 1)), handler, metadata={"thread_id": f"t{number}"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(1, 101)))

    assert handler.total_tokens == sum(range(1, 101)) + 100
    assert {call.thread_id: call.usage.input for call in handler.requests if call.usage} == {
        f"t{number}": number for number in range(1, 101)
    }


def test_answers_from_the_cache_cost_nothing(handler: HeadroomCallbackHandler, store_url: str) -> None:
    model = Model(cache=InMemoryCache())

    ask(model, handler)
    ask(model, handler)

    assert (handler.total_requests, handler.total_tokens) == (1, 110)
    assert handler.get_summary()["cached_replies"] == 1
    assert [call.is_cached_reply for call in handler.requests] == [False, True]
    assert len(rows(store_url)) == 1


def test_a_failed_call_is_counted_and_its_text_is_nowhere(
    handler: HeadroomCallbackHandler, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(OSError, match="CANARY"):
        ask(Model(is_failing=True), handler)

    (call,) = handler.requests
    assert (call.error, call.usage) == ("OSError", None)
    assert handler.get_summary()["errors"] == 1
    assert handler.runs.root_of == {}
    assert "CANARY" not in caplog.text


def test_a_call_that_headroom_compressed_has_a_row_already(handler: HeadroomCallbackHandler, store_url: str) -> None:
    ask(Model(marks={"headroom": {"tokens_before": 5, "tokens_after": 4}}), handler)

    assert handler.total_tokens == 110
    assert rows(store_url) == []


def test_a_handler_that_is_given_twice_counts_once(handler: HeadroomCallbackHandler, store_url: str) -> None:
    other = HeadroomCallbackHandler(store_url=store_url)

    with observing(handler), observing(other):
        ask(Model(callbacks=[handler]), handler)

    assert (handler.total_requests, other.total_requests) == (1, 1)
    assert len(rows(store_url)) == 1


def test_everything_that_the_process_runs_is_observed_until_the_block_ends() -> None:
    chain = RunnableLambda(lambda text: [HumanMessage(text)]) | Model()
    stop, go = threading.Event(), threading.Event()

    def before() -> None:
        go.wait(5)
        chain.invoke("Hi")
        stop.set()

    thread = threading.Thread(target=before)
    thread.start()
    with observing(record=False) as handler:
        chain.invoke("Hi")
        asyncio.run(chain.ainvoke("Hi"))
        go.set()
        assert stop.wait(5)
    chain.invoke("Hi")
    thread.join()

    assert handler.total_requests == 3
    assert len({call.root_run_id for call in handler.requests}) == 3
    assert all(call.parent_run_id == call.root_run_id for call in handler.requests)
    assert everywhere.attached == ()
    assert handler.runs.root_of == {}


def test_alerts_are_raised_once_for_an_invocation(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    handler = HeadroomCallbackHandler(
        token_alert_threshold=250, cost_alert_threshold=0.0005, on_alert=told.append, record=False
    )
    chain = RunnableLambda(lambda text: [Model().invoke(text) for _ in range(5)])

    chain.invoke("Hi", {"callbacks": [handler]})
    ask(Model(), handler)

    assert [(alert.kind, alert.value) for alert in handler.alerts] == [("cost", pytest.approx(0.0007)), ("tokens", 330)]
    assert told == handler.alerts
    assert len({alert.root_run_id for alert in told}) == 1
    assert "330 tokens used, threshold 250" in caplog.text
    assert handler.get_summary()["alerts"] == [str(alert) for alert in told]


def test_what_an_alert_callback_raises_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail(alert: Any) -> None:
        raise RuntimeError("PATIENT-CANARY")

    handler = HeadroomCallbackHandler(token_alert_threshold=1, on_alert=fail, record=False)

    assert ask(Model(), handler).content == "Well."
    assert len(handler.alerts) == 1
    assert "CANARY" not in caplog.text


def test_a_line_is_logged_at_the_level_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "headroom")

    ask(Model(), HeadroomCallbackHandler("debug", record=False))
    ask(Model(), HeadroomCallbackHandler(None, record=False))

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", "gpt-4o: 100 + 10 tokens")
    ]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"log_level": "LOUD"}, "log_level"),
        ({"token_alert_threshold": 0}, "token_alert_threshold"),
        ({"cost_alert_threshold": "1"}, "cost_alert_threshold"),
        ({"on_alert": 7}, "on_alert"),
        ({"store_url": "nowhere"}, "store_url"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        HeadroomCallbackHandler(**settings)

    assert raised.value.details["field"] == field


def test_models_that_complete_a_text_say_what_they_used_in_another_place(handler: HeadroomCallbackHandler) -> None:
    run_id = uuid.uuid4()
    told = {"token_usage": {"prompt_tokens": 7, "completion_tokens": 3}, "model_name": "gpt-3.5-turbo-instruct"}

    handler.on_llm_start({}, ["Hi"], run_id=run_id)
    handler.on_llm_end(LLMResult(generations=[[Generation(text="x")]], llm_output=told), run_id=run_id)

    (call,) = handler.requests
    assert (call.total_tokens, call.model) == (10, "gpt-3.5-turbo-instruct")


@pytest.mark.parametrize("response", [LLMResult(generations=[]), LLMResult(generations=[[]], llm_output={"usage": 7})])
def test_an_answer_that_says_nothing_is_counted_without_tokens(
    response: LLMResult, handler: HeadroomCallbackHandler, store_url: str
) -> None:
    run_id = uuid.uuid4()

    handler.on_llm_start({}, ["Hi"], run_id=run_id)
    handler.on_llm_end(response, run_id=run_id)

    summary = handler.get_summary()
    assert (summary["total_requests"], summary["requests_with_usage"], summary["total_tokens"]) == (1, 0, 0)
    assert rows(store_url) == []


def test_resetting_begins_at_zero_and_calls_under_way_count_when_they_end(handler: HeadroomCallbackHandler) -> None:
    run_id = uuid.uuid4()
    ask(Model(), handler)
    handler.on_chat_model_start({}, [[]], run_id=run_id)

    handler.reset()
    handler.on_llm_end(LLMResult(generations=[]), run_id=run_id)

    assert (handler.total_requests, handler.total_tokens, handler.alerts) == (1, 0, [])


def test_what_was_used_stands_beside_what_was_saved(handler: HeadroomCallbackHandler, store_url: str) -> None:
    chain = HeadroomCompressor(store_url=store_url) | Model()

    chain.invoke(conversation(), {"callbacks": [handler]})
    ask(Model(), handler)

    first, second = handler.joined()
    assert [row.integration for row in first.rows] == ["langchain.runnable", "langchain.callbacks"]
    assert first.tokens_saved > 500
    assert (first.input_tokens, second.input_tokens) == (100, 100)
    assert first.cost_usd == pytest.approx(0.00035)
    assert (second.tokens_saved, len(second.rows)) == (0, 1)
    row = first.row_of(first.requests[0])
    assert row is not None
    assert row.tokens_input_billed == 100


def openai(url: str, is_streaming: bool) -> Any:
    return ChatOpenAI(
        model="gpt-4o", base_url=f"{url}/v1", api_key=API_KEY, stream_usage=True, max_retries=0, streaming=is_streaming
    )


def anthropic(url: str, is_streaming: bool) -> Any:
    return ChatAnthropic(model="claude-haiku-4-5", base_url=url, api_key=API_KEY, max_retries=0, streaming=is_streaming)


@pytest.mark.loopback
@pytest.mark.parametrize("make", [openai, anthropic])
@pytest.mark.parametrize("is_streaming", [False, True])
async def test_what_the_provider_bills_is_what_is_counted(
    make: Any, is_streaming: bool, handler: HeadroomCallbackHandler, store_url: str
) -> None:
    turns = [Turn(parts=(Call("list_issues", {"state": "open"}),)), "Eighty."]
    with StubServer(turns) as stub:
        agent = create_agent(make(stub.url, is_streaming), [list_issues])
        await agent.ainvoke({"messages": [HumanMessage("Which?")]}, {"callbacks": [handler]})
        usage = stub.invoice.usage

    summary, ledger = handler.get_summary(), rows(store_url)
    assert summary["requests_with_price"] == handler.total_requests == 2
    assert handler.total_tokens == usage.prompt + usage.output > 2000
    assert sum(row.tokens_input_billed or 0 for row in ledger) == usage.prompt
    assert sum(row.tokens_output or 0 for row in ledger) == usage.output
    assert (summary["cached_tokens"], summary["written_tokens"]) == (usage.read, usage.written)
