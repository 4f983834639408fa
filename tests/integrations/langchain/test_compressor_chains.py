from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar

import pytest
from blockbuster import blockbuster_ctx
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.load import dumpd, load
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import ConfigurableField, RunnableLambda, RunnablePassthrough

from headroom.config import HeadroomConfig
from headroom.errors import ConfigurationError
from headroom_integrations import HeadroomCompressor, compress_messages
from tests.integrations.langchain.conversations import TEXT, conversation


class TwoDocuments(BaseRetriever):
    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return [Document(TEXT, id="d1"), Document(query, id="d2")]


def model() -> GenericFakeChatModel:
    return GenericFakeChatModel(messages=iter([AIMessage("one two three four five")] * 9))


PROMPT = ChatPromptTemplate.from_messages([("system", "Help."), MessagesPlaceholder("history")])


def test_between_prompt_and_model_the_model_reads_less() -> None:
    read: list[list[BaseMessage]] = []
    listening = RunnableLambda(lambda prompt: read.append(prompt.to_messages()) or prompt)

    answer = (PROMPT | HeadroomCompressor() | listening | model()).invoke({"history": conversation()})

    assert answer.content == "one two three four five"
    assert [message.id for message in read[0][1:]] == ["m0", "m1", "m2", "m3", "m4"]
    assert len(read[0][4].content) < len(TEXT) / 2


def test_it_stands_behind_functions_dicts_retrievers_and_in_assign() -> None:
    step = HeadroomCompressor()

    assert len(((lambda _: TEXT) | step).invoke(None)) < len(TEXT) / 2
    assert len(({"messages": lambda _: conversation()} | step).invoke(None)["messages"][3].content) < len(TEXT) / 2
    assert [document.id for document in (TwoDocuments() | step).invoke("?")] == ["d1", "d2"]
    assert len(RunnablePassthrough.assign(ctx=(lambda _: TEXT) | step).invoke({"q": 1})["ctx"]) < len(TEXT) / 2
    assert len((step | StrOutputParser()).invoke(conversation()[3])) < len(TEXT) / 2
    assert [len(text) < len(TEXT) / 2 for text in step.map().invoke([TEXT, "short"])] == [True, True]


def test_batches_keep_their_order() -> None:
    texts = [TEXT, "short", TEXT]

    after = HeadroomCompressor().batch(texts, {"max_concurrency": 2})

    assert [len(new) < len(TEXT) for new in after] == [True, True, True]
    assert after[0] == after[2]


async def test_async_gives_the_same_as_sync() -> None:
    step = HeadroomCompressor()

    assert await step.ainvoke(TEXT) == step.invoke(TEXT)
    assert await step.abatch([TEXT, "short"]) == step.batch([TEXT, "short"])
    assert await (PROMPT | step).ainvoke({"history": conversation()}) == (PROMPT | step).invoke(
        {"history": conversation()}
    )


def test_tokens_of_an_answer_pass_through_one_by_one() -> None:
    chain = PROMPT | model() | HeadroomCompressor() | StrOutputParser()

    assert len(list(chain.stream({"history": conversation()}))) == 9


async def test_tokens_of_an_answer_pass_through_one_by_one_in_async_chains() -> None:
    chain = PROMPT | model() | HeadroomCompressor() | StrOutputParser()

    assert len([chunk async for chunk in chain.astream({"history": conversation()})]) == 9


def test_the_first_chunk_is_given_before_the_second_is_asked_for() -> None:
    asked: list[int] = []

    def chunks() -> Iterator[AIMessageChunk]:
        for number in range(3):
            asked.append(number)
            yield AIMessageChunk(str(number))

    stream = HeadroomCompressor().transform(chunks())

    assert next(stream).content == "0"
    assert asked == [0]


async def test_an_async_stream_that_is_no_answer_is_gathered_and_compressed() -> None:
    async def pieces() -> AsyncIterator[str]:
        yield TEXT[:1000]
        yield TEXT[1000:]

    found = [chunk async for chunk in HeadroomCompressor().atransform(pieces())]

    assert found == [HeadroomCompressor().invoke(TEXT)]
    assert list(HeadroomCompressor().transform(iter([TEXT[:9], TEXT[9:]]))) == found
    assert list(HeadroomCompressor().transform(iter(()))) == []


def test_a_run_of_its_own_stands_in_the_trace_with_tags_and_metadata() -> None:
    class Starts(BaseCallbackHandler):
        seen: ClassVar[list[dict[str, Any]]] = []

        def on_chain_start(self, serialized: Any, inputs: Any, **facts: Any) -> None:
            self.seen.append(facts)

    (RunnableLambda(lambda _: TEXT) | HeadroomCompressor()).invoke(
        None, {"callbacks": [Starts()], "tags": ["mine"], "metadata": {"user": "u1"}}
    )

    (own,) = [facts for facts in Starts.seen if facts["name"] == "HeadroomCompressor"]
    assert set(own["tags"]) == {"mine", "seq:step:2"}
    assert own["metadata"]["user"] == "u1"
    assert own["parent_run_id"] == Starts.seen[0]["run_id"]


