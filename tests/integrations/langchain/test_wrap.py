"""`wrap`: whatever was made of a model compresses, and stays what it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.chat_models import init_chat_model
from langchain_anthropic import ChatAnthropic
from langchain_anthropic.middleware import AnthropicPromptCachingMiddleware
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import (
    ConfigurableField,
    RunnableBinding,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    RunnableWithFallbacks,
)
from langchain_core.runnables.retry import RunnableRetry
from langchain_openai import ChatOpenAI

from headroom.errors import ConfigurationError
from headroom_integrations.langchain.chat_model import HeadroomChatModel
from headroom_integrations.langchain.wrapping import wrap
from tests.integrations.langchain.chat_models import (
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
from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import Call, Fault, turn

pytestmark = pytest.mark.loopback


def is_compressed(body: dict[str, Any]) -> bool:
    return ROW in json.dumps(body) and len(json.dumps(body)) < 0.8 * len(BIG)


MADE = {
    "binding": lambda model: model.bind(stop=["x"]),
    "tools": lambda model: model.bind_tools([list_issues]),
    "retry": lambda model: model.bind_tools([list_issues]).with_retry(),
    "config": lambda model: model.with_config(tags=["t"]).bind(stop=["x"]),
    "fallbacks": lambda model: model.with_fallbacks([model.bind(stop=["x"])]),
    "fields": lambda model: model.configurable_fields(temperature=ConfigurableField(id="t")),
    "alternatives": lambda model: model.configurable_alternatives(
        ConfigurableField(id="which"), default_key="a", b=model.bind(stop=["x"]), c=lambda: model
    ),
    "sequence": lambda model: RunnableLambda(lambda value: value) | model | StrOutputParser(),
    "parallel": lambda model: RunnableParallel(a=model),
    "assign": lambda model: (
        RunnableLambda(lambda value: {"m": value})
        | RunnablePassthrough.assign(b=RunnableLambda(lambda value: value["m"]) | model)
    ),
    "model": lambda model: model,
}


@pytest.mark.parametrize("keep_type", [False, True])
@pytest.mark.parametrize("name", MADE)
def test_what_was_made_of_a_model_compresses(stub: StubServer, settings: Any, name: str, keep_type: bool) -> None:
    stub.play("Fine.")
    made: Any = MADE[name](inner_model("chat", stub))

    found = wrap(made, keep_type=keep_type, **settings)
    found.invoke(talk())

    (body,) = stub.bodies
    assert len(json.dumps(body)) < 0.8 * len(BIG)
    assert ("headroom_retrieve" in tool_names(body)) == (name in ("tools", "retry"))
    assert type(found) is type(made) or name == "model"


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_bound_reaches_the_model(stub: StubServer, settings: Any, way: str) -> None:
    stub.play("Fine.")
    made = inner_model("chat", stub).bind_tools([list_issues], tool_choice="auto").bind(stop=["x"], temperature=0.3)

    await ask(way, wrap(made, **settings), talk())

    (body,) = stub.bodies
    assert (body["stop"], body["temperature"], body["tool_choice"]) == (["x"], 0.3, "auto")


@pytest.fixture
def chosen_per_call(stub: StubServer) -> Any:
    own = {"base_url": f"{stub.url}/v1", "api_key": API_KEY, "stream_usage": True, "max_retries": 0}
    return init_chat_model(
        "gpt-4o", model_provider="openai", configurable_fields=("model",), config_prefix="chat", **own
    )


@pytest.mark.parametrize("keep_type", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_a_model_that_is_chosen_per_call_compresses(
    stub: StubServer, settings: Any, chosen_per_call: Any, way: str, keep_type: bool
) -> None:
    made = wrap(chosen_per_call, keep_type=keep_type, **settings).bind_tools([list_issues])
    stub.play("ok")

    await ask(way, made.with_config(tags=["t"]), talk(), config={"configurable": {"chat_model": "gpt-4o-mini"}})

    (body,) = stub.bodies
    assert body["model"] == "gpt-4o-mini"
    assert len(json.dumps(body)) < 0.8 * len(BIG)
    assert tool_names(body) == ["list_issues", "headroom_retrieve"]


def test_a_model_that_is_chosen_per_call_is_an_agents_model(
    stub: StubServer, settings: Any, chosen_per_call: Any
) -> None:
    stub.play(turn(Call("list_issues", {"state": "open"})), "done")

    agent = create_agent(wrap(wrap(chosen_per_call), **settings), [list_issues])
    agent.invoke({"messages": [("human", "which?")]}, {"configurable": {"chat_model": "gpt-4o-mini"}})

    assert [body["model"] for body in stub.bodies] == ["gpt-4o-mini", "gpt-4o-mini"]
    assert len(json.dumps(stub.bodies[1])) < 0.8 * len(BIG)


def test_a_bad_setting_is_refused_before_a_model_is_chosen(chosen_per_call: Any) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'mode'"):
        wrap(chosen_per_call, modee="audit")


@pytest.mark.parametrize("keep_type", [False, True])
def test_fields_that_are_set_per_call_are_the_wrapped_models(stub: StubServer, settings: Any, keep_type: bool) -> None:
    stub.play("One.", "Two.")
    made = inner_model("chat", stub).configurable_fields(temperature=ConfigurableField(id="t", description="heat"))
    model = wrap(made, keep_type=keep_type, **settings)

    model.invoke(talk(), {"configurable": {"t": 0.3}})
    model.with_config(configurable={"t": 0.7}).invoke(talk())

    assert [body["temperature"] for body in stub.bodies] == [0.3, 0.7]
    assert all(is_compressed(body) for body in stub.bodies)
    assert [spec.id for spec in model.config_specs] == ["t"]
    assert model.config_schema().model_json_schema()


@pytest.mark.parametrize("keep_type", [False, True])
def test_alternatives_are_chosen_and_compress(stub: StubServer, settings: Any, keep_type: bool) -> None:
    stub.play("One.", "Two.", "Three.")
    claude = inner_model("claude", stub)
    made = inner_model("chat", stub).configurable_alternatives(
        ConfigurableField(id="which"), default_key="a", b=claude, c=lambda: claude
    )
    model = wrap(made, keep_type=keep_type, **settings)

    for which in "abc":
        model.invoke(talk(), {"configurable": {"which": which}})

    assert [body["model"][:3] for body in stub.bodies] == ["gpt", "cla", "cla"]
    assert all(is_compressed(body) for body in stub.bodies)


@pytest.mark.parametrize("keep_type", [False, True])
def test_a_fallback_stands_in_with_the_tools(stub: StubServer, settings: Any, keep_type: bool) -> None:
    stub.play(Fault(status=500), "Fine.")
    made = inner_model("chat", stub).with_fallbacks([inner_model("claude", stub)])

    bound = wrap(made, keep_type=keep_type, **settings).bind_tools([list_issues])

    assert isinstance(bound, RunnableWithFallbacks)
    assert bound.invoke(talk()).text == "Fine."
    assert [tool_names(body) for body in stub.bodies] == [["list_issues", "headroom_retrieve"]] * 2


def test_structured_output_keeps_its_parser_and_its_one_start(stub: StubServer, settings: Any) -> None:
    schema = {"title": "Issue", "description": "One", "type": "object", "properties": {"id": {"type": "integer"}}}
    stub.play(turn(Call("Issue", {"id": 3})), turn(Call("Issue", {"id": 4})))
    plain = inner_model("chat", stub).with_structured_output(schema, method="function_calling", include_raw=True)

    one = wrap(plain, **settings).invoke(talk())
    other = (
        wrapped("chat", stub, **settings)
        .with_structured_output(schema, method="function_calling", include_raw=True)
        .invoke(talk())
    )

    assert (one["parsed"], other["parsed"]) == ({"id": 3}, {"id": 4})
    assert one["raw"].response_metadata["headroom"]["tokens_saved"] > 1000
    assert stub.bodies[0] == stub.bodies[1]


def test_bindings_are_of_the_class_that_the_models_own_are(stub: StubServer, settings: Any) -> None:
    model = wrapped("chat", stub, **settings)

    assert isinstance(model.bind_tools([list_issues]), RunnableBinding)
    assert isinstance(wrap(inner_model("chat", stub).with_retry(), **settings), RunnableRetry)


def test_one_model_in_two_places_is_one_model(stub: StubServer, settings: Any) -> None:
    stub.play("One.", "Two.")
    inner = inner_model("chat", stub)

    both = wrap(RunnableParallel(a=inner, b=inner), **settings)
    both.invoke(talk())

    assert both.steps__["a"] is both.steps__["b"]
    assert both.steps__["a"].get_metrics()["requests"] == 2


def test_what_compresses_already_stays_as_it_is(stub: StubServer, settings: Any) -> None:
    model = wrapped("chat", stub, **settings)
    kept = wrap(inner_model("chat", stub), keep_type=True, **settings)

    assert wrap(model) is model
    assert wrap(kept, keep_type=True) is kept


@pytest.mark.parametrize("thing", [RunnableLambda(str), StrOutputParser(), "gpt-4o", None])
def test_what_holds_no_chat_model_is_refused(thing: Any) -> None:
    with pytest.raises(ConfigurationError, match="no chat model"):
        wrap(thing)


def test_a_bad_setting_is_refused(stub: StubServer) -> None:
    with pytest.raises(ConfigurationError, match="target_tokens"):
        wrap(inner_model("chat", stub), keep_type=True, target_tokns=3)


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", ["chat", "responses", "claude"])
async def test_a_model_that_keeps_its_type_compresses_once_and_retrieves(
    stub: StubServer, settings: Any, api: str, way: str, streaming: bool
) -> None:
    stub.play(asking("Wait. ", ...), "The third.")
    inner = inner_model(api, stub, streaming=streaming)
    model = wrap(inner, keep_type=True, **settings)

    final = await ask(way, model.bind_tools([list_issues]), talk())

    assert isinstance(model, type(inner))
    assert final.text.endswith("The third.")
    assert not final.tool_calls
    assert tool_names(stub.bodies[0]) == ["list_issues", "headroom_retrieve"]
    assert len(items_of(stub.bodies[1])) > len(items_of(stub.bodies[0]))
    metrics = model.get_metrics()
    assert (metrics["requests"], metrics["retrieve_rounds"]) == (1, 1)
    assert metrics["tokens_before"] > 10_000
    assert inner.bind_tools([list_issues]).kwargs["tools"] == model.bind_tools([list_issues]).kwargs["tools"]


async def test_a_hook_that_calls_another_compresses_once(settings: Any) -> None:
    inner = GenericFakeChatModel(messages=iter([AIMessage("One two.")]))  # its async stream is its other one
    model = wrap(inner, keep_type=True, **settings)

    final = await ask("astream", model, talk())

    assert final.text == "One two."
    assert model.get_metrics()["requests"] == 1


def test_a_model_that_keeps_its_type_misses_the_other_ones_cache(stub: StubServer, settings: Any) -> None:
    inner = inner_model("chat", stub)
    kept = wrap(inner, keep_type=True, **settings)

    assert kept._get_llm_string() != inner._get_llm_string()
    assert kept._llm_type == inner._llm_type
    assert kept._get_ls_params() == inner._get_ls_params()


def test_prompt_caching_of_anthropic_sees_its_own_class(stub: StubServer, settings: Any) -> None:
    stub.play(turn(Call("list_issues", {"state": "open"})), asking(...), "Done.")
    model = wrap(inner_model("claude", stub), keep_type=True, **settings)

    agent = create_agent(model, [list_issues], middleware=[AnthropicPromptCachingMiddleware()])
    state = agent.invoke({"messages": [("user", "Which issues are open?")]})

    assert state["messages"][-1].text == "Done."
    assert isinstance(model, ChatAnthropic)
    assert all("cache_control" in json.dumps(body) for body in stub.bodies)
    assert [tool_names(body) for body in stub.bodies] == [["list_issues", "headroom_retrieve"]] * 3
    assert not is_whole(stub.bodies[-1])


def is_whole(body: dict[str, Any]) -> bool:
    return len(json.dumps(body)) > 0.8 * len(BIG)


@pytest.mark.parametrize("mode", ["values", "messages"])
def test_in_an_agent_each_token_comes_once(stub: StubServer, settings: Any, mode: str) -> None:
    stub.play(turn(Call("list_issues", {"state": "open"})), asking("Hm. ", ...), turn("One two three.", sizes=(4,)))
    agent = create_agent(wrapped("chat", stub, **settings), [list_issues])

    found: list[Any] = list(agent.stream({"messages": [("user", "Which?")]}, stream_mode=mode))

    if mode == "messages":
        words = [chunk.text for chunk, about in found if about["langgraph_node"] == "model"]
        assert "".join(words) == "Hm. One two three."
    else:
        final = found[-1]["messages"]
        assert final[-1].text == "One two three."
        assert final[2].content == BIG  # the state holds the originals
    assert not is_whole(stub.bodies[-1])


def test_chains_with_prompts_stream_tokens(stub: StubServer, settings: Any) -> None:
    stub.play(turn("One two three.", sizes=(4,)))
    prompt = ChatPromptTemplate.from_messages([("system", "Be brief."), ("placeholder", "{talk}")])
    chain = prompt | wrap(inner_model("chat", stub), **settings) | StrOutputParser()

    assert [word for word in chain.stream({"talk": talk()[1:]}) if word] == ["One ", "two ", "thre", "e."]
    assert is_compressed(stub.bodies[0])


def test_the_wrapped_model_is_left_as_it_was(stub: StubServer, settings: Any) -> None:
    stub.play("One.", "Two.")
    inner = inner_model("chat", stub)
    before = dict(vars(inner))
    wrap(inner, keep_type=True, **settings).invoke(talk())

    inner.invoke(talk())

    assert {name: vars(inner)[name] for name in before} == before
    assert type(inner) is ChatOpenAI
    assert is_whole(stub.bodies[1])
    assert isinstance(wrap(inner, **settings), BaseChatModel)
    assert isinstance(wrap(inner, **settings), HeadroomChatModel)
