"""What LangChain does around a model happens once, and as it does around the model alone."""

from __future__ import annotations

import json
import logging
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler, UsageMetadataCallbackHandler
from langchain_core.language_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.runnables import RunnableLambda

from headroom import HeadroomConfig, HeadroomMode
from headroom.errors import CompressionError, ConfigurationError
from headroom.results import RequestMetrics
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.langchain.chat_model import HeadroomChatModel
from tests.integrations.langchain.chat_models import (
    APIS,
    BIG,
    WAYS,
    ask,
    asking,
    inner_model,
    list_issues,
    talk,
    wrapped,
)
from tests.stub.server import StubServer
from tests.stub.turns import Fault, turn

pytestmark = pytest.mark.loopback


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'metrics.db'}"


def rows(store_url: str) -> list[RequestMetrics]:
    flush_recorders()
    return open_metrics_store(store_url).read(limit=None)


class Events(BaseCallbackHandler):
    """Counts what it is told."""

    run_inline = True

    def __init__(self) -> None:
        self.starts: list[Any] = []
        self.tokens: list[str] = []
        self.ends: list[Any] = []

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: Any, **facts: Any) -> None:
        self.starts.append((run_id, messages[0]))

    def on_llm_new_token(self, token: Any, **facts: Any) -> None:
        self.tokens.append(token)

    def on_llm_end(self, response: Any, **facts: Any) -> None:
        self.ends.append(response)


