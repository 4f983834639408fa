"""`trace="sent"`: a model's run in a trace shows what the provider was sent (requirement R15)."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers import BaseTracer, LangChainTracer
from langchain_core.tracers.schemas import Run
from langsmith import Client
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from headroom.errors import ConfigurationError
from headroom_integrations import HeadroomMiddleware
from headroom_integrations.langchain.chat_model import HeadroomChatModel
from headroom_integrations.langchain.wrapping import wrap
from tests.integrations.langchain.chat_models import (
    APIS,
    BIG,
    WAYS,
    ask,
    asking,
    inner_model,
    items_of,
    list_issues,
    talk,
    tool_names,
    wrapped,
)
from tests.stub.server import StubServer
from tests.stub.turns import Call, Fault, turn

pytestmark = pytest.mark.loopback


class Recorder(BaseCallbackHandler):
    """What handlers are told of a model's runs."""

    def __init__(self) -> None:
        self.started: list[list[BaseMessage]] = []
        self.ids: list[Any] = []
        self.params: list[Any] = []
        self.events: list[str] = []

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: Any, **facts: Any) -> None:
        self.started.append(list(messages[0]))
        self.ids.append(run_id)
        self.params.append(facts.get("invocation_params"))
        self.events.append("start")

    def on_llm_end(self, *arguments: Any, **facts: Any) -> None:
        self.events.append("end")

    def on_llm_error(self, *arguments: Any, **facts: Any) -> None:
        self.events.append("error")


class OldRecorder(BaseCallbackHandler):
    """A handler that knows no chat models: LangChain tells it of a text."""

    def __init__(self) -> None:
        self.prompts: list[str] = []

    def on_llm_start(self, serialized: Any, prompts: list[str], **facts: Any) -> None:
        self.prompts += prompts


class Tracer(BaseTracer):
    """Keeps finished runs."""

    def __init__(self) -> None:
        super().__init__(_schema_format="original+chat")
        self.runs: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.runs.append(run)


def shown(messages: list[BaseMessage]) -> str:
    """The result as a trace shows it."""
    return str(next(message.content for message in messages if message.type == "tool"))


def sent(body: dict[str, Any]) -> str:
    """The result as the provider got it."""
    for item in items_of(body):
        if item.get("role") == "tool":
            return str(item["content"])
        if item.get("type") == "function_call_output":
            return str(item["output"])
        for block in item.get("content") if isinstance(item.get("content"), list) else ():
            if isinstance(block, dict) and block.get("type") == "tool_result":
                content = block["content"]
                return str(content if isinstance(content, str) else content[0]["text"])
    raise AssertionError("no result was sent")


def text_in(run: Run) -> str:
    """The result among a finished run's inputs."""
    messages = run.inputs["messages"][0]
    return str(next(m["kwargs"]["content"] for m in messages if m["id"][-1] == "ToolMessage"))


@pytest.fixture
def sink() -> Iterator[tuple[str, list[bytes]]]:
    """A server that keeps what LangSmith's client sends."""
    seen: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            seen.append(self.rfile.read(int(self.headers.get("content-length") or 0)))
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PATCH = answer  # noqa: N815  BaseHTTPRequestHandler's names

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", APIS)
async def test_a_run_shows_what_the_provider_got_once_and_under_its_id(
    api: str, way: str, stub: StubServer, settings: Any
) -> None:
    stub.play("Well.")
    recorder, run_id = Recorder(), uuid.uuid4()
    model = wrapped(api, stub, **settings)

    answer = await ask(way, model, talk(), config={"callbacks": [recorder], "run_id": run_id})

    [body] = stub.bodies
    assert shown(recorder.started[0]) == sent(body) != BIG
    assert recorder.events == ["start", "end"]
    assert recorder.ids == [run_id]
    assert answer.text == "Well."
    assert model.get_metrics()["requests"] == 1


@pytest.mark.parametrize("way", WAYS)
async def test_by_choice_it_shows_what_came(way: str, stub: StubServer, settings: Any) -> None:
    stub.play("Well.")
    recorder = Recorder()

    await ask(way, wrapped("chat", stub, trace="original", **settings), talk(), config={"callbacks": [recorder]})

    assert shown(recorder.started[0]) == BIG != sent(stub.bodies[0])


def test_anything_else_is_refused(stub: StubServer) -> None:
    with pytest.raises(ConfigurationError, match="trace"):
        wrapped("chat", stub, trace="both")


