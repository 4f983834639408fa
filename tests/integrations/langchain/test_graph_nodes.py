"""Tool messages by function and by node, and the hook before the model of a graph written by hand."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from headroom import HeadroomConfig
from headroom.errors import ConfigurationError
from headroom_integrations.langchain.graph_hook import pre_model_hook
from headroom_integrations.langchain.graph_nodes import compress_tool_messages, create_compress_tool_messages_node
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from tests.integrations.langchain.conversations import TEXT, conversation

UNCACHED = {"cache_optimizer.min_cacheable_tokens": 0}


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def test_tool_messages_are_compressed_and_everything_else_is_the_same_object() -> None:
    given = conversation(artifact={"a": 1})

    done = compress_tool_messages(given)

    assert [new is old for new, old in zip(done.messages, given, strict=True)] == [True, True, True, False, True]
    made = done.messages[3]
    assert (made.id, made.name, made.tool_call_id, made.artifact) == ("m3", "list_issues", "call_1", {"a": 1})
    (one,) = done.metrics
    assert (one.tool_name, one.tool_call_id, one.was_compressed, one.skip_reason) == ("list_issues", "call_1", True, "")
    assert done.total_tokens_saved == one.tokens_before - one.tokens_after > 500
    assert done.messages_compressed == 1
    assert given[3].content == TEXT


def test_each_call_has_its_own_threshold() -> None:
    small = json.dumps([{"id": n, "state": "open", "title": f"issue number {n}"} for n in range(12)])

    high = compress_tool_messages(conversation(small), min_tokens_to_compress=5000, **UNCACHED)
    low = compress_tool_messages(conversation(small), min_tokens_to_compress=50, **UNCACHED)

    assert (high.messages_compressed, high.metrics[0].skip_reason) == (0, "below_min_tokens")
    assert low.messages_compressed == 1


def test_a_list_with_one_error_row_is_compressed_and_shows_it() -> None:
    rows = [{"id": n, "state": "ok", "message": f"step {n * 7919 % 1000}"} for n in range(400)]
    rows[200] |= {"state": "error", "message": "disk full on node-7"}

    limits = {"target_tokens": 400, **UNCACHED}
    kept = compress_tool_messages(conversation(json.dumps(rows)), **limits)

    assert kept.messages_compressed == 1
    assert "disk full on node-7" in kept.messages[3].content
    assert len(kept.messages[3].content) < 4000


def test_results_marked_as_failed_stay() -> None:
    done = compress_tool_messages(conversation(status="error"))

    assert done.messages_compressed == 0
    assert done.metrics[0].skip_reason == "error_result"


@pytest.mark.parametrize("messages", [[], [HumanMessage("hello")]])
def test_without_tool_messages_there_is_nothing_to_tell(messages: list[Any]) -> None:
    done = compress_tool_messages(messages)

    assert (done.messages, done.metrics, done.total_tokens_saved) == (messages, [], 0)


def test_wrong_settings_are_refused() -> None:
    for given in ({"min_tokens_to_compress": -1}, {"min_tokns": 3}):
        with pytest.raises(ConfigurationError):
            compress_tool_messages(conversation(), **given)  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError):
            create_compress_tool_messages_node(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_async", [False, True])
async def test_the_node_replaces_messages_in_place(is_async: bool) -> None:
    node = create_compress_tool_messages_node(config=HeadroomConfig(references=False))
    builder = StateGraph(State)
    builder.add_node("compress", node)
    builder.add_edge(START, "compress")
    builder.add_edge("compress", END)
    app = builder.compile()

    after = await app.ainvoke({"messages": conversation()}) if is_async else app.invoke({"messages": conversation()})

    assert [m.id for m in after["messages"]] == ["m0", "m1", "m2", "m3", "m4"]
    assert len(after["messages"][3].content) < len(TEXT) / 2


@pytest.mark.parametrize("is_async", [False, True])
async def test_the_hook_shows_the_model_less_and_leaves_the_state_alone(is_async: bool) -> None:
    hook, state = pre_model_hook(), {"messages": conversation()}

    update = await hook.ainvoke(state) if is_async else hook.invoke(state)

    assert list(update) == ["llm_input_messages"]
    shown = update["llm_input_messages"]
    assert len(shown) == len(state["messages"])
    assert len(shown[3].content) < len(TEXT) / 2
    assert state["messages"][3].content == TEXT


def test_the_hook_keeps_what_the_conversation_began_with_where_that_is_wanted() -> None:
    update = pre_model_hook(keep_in_state=True, target_tokens=777).invoke({"messages": conversation()})

    assert update["headroom"]["settings"] == {"retrieval": "off", "target_tokens": 777}
    assert list(update["headroom_saved"]) == ["m3"]
    later = pre_model_hook(keep_in_state=True, target_tokens=5).invoke({"messages": conversation(), **update})
    assert later["headroom"] == update["headroom"]


@pytest.mark.parametrize("state", [{}, {"messages": []}, {"messages": None}, [], conversation()])
def test_the_hook_takes_any_state(state: Any) -> None:
    assert len(pre_model_hook().invoke(state)["llm_input_messages"]) == (len(state) if isinstance(state, list) else 0)


def test_the_hook_works_with_create_react_agent() -> None:
    import warnings

    from langgraph.warnings import LangGraphDeprecatedSinceV10

    class Model(GenericFakeChatModel):
        seen: list[int] = []  # noqa: RUF012  a pydantic field

        def bind_tools(self, *arguments: Any, **facts: Any) -> Any:
            return self

        def _generate(self, messages: Any, *arguments: Any, **facts: Any) -> Any:
            self.seen.append(sum(len(str(m.content)) for m in messages))
            return super()._generate(messages, *arguments, **facts)

    @tool
    def list_issues(state: str) -> str:
        """Issues."""
        return TEXT

    call = {"name": "list_issues", "args": {"state": "open"}, "id": "c"}
    model = Model(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("Eighty.")]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LangGraphDeprecatedSinceV10)
        from langgraph.prebuilt import create_react_agent

        app = create_react_agent(model, [list_issues], pre_model_hook=pre_model_hook(), checkpointer=InMemorySaver())
    after = app.invoke({"messages": [("user", "Which?")]}, {"configurable": {"thread_id": "t"}})

    assert [m.type for m in after["messages"]] == ["human", "ai", "tool", "ai"]
    assert after["messages"][2].content == TEXT
    assert model.seen[1] < len(TEXT) / 2


def test_a_tool_node_of_ones_own_takes_the_birth_wrapper() -> None:
    from langgraph.prebuilt import ToolNode

    @tool
    def list_issues(state: str) -> str:
        """Issues."""
        return TEXT

    headroom = HeadroomMiddleware(placement="birth", allow_artifact=True, **UNCACHED)  # type: ignore[arg-type]
    wrappers = {"wrap_tool_call": headroom.wrap_tool_call, "awrap_tool_call": headroom.awrap_tool_call}  # type: ignore[attr-defined]
    builder = StateGraph(State)
    builder.add_node("tools", ToolNode([list_issues, *headroom.tools], **wrappers))
    builder.add_edge(START, "tools")
    call = {"name": "list_issues", "args": {"state": "open"}, "id": "c"}
    after = builder.compile().invoke({"messages": [HumanMessage("Which?"), AIMessage("", tool_calls=[call])]})

    message = after["messages"][-1]
    assert isinstance(message, ToolMessage)
    assert len(message.content) < len(TEXT) / 2
    assert message.artifact["headroom_original"]["content"] == TEXT
