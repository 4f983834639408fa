from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.prompt_values import StringPromptValue
from langchain_core.prompts import ChatPromptTemplate
from pydantic import BaseModel

from headroom.documents import LEFT_OUT
from headroom.errors import ConfigurationError
from headroom_integrations import HeadroomCompressor, _shared
from headroom_integrations.langchain.rag import question_of
from headroom_integrations.langchain.retriever import compress_retriever
from tests.integrations.langchain.conversations import ROWS, conversation
from tests.integrations.langchain.retrieved import COUNTER, DOCUMENTS, QUESTION, size

BUDGET = size(DOCUMENTS) // 4


def step(**settings: Any) -> HeadroomCompressor:
    return HeadroomCompressor(
        **{"documents_key": "context", "query_key": "question", "token_budget": BUDGET} | settings
    )


def test_the_usual_dict_comes_back_with_the_sentences_that_answer_its_question() -> None:
    state = {"context": DOCUMENTS, "question": QUESTION, "history": ["x"]}

    after = step().invoke(state)

    assert list(after) == list(state)
    assert after["question"] is QUESTION
    assert after["history"] is state["history"]
    assert size(after["context"]) <= BUDGET
    assert "was built in 1800" in after["context"][0].page_content
    assert [(new.id, new.metadata) for new in after["context"]] == [(old.id, old.metadata) for old in DOCUMENTS]
    assert size(DOCUMENTS) == 4 * BUDGET + size(DOCUMENTS) % 4  # the documents given are as they were


def test_every_sentence_that_stays_stands_in_its_document_and_joins_are_marked() -> None:
    after = step().invoke({"context": DOCUMENTS, "question": QUESTION})["context"]

    for old, new in zip(DOCUMENTS, after, strict=True):
        pieces = [piece.strip(" ") for piece in new.page_content.split(LEFT_OUT)]
        assert all(piece in old.page_content for piece in pieces)
    assert any(new.page_content == LEFT_OUT for new in after)


def test_a_context_that_was_joined_to_one_text_is_judged_by_its_paragraphs() -> None:
    text = "\n\n".join(document.page_content for document in DOCUMENTS)

    after = step().invoke({"context": text, "question": QUESTION})["context"]

    assert "was built in 1800" in after
    assert COUNTER.count_text(after) <= BUDGET + 3 * len(DOCUMENTS)
    assert f"{LEFT_OUT}\n\n{LEFT_OUT}" not in after


@pytest.mark.parametrize(
    ("settings", "config"),
    [
        ({"query": QUESTION}, None),
        ({"query": lambda state: state["asked"]}, None),
        ({"query": lambda state: HumanMessage(state["asked"])}, None),
        ({"query_key": "asked"}, None),
        ({"query_key": "talk"}, None),
        ({}, {"configurable": {"headroom_query": QUESTION}}),
    ],
    ids=["text", "function", "function-to-message", "key", "key-of-messages", "config"],
)
def test_the_question_comes_from_wherever_the_caller_says(settings: dict[str, Any], config: Any) -> None:
    talk = [HumanMessage("And the mill?"), AIMessage("Old."), HumanMessage(QUESTION), AIMessage("Let me see.")]

    after = step(query_key=None).invoke({"context": DOCUMENTS, "question": QUESTION}, {"configurable": {}})
    asked = HeadroomCompressor(documents_key="context", token_budget=BUDGET, **settings).invoke(
        {"context": DOCUMENTS, "asked": QUESTION, "talk": talk}, config
    )

    assert after["context"] is DOCUMENTS
    assert "was built in 1800" in asked["context"][0].page_content
    assert size(asked["context"]) <= BUDGET


def test_without_a_question_of_its_own_a_state_is_read_by_its_last_user_message() -> None:
    state = {"context": DOCUMENTS, "messages": [HumanMessage(QUESTION)]}

    after = step(query_key=None).invoke(state)

    assert "was built in 1800" in after["context"][0].page_content
    assert after["messages"] is state["messages"]


def test_a_function_for_the_question_that_fails_costs_only_the_question() -> None:
    state = {"context": DOCUMENTS}

    assert step(query=lambda _: 1 / 0, query_key=None).invoke(state) is state


class State(BaseModel):
    context: list[Document] = []
    question: str = ""


