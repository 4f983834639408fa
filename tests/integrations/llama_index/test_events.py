"""Instrumentation: an event per compression, and usage of models beside our rows."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from llama_index.core.llms.custom import CustomLLM
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI
from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.dispatcher import instrument_tags
from llama_index_instrumentation.event_handlers import BaseEventHandler
from pydantic import PrivateAttr

import headroom
from headroom.engine import Engine
from headroom_integrations.llama_index import HeadroomCompressionEvent, HeadroomEventHandler, emit, events, observing
from tests.samples import ask
from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import Call, Turn

CANARY = "zebra-4711"
ROWS = json.dumps([{"id": i, "name": f"{CANARY} {i}", "city": "Paris"} for i in range(200)])
MESSAGES = [ChatMessage(role="user", content=f"{CANARY}?")]
QUIET = {"log_level": None}

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20"),  # agents look at themselves
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211"),
]


@pytest.fixture(autouse=True, scope="module")
def closed_clients() -> Iterator[None]:
    """The HTTP clients of LlamaIndex's models close with their objects only."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def url(tmp_path: Any) -> str:
    return f"sqlite:///{tmp_path}/m.db"


class Heard(BaseEventHandler):
    """Keeps the events of compressions."""

    _events: list[HeadroomCompressionEvent] = PrivateAttr(default_factory=list)

    def handle(self, event: Any, **kwargs: Any) -> None:
        if isinstance(event, HeadroomCompressionEvent):
            self._events.append(event)


@pytest.fixture
def heard() -> Iterator[list[HeadroomCompressionEvent]]:
    handler, root = Heard(), get_dispatcher()
    root.event_handlers = [*root.event_handlers, handler]
    yield handler._events
    root.event_handlers = [one for one in root.event_handlers if one is not handler]


class Compressing(BaseNodePostprocessor):
    """Emits as adapters do, within its span."""

    store_url: str

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        engine = Engine(store_url=self.store_url)
        result = engine.prepare(ask(ROWS, tool="search"), model="gpt-4o")
        events.record(engine, result, integration="test.postprocessor")
        return nodes


class Scripted(CustomLLM):
    """A model whose answers, or their pieces, carry what a provider says."""

    raws: list[Any]
    fails: bool = False

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted")

    def to_payload(self) -> dict[str, Any]:
        return {"model": "claude-sonnet-4-5"}

    to_dict = to_payload

    def answer(self, raw: Any) -> ChatResponse:
        return ChatResponse(message=ChatMessage(role="assistant", content=CANARY), raw=raw)

    @llm_chat_callback()
    def chat(self, messages: Any, **kwargs: Any) -> ChatResponse:
        if self.fails:
            raise TimeoutError(CANARY)
        return self.answer(self.raws[-1])

    @llm_chat_callback()
    def stream_chat(self, messages: Any, **kwargs: Any) -> ChatResponseGen:
        def pieces() -> ChatResponseGen:
            for raw in self.raws:
                yield self.answer(raw)
            if self.fails:
                raise TimeoutError(CANARY)

        return pieces()

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return CompletionResponse(text=CANARY, raw=self.chat(MESSAGES).raw)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        raise NotImplementedError


OPENAI_CHAT = {
    "model": "gpt-4o-2024-08-06",
    "usage": {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 60},
        "completion_tokens_details": {"reasoning_tokens": 5},
    },
}
OPENAI_RESPONSES = {
    "model": "gpt-4o",
    "usage": {
        "input_tokens": 100,
        "output_tokens": 20,
        "input_tokens_details": {"cached_tokens": 60},
        "output_tokens_details": {"reasoning_tokens": 5},
    },
}
ANTHROPIC = {
    "model": "claude-sonnet-4-5",
    "usage": {
        "input_tokens": 30,
        "cache_read_input_tokens": 60,
        "cache_creation_input_tokens": 10,
        "output_tokens": 20,
    },
}
GOOGLE = {
    "usage_metadata": {
        "prompt_token_count": 100,
        "candidates_token_count": 15,
        "cached_content_token_count": 60,
        "thoughts_token_count": 5,
    }
}
ANTHROPIC_STREAM = [
    {"type": "message_start", "message": {**ANTHROPIC, "usage": {**ANTHROPIC["usage"], "output_tokens": 1}}},
    {"type": "content_block_delta"},
    {"type": "message_delta", "usage": {"output_tokens": 20}},
]