@pytest.mark.parametrize("keep_type", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_models_that_were_wrapped_within_others_show_it_too(
    way: str, keep_type: bool, stub: StubServer, settings: Any
) -> None:
    stub.play("Well.")
    recorder = Recorder()
    made = wrap(inner_model("chat", stub).bind_tools([list_issues]).with_retry(), keep_type=keep_type, **settings)

    await ask(way, made, talk(), config={"callbacks": [recorder]})

    assert shown(recorder.started[-1]) == sent(stub.bodies[0]) != BIG
    names = [tool["function"]["name"] for tool in recorder.params[-1]["tools"]]
    assert names == tool_names(stub.bodies[0]) == ["list_issues", "headroom_retrieve"]


async def test_the_callers_messages_stay_as_they_are_and_so_do_caches(stub: StubServer, settings: Any) -> None:
    stub.play("One.", "Two.")
    recorder = Recorder()
    model = HeadroomChatModel(inner_model("chat", stub, cache=InMemoryCache()), **settings)
    messages = talk()
    config: Any = {"callbacks": [recorder]}

    answers = [
        model.invoke(messages, config).text,
        (await model.ainvoke(messages, config)).text,
        model.invoke(talk("[]"), config).text,
    ]

    assert answers == ["One.", "One.", "Two."]
    assert messages == talk()
    assert recorder.events == ["start", "end"] * 3
    assert model.get_metrics()["requests"] == 2
    assert shown(recorder.started[1]) == sent(stub.bodies[0]), "also where the answer is from the cache"


async def test_several_conversations_at_once_show_each_its_own(stub: StubServer, settings: Any) -> None:
    stub.play(*["Well."] * 6)
    model, recorder = wrapped("claude", stub, **settings), Recorder()
    other = BIG.replace("words", "names")

    model.generate([talk(), talk(other)], callbacks=[recorder])
    await model.agenerate([talk(), talk(other)], callbacks=[recorder])
    model.batch([talk(), talk(other)], {"callbacks": [recorder]})

    assert sorted(map(shown, recorder.started)) == sorted(map(sent, stub.bodies))
    assert len({shown(messages) for messages in recorder.started}) == 2


async def test_handlers_of_a_program_around_the_model_are_told_too(stub: StubServer, settings: Any) -> None:
    stub.play("Well.", "Well.")
    model, recorder, old, tracer = wrapped("chat", stub, **settings), Recorder(), OldRecorder(), Tracer()
    config: Any = {"callbacks": [recorder, old, tracer]}

    RunnableLambda(lambda _: model.invoke(talk())).invoke(0, config)
    await RunnableLambda(model_in_async(model)).ainvoke(0, config)

    assert [shown(messages) for messages in recorder.started] == [sent(body) for body in stub.bodies]
    assert all(sent(stub.bodies[0]) in prompt and BIG not in prompt for prompt in old.prompts)
    for run in tracer.runs:
        assert text_in(run.child_runs[0]) == sent(stub.bodies[0])


def model_in_async(model: Any) -> Any:
    async def step(_: Any) -> Any:
        return await model.ainvoke(talk())

    return step


async def test_rounds_within_a_call_are_part_of_one_run(stub: StubServer, settings: Any) -> None:
    stub.play(asking(...), "Well.")
    recorder = Recorder()

    await ask(
        "ainvoke", wrapped("chat", stub, **settings).bind_tools([list_issues]), talk(), config={"callbacks": [recorder]}
    )

    assert len(stub.bodies) == 2
    assert recorder.events == ["start", "end"]
    assert shown(recorder.started[0]) == sent(stub.bodies[0])


async def test_an_error_of_the_provider_is_told_once_and_counted_once(stub: StubServer, settings: Any) -> None:
    stub.play(Fault(status=400))
    recorder, model = Recorder(), wrapped("chat", stub, **settings)

    with pytest.raises(Exception, match="400"):
        await model.ainvoke(talk(), {"callbacks": [recorder]})

    assert recorder.events == ["start", "error"]
    assert model.get_metrics()["requests"] == 1


async def test_events_of_a_stream_show_it_too(stub: StubServer, settings: Any) -> None:
    stub.play("Well.", "Well.")
    chain = RunnableLambda(lambda _: talk()) | wrapped("chat", stub, **settings)

    events = [event async for event in chain.astream_events(0, version="v2")]

    started = next(event for event in events if event["event"] == "on_chat_model_start")
    assert shown(started["data"]["input"]["messages"][0]) == sent(stub.bodies[0])


def test_langsmith_is_sent_what_the_provider_got(
    stub: StubServer, sink: tuple[str, list[bytes]], settings: Any
) -> None:
    stub.play("Well.")
    url, seen = sink
    client = Client(api_url=url, api_key="k", auto_batch_tracing=False, info={})

    wrapped("chat", stub, **settings).invoke(talk(), {"callbacks": [LangChainTracer(client=client)]})

    client.flush()
    [run] = [json.loads(body) for body in seen if b'"inputs"' in body and b'"llm"' in body][:1]
    told = next(m["kwargs"]["content"] for m in run["inputs"]["messages"][0] if m["id"][-1] == "ToolMessage")
    assert told == sent(stub.bodies[0]) != BIG
    assert all(json.dumps(BIG)[1:200].encode() not in body for body in seen)


def test_spans_of_opentelemetry_hold_what_the_provider_got(stub: StubServer, settings: Any) -> None:
    stub.play("Well.")
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    client = Client(
        api_url="http://127.0.0.1:9", api_key="k", tracing_mode="otel", otel_tracer_provider=provider, info={}
    )

    wrapped("chat", stub, **settings).invoke(talk(), {"callbacks": [LangChainTracer(client=client)]})

    for _ in range(200):
        client.flush()
        if spans.get_finished_spans():
            break
        time.sleep(0.05)
    [span] = spans.get_finished_spans()
    prompt = json.loads(str((span.attributes or {})["gen_ai.prompt"]))
    told = [message["kwargs"]["content"] for message in prompt["messages"][0] if message["id"][-1] == "ToolMessage"]
    assert told == [sent(stub.bodies[0])] != [BIG]


@pytest.mark.parametrize("way", ["invoke", "ainvoke"])
async def test_an_agent_with_the_middleware_shows_it_too(way: str, stub: StubServer, settings: Any) -> None:
    stub.play(turn(Call("list_issues", {"state": "open"}, id="c")), "Well.")
    recorder = Recorder()
    agent: Any = create_agent(inner_model("chat", stub), [list_issues], middleware=[HeadroomMiddleware(**settings)])
    given: Any = {"messages": [HumanMessage("Which?")]}

    await agent.ainvoke(given, {"callbacks": [recorder]}) if way == "ainvoke" else agent.invoke(
        given, {"callbacks": [recorder]}
    )

    assert shown(recorder.started[1]) == sent(stub.bodies[1]) != BIG
