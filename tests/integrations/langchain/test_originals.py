from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.store.memory import InMemoryStore

from headroom.errors import RetrievalError, StorageError
from headroom_integrations import HeadroomCompressor
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.originals import original
from tests.integrations.langchain.conversations import ROWS, TEXT, conversation
from tests.integrations.langchain.retrieved import DOCUMENTS, QUESTION

MANY = json.dumps([{"id": n, "name": f"row {n * 7919 % 997}", "score": n * 31 % 101} for n in range(400)])
BLOCKS = [{"type": "text", "text": json.dumps(row)} for row in ROWS]


class Model(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self


@tool
def list_rows() -> str:
    """Rows."""
    return TEXT


def agent_state(middleware: HeadroomMiddleware, **facts: Any) -> dict[str, Any]:
    call = {"name": "list_rows", "args": {}, "id": "c1"}
    model = Model(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("done")]))
    agent = create_agent(model, [list_rows], middleware=[middleware], **facts)
    return dict(agent.invoke({"messages": [HumanMessage("Which?")]}))


def test_what_was_never_compressed_gives_its_own_content() -> None:
    for content in (TEXT, "short", "", BLOCKS, [], [{"type": "image", "url": "x"}]):
        message = ToolMessage(content, tool_call_id="c")
        assert original(message) is message.content
    assert original({"role": "tool", "content": TEXT}) is TEXT
    assert original(AIMessage("hi")) == "hi"


def test_a_view_of_a_message_gives_what_the_state_holds() -> None:
    state = {"messages": conversation()}
    shown = HeadroomCompressor().invoke(conversation())[3]

    assert shown.content != TEXT
    assert original(shown, state) is state["messages"][3].content
    assert original(shown, state["messages"]) is state["messages"][3].content


def test_after_the_default_middleware_the_state_holds_it() -> None:
    state = agent_state(HeadroomMiddleware())

    assert json.loads(original(state["messages"][2], state)) == ROWS


def test_at_birth_it_is_in_the_graphs_store() -> None:
    store = InMemoryStore()
    state = agent_state(HeadroomMiddleware(placement="birth", originals="runtime.store"), store=store)
    message = state["messages"][2]

    assert message.content != TEXT
    assert original(message, state, store) == TEXT
    with pytest.raises(StorageError):
        original(message, state)
    with pytest.raises(StorageError):
        original(message, state, InMemoryStore())


def test_at_birth_with_the_artifact_it_is_in_the_message() -> None:
    state = agent_state(HeadroomMiddleware(placement="birth", allow_artifact=True))

    assert state["messages"][2].content != TEXT
    assert original(state["messages"][2]) == TEXT


def test_at_birth_with_a_url_it_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    message = agent_state(HeadroomMiddleware(placement="birth", originals=url))["messages"][2]

    assert message.content != TEXT
    assert original(message, store=url) == TEXT
    with pytest.raises(RetrievalError):
        original(message, store=f"sqlite:///{tmp_path / 'other.db'}")


def test_a_marker_in_rewritten_state_leads_to_the_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    node = HeadroomCompressor(originals=url, target_tokens=300).as_node()
    state = {"messages": conversation(MANY)}
    (rewritten,) = node.invoke(state)["messages"]

    assert "headroom" in rewritten.content
    assert original(rewritten, store=url) == MANY
    assert original(rewritten, state) == MANY  # an earlier state


def test_a_marker_below_prose_leads_to_the_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    prose = "\n\n".join(document.page_content for document in DOCUMENTS)
    step = HeadroomCompressor(originals=url, target_tokens=200, query=QUESTION)
    rewritten = step.invoke([ToolMessage(prose, tool_call_id="c", id="m")])[0]

    assert "1800" in rewritten.content
    assert len(rewritten.content) < len(prose) / 2
    assert original(rewritten, store=url) == prose
    with pytest.raises(StorageError):
        original(rewritten)


def test_structured_content_beside_a_rewritten_message_is_its_original(tmp_path: Path) -> None:
    rows = json.loads(MANY)
    text = json.dumps(rows, indent=2)
    message = ToolMessage(text, tool_call_id="c", id="m", artifact={"structured_content": {"result": rows}})
    step = HeadroomCompressor(target_tokens=300)
    (rewritten,) = step.as_node().invoke({"messages": [message]})["messages"]

    assert len(rewritten.content) < len(text) / 10
    assert original(rewritten) == text
    with pytest.raises(StorageError):
        original(rewritten.model_copy(update={"artifact": None}))


@pytest.mark.parametrize("content", [TEXT, MANY, json.dumps(ROWS[:12])])
def test_a_compressed_text_never_passes_for_the_original(content: str) -> None:
    rewritten = HeadroomCompressor().invoke([ToolMessage(content, tool_call_id="c", id="m")])[0]

    assert rewritten.content != content
    with pytest.raises(StorageError, match="its original is not here") as caught:
        original(rewritten)
    assert content[:20] not in str(caught.value)
