"""`HeadroomLLM` against the stub: what it sends, what it gives back, and what it leaves to the LLM within."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.llm import LLMChatEndEvent, LLMChatStartEvent
from llama_index.core.llms import MockLLM
from llama_index.core.llms.utils import resolve_llm
from llama_index.core.prompts import ChatPromptTemplate, PromptTemplate
from pydantic import BaseModel

from headroom import ConfigurationError
from headroom_integrations.llama_index.events import HeadroomCompressionEvent
from headroom_integrations.llama_index.llm import HeadroomLLM
from tests.integrations.llama_index.openai_llms import (
    BIG,
    ROW,
    WAYS,
    ask,
    issues_tool,
    messages,
    results_in,
    rows,
    talking,
    tool_names,
)
from tests.stub.turns import Call, Fault, turn

pytestmark = pytest.mark.loopback
ROWS = json.dumps([{"id": n, "name": f"user {n}", "city": "Paris"} for n in range(60)])


class Events(BaseEventHandler):
    """Everything that the instrumentation was told."""

    seen: list[Any]

    def handle(self, event: Any, **kwargs: Any) -> None:
        """Keep it."""
        self.seen.append(event)


@pytest.fixture
def events() -> Any:
    """A handler on the root dispatcher, for one test."""
    root = get_dispatcher()
    handler = Events(seen=[])
    root.add_event_handler(handler)
    yield handler.seen
    root.event_handlers.remove(handler)


@pytest.mark.parametrize("way", WAYS)
async def test_tool_results_go_out_compressed_and_nothing_else_changes(way: str) -> None:
    async with talking(["One.", "One."], retrieval="off") as talk:
        given = messages(ROWS)
        kept = copy.deepcopy(given)
        plain = await ask(way, talk.inner, messages(ROWS))
        ours = await ask(way, talk.llm, given)

    before, after = talk.bodies
    assert given == kept
    assert len(results_in(after)["c1"]) < len(results_in(before)["c1"]) / 2
    before["messages"][-1]["content"] = after["messages"][-1]["content"] = None
    assert after == before
    assert [(r.delta, r.message) for r in ours] == [(r.delta, r.message) for r in plain]


@pytest.mark.parametrize("way", WAYS)
async def test_the_ledger_has_one_row_with_what_the_provider_billed(way: str, store_url: str) -> None:
    async with talking(["One."], store_url=store_url) as talk:
        await ask(way, talk.llm, messages(ROWS))

    (row,) = rows(store_url)
    assert row.integration == "llama_index.llm"
    assert row.tokens_input_billed == talk.stub.invoice.usage.prompt
    assert row.tokens_output == talk.stub.invoice.usage.output
    assert row.run_id.startswith(f"HeadroomLLM.{way}-")
    assert row.stream is ("stream" in way)
    metrics = talk.llm.get_metrics()
    assert metrics["requests"] == 1
    assert metrics["tokens_saved"] == talk.llm.total_tokens_saved == row.tokens_saved > 500


@pytest.mark.parametrize("way", WAYS)
async def test_an_answer_says_what_was_saved(way: str) -> None:
    async with talking(["One."]) as talk:
        last = (await ask(way, talk.llm, messages(ROWS)))[-1]

    assert last.additional_kwargs["headroom"]["tokens_saved"] == talk.llm.total_tokens_saved


async def test_the_same_history_gives_the_same_bytes_whatever_follows() -> None:
    def answer(body: dict[str, Any]) -> Any:
        return "Yes."

    async with talking(answer) as talk:
        history = messages(ROWS)
        for number in range(4):
            await ask("achat", talk.llm, list(history))
            history += [ChatMessage(role="assistant", content="Yes."), *messages(f"{ROWS} {number}", f"d{number}")]

    for before, after in zip(talk.bodies, talk.bodies[1:], strict=False):
        assert after["messages"][: len(before["messages"])] == before["messages"]
        assert after["tools"] == before["tools"]


async def test_events_fire_once_with_what_was_sent(events: list[Any]) -> None:
    async with talking(["One."], retrieval="off") as talk:
        await ask("achat", talk.llm, messages(ROWS))

    (start,) = [event for event in events if isinstance(event, LLMChatStartEvent)]
    (end,) = [event for event in events if isinstance(event, LLMChatEndEvent)]
    (own,) = [event for event in events if isinstance(event, HeadroomCompressionEvent)]
    assert start.messages[-1].content == results_in(talk.bodies[0])["c1"]
    assert end.response.message.content == "One."
    assert own.integration == "llama_index.llm"
    assert own.records_usage
    assert own.tokens_saved == talk.llm.total_tokens_saved
    assert str(own.span_id).startswith("HeadroomLLM.achat-")


async def test_a_callback_manager_set_on_it_is_told_by_the_llm_within() -> None:
    counter = TokenCountingHandler(tokenizer=str.split)
    manager = CallbackManager([counter])
    async with talking(["One.", "One."], retrieval="off") as talk:
        llm = resolve_llm(talk.llm, manager)
        await ask("chat", llm, messages(ROWS))
        ours = counter.prompt_llm_token_count
        counter.reset_counts()
        await ask("chat", talk.inner, messages(ROWS))

    assert talk.inner.callback_manager is llm.callback_manager is manager
    assert 0 < ours < counter.prompt_llm_token_count


async def test_completions_are_the_llms_own() -> None:
    prompt = f"Look: {ROWS}"
    async with talking(["One."] * 4) as talk:
        assert talk.llm.complete(prompt).text == "One."
        assert (await talk.llm.acomplete(prompt)).text == "One."
        assert [r.text for r in talk.llm.stream_complete(prompt)][-1] == "One."
        assert [r.text async for r in await talk.llm.astream_complete(prompt)][-1] == "One."

    assert all(body["messages"][-1]["content"] == prompt for body in talk.bodies)
    assert talk.llm.get_metrics()["requests"] == 0


async def test_audit_measures_and_changes_nothing(store_url: str) -> None:
    async with talking(["One.", "One."], mode="audit", store_url=store_url) as talk:
        await ask("achat", talk.inner, messages(ROWS))
        await ask("achat", talk.llm, messages(ROWS))

    (row,) = rows(store_url)
    assert talk.bodies[0] == talk.bodies[1]
    assert (row.mode, row.tokens_saved) == ("audit", 0)
    assert row.tokens_input_before > 500


async def test_keywords_of_a_call_win_and_never_reach_the_provider(store_url: str) -> None:
    async with talking(["One.", "One."], store_url=store_url) as talk:
        await ask("achat", talk.llm, messages(BIG), headroom_mode="audit")
        await ask("achat", talk.llm, messages(BIG), headroom_retrieval="off", headroom_thread_id="t7")

    row = rows(store_url)[-1]
    raw, exact = talk.bodies
    assert results_in(raw)["c1"] == BIG
    assert tool_names(raw) == tool_names(exact) == ["list_issues"]
    assert ROW in results_in(exact)["c1"], "without the tool everything is there"
    assert len(results_in(exact)["c1"]) < len(BIG)
    assert row.thread_id == "t7"
    assert not any(name.startswith("headroom") for name in exact)


async def test_an_error_of_the_provider_comes_through_and_is_counted() -> None:
    async with talking([Fault(status=400)] * 4) as talk:
        for way in WAYS:
            with pytest.raises(Exception) as ours:
                await ask(way, talk.llm, messages(ROWS))
            assert type(ours.value).__name__ == "BadRequestError"

    assert talk.llm.get_metrics()["errors"] == 4


class Odd(str):
    """A text whose length cannot be told."""

    def __len__(self) -> int:
        raise RuntimeError("zebra-4711")


async def test_a_fault_inside_costs_only_the_savings(caplog: pytest.LogCaptureFixture) -> None:
    async with talking(["One.", "One."], retrieval="off") as talk:
        bad = messages(ROWS)
        bad[2].blocks[0].text = Odd(ROWS)
        answer = (await ask("achat", talk.llm, bad))[-1]

    assert answer.message.content == "One."
    assert results_in(talk.bodies[0])["c1"] == ROWS
    assert "zebra-4711" not in caplog.text


class Report(BaseModel):
    """What is found."""

    open_issues: int


REPORT = turn(Call("Report", {"open_issues": 3}, id="r1"))


async def test_structured_prediction_goes_through_compression() -> None:
    prompt = ChatPromptTemplate(message_templates=[*messages("{rows}"), ChatMessage(role="user", content="Count.")])
    async with talking([REPORT] * 3) as talk:
        plain = talk.inner.structured_predict(Report, prompt, rows=ROWS)
        ours = talk.llm.structured_predict(Report, prompt, rows=ROWS)
        again = await talk.llm.astructured_predict(Report, prompt, rows=ROWS)

    before, after, awaited = talk.bodies
    assert plain == ours == again == Report(open_issues=3)
    assert len(results_in(after)["c1"]) < len(ROWS) / 2
    assert results_in(awaited) == results_in(after)
    assert tool_names(after) == tool_names(before) == ["Report"], "nothing to retrieve where one call is forced"


async def test_the_llms_own_way_to_structured_output_is_kept() -> None:
    prompt = ChatPromptTemplate(message_templates=[*messages("{rows}"), ChatMessage(role="user", content="Count.")])
    async with talking(['{"open_issues": 3}'] * 3) as talk:
        if "should_use_structured_outputs" not in type(talk.inner).model_fields:
            pytest.skip("this version has no such way")
        talk.inner.should_use_structured_outputs = True
        talk.inner.structured_predict(Report, prompt, rows=ROWS)
        assert talk.llm.structured_predict(Report, prompt, rows=ROWS) == Report(open_issues=3)
        assert (await talk.llm.astructured_predict(Report, prompt, rows=ROWS)).open_issues == 3

    before, after, _ = talk.bodies
    assert after["response_format"] == before["response_format"]
    assert len(results_in(after)["c1"]) < len(ROWS) / 2


async def test_a_structured_llm_is_made_of_it() -> None:
    async with talking([REPORT]) as talk:
        answer = talk.llm.as_structured_llm(Report).chat([ChatMessage(role="user", content="Count.")])

    assert answer.raw == Report(open_issues=3)
    assert talk.llm.get_metrics()["requests"] == 1


async def test_tools_are_called_as_without_it() -> None:
    async with talking([turn(Call("list_issues", {"state": "open"}))] * 2) as talk:
        asked = ChatMessage(role="user", content="Go.")
        plain = talk.inner.predict_and_call([issues_tool()], chat_history=[asked])
        ours = talk.llm.predict_and_call([issues_tool()], chat_history=[asked])

    assert str(ours) == str(plain) == BIG
    assert ours.sources[0].raw_output == BIG


async def test_prompts_are_answered_through_chat() -> None:
    async with talking(["One."]) as talk:
        assert talk.llm.predict(PromptTemplate("Say {word}."), word="one") == "One."

    assert talk.llm.get_metrics()["requests"] == 1


async def test_attributes_are_the_llms_own_and_can_be_set() -> None:
    async with talking(["One."]) as talk:
        talk.llm.temperature = 0.7
        talk.llm.system_prompt = "Be brief."
        talk.llm.predict(PromptTemplate("Go."))

        assert talk.llm.model == "gpt-4o"
        assert talk.llm.metadata == talk.inner.metadata
        assert talk.inner.temperature == 0.7
        with pytest.raises(AttributeError):
            _ = talk.llm.no_such_thing

    assert talk.bodies[0]["temperature"] == 0.7
    assert talk.bodies[0]["messages"][0] == {"role": "system", "content": "Be brief."}


async def test_no_key_is_shown_or_written() -> None:
    async with talking(secret="handle-secret", store_url="sqlite:////tmp/x.db") as talk:
        talk.inner.api_key = "sk-canary"
        shown = f"{talk.llm!r} {talk.llm} {talk.llm.to_dict()} {talk.llm.to_json()} {talk.llm.model_dump()}"

    assert talk.llm.class_name() == "HeadroomLLM"
    for secret in ("sk-canary", "handle-secret", "/tmp/x.db"):
        assert secret not in shown


def test_copies_share_figures_and_pickles_find_the_same_engine() -> None:
    llm = HeadroomLLM(MockLLM(), min_tokens=50, retrieval="off", roles={"user"})

    again = pickle.loads(pickle.dumps(llm))
    llm.model_copy().chat(messages(ROWS))

    assert llm.get_metrics()["requests"] == 1
    assert again.headroom_held.engine is llm.headroom_held.engine
    assert again.headroom_given() == llm.headroom_given()
    assert again.get_metrics()["requests"] == 0


def test_an_llm_without_tools_is_compressed_for_all_the_same() -> None:
    llm = HeadroomLLM(MockLLM())

    answer = llm.chat(messages(ROWS))

    assert len(str(answer.message.content)) < len(ROWS)
    assert not llm.metadata.is_function_calling_model


def test_a_simulation_sends_nothing_and_counts_nothing() -> None:
    llm = HeadroomLLM(MockLLM(), retrieval="off")

    result = llm.simulate(messages(ROWS))

    assert result.tokens_saved > 500
    assert llm.get_metrics()["requests"] == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"modes": "audit"}, "modes"),
        ({"mode": "simulate"}, "mode"),
        ({"retrieval": "sometimes"}, "retrieval"),
        ({"roles": "robot"}, "roles"),
        ({"target_tokens": 0}, "target_tokens"),
        ({"inner": "gpt-4o"}, "inner"),
    ],
)
def test_bad_settings_are_refused_when_it_is_made(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        HeadroomLLM(**{"inner": MockLLM(), **facts})

    assert refused.value.details["field"] == field


def test_a_misspelt_keyword_of_a_call_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="headroom_query"):
        HeadroomLLM(MockLLM()).chat(messages(), headroom_qery="x")


@pytest.mark.parametrize("way", ["stream_chat", "astream_chat"])
async def test_a_stream_that_breaks_off_gives_what_came_and_then_the_error(way: str, store_url: str) -> None:
    broken = turn("A long answer. " * 40, error_after=6)
    seen: dict[str, list[str]] = {"plain": [], "ours": []}
    async with talking([broken, broken], store_url=store_url) as talk:
        for name, llm in (("plain", talk.inner), ("ours", talk.llm)):
            with pytest.raises(Exception) as raised:
                await read(way, llm, seen[name])
            assert type(raised.value).__name__ == "APIError"

    assert seen["ours"] == seen["plain"]
    assert len(seen["plain"]) > 2
    (row,) = rows(store_url)
    assert row.error == "APIError"


async def read(way: str, llm: Any, seen: list[str]) -> None:
    """Note each delta of a stream as it comes."""
    facts: dict[str, Any] = {"tools": [issues_tool()], "chat_history": messages(ROWS)}
    if way == "stream_chat":
        seen.extend(one.delta or "" for one in llm.stream_chat_with_tools(**facts))
        return
    async for one in await llm.astream_chat_with_tools(**facts):
        seen.append(one.delta or "")
