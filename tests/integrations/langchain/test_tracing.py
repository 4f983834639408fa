from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableParallel
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import headroom
from headroom import HeadroomClient
from headroom.engine import Engine
from headroom.results import CompressResult, Note, RequestMetrics
from headroom.storage import Recorder
from headroom.threads import in_thread
from headroom.tracing import count_call, trace_compression
from headroom_integrations import HeadroomCompressor
from headroom_integrations.langchain import wrap_tools_with_headroom
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.integrations.langchain.chat_models import inner_model, list_issues, wrapped
from tests.integrations.langchain.conversations import TEXT, conversation
from tests.integrations.langchain.retrieved import DOCUMENTS, QUESTION, size
from tests.samples import ask, samples, talks
from tests.stub.server import StubServer

SPANS, READER = InMemorySpanExporter(), InMemoryMetricReader()


class WhileOn(SimpleSpanProcessor):
    """Hands spans on until it is switched off."""

    is_on = True

    def on_end(self, span: ReadableSpan) -> None:
        if self.is_on:
            super().on_end(span)


@pytest.fixture(scope="module", autouse=True)
def providers() -> Iterator[None]:
    """Providers of the whole process, as a program sets them; they can be set once only."""
    tracing, metering = TracerProvider(), MeterProvider([READER])
    processor = WhileOn(SPANS)
    tracing.add_span_processor(processor)
    trace.set_tracer_provider(tracing)
    metrics.set_meter_provider(metering)
    yield
    processor.is_on = False  # not shut down: it would say so at every span of every later test
    SPANS.clear()
    metering.shutdown()


@pytest.fixture
def spans() -> InMemorySpanExporter:
    SPANS.clear()
    return SPANS


def the_span(spans: InMemorySpanExporter) -> ReadableSpan:
    (span,) = (span for span in spans.get_finished_spans() if span.name == "headroom.compress")
    return span


def told(spans: InMemorySpanExporter) -> dict[str, Any]:
    """The attributes of the only span of ours."""
    return dict(the_span(spans).attributes or {})


def points(name: str) -> list[tuple[dict[str, Any], Any]]:
    """Attributes and value of each point of an instrument."""
    data: Any = READER.get_metrics_data()
    found = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics if m.name == name]
    return [(dict(p.attributes), getattr(p, "value", None)) for metric in found for p in metric.data.data_points]


def test_a_span_says_how_much_of_which_class_and_nothing_of_the_text(spans: InMemorySpanExporter) -> None:
    result = HeadroomCompressor(model="gpt-4o").simulate(conversation())

    trace_compression(result, integration="langchain.runnable")

    said = told(spans)
    assert said["headroom.tokens.before"] - said["headroom.tokens.after"] == said["headroom.tokens.saved.exact"] > 1000
    assert said["headroom.parts.value_exact"] == 1
    assert (said["headroom.integration"], said["gen_ai.request.model"]) == ("langchain.runnable", "gpt-4o")
    assert said["headroom.fingerprint"] == result.fingerprint != ""
    assert said["headroom.format"] == "1"
    assert "error.type" not in said
    span = the_span(spans)
    assert (span.end_time or 0) >= (span.start_time or 0) + int(1e6 * sum(result.timing.values()))


def test_reasons_handles_and_faults_are_told() -> None:
    SPANS.clear()
    notes = [
        Note(message_index=0, reason="below_min_tokens"),
        Note(message_index=1, reason="below_min_tokens"),
        Note(message_index=2, reason="table+failed_OSError"),
        Note(message_index=3, change="left_out", reachable_by="model", tokens_before=9, tokens_exact=7, tokens_after=3),
    ]
    result = CompressResult(messages=["CANARY"], tokens_before=9, tokens_after=3, notes=notes, ccr_hashes=["ab", "ab"])

    trace_compression(result, integration="compress", mode="audit")

    said = told(SPANS)
    assert said["headroom.skips"] == ("below_min_tokens=2", "table+failed_OSError=1")
    assert said["headroom.handles"] == ("ab",)
    assert said["error.type"] == "OSError"
    assert said["headroom.tokens.saved.reachable"] == 4
    assert said["headroom.parts.unchanged"] == 3


@pytest.mark.parametrize("settings", [{}, {"retrieval": "tool"}], ids=["exact", "leaving-out"])
def test_no_text_of_a_real_conversation_stands_in_a_span(settings: dict[str, Any], spans: InMemorySpanExporter) -> None:
    engine = Engine(**settings)
    conversations = [ask(sample.text) for sample in samples()] + [talk.messages for talk in talks()]
    for messages in conversations:
        engine.record(engine.prepare(messages))

    said = " ".join(str(span.attributes) for span in spans.get_finished_spans())
    words = {json.dumps(sample.text)[1:17] for sample in samples()}
    assert len(spans.get_finished_spans()) == len(conversations)
    assert not any(word in said for word in words)
    for span in spans.get_finished_spans():
        for name, value in (span.attributes or {}).items():
            texts = value if isinstance(value, tuple) else (value,)
            assert all(not isinstance(text, str) or is_a_word_of_ours(text) for text in texts), name


def is_a_word_of_ours(text: str) -> bool:
    """Reasons, ids, numbers: ASCII, short, without blanks."""
    return text.isascii() and len(text) <= 120 and " " not in text


async def test_a_span_belongs_to_the_callers_also_in_a_thread_of_ours(spans: InMemorySpanExporter) -> None:
    result = HeadroomCompressor().simulate(TEXT)

    with trace.get_tracer("program").start_as_current_span("request") as parent:
        await in_thread(lambda: trace_compression(result, integration="x"))

    span = the_span(spans)
    assert span.parent is not None
    assert span.parent.span_id == parent.get_span_context().span_id