async def test_states_of_models_and_lists_of_texts_and_asynchronous_calls() -> None:
    after = await step().ainvoke(State(context=DOCUMENTS, question=QUESTION))
    texts = [document.page_content for document in DOCUMENTS]
    listed = await step().ainvoke({"context": texts, "question": QUESTION})

    assert isinstance(after, State)
    assert "was built in 1800" in after.context[0].page_content
    assert "was built in 1800" in listed["context"][0]
    assert [type(text) for text in listed["context"]] == [str] * len(texts)


def test_what_fits_is_the_same_object() -> None:
    state = {"context": DOCUMENTS, "question": QUESTION}

    assert step(token_budget=10_000).invoke(state) is state


def test_a_document_that_stays_whole_is_the_same_object_down_to_its_last_blanks() -> None:
    answer = Document("The lighthouse of Arholm was built in 1800, in that very year. \n \n \n", id="answer")
    documents = [answer, *DOCUMENTS[1:]]

    after = step().invoke({"context": documents, "question": QUESTION})["context"]

    assert after[0] is answer
    assert size(after) <= BUDGET


def test_the_title_of_a_document_says_what_its_sentences_are_about() -> None:
    texts = ["It was built by the town in 1700.", "It was built by the town in 1800."]
    titled = [
        Document(text, metadata={"title": name}) for text, name in zip(texts, ("Mill", "Lighthouse"), strict=True)
    ]

    after = step(token_budget=15).invoke({"context": titled, "question": "When was the lighthouse built?"})["context"]

    assert [new.page_content for new in after] == [LEFT_OUT, texts[1]]


def test_documents_of_rows_are_cut_by_rows_beside_prose() -> None:
    rows = Document(json.dumps(ROWS * 2), id="rows")
    documents = [*DOCUMENTS, rows]

    after = step().invoke({"context": documents, "question": QUESTION})["context"]

    assert "was built in 1800" in after[0].page_content
    assert after[-1].id == "rows"
    assert COUNTER.count_text(after[-1].page_content) < COUNTER.count_text(rows.page_content) / 4


def test_the_notes_say_how_much_stays_and_who_has_the_rest() -> None:
    result = step().simulate({"context": DOCUMENTS, "question": QUESTION})

    cut = [note for note in result.notes if note.change]
    assert {(note.change, note.reason, note.reachable_by) for note in cut} == {("left_out", "sentences", "caller")}
    assert len(cut) >= 8
    assert all(note.hint.endswith("sentences stay: token_budget=... decides") for note in cut)
    assert result.tokens_after == size([Document(view["content"]) for view in result.messages])
    assert sum(note.tokens_saved for note in result.notes) == result.tokens_saved


@pytest.mark.parametrize(
    ("settings", "state", "said"),
    [
        (
            {},
            {"context": DOCUMENTS, "question": QUESTION},
            "no messages under 'messages': pass documents_key='context', query_key='question' and token_budget=...",
        ),
        (
            {"messages_key": "mesages"},
            {"messages": conversation()},
            "no messages under 'mesages': pass messages_key=...; there are messages",
        ),
        (
            {"documents_key": "context"},
            {"context": DOCUMENTS, "question": QUESTION},
            "nothing saved: 10 documents of prose, no question: pass query_key=... (or query=...) with "
            "token_budget=...",
        ),
        (
            {"documents_key": "context", "query_key": "question"},
            {"context": DOCUMENTS, "question": QUESTION},
            "nothing saved: 10 documents of prose, no budget: pass token_budget=..., and the sentences that answer the "
            "question stay",
        ),
        (
            {"documents_key": "docs", "query_key": "question"},
            {"context": DOCUMENTS, "question": QUESTION},
            "no documents under 'docs': pass documents_key='context', query_key='question' and token_budget=...",
        ),
        (
            {"documents_key": "context", "query_key": "questoin", "token_budget": 100},
            {"context": DOCUMENTS, "question": QUESTION},
            "nothing saved: 10 documents of prose, no question under 'questoin': pass query_key=... (or query=...) "
            "with token_budget=...",
        ),
        (
            {"token_budget": 100},
            StringPromptValue(text=DOCUMENTS[0].page_content * 3),
            "nothing saved in 1 prompt: 1 x prose_stays_without_a_question; token_budget=... cuts documents, no "
            "prompts: put the step behind the retriever (documents_key=...)",
        ),
        (
            {},
            {"no identifier, but CANARY": 1, "answer": 2},
            "no messages under 'messages': pass messages_key=...; there are answer",
        ),
    ],
)
def test_a_step_that_does_nothing_says_once_which_argument_changes_it(
    settings: Any, state: Any, said: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_shared, "said", set())
    caplog.set_level(logging.INFO, "headroom")
    compressor = HeadroomCompressor(**settings)

    assert compressor.invoke(state) is state
    compressor.invoke(state)

    assert [record.getMessage() for record in caplog.records] == [said]
    (*_, note) = compressor.simulate(state).notes
    assert note.hint
    assert note.hint in said


