"""A fault inside costs the savings, never the run: the same answer, one log line, one reason in the metrics."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.types import Command

from headroom.errors import HeadroomError
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations._shared import said
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.placement_originals import pointer_of
from tests.integrations.langchain.middleware_agents import agent, ask, scripted, task, wire
from tests.stub import agents
from tests.stub.server import StubServer
from tests.stub.turns import Fault


class Broken:
    """Stands where the engine's pipeline stands."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader

    def run(self, *arguments: Any) -> Any:
        raise RuntimeError("with content in its text")


def broken(**facts: Any) -> HeadroomMiddleware:
    """A middleware whose every compression fails; its settings are its own, and so is its engine."""
    made = HeadroomMiddleware(**facts)
    made.compression.engine.pipeline = Broken(made.compression.engine.pipeline.reader)  # type: ignore[assignment]
    return made


@pytest.mark.loopback
@pytest.mark.parametrize("placement", ["view", "birth", "state"])
def test_an_engine_that_raises_costs_the_savings_only(
    placement: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    of = task(3)
    with scripted(of) as stub:
        ask(agent(stub, [], of), of)
        plain = [wire(body)[1:] for body in stub.bodies]
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    originals = {} if placement == "view" else {"originals": "memory"}
    with caplog.at_level(logging.INFO, "headroom"), scripted(of) as stub:
        headroom = broken(placement=placement, store_url=url, retrieval="off", **originals)
        after = ask(agent(stub, [headroom], of), of)

    assert after["messages"][-1].text == of.questions[0].answer
    assert [wire(body)[1:] for body in stub.bodies] == plain
    assert "RuntimeError" in caplog.text
    assert "with content" not in caplog.text
    flush_recorders()
    rows = open_metrics_store(url).read()
    assert len(rows) == len(stub.bodies)
    assert all(row.error == "RuntimeError" for row in rows)
    assert sum(row.tokens_saved for row in rows) == 0


def test_strict_raises_instead() -> None:
    of = task(2)
    headroom = broken(strict=True, min_tokens=199)

    class Request:
        messages, model, state, tools, runtime = [HumanMessage("?")], None, {}, [], None

    with pytest.raises(HeadroomError):
        headroom.wrap_model_call(Request(), lambda request: None)  # type: ignore[arg-type]
    assert of


@pytest.mark.loopback
def test_an_error_of_the_provider_reaches_the_caller_and_the_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    of = task(3)
    with StubServer([Fault(status=500)]) as stub, pytest.raises(Exception, match="500") as raised:
        ask(agent(stub, [HeadroomMiddleware(store_url=url)], of), of)

    flush_recorders()
    (row,) = open_metrics_store(url).read()
    assert row.error == type(raised.value).__name__
    assert row.tokens_output is None
    assert (row.cost_before, row.cost_after) == (None, None)


@pytest.mark.loopback
@pytest.mark.parametrize("placement", ["view", "birth", "state"])
def test_a_call_that_the_provider_refused_has_saved_nothing(placement: Any, tmp_path: Path) -> None:
    url, of = f"sqlite:///{tmp_path / 'metrics.db'}", task(3)
    originals = {} if placement == "view" else {"originals": "memory"}
    headroom = HeadroomMiddleware(placement=placement, store_url=url, **originals)
    answer = agents.model(of, "chat")
    failing = {"at": 4, "seen": 0}

    def script(body: dict[str, Any]) -> Any:
        failing["seen"] += 1
        return Fault(status=500) if failing["seen"] == failing["at"] else answer(body)

    with StubServer(script) as stub, pytest.raises(Exception, match="500"):
        ask(agent(stub, [headroom], of), of)

    flush_recorders()
    *sent, failed = sorted(open_metrics_store(url).read(), key=lambda row: row.timestamp)
    assert sent[-1].tokens_saved > 1_000
    assert (failed.error is None, len(sent)) == (False, 3)
    assert failed.tokens_input_after == failed.tokens_input_before > sent[-1].tokens_input_after
    assert (failed.saved_exact, failed.saved_reachable, failed.overhead_tokens) == (0, 0, 0)
    assert all(before == after for _, before, after in failed.by_tool.values())
    assert headroom.get_metrics()["tokens_saved_total"] == sum(row.tokens_saved for row in sent)


@pytest.mark.loopback
def test_a_store_of_originals_that_fails_is_a_reason_in_the_ledger(tmp_path: Path) -> None:
    from langgraph.store.memory import InMemoryStore

    class Failing(InMemoryStore):
        def put(self, *arguments: Any, **facts: Any) -> None:
            raise OSError("disk full")

    url, of = f"sqlite:///{tmp_path / 'metrics.db'}", task(3)
    with scripted(of) as stub:
        headroom = HeadroomMiddleware(placement="birth", originals="runtime.store", store_url=url)
        ask(agent(stub, [headroom], of, store=Failing()), of)

    flush_recorders()
    errors = [row.error for row in sorted(open_metrics_store(url).read(), key=lambda row: row.timestamp)]
    assert errors == [None, "OSError", "OSError", "OSError"]
    assert headroom.rewriting.faults == {}


@pytest.mark.loopback
def test_a_graph_without_the_store_that_was_named_is_a_line_and_a_reason_in_the_ledger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said.discard("no store in the graph")  # else another test may have had the one line of this process
    url, of = f"sqlite:///{tmp_path / 'metrics.db'}", task(3)
    with scripted(of) as stub:
        headroom = HeadroomMiddleware(placement="birth", originals="runtime.store", store_url=url)
        after = ask(agent(stub, [headroom], of), of)

    flush_recorders()
    errors = [row.error for row in sorted(open_metrics_store(url).read(), key=lambda row: row.timestamp)]
    assert errors == [None, "no_store", "no_store", "no_store"]
    assert after["messages"][-1].text == of.questions[0].answer
    assert caplog.text.count("create_agent(..., store=...)") == 1


@pytest.mark.loopback
def test_audit_measures_and_changes_nothing(tmp_path: Path) -> None:
    of = task(3)
    with scripted(of) as stub:
        ask(agent(stub, [], of), of)
        plain = [wire(body) for body in stub.bodies]
    for placement in ("view", "birth", "state"):
        url = f"sqlite:///{tmp_path / f'{placement}.db'}"
        with scripted(of) as stub:
            given: Any = {"placement": placement, "mode": "audit", "store_url": url}
            ask(
                agent(
                    stub, [HeadroomMiddleware(**given, **({} if placement == "view" else {"originals": "memory"}))], of
                ),
                of,
            )
            assert [wire(body) for body in stub.bodies] == plain
        flush_recorders()
        rows = open_metrics_store(url).read()
        assert {row.mode for row in rows} == {"audit"}
        assert max(row.tokens_input_before for row in rows) > 10_000
        assert sum(row.tokens_saved for row in rows) == 0


class Request:
    """What a tool node hands to a wrapper."""

    def __init__(self, messages: list[Any]) -> None:
        self.state = {"messages": messages}
        self.tool_call = {"name": "rows", "args": {}, "id": "c"}
        self.runtime = None


def birth(result: Any, name: str = "rows") -> Any:
    """What becomes of a tool's result at birth."""
    call = {"name": name, "args": {}, "id": "c"}
    request = Request([HumanMessage("Which?"), AIMessage("", tool_calls=[call])])
    request.tool_call = call
    headroom = HeadroomMiddleware(placement="birth", originals="memory", **{"cache_optimizer.min_cacheable_tokens": 0})
    return headroom.wrap_tool_call(request, lambda given: result)  # type: ignore[attr-defined]


def result(**fields: Any) -> ToolMessage:
    """A large result."""
    rows = str([{"id": n, "state": "open", "title": f"issue number {n}"} for n in range(100)]).replace("'", '"')
    return ToolMessage(rows, **{"tool_call_id": "c", "name": "rows", **fields})


def test_messages_commands_and_lists_are_compressed_at_birth() -> None:
    assert len(birth(result()).content) < len(result().content) / 2
    command = birth(Command(update={"messages": [result()], "seen": 1}, goto="next"))
    assert (command.goto, command.update["seen"]) == ("next", 1)
    assert pointer_of(command.update["messages"][0])
    assert pointer_of(birth(Command(update=[result()])).update[0])
    listed = birth([result(), Command(update={"seen": 1})])
    assert pointer_of(listed[0])
    assert listed[1].update == {"seen": 1}


def test_a_result_at_birth_names_no_other_message() -> None:
    calls = [{"name": "rows", "args": {}, "id": name} for name in ("before", "c")]
    text = "\n".join(f"step {n * 7919 % 1000} of the build took {n * 31 % 97} ms" for n in range(300))
    earlier = [AIMessage("", tool_calls=calls[:1]), ToolMessage(text, tool_call_id="before", name="rows")]
    history = [HumanMessage("Which?"), *earlier, AIMessage("", tool_calls=calls[1:])]
    headroom = HeadroomMiddleware(placement="birth", originals="memory", retrieval="off")
    again = ToolMessage(text, tool_call_id="c", name="rows")

    shown = headroom.compression.view([*history, again], headroom.begun_in({})).messages[-1].content
    born = headroom.wrap_tool_call(Request(history), lambda _: again)  # type: ignore[attr-defined]

    assert len(born.content) > 2 * len(shown), "where the whole request passes through us it is named"
    assert all(str(n * 7919 % 1000) in born.content for n in range(300))


@pytest.mark.parametrize(
    "given",
    [
        result(status="error"),
        result(tool_call_id="another"),
        ToolMessage("short", tool_call_id="c"),
        ToolMessage([{"type": "image_url", "image_url": {"url": "data:,"}}], tool_call_id="c"),
        Command(update={"messages": [HumanMessage("hand over")]}),
        Command(update={"messages": [result(tool_call_id="another")]}),
        Command(goto="next"),
        Command(update=[("messages", [result()])]),
        "a text",
        None,
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_no_large_result_of_this_call_stays_the_same_object(given: Any) -> None:
    assert birth(given) is given


def test_what_the_retrieve_tool_says_is_never_compressed() -> None:
    given = result(name="headroom_retrieve")

    assert birth(given, "headroom_retrieve") is given


def test_ids_names_and_what_the_tool_put_beside_its_text_stay() -> None:
    for artifact in ({"rows": 100}, ("a", 1), "text", 7):
        made = birth(result(id="m", artifact=artifact, additional_kwargs={"k": 1}, response_metadata={"r": 2}))

        assert pointer_of(made)
        assert (made.id, made.name, made.tool_call_id, made.status) == ("m", "rows", "c", "success")
        assert made.additional_kwargs == {"k": 1}
        assert made.response_metadata["r"] == 2
        if isinstance(artifact, dict):
            assert made.artifact["rows"] == 100
        else:
            assert made.artifact == artifact


def test_a_second_copy_in_structured_content_becomes_a_pointer_where_that_is_wanted() -> None:
    import json

    call = {"name": "rows", "args": {}, "id": "c"}
    request = Request([HumanMessage("Which?"), AIMessage("", tool_calls=[call])])
    settings = {"cache_optimizer.min_cacheable_tokens": 0}
    headroom = HeadroomMiddleware(placement="birth", originals="memory", drop_duplicate_artifact=True, **settings)
    rows = json.loads(result().content)
    for structured, goes in (({"result": rows}, True), ({"result": rows[:-1]}, False), ({"rows": rows, "n": 1}, False)):
        given = result(artifact={"structured_content": structured})
        made = headroom.wrap_tool_call(request, lambda _, given=given: given)  # type: ignore[attr-defined]
        assert (made.artifact["structured_content"] != structured) is goes
        assert given.artifact == {"structured_content": structured}


@pytest.mark.loopback
def test_no_result_is_larger_than_the_ceiling_and_the_rest_can_be_asked_for() -> None:
    of = task(6)
    with StubServer(agents.model(of, "chat")) as stub:
        ask(agent(stub, [HeadroomMiddleware(max_tool_result_tokens=500)], of), of)

    from headroom import count_tokens_text

    shown = [m["content"] for m in stub.bodies[-1]["messages"] if m["role"] == "tool"]
    assert max(map(count_tokens_text, shown)) <= 500
    assert all("headroom_retrieve(hash=" in text for text in shown if count_tokens_text(text) > 400)


def test_what_is_kept_in_the_state_is_set_never_added() -> None:
    from headroom_integrations.langchain.state import merged, newer, tokens_saved

    assert merged(merged({"a": 5}, {"b": 7}), {"b": 7}) == {"a": 5, "b": 7}
    assert merged(None, {"a": 5}) == {"a": 5}
    assert newer(newer({"format": "1"}, {"format": "2"}), {}) == {"format": "2"}
    assert tokens_saved({}) == 0
