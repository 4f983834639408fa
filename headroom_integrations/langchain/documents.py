"""`HeadroomDocumentCompressor`: the documents that fit a question, within a budget, behind any retriever."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict, Field, PrivateAttr, ValidationError

from headroom import BM25Scorer, CompressResult, HeadroomConfig
from headroom.config.refusals import refusal
from headroom.documents import LEFT_OUT, best
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._documents import dropped, scorer_of
from headroom_integrations._settings import sorted_out
from headroom_integrations.langchain.call import compressed
from headroom_integrations.langchain.documents_choice import diverse, relevance
from headroom_integrations.langchain.inputs import read_documents
from headroom_integrations.langchain.messages import from_views, to_views
from headroom_integrations.langchain.runnable import HeadroomCompressor

INTEGRATION = "langchain.documents"
BLANKS = " \t\r\n"


class DocumentsStep(HeadroomCompressor):
    """The step that shortens what was chosen; the ledger names it so."""

    surface: ClassVar[str] = INTEGRATION


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMetrics:
    """What became of the documents of one question. Holds no content.

    Attributes:
        documents_before: Documents that the retriever gave.
        documents_after: Documents that stayed.
        tokens_before: Tokens of all their texts, by the built-in measure.
        tokens_after: Tokens of the texts that stayed.
        relevance_scores: Of each document as it came, 0 to 1; empty where there was no question.
    """

    documents_before: int = 0
    documents_after: int = 0
    tokens_before: int = 0
    tokens_after: int = 0
    relevance_scores: tuple[float, ...] = ()

    @property
    def documents_removed(self) -> int:
        """`documents_before - documents_after`."""
        return self.documents_before - self.documents_after

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`."""
        return self.tokens_before - self.tokens_after


