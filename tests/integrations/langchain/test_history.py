from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables.history import RunnableWithMessageHistory

from headroom.errors import ConfigurationError
from headroom.results import RequestMetrics
from headroom.storage import flush_recorders, open_metrics_store
from headroom.tokenizers import count_tokens_messages
from headroom_integrations.langchain.history import HeadroomChatMessageHistory
from tests.integrations.langchain.conversations import ROWS, conversation


class Stored(BaseChatMessageHistory):
    """Messages in a list; counts how often they were read."""

    def __init__(self, messages: list[BaseMessage]) -> None:
        self.kept = messages
        self.reads = 0

    @property
    def messages(self) -> list[BaseMessage]:
        self.reads += 1
        return [message.model_copy() for message in self.kept]  # as a database gives them: new objects

    @messages.setter
    def messages(self, messages: list[BaseMessage]) -> None:
        self.kept = messages

    def add_messages(self, messages: Any) -> None:
        self.kept.extend(messages)

    def clear(self) -> None:
        self.kept.clear()


def talk(turns: int, words: int = 60) -> list[BaseMessage]:
    """A system message, then questions and answers."""
    found: list[BaseMessage] = [SystemMessage("You help.", id="s")]
    for turn in range(turns):
        found.append(HumanMessage(f"Question {turn}: " + "what about it? " * words, id=f"q{turn}"))
        found.append(AIMessage(f"Answer {turn}.", id=f"a{turn}"))
    return found


def size(messages: list[BaseMessage]) -> int:
    roles = {"human": "user", "ai": "assistant"}
    return count_tokens_messages([{"role": roles.get(m.type, m.type), "content": m.content} for m in messages])


def rows(store_url: str) -> list[RequestMetrics]:
    flush_recorders()
    return open_metrics_store(store_url).read(limit=None)


def test_below_the_threshold_messages_come_as_they_are_stored() -> None:
    stored = Stored(talk(10))
    history = HeadroomChatMessageHistory(stored)

    assert history.messages == stored.kept
    assert isinstance(history, BaseChatMessageHistory)
    assert history.get_compression_stats()["compression_count"] == 0


def test_above_it_the_oldest_turns_go_and_the_newest_and_the_system_message_stay() -> None:
    stored = Stored(talk(40))
    history = HeadroomChatMessageHistory(stored, compress_threshold_tokens=4000, keep_recent_turns=5)

    seen = history.messages

    assert 2000 < size(seen) <= 4000 < size(stored.kept)
    assert seen[0].content.startswith("You help.")
    assert [message.id for message in seen[-10:]] == [message.id for message in stored.kept[-10:]]
    assert len(stored.kept) == 81
    assert any("not shown" in str(message.content) for message in seen)


def test_tool_results_take_exact_forms_before_anything_goes() -> None:
    stored = Stored(conversation(json.dumps(ROWS)))
    history = HeadroomChatMessageHistory(stored, compress_threshold_tokens=1500)

    seen = history.messages

    assert [message.id for message in seen] == [message.id for message in stored.kept]
    assert len(seen[3].content) < len(stored.kept[3].content) / 2
    assert isinstance(seen[3], ToolMessage)


def test_each_state_is_worked_out_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    stored = Stored(talk(40))
    history = HeadroomChatMessageHistory(stored, store_url=url)

    first, second = history.messages, history.messages
    history.add_messages([HumanMessage("One more?")])
    third = history.messages

    assert first == second
    assert first is not second
    assert third[-1].content == "One more?"
    stats = history.get_compression_stats()
    assert stats["compression_count"] == 2
    assert [row.integration for row in rows(url)] == ["langchain.history"] * 2
    assert stats["total_tokens_saved"] == sum(row.tokens_saved for row in rows(url)) > 0


def test_a_message_that_was_edited_in_place_is_seen() -> None:
    stored = Stored(talk(2))
    history = HeadroomChatMessageHistory(stored)
    before = history.messages

    stored.kept[-1] = AIMessage("Another answer.", id="a1")

    assert history.messages[-1].content == "Another answer."
    assert before[-1].content == "Answer 1."


