"""Retrieval within a call of `HeadroomLLM`: calls of ours are answered, and nobody else sees them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import ChatMessage
from llama_index.llms import openai as openai_llms  # type: ignore[import-untyped]

from headroom_integrations.llama_index.llm import HeadroomLLM
from tests.integrations.llama_index.openai_llms import (
    AGENTS,
    BIG,
    ROW,
    WAYS,
    ask,
    asking,
    issues_tool,
    messages,
    results_in,
    rows,
    talking,
    tool_names,
)
from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import AWKWARD, Call, turn

pytestmark = AGENTS
OFFERED = ["list_issues", "headroom_retrieve"]


def calls_of(llm: Any, response: Any) -> list[tuple[str, dict[str, Any]]]:
    """Names and arguments of an answer's calls."""
    found = llm.get_tool_calls_from_response(response, error_on_no_tool_call=False)
    return [(one.tool_name, one.tool_kwargs) for one in found]


@pytest.mark.parametrize("way", WAYS)
async def test_the_model_gets_what_was_left_out_and_the_caller_only_the_answer(way: str) -> None:
    async with talking([asking(...), "It is row 403."]) as talk:
        given = await ask(way, talk.llm, messages())

    first, second = talk.bodies
    assert ROW not in results_in(first)["c1"]
    assert ROW in results_in(second)["call_ours"]
    assert [tool_names(body) for body in talk.bodies] == [OFFERED, OFFERED]
    assert second["messages"][: len(first["messages"])] == first["messages"]
    assert given[-1].message.content == "It is row 403."
    assert calls_of(talk.llm, given[-1]) == []
    assert "headroom_retrieve" not in "".join(str(one.message) for one in given)


@pytest.mark.parametrize("sizes", [(24,), AWKWARD])
@pytest.mark.parametrize("way", ["stream_chat", "astream_chat"])
async def test_what_was_streamed_is_what_the_last_response_says(way: str, sizes: tuple[int, ...]) -> None:
    async with talking([asking("Let me see. ", ..., sizes=sizes), turn("It is row 403.", sizes=sizes)]) as talk:
        given = await ask(way, talk.llm, messages())

    assert "".join(one.delta or "" for one in given) == given[-1].message.content == "Let me see. It is row 403."


@pytest.mark.parametrize("way", WAYS)
async def test_usage_is_that_of_all_rounds(way: str, store_url: str) -> None:
    async with talking([asking(...), "It is row 403."], store_url=store_url) as talk:
        last = (await ask(way, talk.llm, messages()))[-1]

    (row,) = rows(store_url)
    bill = talk.stub.invoice.usage
    assert last.additional_kwargs["prompt_tokens"] == row.tokens_input_billed == bill.prompt
    assert last.raw.usage.completion_tokens == row.tokens_output == bill.output
    assert len(last.additional_kwargs["headroom_rounds"]) == 2
    assert (row.retrieve_rounds, row.cached_tokens) == (1, bill.read)
    assert row.retrieved_tokens > 0


@pytest.mark.parametrize("way", WAYS)
async def test_beside_calls_of_the_callers_ours_is_taken_out_and_put_back(way: str) -> None:
    closed = Call("list_issues", {"state": "closed"}, id="c2")
    async with talking([asking("Both. ", ..., closed), "Done."]) as talk:
        history = messages()
        answer = (await ask(way, talk.llm, history, allow_parallel_tool_calls=True))[-1]
        assert calls_of(talk.llm, answer) == [("list_issues", {"state": "closed"})]
        result = ChatMessage(role="tool", content="[]", additional_kwargs={"tool_call_id": "c2"})
        await ask(way, talk.llm, [*history, answer.message, result])

    first, second = talk.bodies
    assert second["messages"][: len(first["messages"])] == first["messages"]
    mixed, ours, theirs = second["messages"][len(first["messages"]) :]
    assert [call["id"] for call in mixed["tool_calls"]] == ["call_ours", "c2"]
    assert ROW in ours["content"]
    assert theirs == {"role": "tool", "tool_call_id": "c2", "content": "[]"}


@pytest.mark.parametrize("way", WAYS)
async def test_a_model_that_asks_for_ever_is_told_that_it_was_all(way: str) -> None:
    steps = [asking(..., rows=f"{n}-{n}") for n in (401, 403, 405)]
    async with talking([*steps, "Enough."]) as talk:
        last = (await ask(way, talk.llm, messages()))[-1]

    assert last.message.content == "Enough."
    assert [body.get("tool_choice") for body in talk.bodies] == ["auto", "auto", "auto", "none"]
    assert len({json.dumps(body["tools"]) for body in talk.bodies}) == 1