def test_parallel_steps_of_a_chain_see_the_callers_span() -> None:
    seen: list[int] = []

    def step(value: Any) -> Any:
        seen.append(trace.get_current_span().get_span_context().span_id)
        return value

    with trace.get_tracer("program").start_as_current_span("request") as parent:
        RunnableParallel(a=step, b=step).invoke(1)

    assert seen == [parent.get_span_context().span_id] * 2


def test_counters_sum_over_calls_by_class_reason_and_surface() -> None:
    row = RequestMetrics(
        request_id="1",
        model="m",
        integration="counted",
        saved_exact=5,
        saved_reachable=7,
        skips={"below_min_tokens": 2},
        retrieve_rounds=1,
        retrieved_tokens=30,
        error="OSError",
    )

    count_call(row)
    count_call(row)

    counted = {"headroom.integration": "counted"}
    facts = {**counted, "headroom.mode": "optimize", "gen_ai.request.model": "m"}
    assert ({**facts, "headroom.class": "exact"}, 10) in points("headroom.tokens.saved")
    assert ({**facts, "headroom.class": "reachable"}, 14) in points("headroom.tokens.saved")
    assert ({**counted, "headroom.reason": "below_min_tokens"}, 4) in points("headroom.parts.skipped")
    assert ({**facts, "error.type": "OSError"}, 2) in points("headroom.calls")
    assert (facts, 2) in points("headroom.retrieve.rounds")
    assert (facts, 60) in points("headroom.retrieve.tokens")


def test_rows_that_a_queue_gave_up_are_counted_and_stay_counted() -> None:
    count_call(RequestMetrics(request_id="1"))
    before = points("headroom.queue.dropped")[0][1]
    recorder = Recorder("sqlite:////proc/nowhere/x.db")
    recorder.totals.increment("rows_dropped", 3)

    assert points("headroom.queue.dropped")[0][1] == before + 3
    del recorder
    assert points("headroom.queue.dropped")[0][1] == before + 3


def test_a_failing_exporter_costs_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def get_tracer(self, *arguments: Any) -> Any:
            raise OSError("CANARY")

        get_meter = get_tracer

    monkeypatch.setattr(trace, "get_tracer_provider", Broken)
    monkeypatch.setattr(metrics, "get_meter_provider", Broken)

    trace_compression(HeadroomCompressor().simulate(TEXT), integration="x")
    count_call(RequestMetrics(request_id="1"))


def test_documents_of_which_sentences_stay_are_told_without_their_text(spans: InMemorySpanExporter) -> None:
    step = HeadroomCompressor(query=QUESTION, token_budget=size(DOCUMENTS) // 4)

    trace_compression(step.simulate(DOCUMENTS), integration="langchain.runnable")

    said = told(spans)
    assert said["headroom.tokens.saved.unreachable"] > size(DOCUMENTS) / 2
    assert "Arholm" not in str(said)


def test_without_the_api_nothing_is_imported() -> None:
    code = (
        "import sys, headroom\n"
        "from headroom.tracing import trace_compression, count_call\n"
        "from headroom.results import CompressResult, RequestMetrics\n"
        "trace_compression(CompressResult(messages=[], tokens_before=0, tokens_after=0), integration='x')\n"
        "count_call(RequestMetrics(request_id='1'))\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_conversation_of_people_saves_nothing_and_says_so(spans: InMemorySpanExporter) -> None:
    trace_compression(HeadroomCompressor().simulate([HumanMessage("hi")]), integration="x")

    assert told(spans)["headroom.tokens.saved.exact"] == 0


def by_compress(url: str, stub: StubServer) -> None:
    headroom.compress(TALK, store_url=url)


def by_client(url: str, stub: StubServer) -> None:
    client = HeadroomClient(stub.openai(), default_mode="optimize", store_url=url)
    client.chat.completions.create(model="gpt-4o", messages=TALK)


def by_runnable(url: str, stub: StubServer) -> None:
    HeadroomCompressor(store_url=url).invoke(conversation())


def by_chat_model(url: str, stub: StubServer) -> None:
    wrapped("chat", stub, store_url=url).invoke(conversation()[:4])


def by_middleware(url: str, stub: StubServer) -> None:
    create_agent(inner_model("chat", stub), [list_issues], middleware=[HeadroomMiddleware(store_url=url)]).invoke(
        {"messages": conversation()[:4]}
    )


def by_tool(url: str, stub: StubServer) -> None:
    (tool,) = wrap_tools_with_headroom([list_issues], store_url=url)
    tool.invoke({"state": "open"})


SURFACES = {
    "compress": by_compress,
    "client": by_client,
    "langchain.runnable": by_runnable,
    "langchain.chat_model": by_chat_model,
    "langchain.middleware": by_middleware,
    "langchain.tools": by_tool,
}
TALK: list[dict[str, Any]] = [
    {"role": "user", "content": "Which issues are open?"},
    {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "list_issues", "arguments": "{}"}}]},
    {"role": "tool", "tool_call_id": "c", "content": TEXT},
]


@pytest.mark.loopback
@pytest.mark.parametrize("surface", SURFACES)
def test_one_compression_is_one_span_on_every_surface(
    surface: str, spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    with StubServer(["Eighty."]) as stub:
        SURFACES[surface](f"sqlite:///{tmp_path / 'rows.db'}", stub)

    said = told(spans)
    assert said["headroom.integration"] == surface
    assert said["headroom.tokens.after"] < said["headroom.tokens.before"]


def test_what_only_measures_has_no_span(spans: InMemorySpanExporter) -> None:
    headroom.simulate(TALK)
    headroom.compress(TALK, optimize=False)

    assert spans.get_finished_spans() == ()
