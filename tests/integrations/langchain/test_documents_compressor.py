from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import BaseDocumentCompressor, Document

from headroom.errors import CompressionError, ConfigurationError
from headroom.results import RequestMetrics
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.langchain.documents import HeadroomDocumentCompressor
from headroom_integrations.langchain.documents_choice import diverse
from tests.integrations.langchain.conversations import TEXT
from tests.integrations.langchain.retrieved import DOCUMENTS, QUESTION, answers_stand_in, shared_questions, size


def rows(store_url: str) -> list[RequestMetrics]:
    flush_recorders()
    return open_metrics_store(store_url).read(limit=None)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'metrics.db'}"


def test_it_is_a_document_compressor() -> None:
    assert isinstance(HeadroomDocumentCompressor(), BaseDocumentCompressor)


def test_few_documents_are_the_same_objects_in_their_order() -> None:
    after = HeadroomDocumentCompressor().compress_documents(DOCUMENTS, QUESTION)

    assert all(new is old for new, old in zip(after, DOCUMENTS, strict=True))


def test_the_most_relevant_stay_in_the_retrievers_order() -> None:
    after = HeadroomDocumentCompressor(max_documents=3).compress_documents(DOCUMENTS[::-1], QUESTION)

    assert len(after) == 3
    assert "id-lighthouse" in [document.id for document in after]
    places = [DOCUMENTS[::-1].index(document) for document in after]
    assert places == sorted(places)


def test_without_a_question_the_first_documents_stay() -> None:
    made = HeadroomDocumentCompressor(max_documents=2, min_relevance=0.9)

    assert made.compress_documents(DOCUMENTS, " ") == DOCUMENTS[:2]


def test_a_document_below_the_relevance_goes_also_where_there_are_few() -> None:
    others = [Document("Bread and salt.", id="bread"), DOCUMENTS[0]]

    after = HeadroomDocumentCompressor(min_relevance=0.2).compress_documents(others, QUESTION)

    assert after == [DOCUMENTS[0]]


def test_a_budget_keeps_the_sentences_that_answer_with_ids_and_metadata() -> None:
    made = HeadroomDocumentCompressor(token_budget=120)

    after = made.compress_documents(DOCUMENTS, QUESTION)

    assert 0 < size(after) <= 120 < size(DOCUMENTS)
    (answer,) = [document for document in after if "1800" in document.page_content]
    assert (answer.id, answer.metadata) == (DOCUMENTS[0].id, DOCUMENTS[0].metadata)
    assert DOCUMENTS[0].page_content.startswith("Boats")


async def test_async_gives_the_same() -> None:
    made = HeadroomDocumentCompressor(max_documents=4, token_budget=200)

    both = await asyncio.gather(*(made.acompress_documents(DOCUMENTS, QUESTION) for _ in range(4)))

    assert all(one == made.compress_documents(DOCUMENTS, QUESTION) for one in both)


def test_documents_that_say_the_same_make_room_for_others() -> None:
    said = "In the year 1805 the lighthouse of Arholm was built."
    twins = [Document(said, id=f"twin-{number}") for number in range(3)]
    given = [*twins, Document("Arholm has one lighthouse, painted red."), Document("No car may be parked here.")]

    close = HeadroomDocumentCompressor(max_documents=2).compress_documents(given, QUESTION)
    apart = HeadroomDocumentCompressor(max_documents=2, prefer_diverse=True).compress_documents(given, QUESTION)

    assert [document.id for document in close] == ["twin-0", "twin-1"]
    assert apart == [given[0], given[3]]


@given(st.lists(st.tuples(st.text(max_size=30), st.floats(0, 1)), max_size=12), st.integers(1, 12))
def test_as_many_as_asked_for_are_chosen_each_once_the_best_first(pairs: list[tuple[str, float]], most: int) -> None:
    documents, scores = [Document(text) for text, _ in pairs], [score for _, score in pairs]

    chosen = diverse(documents, scores, most)

    assert len(chosen) == len(set(chosen)) == min(most, len(pairs))
    assert not chosen or scores[chosen[0]] == max(scores)


def test_tables_take_exact_forms() -> None:
    (after,) = HeadroomDocumentCompressor().compress_documents([Document(TEXT, id="t", metadata={"a": 1})], "issues")

    assert len(after.page_content) < len(TEXT) / 2
    assert (after.id, after.metadata) == ("t", {"a": 1})