def test_settings_of_a_call_are_bound_and_fields_are_configurable() -> None:
    step = HeadroomCompressor()
    limited = step.bind(target_tokens=100)
    configurable = step.configurable_fields(target_tokens=ConfigurableField(id="limit"))

    assert len(limited.invoke(TEXT)) < len(step.invoke(TEXT)) / 2
    assert configurable.invoke(TEXT, {"configurable": {"limit": 100}}) == limited.invoke(TEXT)
    assert configurable.invoke(TEXT) == step.invoke(TEXT)


def test_the_question_comes_from_where_it_is_given() -> None:
    def shows(step: HeadroomCompressor, **configurable: str) -> bool:
        return "issue number 57" in step.invoke(TEXT, {"configurable": configurable})

    assert not shows(HeadroomCompressor(target_tokens=100))
    assert shows(HeadroomCompressor(target_tokens=100, query="issue number 57"))
    assert shows(HeadroomCompressor(target_tokens=100, query=lambda text: "issue number 57" if text else None))
    assert shows(HeadroomCompressor(target_tokens=100), headroom_query="issue number 57")


def test_copies_and_pickles_work_on_with_the_same_engine() -> None:
    step = HeadroomCompressor(min_tokens=50, secret="s3cret", target_tokens=100)

    for copy in (pickle.loads(pickle.dumps(step)), deepcopy(step), step.model_copy()):
        assert copy.engine is step.engine
        assert copy.invoke(TEXT) == step.invoke(TEXT)


def test_steps_with_the_same_settings_share_an_engine_and_others_do_not() -> None:
    assert HeadroomCompressor().engine is HeadroomCompressor(target_tokens=5).engine
    assert HeadroomCompressor().engine is not HeadroomCompressor(min_tokens=5).engine
    assert HeadroomCompressor(secret="a").engine is not HeadroomCompressor(secret="b").engine
    one, other = HeadroomConfig(secret="a"), HeadroomConfig(secret="b")
    assert HeadroomCompressor(one).engine is HeadroomCompressor(HeadroomConfig(secret="a")).engine
    assert HeadroomCompressor(one).engine is not HeadroomCompressor(other).engine


def test_an_edited_setting_holds_from_then_on() -> None:
    step = HeadroomCompressor()
    step.settings = {"min_tokens": 100_000}

    assert step.invoke(TEXT) is TEXT


@pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")
def test_langchain_writes_it_down_and_reads_it_back() -> None:
    step = HeadroomCompressor(target_tokens=100, roles={"human"})

    again = load(dumpd(step), allowed_objects=[HeadroomCompressor], valid_namespaces=["headroom_integrations"])

    assert again == step
    assert again.invoke(TEXT) == step.invoke(TEXT)


def test_secrets_are_neither_written_down_nor_shown() -> None:
    step = HeadroomCompressor(secret="s3cret", store_url="postgresql://me:hunter2@db/headroom", query="whose salary")
    shown = repr(step) + str(dumpd(step))

    assert "s3cret" not in shown
    assert "hunter2" not in shown
    assert "salary" not in repr(step)


def test_schemas_and_graphs_can_be_drawn() -> None:
    chain = PROMPT | HeadroomCompressor() | model()

    assert "HeadroomCompressor" in chain.get_graph().draw_mermaid()
    assert HeadroomCompressor().get_input_jsonschema()["anyOf"]
    assert HeadroomCompressor().get_output_jsonschema()["anyOf"]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"target_token": 5}, "did you mean 'target_tokens'"),
        ({"min_token": 5}, "did you mean 'min_tokens'"),
        ({"target_tokens": 0}, "target_tokens must be >= 1, got 0"),
        ({"min_tokens": -1}, "min_tokens must be >= 0, got -1"),
        ({"retrieval": "yes"}, "retrieval must be"),
        ({"roles": {"humn"}}, "roles must be among"),
        ({"format": "99"}, "format must be one of"),
        ({"tool_profiles": {"a": {"skip_compresion": True}}}, "did you mean 'skip_compression'"),
    ],
)
def test_wrong_settings_are_refused_when_they_arrive(setting: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        HeadroomCompressor(**setting)


def test_a_misspelt_setting_of_a_call_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'query'"):
        HeadroomCompressor().bind(qery="x").invoke(TEXT)


def test_the_function_compresses_at_once_or_gives_the_step() -> None:
    assert compress_messages(conversation())[3] == compress_messages().invoke(conversation())[3]
    assert isinstance(compress_messages(target_tokens=100), HeadroomCompressor)
    assert (PROMPT | compress_messages()).invoke({"history": conversation()}).messages[4].content != TEXT


async def test_nothing_blocks_the_event_loop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    step = HeadroomCompressor(
        store_url=f"sqlite:///{tmp_path / 'metrics.db'}",
        originals=f"sqlite:///{tmp_path / 'originals.db'}",  # written within the call
        target_tokens=100,
    )
    chain = PROMPT | step | model()
    with blockbuster_ctx():
        await step.ainvoke(TEXT)
        await asyncio.gather(*(step.ainvoke(conversation()) for _ in range(4)))
        await chain.ainvoke({"history": conversation()})
        _ = [chunk async for chunk in chain.astream({"history": conversation()})]
        await step.as_node().ainvoke({"messages": conversation()})
    assert caplog.records == []  # a blocking call inside would be contained, logged and counted
    assert step.get_metrics()["requests_failed"] == 0