def openai(stub: StubServer, **settings: Any) -> OpenAI:
    return OpenAI(model="gpt-4o", api_key=API_KEY, api_base=f"{stub.url}/v1", max_retries=0, **settings)


def usages(handler: HeadroomEventHandler) -> list[Any]:
    return [request.usage for request in handler.requests]


def test_an_event_says_names_and_sizes_and_no_content(heard: list[HeadroomCompressionEvent]) -> None:
    result = headroom.compress(ask(ROWS, tool="search"), model="gpt-4o")

    facts = emit(result, integration="test", error="TimeoutError")

    (event,) = heard
    assert (event.integration, event.model, event.error) == ("test", "gpt-4o", "TimeoutError")
    assert event.tokens_saved == result.tokens_saved > 0
    assert event.saved_exact == result.tokens_saved
    assert event.changes == {"value_exact": 1}
    assert event.tools == {"search": 1}
    assert CANARY not in event.model_dump_json() + repr(event)
    assert facts == {"run_id": None, "thread_id": None}


def test_an_event_and_its_row_know_span_and_conversation(heard: list[HeadroomCompressionEvent], url: str) -> None:
    with instrument_tags({"thread_id": 42, "mine": "yes"}):
        Compressing(store_url=url).postprocess_nodes([])

    (event,), (row,) = heard, headroom.metrics(url)
    assert str(event.span_id).startswith("Compressing._postprocess_nodes-")
    assert (row.run_id, row.thread_id) == (event.span_id, "42")
    assert event.tags["mine"] == "yes"
    assert row.integration == "test.postprocessor"


@pytest.mark.parametrize("name", ["thread_id", "session_id", "conversation_id"])
def test_a_tag_names_the_conversation(name: str) -> None:
    result = headroom.compress([], model="gpt-4o")

    with instrument_tags({name: "a"}):
        assert emit(result, integration="test")["thread_id"] == "a"


@pytest.mark.parametrize(
    ("raw", "written", "reasoning"),
    [(OPENAI_CHAT, 0, 5), (OPENAI_RESPONSES, 0, 5), (ANTHROPIC, 10, 0), (GOOGLE, 0, 0)],
    ids=["chat", "responses", "anthropic", "google"],
)
def test_usage_is_read_in_the_words_of_every_provider(raw: Any, written: int, reasoning: int, url: str) -> None:
    with observing(store_url=url, **QUIET) as handler:
        Scripted(raws=[raw]).chat(MESSAGES)

    (usage,), (row,) = usages(handler), headroom.metrics(url)
    assert (usage.input, usage.cached, usage.written, usage.output) == (100, 60, written, 20)
    assert usage.reasoning in (reasoning, 5)
    assert (row.tokens_input_billed, row.cached_tokens, row.written_tokens, row.tokens_output) == (100, 60, written, 20)
    assert (row.mode, row.integration, row.tokens_input_before) == ("audit", "llama_index.events", 0)


def test_the_pieces_of_a_stream_are_one_usage() -> None:
    with observing(record=False, **QUIET) as handler:
        list(Scripted(raws=ANTHROPIC_STREAM).stream_chat(MESSAGES))
        list(Scripted(raws=[{}, OPENAI_CHAT, OPENAI_CHAT]).stream_chat(MESSAGES))

    assert [(u.input, u.cached, u.written, u.output) for u in usages(handler)] == [(100, 60, 10, 20), (100, 60, 0, 20)]
    assert [request.model for request in handler.requests] == ["claude-sonnet-4-5", "gpt-4o-2024-08-06"]


def test_absent_usage_is_not_zero(url: str) -> None:
    with observing(store_url=url, **QUIET) as handler:
        Scripted(raws=[{"model": "m"}]).chat(MESSAGES)

    assert usages(handler) == [None]
    assert handler.total_requests == 1
    assert handler.get_summary()["requests_with_usage"] == 0
    assert headroom.metrics(url) == []


def test_a_model_that_asks_another_one_counts_once(url: str) -> None:
    with observing(store_url=url, **QUIET) as handler:
        Scripted(raws=[OPENAI_CHAT]).complete("hello")  # tells of a completion and of the chat within

    assert handler.total_requests == 1
    assert handler.total_tokens == 120
    assert len(headroom.metrics(url)) == 1