def test_a_node_with_a_misspelt_key_says_so_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_shared, "said", set())
    caplog.set_level(logging.INFO, "headroom")
    node = HeadroomCompressor().as_node("mesages")

    assert node.invoke({"messages": conversation()}) == {}
    node.invoke({"messages": conversation()})

    said = "no messages under 'mesages': pass messages_key=...; there are messages"
    assert [record.getMessage() for record in caplog.records] == [said]


def test_a_prompt_with_the_context_in_it_says_that_roles_would_compress_it(caplog: pytest.LogCaptureFixture) -> None:
    prompt = ChatPromptTemplate.from_template("Answer by the context only.\n\n{context}\n\nQuestion: {question}")
    text = "\n\n".join(document.page_content for document in DOCUMENTS)
    value = prompt.invoke({"context": text, "question": QUESTION})

    compressed = HeadroomCompressor(roles={"human"}, query=QUESTION, target_tokens=BUDGET).invoke(value)

    assert HeadroomCompressor().invoke(value) is value
    said = compressed.to_messages()[0].content
    assert "was built in 1800" in said
    assert COUNTER.count_text(said) < COUNTER.count_text(text) / 2


async def test_the_event_loop_is_not_blocked_by_a_choice_of_sentences() -> None:
    state = {"context": DOCUMENTS, "question": QUESTION}
    retriever = compress_retriever(lambda _: DOCUMENTS, token_budget=BUDGET)
    with blockbuster_ctx("headroom"):
        after = await step().ainvoke(state)
        found = await retriever.ainvoke(QUESTION)

    assert size(after["context"]) <= BUDGET
    assert size(found) <= BUDGET


@pytest.mark.parametrize("budget", [3, 20, 40, 80, 200, 500])
def test_a_budget_holds_marks_included_unless_there_is_no_room_for_them(budget: int) -> None:
    after = step(token_budget=budget).invoke({"context": DOCUMENTS, "question": QUESTION})["context"]

    assert size(after) <= max(budget, len(DOCUMENTS) * COUNTER.count_text(LEFT_OUT))


def test_a_single_result_of_a_tool_is_cut_to_a_budget() -> None:
    after = HeadroomCompressor(token_budget=700, query="issue number 7").invoke(conversation()[3])

    assert COUNTER.count_text(after.content) <= 700


def test_a_budget_of_messages_drops_turns_and_nodes_refuse_it() -> None:
    turns = [message for _ in range(6) for message in conversation()]

    assert len(HeadroomCompressor(token_budget=900).invoke(turns)) < len(turns)
    with pytest.raises(ConfigurationError, match="drops no messages"):
        HeadroomCompressor(token_budget=900).as_node()


@pytest.mark.parametrize("budget", [0, -1, True, 1.5, "many"])
def test_budgets_that_are_none_are_refused(budget: Any) -> None:
    with pytest.raises(ConfigurationError, match="token_budget"):
        HeadroomCompressor().invoke("x", token_budget=budget)
    with pytest.raises(ConfigurationError):
        HeadroomCompressor(token_budget=0)


@given(st.recursive(st.none() | st.text() | st.integers() | st.builds(HumanMessage, st.text()), st.lists, max_leaves=5))
def test_a_question_is_a_text_that_says_something_or_none(value: Any) -> None:
    question = question_of(value)

    assert question is None or question.strip(" \t\r\n")


@given(
    texts=st.lists(st.text(alphabet="ab. \n[]{}?\u00e9\u2028", max_size=80), max_size=6),
    question=st.sampled_from(["", "ab", "a b?", "\u00e9"]),
    budget=st.integers(1, 60),
)
def test_whatever_the_documents_hold_nothing_is_made_longer_or_lost(
    texts: list[str], question: str, budget: int
) -> None:
    documents = [Document(text, id=str(number), metadata={"n": number}) for number, text in enumerate(texts)]

    after = step(token_budget=budget).invoke({"context": documents, "question": question})["context"]

    assert [(new.id, new.metadata) for new in after] == [(old.id, old.metadata) for old in documents]
    for old, new in zip(documents, after, strict=True):
        assert COUNTER.count_text(new.page_content) <= COUNTER.count_text(old.page_content)