def test_a_growing_history_keeps_its_prefix_for_many_turns() -> None:
    stored = Stored(talk(30))
    history = HeadroomChatMessageHistory(stored)
    cuts, before = 0, history.messages
    for turn in range(30, 60):
        history.add_messages(talk(turn + 1)[-2:])
        after = history.messages
        cuts += after[: len(before)] != before
        before = after

    assert 1 <= cuts <= 10


@settings(max_examples=15)
@given(turns=st.integers(0, 30), words=st.integers(0, 120), keep=st.integers(0, 8), budget=st.integers(300, 5000))
def test_the_newest_turns_always_stay_and_the_budget_holds_where_it_can(
    turns: int, words: int, keep: int, budget: int
) -> None:
    stored = Stored(talk(turns, words))
    history = HeadroomChatMessageHistory(stored, budget, keep, store_url="memory")

    seen = history.messages

    newest = stored.kept[1 + 2 * max(turns - max(keep, 1), 0) :]  # one turn stays in any case
    assert seen[len(seen) - len(newest) :] == newest
    assert size(seen) <= max(budget, size([*stored.kept[:1], *newest]) + 150)


async def test_async_reads_and_writes_go_the_async_way() -> None:
    stored = Stored(talk(40))
    history = HeadroomChatMessageHistory(stored)

    await history.aadd_messages([HumanMessage("One more?")])

    assert await history.aget_messages() == history.messages
    await history.aclear()
    assert history.messages == stored.kept == []


def test_writing_goes_through_untouched() -> None:
    stored = Stored([])
    history = HeadroomChatMessageHistory(stored, compress_threshold_tokens=10)

    history.add_user_message("What about it? " * 100)
    history.add_ai_message("Nothing.")
    history.messages = [*stored.kept, HumanMessage("And?")]

    assert [message.type for message in stored.kept] == ["human", "ai", "human"]
    assert stored.kept[0].content == "What about it? " * 100
    history.clear()
    assert stored.kept == []


@pytest.mark.filterwarnings("ignore:RunnableWithMessageHistory is deprecated")
def test_a_chain_with_history_reads_the_view_and_stores_everything() -> None:
    stored = Stored(talk(40))
    history = HeadroomChatMessageHistory(stored)
    model = GenericFakeChatModel(messages=iter([AIMessage("Yes."), AIMessage("No.")]))
    chain = RunnableWithMessageHistory(model, lambda session_id: history)
    config: Any = {"configurable": {"session_id": "x"}}

    chain.invoke([HumanMessage("Still there?")], config)
    chain.invoke([HumanMessage("Sure?")], config)

    assert [message.content for message in stored.kept[81:]] == ["Still there?", "Yes.", "Sure?", "No."]


def test_neither_its_text_nor_its_repr_holds_content() -> None:
    history = HeadroomChatMessageHistory(Stored([HumanMessage("PATIENT-CANARY")]))

    assert "CANARY" not in str(history) + repr(history)


class Unreadable(HumanMessage):
    """A message that raises when it is looked at a second time."""

    def __getattribute__(self, name: str) -> Any:
        if name == "content":
            raise OSError("PATIENT-CANARY")
        return super().__getattribute__(name)


def test_a_fault_gives_the_messages_as_they_are_stored(caplog: pytest.LogCaptureFixture) -> None:
    stored = Stored([*talk(40), Unreadable("x", id="broken")])

    seen = HeadroomChatMessageHistory(stored, store_url="memory").messages

    assert [message.id for message in seen][-1] == "broken"
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"base_history": 7}, "base_history"),
        ({"compress_threshold_tokens": 0}, "compress_threshold_tokens"),
        ({"keep_recent_turns": -1}, "keep_recent_turns"),
        ({"provider": "nobody"}, "provider"),
        ({"tresholds": 1}, "tresholds"),
    ],
)
def test_wrong_settings_are_refused(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        HeadroomChatMessageHistory(**{"base_history": Stored([]), **arguments})

    assert raised.value.details["field"] == field