def test_a_call_whose_row_has_its_usage_gets_no_second_one(url: str) -> None:
    class Counting(Scripted):
        """As `HeadroomLLM` does."""

        def chat(self, messages: Any, **kwargs: Any) -> ChatResponse:
            engine = Engine(store_url=url)
            result = engine.prepare(ask(ROWS, tool="search"), model="gpt-4o")
            facts = emit(result, integration="test.llm", records_usage=True)
            answer = Scripted(raws=self.raws).chat(messages)
            engine.record(result, integration="test.llm", tokens_input_billed=100, tokens_output=20, **facts)
            return answer

    with observing(store_url=url, **QUIET) as handler:
        Counting(raws=[OPENAI_CHAT]).chat(MESSAGES)

    (row,), (joined,) = headroom.metrics(url), handler.joined()
    assert row.integration == "test.llm"
    assert handler.total_tokens == 120
    assert joined.row_of(joined.requests[0]) == row
    assert joined.tokens_saved == row.tokens_saved > 0


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
def test_a_call_that_fails_is_counted_and_its_error_named(streams: bool, caplog: pytest.LogCaptureFixture) -> None:
    model = Scripted(raws=[{}], fails=True)

    with observing(record=False) as handler, pytest.raises(TimeoutError), caplog.at_level(logging.INFO):
        list(model.stream_chat(MESSAGES)) if streams else model.chat(MESSAGES)

    assert [request.error for request in handler.requests] == ["TimeoutError"]
    assert handler.get_summary()["errors"] == 1
    assert CANARY not in caplog.text


def test_a_stream_that_the_program_leaves_is_no_error() -> None:
    with observing(record=False, **QUIET) as handler:
        stream = Scripted(raws=ANTHROPIC_STREAM).stream_chat(MESSAGES)
        next(stream)
        stream.close()  # type: ignore[attr-defined]

    (request,) = handler.requests
    assert request.error is None
    assert request.usage is not None
    assert request.usage.input == 100


def test_after_the_block_nothing_is_heard() -> None:
    before = (list(get_dispatcher().event_handlers), list(get_dispatcher().span_handlers))
    with observing(record=False, **QUIET) as handler:
        pass
    Scripted(raws=[OPENAI_CHAT]).chat(MESSAGES)

    assert handler.total_requests == 0
    assert (get_dispatcher().event_handlers, get_dispatcher().span_handlers) == before


def test_a_handler_that_is_attached_twice_hears_once(url: str) -> None:
    handler = HeadroomEventHandler(store_url=url, log_level=None)
    handler.attach()
    with observing(handler), observing(store_url=url, **QUIET) as other:
        Scripted(raws=[OPENAI_CHAT]).chat(MESSAGES)
    handler.detach()

    assert handler.total_requests == other.total_requests == 1
    assert len(headroom.metrics(url)) == 1  # one row, whoever wrote it last


def test_a_handler_added_the_way_of_llama_index_hears_calls() -> None:
    handler, root = HeadroomEventHandler(record=False, log_level=None), get_dispatcher()
    root.add_event_handler(handler)
    try:
        Scripted(raws=[OPENAI_CHAT]).chat(MESSAGES)
    finally:
        root.event_handlers = [one for one in root.event_handlers if one is not handler]

    assert handler.total_tokens == 120


def test_calls_of_many_threads_do_not_mix() -> None:
    def work(number: int) -> None:
        for _ in range(20):
            with instrument_tags({"thread_id": str(number)}):
                Scripted(raws=[OPENAI_CHAT]).complete("hello")

    with observing(record=False, **QUIET) as handler:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    found = handler.get_summary()
    assert found["total_requests"] == 80
    assert {name: sums["requests"] for name, sums in found["by_thread"].items()} == {str(n): 20 for n in range(4)}
    assert len({request.root_run_id for request in handler.requests}) == 80
    assert handler._spans.known == {}
    assert handler._observer.begun == handler._streams == handler._covered == {}


def test_a_threshold_is_passed_once_per_invocation(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Any] = []
    with observing(token_alert_threshold=100, on_alert=told.append, record=False, **QUIET) as handler:
        Scripted(raws=[OPENAI_CHAT]).chat(MESSAGES)
        Scripted(raws=[OPENAI_CHAT]).chat(MESSAGES)

    assert [alert.kind for alert in told] == ["tokens", "tokens"]
    assert [alert.value for alert in handler.alerts] == [120, 120]


def test_what_on_alert_raises_reaches_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def fails(alert: Any) -> None:
        raise ValueError(CANARY)

    with observing(token_alert_threshold=1, on_alert=fails, record=False, **QUIET) as handler:
        answer = Scripted(raws=[OPENAI_CHAT]).chat(MESSAGES)

    assert answer.message.content == CANARY
    assert handler.total_requests == 1
    assert CANARY not in caplog.text


