"""The postprocessor in query engines, chat engines and citations: fewer calls, smaller prompts, right sources."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from blockbuster import blockbuster_ctx
from llama_index.core import MockEmbedding, Settings, VectorStoreIndex, get_response_synthesizer
from llama_index.core.chat_engine import CondensePlusContextChatEngine, ContextChatEngine
from llama_index.core.llms import CompletionResponse, MockLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import CitationQueryEngine, RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.llms.openai_like import OpenAILike
from pydantic import PrivateAttr

from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations import HeadroomNodePostprocessor, restore_nodes
from headroom_integrations.llama_index.nodes import KEY
from tests.integrations.llama_index.retrieved_nodes import (
    ANSWER,
    COUNTER,
    QUESTION,
    TOPICS,
    Fixed,
    by_id,
    page,
    prose_nodes,
    size,
    text,
)
from tests.stub.server import API_KEY, StubServer

MODES = (
    "refine", "compact", "tree_summarize", "simple_summarize", "no_text", "context_only", "accumulate",
    "compact_accumulate",
)  # fmt: skip
BUDGET = 45
ONE_CALL = {"simple_summarize"}
NO_CALLS = {"no_text", "context_only"}


class Recording(MockLLM):
    """Answers with a word, in a small window, and remembers what it was asked."""

    _prompts: list[str] = PrivateAttr(default_factory=list)

    @property
    def prompts(self) -> list[str]:
        """What it was asked."""
        return self._prompts

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """A word."""
        self._prompts.append(prompt)
        return CompletionResponse(text="1807")

    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """A word."""
        return self.complete(prompt)


class Where:
    """A scorer that remembers in which threads it worked."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    def score_items(self, items: list[str], query: str) -> list[float]:
        """What has the year."""
        self.threads.append(threading.current_thread().name)
        return [float("1807" in item) for item in items]


def long_nodes() -> list[NodeWithScore]:
    """Nodes that do not fit into one call together."""
    return [
        NodeWithScore(node=TextNode(text=f"{page(topic)} " + "It rains at times. " * 90, id_=topic), score=0.5)
        for topic in TOPICS
    ]


def engine(llm: Any, mode: str, nodes: list[NodeWithScore], *posts: Any, **facts: Any) -> RetrieverQueryEngine:
    synthesizer = get_response_synthesizer(llm=llm, response_mode=mode, **facts)  # type: ignore[arg-type]
    return RetrieverQueryEngine(Fixed(nodes), response_synthesizer=synthesizer, node_postprocessors=list(posts))


@pytest.fixture(autouse=True)
def default_llm() -> Iterator[None]:
    """What LlamaIndex loads where no LLM is named, even by those modes that ask none."""
    before = Settings._llm
    Settings.llm = MockLLM()
    yield
    Settings._llm = before


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_every_response_mode_asks_less_and_still_sees_the_answer(mode: str, is_async: bool) -> None:
    plain, llm, nodes = Recording(), Recording(), long_nodes()
    before = engine(plain, mode, nodes, use_async=is_async).query(QUESTION)

    made = engine(llm, mode, nodes, HeadroomNodePostprocessor(BUDGET), use_async=is_async)
    response = asyncio.run(made.aquery(QUESTION)) if is_async else made.query(QUESTION)

    assert size(response.source_nodes) <= BUDGET < size(before.source_nodes) / 20
    assert ANSWER in " ".join(text(found) for found in response.source_nodes)
    if mode in NO_CALLS:
        assert llm.prompts == []
        return
    assert any(ANSWER in prompt for prompt in llm.prompts)
    assert sum(map(COUNTER.count_text, llm.prompts)) < sum(map(COUNTER.count_text, plain.prompts)) / 3
    assert len(llm.prompts) < len(plain.prompts) or mode in ONE_CALL
    assert not any(KEY in prompt or "tokens_before" in prompt for prompt in llm.prompts)


def test_the_retrievers_nodes_serve_the_next_question_unchanged() -> None:
    nodes = prose_nodes()
    before = [found.model_dump_json() for found in nodes]
    asked = engine(Recording(), "compact", nodes, HeadroomNodePostprocessor(BUDGET))

    first = asked.query(QUESTION)
    second = asked.query("In which year was the mill of Arholm built?")

    assert [found.model_dump_json() for found in nodes] == before
    assert ANSWER in " ".join(map(text, first.source_nodes))
    assert "The mill of Arholm was built in 1870 by the town." in " ".join(map(text, second.source_nodes))


def test_the_source_panel_of_a_chat_shows_full_texts() -> None:
    response = engine(Recording(), "compact", prose_nodes(), HeadroomNodePostprocessor(BUDGET)).query(QUESTION)

    shown = restore_nodes(response.source_nodes)

    assert [text(found) for found in shown] == [page(found.node.metadata["title"]) for found in shown]


