"""The model asks for what was left out: answered within the call, by every API and every way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage, message_chunk_to_message

from headroom_integrations.langchain.chat_model import HeadroomChatModel
from tests.integrations.langchain.chat_models import (
    APIS,
    BIG,
    ROW,
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
from tests.stub.turns import AWKWARD, Call, turn

pytestmark = pytest.mark.loopback

THEIRS = Call("list_issues", {"state": "closed"}, id="call_theirs")


def answer(message: Any) -> AIMessage:
    return message_chunk_to_message(message)  # type: ignore[return-value]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", APIS)
async def test_a_call_of_ours_is_answered_within(stub: StubServer, settings: Any, api: str, way: str) -> None:
    stub.play(asking("Let me look. ", ..., sizes=AWKWARD), "It is the third.")
    model = wrapped(api, stub, **settings)

    final = await ask(way, model.bind_tools([list_issues]), talk())

    said = "It is the third." if "invoke" in way else "Let me look. It is the third."
    assert final.text == said
    assert not final.tool_calls
    assert "call_ours" not in json.dumps(final.content)
    assert ROW in json.dumps(stub.bodies[1])
    assert ROW not in json.dumps(stub.bodies[0])
    usage = final.usage_metadata
    assert usage is not None
    assert (usage["input_tokens"], usage["output_tokens"]) == (stub.invoice.usage.prompt, stub.invoice.usage.output)
    assert len(final.response_metadata["headroom_rounds"]) == 2
    assert model.get_metrics()["retrieve_rounds"] == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", APIS)
async def test_each_fact_of_an_answer_is_told_once(stub: StubServer, settings: Any, api: str, way: str) -> None:
    stub.play(asking("Let me look. ", ...), "It is the third.")
    bare = inner_model(api, stub)

    final = await ask(way, wrapped(api, stub, **settings).bind_tools([list_issues]), talk())

    stub.play("It is the third.")
    alone = await ask(way, bare.bind_tools([list_issues]), talk())
    own = {"headroom", "headroom_rounds"}
    assert set(final.response_metadata) - own == set(alone.response_metadata)
    for name in ("model_name", "model_provider", "finish_reason", "stop_reason", "status", "object"):
        assert final.response_metadata.get(name) == alone.response_metadata.get(name)


@pytest.mark.parametrize("way", ["stream", "astream"])
@pytest.mark.parametrize("api", ["responses", "claude"])
async def test_what_rounds_say_stands_in_blocks_of_its_own(stub: StubServer, settings: Any, api: str, way: str) -> None:
    stub.play(asking("Let me look. ", ...), turn("It is the third.", sizes=(4,)))

    final = await ask(way, wrapped(api, stub, **settings).bind_tools([list_issues]), talk())

    assert [block["text"] for block in final.content if block.get("text")] == ["Let me look. ", "It is the third."]


@pytest.mark.parametrize("way", ["stream", "astream"])
@pytest.mark.parametrize("api", APIS)
async def test_text_goes_on_at_once_and_nothing_of_a_retrieve_call(
    stub: StubServer, settings: Any, api: str, way: str
) -> None:
    stub.play(asking("one two three ", ..., sizes=(4,)), turn("four five", sizes=(4,)))
    model = wrapped(api, stub, **settings).bind_tools([list_issues])

    if way == "stream":
        chunks = list(model.stream(talk()))
    else:
        chunks = [chunk async for chunk in model.astream(talk())]

    assert [chunk.text for chunk in chunks if chunk.text] == ["one ", "two ", "thre", "e ", "four", " fiv", "e"]
    assert not any(chunk.tool_call_chunks for chunk in chunks)
    assert [chunk.chunk_position for chunk in chunks if chunk.chunk_position] == ["last"]
    assert chunks[-1].chunk_position == "last"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize("api", APIS)
async def test_a_call_among_others_is_put_back_at_its_place(
    stub: StubServer, settings: Any, api: str, order: str, way: str
) -> None:
    parts = (..., THEIRS) if order == "first" else (THEIRS, ...)
    stub.play(asking("Both. ", *parts), "Done.", "Again.")
    model = wrapped(api, stub, **settings).bind_tools([list_issues])

    mixed = await ask(way, model, talk())
    mine = [call["name"] for call in mixed.tool_calls]
    result = ToolMessage("none closed", tool_call_id=mixed.tool_calls[0]["id"])
    await ask(way, model, [*talk(), answer(mixed), result])

    assert mine == ["list_issues"]
    assert mixed.text == "Both. "
    body = json.dumps(items_of(stub.bodies[1]))
    places = [body.rindex(f'"{name}"') for name in ("call_ours", "call_theirs")]
    asked = [body.index(f'"{name}"') for name in ("call_ours", "call_theirs")]
    assert (asked == sorted(asked)) == (order == "first")
    assert places == sorted(places)  # ours is answered before theirs
    assert ROW in body


@pytest.mark.parametrize("way", WAYS)
async def test_beside_signed_thinking_a_call_stays_visible_and_is_answered_next_time(
    stub: StubServer, settings: Any, way: str
) -> None:
    stub.play(asking(..., THEIRS, thinking="Both of them."), "Done.")
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048}
    model = HeadroomChatModel(inner_model("claude", stub, **thinking), **settings).bind_tools([list_issues])

    mixed = await ask(way, model, talk())
    calls = {call["name"]: call["id"] for call in mixed.tool_calls}
    unknown = "Error: headroom_retrieve is not a valid tool, try one of [list_issues]."
    results = [
        ToolMessage(unknown, tool_call_id=calls["headroom_retrieve"], name="headroom_retrieve", status="error"),
        ToolMessage("none closed", tool_call_id=calls["list_issues"], name="list_issues"),
    ]
    final = await ask(way, model, [*talk(), answer(mixed), *results])

    assert list(calls) == ["headroom_retrieve", "list_issues"]
    assert final.text == "Done."
    body = json.dumps(stub.bodies[1])
    assert "is not a valid tool" not in body
    assert ROW in body


@pytest.mark.parametrize("way", ["invoke", "stream"])
@pytest.mark.parametrize("api", APIS)
async def test_after_the_last_round_the_model_must_answer_in_words(
    stub: StubServer, settings: Any, api: str, way: str
) -> None:
    stub.play(*[asking(..., rows=f"{n}-{n}") for n in range(300, 303)], "Enough.")
    model = wrapped(api, stub, **settings).bind_tools([list_issues])

    final = await ask(way, model, talk())

    assert final.text == "Enough."
    last = stub.bodies[-1]["tool_choice"]
    assert last == ({"type": "none"} if api == "claude" else "none")
    assert tool_names(stub.bodies[-1]) == ["list_issues", "headroom_retrieve"]
    assert len(stub.bodies) == 4


@pytest.mark.parametrize("way", ["invoke", "stream"])
@pytest.mark.parametrize("api", APIS)
async def test_a_model_that_calls_although_it_must_not_is_not_heard(
    stub: StubServer, settings: Any, api: str, way: str
) -> None:
    stub.play(*[asking("So. ", ..., rows=f"{n}-{n}") for n in range(300, 304)])
    model = wrapped(api, stub, **settings).bind_tools([list_issues])

    final = await ask(way, model, talk())

    assert not final.tool_calls
    assert final.text.endswith("So. ")
    metadata = final.response_metadata
    reasons = (metadata.get("finish_reason"), metadata.get("stop_reason"), metadata.get("status"))
    assert reasons in ((None, None, "completed"), ("stop", None, None), (None, "end_turn", None))


@pytest.mark.parametrize("way", ["invoke", "stream"])
async def test_where_the_caller_wants_a_call_the_last_round_has_only_his_tools(
    stub: StubServer, settings: Any, way: str
) -> None:
    stub.play(*[asking(..., rows=f"{n}-{n}") for n in range(300, 303)], turn(THEIRS))
    bound = wrapped("chat", stub, **settings).bind_tools([list_issues, close_issue], tool_choice="any")

    final = await ask(way, bound, talk())

    assert [call["name"] for call in final.tool_calls] == ["list_issues"]
    assert {body["tool_choice"] for body in stub.bodies} == {"required"}
    assert tool_names(stub.bodies[0])[-1] == "headroom_retrieve"
    assert tool_names(stub.bodies[-1]) == ["list_issues", "close_issue"]


def close_issue(number: int) -> str:
    """Closes an issue."""
    return ""


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("retrieval", ["off", None])
def test_without_tools_or_switched_off_nothing_is_offered_or_left_out(
    stub: StubServer, settings: Any, api: str, retrieval: str | None
) -> None:
    stub.play("Fine.")
    model: Any = wrapped(api, stub, retrieval=retrieval, **settings)
    bound = model if retrieval is None else model.bind_tools([list_issues])

    bound.invoke(talk())

    assert "headroom_retrieve" not in tool_names(stub.bodies[0])
    assert ROW in json.dumps(stub.bodies[0])  # each row is there
    assert model.get_metrics()["saved_reachable"] == 0
    assert model.get_metrics()["saved_exact"] > 1000


@pytest.mark.parametrize("api", APIS)
def test_a_call_that_is_only_for_structured_output_offers_nothing(stub: StubServer, settings: Any, api: str) -> None:
    schema = {"title": "Issue", "description": "One", "type": "object", "properties": {"id": {"type": "integer"}}}
    stub.play(turn(Call("Issue", {"id": 3})))
    model = wrapped(api, stub, **settings)

    made = model.with_structured_output(schema, method="function_calling").invoke(talk())

    assert made == {"id": 3}
    assert tool_names(stub.bodies[0]) == ["Issue"]
    assert ROW in json.dumps(stub.bodies[0])


def test_a_tool_choice_for_one_tool_is_kept(stub: StubServer, settings: Any) -> None:
    stub.play(turn(THEIRS))
    model = wrapped("chat", stub, **settings)

    model.bind_tools([list_issues, close_issue], tool_choice="list_issues").invoke(talk())

    assert stub.bodies[0]["tool_choice"] == {"type": "function", "function": {"name": "list_issues"}}
    assert tool_names(stub.bodies[0]) == ["list_issues", "close_issue", "headroom_retrieve"]


def test_the_callers_own_retrieve_tool_is_his_to_answer(stub: StubServer, settings: Any) -> None:
    own = {"name": "headroom_retrieve", "description": "Mine.", "parameters": {"type": "object", "properties": {}}}
    stub.play(asking(...))
    model = wrapped("chat", stub, **settings)

    final = model.bind_tools([list_issues, own]).invoke(talk())

    assert [call["name"] for call in final.tool_calls] == ["headroom_retrieve"]
    assert tool_names(stub.bodies[0]) == ["list_issues", "headroom_retrieve"]
    assert ROW not in json.dumps(stub.bodies[0])


@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_broken_arguments_are_answered_with_what_was_wrong(stub: StubServer, settings: Any, way: str) -> None:
    stub.play(turn(Call("headroom_retrieve", '{"hash": "12', id="call_ours")), "Never mind.")
    model = wrapped("chat", stub, **settings).bind_tools([list_issues])

    if way == "invoke":
        final: Any = model.invoke(talk())
    else:
        final = sum_of(model.stream(talk()))

    assert final.text == "Never mind."
    sent = [item for item in items_of(stub.bodies[1]) if item.get("tool_calls")][-1]
    json.loads(sent["tool_calls"][0]["function"]["arguments"])


def sum_of(chunks: Any) -> Any:
    whole = None
    for chunk in chunks:
        whole = chunk if whole is None else whole + chunk
    return whole


@pytest.mark.parametrize("api", APIS)
def test_an_answer_that_was_cut_within_our_call_is_the_callers_without_it(
    stub: StubServer, settings: Any, api: str
) -> None:
    stop = {"chat": "length", "responses": None, "claude": "max_tokens"}[api]
    if stop is None:
        pytest.skip("the stub cuts no Responses")
    stub.play(asking("Let me", ..., stop=stop))
    model = wrapped(api, stub, **settings).bind_tools([list_issues])

    final = model.invoke(talk())

    assert final.text == "Let me"
    assert not final.tool_calls
    assert len(stub.bodies) == 1


def test_prefixes_stay_as_a_conversation_goes_on(stub: StubServer, settings: Any) -> None:
    stub.play("First.", "Second.")
    model = wrapped("chat", stub, **settings).bind_tools([list_issues])

    model.invoke(talk())
    model.invoke([*talk(), AIMessage("First."), HumanMessage("And the closed ones?")])

    first, second = (items_of(body) for body in stub.bodies)
    assert second[: len(first)] == first
    assert stub.bodies[0]["tools"] == stub.bodies[1]["tools"]
    assert len(json.dumps(first)) < len(BIG) / 2
