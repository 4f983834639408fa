"""The four templates of LangChain's documentation on retrieval, with a retriever that gives too much."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_core.tools import create_retriever_tool
from pydantic import Field

from headroom.documents import LEFT_OUT
from headroom.errors import ConfigurationError
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations import HeadroomCompressor
from headroom_integrations.langchain.retriever import HeadroomRetriever, compress_retriever
from tests.integrations.langchain.retrieved import (
    COUNTER,
    DOCUMENTS,
    QUESTION,
    answers_stand_in,
    shared_questions,
    size,
)

BUDGET = size(DOCUMENTS) // 4
PROMPT = ChatPromptTemplate.from_template("Answer by this context only:\n{context}\n\nQuestion: {question}")


class Everything(BaseRetriever):
    """Gives the same documents whatever is asked."""

    documents: list[Document] = DOCUMENTS
    asked: list[str] = Field(default_factory=list)

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        self.asked.append(query)
        return self.documents


class Reader:
    """A model that keeps what it was sent."""

    def __init__(self, *answers: AIMessage) -> None:
        self.read: list[list[BaseMessage]] = []
        model = GenericFakeChatModel(messages=iter(answers or [AIMessage("1800")] * 9))
        self.step = RunnableLambda(self.keep) | model

    def keep(self, prompt: Any) -> Any:
        self.read.append(prompt.to_messages() if hasattr(prompt, "to_messages") else prompt)
        return prompt

    @property
    def text(self) -> str:
        """The last message of the last call."""
        return str(self.read[-1][-1].content)


def joined(documents: list[Document]) -> str:
    return "\n\n".join(document.page_content for document in documents)


def assert_half_is_saved_and_the_answer_there(text: str) -> None:
    assert COUNTER.count_text(text) < size(DOCUMENTS) / 2
    assert "The lighthouse of Arholm was built in 1800" in text


def test_a_chain_of_retriever_prompt_and_model() -> None:
    model = Reader()
    retriever = compress_retriever(Everything(), token_budget=BUDGET)
    chain = {"context": retriever | joined, "question": RunnablePassthrough()} | PROMPT | model.step | StrOutputParser()

    assert chain.invoke(QUESTION) == "1800"
    assert_half_is_saved_and_the_answer_there(model.text)


def test_a_chain_that_gives_its_sources_back() -> None:
    model = Reader()
    answer = RunnablePassthrough.assign(context=lambda state: joined(state["context"])) | PROMPT | model.step
    step = HeadroomCompressor(documents_key="context", query_key="question", token_budget=BUDGET)
    chain = (
        {"context": Everything(), "question": RunnablePassthrough()} | step | RunnablePassthrough.assign(answer=answer)
    )

    after = chain.invoke(QUESTION)

    assert_half_is_saved_and_the_answer_there(model.text)
    assert [document.metadata for document in after["context"]] == [document.metadata for document in DOCUMENTS]
    assert set(after) == {"context", "question", "answer"}


def test_a_conversation_whose_question_is_condensed_first() -> None:
    everything = Everything()
    model, condenser = Reader(), GenericFakeChatModel(messages=iter([AIMessage(QUESTION)]))
    condensing = ChatPromptTemplate.from_messages([MessagesPlaceholder("history"), ("human", "{question}")])
    condense = condensing | condenser | StrOutputParser()
    answering = ChatPromptTemplate.from_messages([MessagesPlaceholder("history"), *PROMPT.messages])
    retriever = compress_retriever(everything, token_budget=BUDGET)
    chain = RunnablePassthrough.assign(context=condense | retriever | joined) | answering | model.step

    history = [HumanMessage("Is there a lighthouse in Arholm?"), AIMessage("Yes.")]
    chain.invoke({"question": "When was it built?", "history": history})

    assert everything.asked[-1] == QUESTION
    assert_half_is_saved_and_the_answer_there(model.text)


class Bound(GenericFakeChatModel):
    read: list[Any] = Field(default_factory=list)

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
        self.read.append(messages)
        return super()._generate(messages, *args, **kwargs)


async def test_an_agent_with_a_retriever_as_its_tool() -> None:
    call = {"name": "search_arholm", "args": {"query": QUESTION}, "id": "c1"}
    model = Bound(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("1800")]))
    retriever = compress_retriever(Everything(), token_budget=BUDGET)
    tool = create_retriever_tool(retriever, "search_arholm", "Searches for places.")

    await create_agent(model, [tool]).ainvoke({"messages": [HumanMessage(QUESTION)]})

    assert_half_is_saved_and_the_answer_there(str(model.read[-1][-1].content))


async def test_it_is_a_retriever_that_traces_as_one_with_the_inner_one_below() -> None:
    class Runs(BaseCallbackHandler):
        def __init__(self) -> None:
            self.started: list[tuple[Any, Any, Any]] = []
            self.ended: list[int] = []

        def on_retriever_start(self, serialized: Any, query: str, *, run_id: Any, **kwargs: Any) -> None:
            self.started.append((kwargs["name"], run_id, kwargs["parent_run_id"]))

        def on_retriever_end(self, documents: Any, **kwargs: Any) -> None:
            self.ended.append(size(documents))

    runs = Runs()
    retriever = compress_retriever(Everything(tags=["arholm"]), token_budget=BUDGET)
    assert isinstance(retriever, HeadroomRetriever)
    assert retriever.tags == ["arholm"]

    first = retriever.invoke(QUESTION, {"callbacks": [runs]})

    assert await retriever.ainvoke(QUESTION) == first
    (outer, inner) = runs.started
    assert (outer[0], inner[0], inner[2]) == ("HeadroomRetriever", "Everything", outer[1])
    assert runs.ended == [size(DOCUMENTS), size(first)]


def test_documents_of_which_nothing_stays_are_left_out_unless_asked_for() -> None:
    few = compress_retriever(Everything(), token_budget=BUDGET).invoke(QUESTION)
    all_of_them = compress_retriever(Everything(), token_budget=BUDGET, drop_empty=False).invoke(QUESTION)

    assert len(few) < len(DOCUMENTS) == len(all_of_them)
    assert [new for new in all_of_them if new.page_content != LEFT_OUT] == few


def test_functions_and_chains_are_retrievers_too_and_other_things_are_refused() -> None:
    assert compress_retriever(lambda _: DOCUMENTS, token_budget=BUDGET).invoke(QUESTION)
    state = itemgetter("q") | Everything()
    assert compress_retriever(state, token_budget=BUDGET, query=QUESTION).invoke({"q": "x"})  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="retriever"):
        compress_retriever(7)
    with pytest.raises(ConfigurationError):
        compress_retriever(Everything(), token_budget=0)
    with pytest.raises(ConfigurationError, match="token_bugdet"):
        compress_retriever(Everything(), token_bugdet=9)


def test_the_ledger_names_the_retriever(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    retriever = compress_retriever(Everything(), token_budget=BUDGET, store_url=url)
    retriever.invoke(QUESTION)
    flush_recorders()

    (row,) = open_metrics_store(url).read()
    assert row.integration == "langchain.retriever"
    assert row.tokens_saved > size(DOCUMENTS) / 2


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "one_in", "least"),
    [("litm_nq_20docs", 80, 0.9), ("xquad_en_10docs", 40, 0.94), ("hotpotqa_distractor", 4, 0.8)],
)
def test_a_quarter_of_real_passages_holds_the_answer(name: str, one_in: int, least: float) -> None:
    questions = shared_questions(name, one_in)
    held = 0
    for question, answers, documents in questions:
        after = compress_retriever(lambda _, given=documents: given, token_budget=size(documents) // 4).invoke(question)
        held += answers_stand_in(after, answers)
        assert size(after) <= size(documents) // 4

    assert held / len(questions) >= least