def test_a_citation_is_about_the_source_of_its_number() -> None:
    llm = Recording()
    splitter = SentenceSplitter(chunk_size=200, chunk_overlap=0)
    plain = CitationQueryEngine(Fixed(prose_nodes()), llm=llm, text_splitter=splitter).query(QUESTION)

    asked = CitationQueryEngine(
        Fixed(prose_nodes()), llm=llm, text_splitter=splitter, node_postprocessors=[HeadroomNodePostprocessor(BUDGET)]
    )
    sources = asked.query(QUESTION).source_nodes

    assert len(sources) < len(plain.source_nodes)
    numbers = [int(re.match(r"Source ([0-9]+):\n", text(found))[1]) for found in sources]  # type: ignore[index]
    assert numbers == list(range(1, len(sources) + 1))
    assert all(text(found).strip() in llm.prompts[-1] for found in sources)
    titles = [found.node.metadata["title"] for found in sources if ANSWER in text(found)]
    assert titles == ["lighthouse"]
    restored = restore_nodes(sources)
    assert [text(found).partition("\n")[0] for found in restored] == [f"Source {number}:" for number in numbers]
    assert all(text(found).endswith(page(found.node.metadata["title"])) for found in restored)


@pytest.mark.parametrize("kind", [ContextChatEngine, CondensePlusContextChatEngine])
@pytest.mark.parametrize("is_async", [False, True])
def test_chat_engines_use_it(kind: Any, is_async: bool) -> None:
    def chat(posts: list[Any]) -> Any:
        made = kind.from_defaults(
            retriever=Fixed(prose_nodes()),
            llm=Recording(),
            memory=ChatMemoryBuffer.from_defaults(token_limit=8000),
            node_postprocessors=posts,
        )
        return asyncio.run(made.achat(QUESTION)) if is_async else made.chat(QUESTION)

    plain, after = chat([]), chat([HeadroomNodePostprocessor(BUDGET)])

    assert size(after.source_nodes) <= BUDGET < size(plain.source_nodes)
    assert ANSWER in " ".join(map(text, after.source_nodes))


@pytest.mark.loopback
@pytest.mark.parametrize("mode", ["compact", "refine", "tree_summarize", "accumulate"])
def test_a_provider_gets_fewer_calls_and_fewer_prompt_tokens(mode: str) -> None:
    def ask(*posts: Any) -> tuple[int, int]:
        with StubServer(lambda body: "1807") as stub, httpx.Client(trust_env=False) as client:
            llm = OpenAILike(
                model="gpt-4o", api_base=f"{stub.url}/v1", api_key=API_KEY, is_chat_model=True, context_window=3000,
                max_tokens=200, max_retries=0, http_client=client,
            )  # fmt: skip
            said = engine(llm, mode, long_nodes(), *posts).query(QUESTION)
            assert "1807" in str(said)
            sent = [str(message["content"]) for body in stub.bodies for message in body["messages"]]
            return len(stub.bodies), sum(map(COUNTER.count_text, sent))

    calls_before, tokens_before = ask()
    calls_after, tokens_after = ask(HeadroomNodePostprocessor(BUDGET))

    assert calls_after == 1 < calls_before
    assert tokens_after < tokens_before / 3


async def test_an_async_query_engine_does_not_block_its_loop() -> None:
    asked = engine(Recording(), "compact", prose_nodes(), HeadroomNodePostprocessor(BUDGET))

    with blockbuster_ctx(scanned_modules=["headroom", "headroom_integrations"]):
        response = await asked.aquery(QUESTION)

    assert size(response.source_nodes) <= BUDGET


async def test_it_works_in_another_thread_than_the_loop() -> None:
    scorer = Where()

    after = await HeadroomNodePostprocessor(BUDGET, scorer=scorer).apostprocess_nodes(prose_nodes(), query_str=QUESTION)

    assert ANSWER in text(by_id(after)["id-lighthouse"])
    assert {name.partition("_")[0] for name in scorer.threads} == {"headroom"}


@pytest.mark.parametrize("is_async", [False, True])
def test_the_row_of_a_question_names_the_span_that_traces_show(is_async: bool, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    asked = engine(Recording(), "compact", prose_nodes(), HeadroomNodePostprocessor(BUDGET, store_url=url))

    _ = asyncio.run(asked.aquery(QUESTION)) if is_async else asked.query(QUESTION)

    flush_recorders()
    (row,) = open_metrics_store(url).read(limit=None)
    assert str(row.run_id).startswith("HeadroomNodePostprocessor._postprocess_nodes-")


def test_an_index_keeps_its_documents_whole_and_answers_from_less() -> None:
    nodes = [found.node for found in prose_nodes()]
    index = VectorStoreIndex([node.model_copy() for node in nodes], embed_model=MockEmbedding(2))
    llm = Recording()
    asked = index.as_query_engine(
        llm=llm, similarity_top_k=10, node_postprocessors=[HeadroomNodePostprocessor(ratio=0.25)]
    )

    for _ in range(2):
        response = asked.query(QUESTION)
        assert ANSWER in llm.prompts[-1]
        assert 0 < size(response.source_nodes) <= size(prose_nodes()) / 4

    assert {text(NodeWithScore(node=node)) for node in index.docstore.docs.values()} == {
        node.get_content() for node in nodes
    }