def told(value: Any) -> list[str]:
    """All texts of a request."""
    if isinstance(value, (dict, list)):
        return [text for one in (value.values() if isinstance(value, dict) else value) for text in told(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", APIS)
async def test_callbacks_of_model_and_call_fire_once_and_usage_counts_every_round(
    stub: StubServer, store_url: str, api: str, way: str
) -> None:
    stub.play(asking("Wait. ", ...), turn("One two three.", sizes=(4,)))
    own, given, usage = Events(), Events(), UsageMetadataCallbackHandler()
    model = HeadroomChatModel(inner_model(api, stub, callbacks=[own]), store_url=store_url)

    await ask(way, model.bind_tools([list_issues]), talk(), config={"callbacks": [given, usage]})

    for events in (own, given):
        assert (len(events.starts), len(events.ends)) == (1, 1)
        assert events.starts[0][1][3].content in told(stub.bodies[0])  # what the provider got
    (total,) = usage.usage_metadata.values()
    assert (total["input_tokens"], total["output_tokens"]) == (stub.invoice.usage.prompt, stub.invoice.usage.output)
    if "stream" in way:
        words = [
            token if isinstance(token, str) else "".join(one.get("text", "") for one in token) for token in own.tokens
        ]
        assert "".join(words) == "Wait. One two three."


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_is_one_row_with_run_thread_and_usage(stub: StubServer, store_url: str, way: str) -> None:
    stub.play(asking(...), "Done.")
    events = Events()
    model = wrapped("chat", stub, store_url=store_url)

    await ask(
        way, model.bind_tools([list_issues]), talk(), config={"callbacks": [events], "metadata": {"thread_id": "t7"}}
    )

    (row,) = rows(store_url)
    assert (row.integration, row.mode, row.model, row.error) == ("langchain.chat_model", "optimize", "gpt-4o", None)
    assert (row.run_id, row.thread_id, row.stream) == (str(events.starts[0][0]), "t7", "stream" in way)
    used = stub.invoice.usage
    assert (row.tokens_input_billed, row.tokens_output, row.retrieve_rounds) == (used.prompt, used.output, 1)
    assert row.cached_tokens == used.read
    assert (row.saved_exact > 1000, row.saved_reachable > 1000, row.saved_unreachable) == (True, True, 0)
    assert row.tool_schema_tokens > 0
    assert set(row.by_tool) == {"list_issues"}
    assert row.cost_before is not None
    assert row.cost_after is not None


async def test_within_a_stream_of_events_the_row_has_the_run(stub: StubServer, store_url: str) -> None:
    stub.play("Done.")
    chain = RunnableLambda(lambda value: talk()) | wrapped("chat", stub, store_url=store_url)

    events = [event async for event in chain.astream_events("go", version="v2")]

    (run_id,) = {event["run_id"] for event in events if event["event"] == "on_chat_model_stream"}
    assert [row.run_id for row in rows(store_url)] == [run_id]


def test_another_setting_misses_the_cache_and_the_same_hits_it(stub: StubServer, store_url: str) -> None:
    stub.play("One.", "Two.", "Three.")
    cache = InMemoryCache()
    inner = inner_model("chat", stub, cache=cache)
    model = HeadroomChatModel(inner, store_url=store_url)

    answers = [
        inner.invoke(talk()).text,
        model.invoke(talk()).text,
        model.invoke(talk()).text,
        HeadroomChatModel(inner, store_url=store_url, exact_only=True).invoke(talk()).text,
    ]

    assert answers == ["One.", "Two.", "Two.", "Three."]
    assert model.get_metrics()["requests"] == 1


def test_a_setting_of_one_call_misses_the_cache(stub: StubServer, store_url: str) -> None:
    stub.play("One.", "Two.")
    model = HeadroomChatModel(inner_model("chat", stub, cache=InMemoryCache()), store_url=store_url)

    answers = [model.invoke(talk()).text, model.invoke(talk(), headroom_mode="audit").text]

    assert answers == ["One.", "Two."]
    assert BIG not in stub.bodies[0]["messages"][-1]["content"]
    assert stub.bodies[1]["messages"][-1]["content"] == BIG


class CountingLimiter(InMemoryRateLimiter):
    """Lets everything through."""

    def __init__(self) -> None:
        super().__init__(requests_per_second=1000)
        self.times = 0

    def acquire(self, *, blocking: bool = True) -> bool:
        self.times += 1
        return True


def test_the_rate_limiter_is_asked_once(stub: StubServer, store_url: str) -> None:
    stub.play("One.", "Two.")
    limiter = CountingLimiter()
    model = HeadroomChatModel(inner_model("chat", stub, rate_limiter=limiter), store_url=store_url)

    model.invoke(talk())
    list(model.stream(talk()))

    assert limiter.times == 2


@pytest.mark.parametrize("api", APIS)
def test_it_says_of_itself_what_the_model_says(stub: StubServer, store_url: str, api: str) -> None:
    inner = inner_model(api, stub, tags=["a"], metadata={"b": 1})
    model = HeadroomChatModel(inner, store_url=store_url)

    assert model._llm_type == inner._llm_type
    assert model._get_ls_params(stop=["x"]) == inner._get_ls_params(stop=["x"])
    assert model._get_ls_params(model="other") == inner._get_ls_params(model="other")
    assert model._get_invocation_params(headroom_mode="audit") == inner._get_invocation_params()
    assert model.profile == inner.profile
    assert (model.tags, model.metadata) == (inner.tags, inner.metadata)
    assert model.metadata is not inner.metadata
    assert model.max_retries == 0
    assert model.provider == ("anthropic" if api == "claude" else "openai")
    with pytest.raises(AttributeError):
        _ = model.no_such_thing
    assert not hasattr(model, "_stream_chat_model_events")


def test_token_counts_are_the_models(store_url: str) -> None:
    class Counting(FakeListChatModel):
        def get_token_ids(self, text: str) -> list[int]:
            return [7] * len(text)

        def get_num_tokens_from_messages(self, messages: Any, tools: Any = None) -> int:
            return 42

    model = HeadroomChatModel(Counting(responses=["a"]), store_url=store_url)

    assert model.get_token_ids("abc") == [7, 7, 7]
    assert model.get_num_tokens("abc") == 3
    assert model.get_num_tokens_from_messages(talk(), tools=[]) == 42


def test_ids_that_langchain_made_up_for_merged_blocks_are_not_sent(store_url: str) -> None:
    # an MCP server sends a row each; ids that are another in each run break equal prefixes (R6)
    sent: list[Any] = []

    class Reading(FakeListChatModel):
        def _call(self, messages: list[Any], *args: Any, **kwargs: Any) -> str:
            sent.extend(messages)
            return "ok"

    rows: list[Any] = [{"type": "text", "text": json.dumps(row), "id": f"lc_{row['id']}"} for row in json.loads(BIG)]
    before = talk()
    before[-1].content = rows

    HeadroomChatModel(Reading(responses=[""]), store_url=store_url).invoke(before)

    assert len(sent[-1].content) == 1
    assert "id" not in sent[-1].content[0]
    assert "id" in before[-1].content[0]


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_model_that_is_set_to_stream_does(stub: StubServer, store_url: str, streaming: bool) -> None:
    stub.play("One.", "Two.")
    model = HeadroomChatModel(inner_model("chat", stub, streaming=streaming), store_url=store_url)

    assert (await model.ainvoke(talk())).text == "One."
    assert model.invoke(talk()).text == "Two."
    assert [bool(body.get("stream")) for body in stub.bodies] == [streaming, streaming]


def test_a_model_without_streams_answers_as_it_does_alone(store_url: str) -> None:
    model = HeadroomChatModel(FakeListChatModel(responses=["abc"]), store_url=store_url)
    slow = HeadroomChatModel(GenericFakeChatModel(messages=iter([AIMessage("d e")])), store_url=store_url)

    assert [chunk.text for chunk in model.stream("x") if chunk.text] == ["a", "b", "c"]
    assert [chunk.text for chunk in slow.stream("x") if chunk.text] == ["d", " ", "e"]


async def test_batches_and_retries(stub: StubServer, store_url: str) -> None:
    stub.play(Fault(status=500), "One.", "Two.", "Three.", "Four.")
    model = wrapped("chat", stub, store_url=store_url)

    retried = model.with_retry(wait_exponential_jitter=False).invoke(talk())
    found = model.batch([talk(), talk()], {"max_concurrency": 1})
    last = await model.abatch([talk()])

    assert retried.text == "One."
    assert [one.text for one in found] == ["Two.", "Three."]
    assert last[0].text == "Four."
    assert model.get_metrics()["requests"] == 5
    assert model.get_metrics()["errors"] == 1
    assert [row.error is None for row in rows(store_url)].count(False) == 1


def test_an_error_of_the_model_comes_through(stub: StubServer, store_url: str) -> None:
    stub.play(Fault(status=429))
    bare, model = inner_model("chat", stub), wrapped("chat", stub, store_url=store_url)
    with pytest.raises(Exception, match="429") as alone:
        bare.invoke(talk())
    stub.play(Fault(status=429))

    with pytest.raises(type(alone.value), match="429"):
        model.invoke(talk())


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_that_the_model_refused_has_saved_nothing(way: str, stub: StubServer, store_url: str) -> None:
    stub.play(Fault(status=429), "One.")
    model = wrapped("chat", stub, store_url=store_url)
    with pytest.raises(Exception, match="429"):
        await ask(way, model, talk())

    refused, (row,) = model.get_metrics(), rows(store_url)
    await ask(way, model, talk())

    assert (refused["requests"], refused["errors"], refused["tokens_saved"]) == (1, 1, 0)
    assert (row.error is not None, row.tokens_saved, row.saved_exact, row.by_kind) == (True, 0, 0, {})
    assert row.tokens_input_before > 10_000
    assert model.get_metrics()["tokens_saved"] > 1_000


def test_what_was_saved_is_told(stub: StubServer, store_url: str) -> None:
    stub.play("One.", "Two.")
    model = wrapped("chat", stub, store_url=store_url)

    answer = model.invoke(talk())
    list(model.bind_tools([list_issues]).stream(talk()))

    metrics, summary = model.get_metrics(), model.get_savings_summary()
    assert (metrics["requests"], summary["total_requests"], len(model.metrics_history)) == (2, 2, 2)
    assert metrics["tokens_saved"] == model.total_tokens_saved == summary["total_tokens_saved"] > 10_000
    assert 0 < metrics["savings_percent"] == summary["average_savings_percent"] < 100
    assert answer.response_metadata["headroom"]["tokens_saved"] == model.metrics_history[0].tokens_saved
    assert metrics["tokens_saved"] == metrics["saved_exact"] + metrics["saved_reachable"]


def test_audit_changes_nothing_and_measures(stub: StubServer, store_url: str) -> None:
    stub.play("One.", "Two.")
    model = wrapped("chat", stub, store_url=store_url, mode=HeadroomMode.AUDIT)

    answer = model.bind_tools([list_issues]).invoke(talk())
    inner_model("chat", stub).bind_tools([list_issues]).invoke(talk())

    assert stub.bodies[0] == stub.bodies[1]
    assert "headroom" not in answer.response_metadata
    (row,) = rows(store_url)
    assert (row.mode, row.tokens_saved, row.tokens_input_before > 10_000) == ("audit", 0, True)


def test_simulating_sends_and_records_nothing(stub: StubServer, store_url: str) -> None:
    model = wrapped("chat", stub, store_url=store_url)

    result = model.simulate(talk())

    assert result.tokens_saved > 1000
    assert (stub.bodies, rows(store_url)) == ([], [])


@pytest.mark.parametrize("way", WAYS)
async def test_a_compressor_that_fails_leaves_the_answer_one_line_and_one_reason(
    stub: StubServer, store_url: str, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    stub.play("The answer.", "The answer.")
    model = wrapped("chat", stub, store_url=store_url)
    caplog.set_level(logging.WARNING, "headroom")
    step = FailingPipeline(model._held.engine.pipeline)
    model._held.engine.pipeline = step  # type: ignore[assignment]

    answer = await ask(way, model.bind_tools([list_issues]), talk())

    alone = await ask(way, inner_model("chat", stub).bind_tools([list_issues]), talk())
    assert answer.text == alone.text
    assert stub.bodies[0]["messages"] == stub.bodies[1]["messages"]
    assert len(caplog.records) == 1
    (row,) = rows(store_url)
    assert (row.error, row.tokens_saved) == ("OSError", 0)


class FailingPipeline:
    """A pipeline that breaks when it runs."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline

    def run(self, messages: Any, request: Any) -> Any:
        raise OSError("disk")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pipeline, name)


def test_in_strict_mode_a_fault_is_raised(stub: StubServer, store_url: str) -> None:
    model = wrapped("chat", stub, store_url=store_url, strict=True)
    model._held.engine.pipeline = FailingPipeline(model._held.engine.pipeline)  # type: ignore[assignment]

    with pytest.raises(CompressionError):
        model.invoke(talk())
    assert stub.bodies == []


@pytest.mark.parametrize("way", ["ainvoke", "astream"])
async def test_the_event_loop_is_never_blocked(store_url: str, way: str) -> None:
    model = HeadroomChatModel(GenericFakeChatModel(messages=iter([AIMessage("The answer.")])), store_url=store_url)
    blocked: BlockBuster
    with blockbuster_ctx() as blocked:
        answer = await ask(way, model, talk())

    assert blocked is not None
    assert answer.text == "The answer."
    assert model.get_metrics()["tokens_saved"] > 1000


class NotingPipeline:
    """A pipeline that notes in which thread it runs."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.threads: list[str] = []

    def run(self, messages: Any, request: Any) -> Any:
        self.threads.append(threading.current_thread().name)
        return self.pipeline.run(messages, request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pipeline, name)


@pytest.mark.parametrize("way", ["ainvoke", "astream"])
async def test_an_async_call_compresses_in_a_thread_of_ours(stub: StubServer, store_url: str, way: str) -> None:
    stub.play(asking(...), "Done.")
    model = wrapped("chat", stub, store_url=store_url)
    noting = NotingPipeline(model._held.engine.pipeline)
    model._held.engine.pipeline = noting  # type: ignore[assignment]

    await ask(way, model.bind_tools([list_issues]), talk())

    assert [name.startswith("headroom") for name in noting.threads] == [True]


def test_a_model_travels_where_the_wrapped_one_does(store_url: str) -> None:
    model = HeadroomChatModel(
        FakeListChatModel(responses=["a", "b"]), HeadroomConfig(min_tokens=400), store_url=store_url, keep_turns=1
    )

    again = pickle.loads(pickle.dumps(model))
    copied = model.model_copy(deep=True)

    assert again.invoke(talk()).text == "a"
    assert (again.keep_turns, again._held.engine.config.min_tokens) == (1, 400)
    assert copied._held is model._held


@pytest.mark.parametrize(
    ("settings", "field", "said"),
    [
        ({"target_tokns": 3}, "target_tokns", "target_tokens"),
        ({"target_tokens": 0}, "target_tokens", "1"),
        ({"mode": "simulate"}, "mode", "simulate"),
        ({"mode": "fast"}, "mode", "optimize"),
        ({"roles": {"robot"}}, "roles", "robot"),
        ({"format": "99"}, "format", "99"),
        ({"config": HeadroomConfig(), "headroom_config": HeadroomConfig()}, "headroom_config", "same"),
    ],
)
def test_a_bad_setting_is_refused_when_the_model_is_made(settings: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refused:
        HeadroomChatModel(FakeListChatModel(responses=["a"]), **settings)

    assert refused.value.details["field"] == field


@pytest.mark.parametrize("inner", [None, "gpt-4o", RunnableLambda(str)])
def test_what_is_no_chat_model_is_refused_and_wrap_is_named(inner: Any) -> None:
    with pytest.raises(ConfigurationError, match="chat model") as refused:
        HeadroomChatModel(inner)

    assert ("wrap" in str(refused.value)) == isinstance(inner, RunnableLambda)


def test_an_unknown_keyword_of_a_call_is_refused_before_anything_is_sent(stub: StubServer, store_url: str) -> None:
    with pytest.raises(ConfigurationError, match="headroom_query"):
        wrapped("chat", stub, store_url=store_url).invoke(talk(), headroom_qery="x")
    assert stub.bodies == []


def test_both_names_of_the_config_and_of_the_model_are_taken(store_url: str) -> None:
    inner = FakeListChatModel(responses=["a"])

    one = HeadroomChatModel(wrapped_model=inner, headroom_config=HeadroomConfig(min_tokens=77), store_url=store_url)
    other = HeadroomChatModel(inner, HeadroomConfig(min_tokens=77), "audit", store_url=store_url)

    assert one.inner is one.wrapped_model is inner
    assert one._held.engine.config.min_tokens == other._held.engine.config.min_tokens == 77
    assert other.mode == "audit"


def test_no_window_drops_turns_unless_one_is_set(stub: StubServer, store_url: str) -> None:
    stub.play("One.", "Two.")
    long = [*talk("words " * 150_000), *talk("short")[1:], *talk("short")[1:], *talk("short")[1:]]

    wrapped("chat", stub, store_url=store_url).invoke(long)
    wrapped("chat", stub, store_url=store_url, rolling_window={"max_tokens": 9000}).invoke(long)

    assert len(stub.bodies[0]["messages"]) == len(long)
    assert len(json.dumps(stub.bodies[1])) < 100_000