def test_a_question_is_one_row_over_all_documents(store_url: str) -> None:
    made = HeadroomDocumentCompressor(max_documents=2, store_url=store_url)

    after = made.compress_documents(DOCUMENTS, QUESTION)

    (row,) = rows(store_url)
    assert row.integration == "langchain.documents"
    assert (row.tokens_input_before, row.tokens_input_after) == (size(DOCUMENTS), size(after))
    assert row.saved_unreachable == row.tokens_saved > 0


def test_metrics_tell_what_became_of_the_documents() -> None:
    made = HeadroomDocumentCompressor(max_documents=2)
    assert made.last_metrics is None

    after = made.compress_documents(DOCUMENTS, QUESTION)
    made.compress_documents(DOCUMENTS[:1], QUESTION)

    stats = made.get_compression_stats()
    assert (stats["compressions"], stats["documents_before"], stats["documents_after"]) == (2, 11, 3)
    assert stats["tokens_saved"] == size(DOCUMENTS) - size(after)
    assert made.last_metrics is not None
    assert (made.last_metrics.documents_before, made.last_metrics.documents_removed) == (1, 0)
    assert len(made.last_metrics.relevance_scores) == 1
    assert "lighthouse" not in repr(made.last_metrics)


def test_audit_changes_nothing(store_url: str) -> None:
    made = HeadroomDocumentCompressor(max_documents=1, token_budget=10, mode="audit", store_url=store_url)

    assert made.compress_documents(DOCUMENTS, QUESTION) == DOCUMENTS
    (row,) = rows(store_url)
    assert (row.mode, row.tokens_saved) == ("audit", 0)


class Unsure:
    """A scorer that fails."""

    def score_items(self, items: Any, query: str) -> Any:
        raise OSError("PATIENT-CANARY")


def test_a_fault_gives_the_documents_as_they_came(store_url: str, caplog: pytest.LogCaptureFixture) -> None:
    made = HeadroomDocumentCompressor(max_documents=1, scorer=Unsure(), store_url=store_url)

    assert made.compress_documents(DOCUMENTS, QUESTION) == DOCUMENTS
    (row,) = rows(store_url)
    assert row.error == "OSError"
    assert "CANARY" not in caplog.text
    with pytest.raises(CompressionError):
        HeadroomDocumentCompressor(scorer=Unsure(), strict=True).compress_documents(DOCUMENTS, QUESTION)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"max_documents": 0}, "max_documents"),
        ({"min_relevance": 2}, "min_relevance"),
        ({"token_budget": 0}, "token_budget"),
        ({"scorer": 7}, "scorer"),
        ({"max_document": 3}, "max_document"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        HeadroomDocumentCompressor(**settings)

    assert raised.value.details["field"] == field


def test_it_works_behind_a_compressing_retriever() -> None:
    retrievers = pytest.importorskip("langchain_classic.retrievers")
    from langchain_core.retrievers import BaseRetriever

    class Fixed(BaseRetriever):
        def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
            return DOCUMENTS

    retriever = retrievers.ContextualCompressionRetriever(
        base_compressor=HeadroomDocumentCompressor(max_documents=2), base_retriever=Fixed()
    )

    assert "id-lighthouse" in [document.id for document in retriever.invoke(QUESTION)]


@pytest.mark.shared_data
def test_on_real_questions_the_answer_stays_where_half_of_the_documents_go() -> None:
    made = HeadroomDocumentCompressor(max_documents=10)
    questions = shared_questions("litm_nq_20docs", one_in=40)

    kept = [
        answers_stand_in(made.compress_documents(documents, question), answers)
        for question, answers, documents in questions
    ]

    assert len(kept) > 20
    assert sum(kept) / len(kept) > 0.9


def test_a_scorer_may_be_named() -> None:
    named = HeadroomDocumentCompressor(max_documents=1, scorer="bm25").compress_documents(DOCUMENTS, QUESTION)

    assert named == HeadroomDocumentCompressor(max_documents=1).compress_documents(DOCUMENTS, QUESTION)
    with pytest.raises(ConfigurationError, match="scorer"):
        HeadroomDocumentCompressor(scorer="bm52")