def search(query: str) -> str:
    """Find things."""
    return ROWS


def asks_once(body: dict[str, Any]) -> Any:
    """A model that calls the tool, and then answers."""
    if body["messages"][-1]["role"] == "user":
        return Turn(parts=(Call("search", {"query": "who"}),))
    return CANARY


@pytest.mark.loopback
@pytest.mark.parametrize("streaming", [True, False], ids=["stream", "whole"])
async def test_an_agent_is_one_invocation_with_names_and_tags(url: str, streaming: bool) -> None:
    if "streaming" not in FunctionAgent.model_fields and not streaming:
        pytest.skip("agents of this llama-index-core always stream")
    with StubServer(asks_once) as stub, observing(store_url=url, **QUIET) as handler:
        options = {"additional_kwargs": {"stream_options": {"include_usage": True}}} if streaming else {}
        agent = FunctionAgent(
            name="boss", description="d", tools=[search], llm=openai(stub, **options), streaming=streaming
        )
        with instrument_tags({"session_id": "s1", "feature": "search"}):
            await agent.run("who?")
        billed = stub.invoice.usage

    assert handler.total_requests == 2
    assert [(r.agent, r.thread_id, r.tags) for r in handler.requests] == [
        ("boss", "s1", {"session_id": "s1", "feature": "search"})
    ] * 2
    (joined,) = handler.joined()
    assert len(joined.requests) == len(joined.rows) == 2
    assert joined.input_tokens == billed.prompt
    rows = headroom.metrics(url)
    assert sum(row.tokens_input_billed or 0 for row in rows) == billed.prompt
    assert sum(row.tokens_output or 0 for row in rows) == billed.output
    assert {row.thread_id for row in rows} == {"s1"}
    assert CANARY not in "".join(map(repr, [*rows, *handler.requests, handler.get_summary()]))


@pytest.mark.loopback
async def test_each_agent_of_a_workflow_and_each_tool_stands_by_its_name() -> None:
    def scripted(body: dict[str, Any]) -> Any:
        names = [tool["function"]["name"] for tool in body.get("tools", ())]
        asked = "ask_model" in json.dumps(body["messages"])
        if "handoff" in names and not any(m["role"] == "tool" for m in body["messages"]):
            return Turn(parts=(Call("handoff", {"to_agent": "worker", "reason": "r"}),))
        if "ask_model" in names and not asked:
            return Turn(parts=(Call("ask_model", {"question": "x"}),))
        return "done"

    with StubServer(scripted) as stub, observing(record=False, **QUIET) as handler:
        inner = openai(stub)

        async def ask_model(question: str) -> str:
            """Asks."""
            return str((await inner.achat([ChatMessage(role="user", content=question)])).message.content)

        options = {"additional_kwargs": {"stream_options": {"include_usage": True}}}
        tool = FunctionTool.from_defaults(async_fn=ask_model)
        agents = [
            FunctionAgent(name="boss", description="b", llm=openai(stub, **options), can_handoff_to=["worker"]),
            FunctionAgent(name="worker", description="w", llm=openai(stub, **options), tools=[tool]),
        ]
        await AgentWorkflow(agents=agents, root_agent="boss").run("go")  # type: ignore[arg-type]

    found = [(request.agent, request.tool) for request in handler.requests]
    assert found[0] == ("boss", None)
    assert ("worker", None) in found
    assert [tool for _, tool in found if tool] == ["ask_model"]
    assert len({request.root_run_id for request in handler.requests}) == 1


@pytest.mark.loopback
async def test_agents_at_once_keep_their_calls_apart(url: str) -> None:
    with StubServer(asks_once) as stub, observing(store_url=url, **QUIET) as handler:
        llm = openai(stub, additional_kwargs={"stream_options": {"include_usage": True}})

        async def run(number: int) -> None:
            with instrument_tags({"thread_id": str(number)}):
                await FunctionAgent(name=f"a{number}", description="d", tools=[search], llm=llm).run("who?")

        await asyncio.gather(*map(run, range(5)))
        billed = stub.invoice.usage

    assert len(handler.joined()) == 5
    for joined in handler.joined():
        assert len({(request.agent, request.thread_id) for request in joined.requests}) == 1
        assert len(joined.requests) == 2
    assert handler.get_summary()["input_tokens"] == billed.prompt


def test_a_printed_handler_says_what_it_heard() -> None:
    assert str(HeadroomEventHandler(record=False)) == "HeadroomEventHandler(0 requests, 0 tokens)"