@pytest.mark.parametrize("way", WAYS)
async def test_broken_arguments_of_ours_are_sent_back_as_none(way: str) -> None:
    broken = turn(Call("headroom_retrieve", '{"hash": "12', id="call_ours"))
    async with talking([broken, "Never mind."]) as talk:
        last = (await ask(way, talk.llm, messages()))[-1]

    sent = talk.bodies[1]["messages"][-2]["tool_calls"][0]["function"]
    assert json.loads(sent["arguments"]) == {}
    assert last.message.content == "Never mind."


async def test_without_tools_nothing_is_left_out_and_nothing_offered() -> None:
    async with talking(["One.", "One."]) as talk:
        await talk.llm.achat(messages())
        await ask("achat", talk.llm, messages(), headroom_retrieval="off")

    for body in talk.bodies:
        assert ROW in results_in(body)["c1"]
        assert "headroom_retrieve" not in tool_names(body)


async def test_by_choice_it_is_offered_without_tools_too() -> None:
    async with talking([asking(...), "It is row 403."], retrieval="tool") as talk:
        answer = await talk.llm.achat(messages())

    assert answer.message.content == "It is row 403."
    assert tool_names(talk.bodies[0]) == ["headroom_retrieve"]


async def test_the_tools_do_not_depend_on_the_messages() -> None:
    async with talking(["One."] * 3) as talk:
        for history in ([ChatMessage(role="user", content="Hi.")], messages("[]"), messages(BIG)):
            await ask("achat", talk.llm, history)

    assert len({json.dumps(body["tools"]) for body in talk.bodies}) == 1


async def test_the_callers_tools_stand_before_ours_as_they_are_without_it() -> None:
    async with talking(["One.", "One."]) as talk:
        await ask("achat", talk.inner, messages())
        await ask("achat", talk.llm, messages())

    plain, ours = talk.bodies
    assert ours["tools"][:-1] == plain["tools"]
    assert {k: v for k, v in ours.items() if k not in ("tools", "messages")} == {
        k: v for k, v in plain.items() if k not in ("tools", "messages")
    }


async def test_an_answer_that_stays_visible_is_repaired_in_the_next_call() -> None:
    async with talking(["Done."]) as talk:
        history = messages()
        kept = {"id": "x1", "type": "function", "function": {"name": "headroom_retrieve", "arguments": '{"hash": "0"}'}}
        call = ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": [kept]})
        lost = ChatMessage(
            role="tool", content="Tool headroom_retrieve not found.", additional_kwargs={"tool_call_id": "x1"}
        )
        await ask("achat", talk.llm, [*history, call, lost])

    (answered,) = [text for known, text in results_in(talk.bodies[0]).items() if known == "x1"]
    assert "not found. Please" not in answered
    assert "Tool headroom_retrieve" not in answered


async def test_structured_output_of_several_tools_may_retrieve_first() -> None:
    async with talking([asking(...), turn(Call("list_issues", {"state": "all"}))]) as talk:
        other = issues_tool()
        other.metadata.name = "other"
        facts = {"tools": [issues_tool(), other], "tool_required": True}
        answer = (await ask("achat", talk.llm, messages(), **facts))[-1]

    assert [body["tool_choice"] for body in talk.bodies] == ["required", "required"]
    assert calls_of(talk.llm, answer) == [("list_issues", {"state": "all"})]


def asking_responses(*parts: Any) -> Any:
    """`asking`, of a request of the Responses API."""
    step = asking(*parts)
    return lambda body: step({"messages": body["input"]})


CLOSED = Call("list_issues", {"state": "closed"}, id="c2")


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("parts", [("Let me see. ", ...), ("Both. ", ..., CLOSED)], ids=["alone", "mixed"])
async def test_an_llm_over_another_api_retrieves_in_its_own_form(streaming: bool, parts: Any) -> None:
    if not hasattr(openai_llms, "OpenAIResponses"):
        pytest.skip("this version has no such LLM")
    look = turn(Call("list_issues", {"state": "open"}, id="c1"))
    async with httpx.AsyncClient(trust_env=False) as client:
        with StubServer([look, asking_responses(*parts), "It is row 403."]) as stub:
            own = {"api_base": f"{stub.url}/v1", "api_key": API_KEY, "max_retries": 0, "async_http_client": client}
            llm = HeadroomLLM(openai_llms.OpenAIResponses(model="gpt-4o", **own))
            await FunctionAgent(tools=[issues_tool()], llm=llm, streaming=streaming).run("Which?")

    items = stub.bodies[-1]["input"]
    answers = {item["call_id"]: item["output"] for item in items if item.get("type") == "function_call_output"}
    assert ROW not in json.dumps(answers["c1"])
    assert ROW in json.dumps(answers["call_ours"])
    assert llm.get_metrics()["errors"] == 0
    first, second, third = stub.bodies  # the first, of one message, is a text
    assert third["input"][: len(second["input"])] == second["input"]
    assert first["tools"] == second["tools"] == third["tools"]