class HeadroomDocumentCompressor(BaseDocumentCompressor):
    """Keeps the documents that fit a question, and of them the sentences that answer it.

        compressor = HeadroomDocumentCompressor(max_documents=8, token_budget=1500)
        retriever = ContextualCompressionRetriever(base_compressor=compressor, base_retriever=retriever)

    Documents keep their order, ids and metadata; what is not shortened is the same object. Tables, JSON and the like
    take exact forms. The limits are the caller's, so what is left out can be had from the caller's own store.

    Attributes:
        max_documents: Documents that stay at most: those with the highest relevance.
        min_relevance: Relevance, 0 to 1, below which a document goes; nothing goes by it without a question.
        prefer_diverse: Choose documents that repeat little of each other, rather than the most relevant alone.
        token_budget: Tokens of all documents together; None shortens nothing but by exact forms.

    Args:
        scorer: What says how well documents fit: as `headroom.create_scorer` gives it, or its name; None takes BM25
            (words).
        config: Settings; single ones by name win over it, as `HeadroomCompressor` takes them.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    max_documents: int = Field(10, ge=1)
    min_relevance: float = Field(0.0, ge=0, le=1)
    prefer_diverse: bool = False
    token_budget: int | None = Field(None, ge=1)

    _step: HeadroomCompressor = PrivateAttr()
    _scorer: Any = PrivateAttr()
    _last: DocumentMetrics | None = PrivateAttr(default=None)
    _sums: dict[str, int] = PrivateAttr(default_factory=dict)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def __init__(
        self,
        max_documents: int = 10,
        min_relevance: float = 0.0,
        prefer_diverse: bool = False,
        *,
        token_budget: int | None = None,
        scorer: Any = None,
        config: HeadroomConfig | None = None,
        **settings: Any,
    ) -> None:
        try:
            super().__init__(
                max_documents=max_documents,
                min_relevance=min_relevance,
                prefer_diverse=prefer_diverse,
                token_budget=token_budget,
            )
        except ValidationError as error:
            refused = refusal(type(self), error)
        else:
            sorted_out(settings, DocumentsStep.model_fields, beside=("scorer", *type(self).model_fields))
            self._step = DocumentsStep(**settings, config=config, token_budget=token_budget)
            self._scorer = scorer_of(scorer) or BM25Scorer()
            return
        raise refused  # out here, so that pydantic's error, which holds the input, is not attached

    @property
    def last_metrics(self) -> DocumentMetrics | None:
        """What became of the documents of the newest question; None before the first."""
        return self._last

    def get_compression_stats(self) -> dict[str, int | float]:
        """Sums over all questions: `compressions`, `documents_before`, `documents_after`, `tokens_before`,
        `tokens_after`, `tokens_saved`, `savings_percent`."""
        with self._lock:
            sums = {name: self._sums.get(name, 0) for name in ("compressions", *SUMS)}
        saved = sums["tokens_before"] - sums["tokens_after"]
        percent = 100.0 * saved / sums["tokens_before"] if sums["tokens_before"] else 0.0
        return {**sums, "tokens_saved": saved, "savings_percent": percent}

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """The documents that stay, in the retriever's order.

        Args:
            documents: As the retriever gave them; never changed.
            query: The question; without one the first documents stay.
            callbacks: LangChain's; nothing of it is needed.

        Raises:
            CompressionError: With `strict`, where a fault would leave the documents as they came.
        """
        given = list(documents)
        question = query if isinstance(query, str) and query.strip(BLANKS) else None
        with contain(INTEGRATION, strict=bool(self._step.strict)) as fault:
            scores = relevance(given, question, self._scorer) if question else []
            kept = list(range(len(given))) if self._step.mode == "audit" else self.chosen(given, scores)
            output, result = self.shortened([given[number] for number in kept], question)
            pairs = [pair for pair in zip(kept, output, strict=True) if not is_empty(given[pair[0]], pair[1])]
            self.record(given, kept, len(pairs), result, scores)
            return [document for _, document in pairs]
        failed = CompressResult(messages=[], tokens_before=0, tokens_after=0, warnings=[fault.reason])
        self._step.engine.record(failed, integration=INTEGRATION, error=fault.reason.removeprefix("failed_"))
        return given

    async def acompress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """`compress_documents` with its work in a thread, so that the event loop goes on."""
        return await in_thread(self.compress_documents, documents, query)

    def shortened(self, documents: list[Document], question: str | None) -> tuple[list[Document], CompressResult]:
        """Documents in exact forms and within the budget, and what was done to them."""
        call = self._step.call(documents, None, {} if question is None else {"query": question})
        request = call.engine.request(**call.facts, needs_call=False, dry_run=call.mode == "audit")
        request = replace(request, is_conversation=False, references=False)
        reading = read_documents(documents)
        views = to_views(reading.messages, strict=request.strict)
        result = call.engine.compress_result(compressed(call, reading, views, request), request)
        return reading.rebuild(from_views(result.messages, reading.messages)), result

    def chosen(self, documents: Sequence[Document], scores: Sequence[float]) -> list[int]:
        """Numbers of the documents that stay, ascending."""
        if not scores:
            return list(range(min(len(documents), self.max_documents)))
        fitting = [number for number, score in enumerate(scores) if score >= self.min_relevance]
        if len(fitting) <= self.max_documents:
            return fitting
        own = [scores[number] for number in fitting]
        if self.prefer_diverse:
            places = diverse([documents[number] for number in fitting], own, self.max_documents)
        else:
            places = best(own, self.max_documents)
        return sorted(fitting[place] for place in places)

    def record(
        self, given: Sequence[Document], kept: Sequence[int], shown: int, result: CompressResult,
        scores: Sequence[float],
    ) -> None:  # fmt: skip
        """Write one row of the ledger over all documents, and count them."""
        counter, gone = self._step.engine.counter, sorted(set(range(len(given))) - set(kept))
        notes = [replace(note, message_index=kept[note.message_index]) for note in result.notes]
        notes += [dropped(number, counter.count_text(given[number].page_content), "max_documents") for number in gone]
        whole = replace(
            result,
            notes=sorted(notes, key=lambda note: note.message_index),
            tokens_before=result.tokens_before + sum(note.tokens_before for note in notes[len(result.notes) :]),
        )
        error = next((reason.removeprefix("failed_") for reason in whole.warnings), None)
        self._step.engine.record(whole, mode=self._step.mode, integration=INTEGRATION, error=error)
        made = DocumentMetrics(
            documents_before=len(given),
            documents_after=shown,
            tokens_before=whole.tokens_before,
            tokens_after=whole.tokens_after,
            relevance_scores=tuple(scores),
        )
        with self._lock:
            self._last = made
            self._sums["compressions"] = self._sums.get("compressions", 0) + 1
            for name in SUMS:
                self._sums[name] = self._sums.get(name, 0) + getattr(made, name)


SUMS = ("documents_before", "documents_after", "tokens_before", "tokens_after")


def is_empty(before: Document, after: Document) -> bool:
    """Whether nothing of a document stays."""
    return after is not before and after.page_content.strip(BLANKS) in ("", LEFT_OUT.strip(BLANKS))
