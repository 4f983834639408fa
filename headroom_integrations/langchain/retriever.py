"""`compress_retriever`: a retriever whose documents come within a budget, chosen by the query it was called with."""

from __future__ import annotations

from typing import Any, ClassVar

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever, LangSmithRetrieverParams
from langchain_core.runnables import Runnable
from langchain_core.runnables.base import coerce_to_runnable
from pydantic import ConfigDict, Field

from headroom.documents import LEFT_OUT
from headroom.errors import ConfigurationError
from headroom.threads import in_thread
from headroom_integrations._settings import sorted_out
from headroom_integrations.langchain.call import run
from headroom_integrations.langchain.rag import question_of
from headroom_integrations.langchain.runnable import HeadroomCompressor


class RetrieverStep(HeadroomCompressor):
    """The step behind a retriever; the ledger names it so."""

    surface: ClassVar[str] = "langchain.retriever"


class HeadroomRetriever(BaseRetriever):
    """A retriever over another one; ids, metadata and order of its documents stay.

    Attributes:
        retriever: Gives the documents: a retriever, or any step from a query to documents.
        step: Compresses them.
        drop_empty: Whether documents of which no sentence stays are not given; else they say `[...]`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)

    retriever: Any = Field(repr=False)
    step: RetrieverStep = Field(repr=False)
    drop_empty: bool = True

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        found = self.retriever.invoke(query, {"callbacks": run_manager.get_child()}, **kwargs)
        return self.compressed(found, query, str(run_manager.run_id))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        found = await self.retriever.ainvoke(query, {"callbacks": run_manager.get_child()}, **kwargs)
        return await in_thread(self.compressed, found, query, str(run_manager.run_id))

    def compressed(self, documents: Any, query: Any, run_id: str) -> list[Document]:
        """`documents` within the budget; a query that is a state, as some chains pass, is read like a question."""
        asked = question_of(query) or question_of(query.get("messages") if isinstance(query, dict) else None)
        output, _ = run(self.step.call(documents, None, {"query": asked} if asked else {}), run_id=run_id)
        if not self.drop_empty or not isinstance(output, list):
            return list(output)
        pairs = zip(output, documents, strict=True)
        return [new for new, old in pairs if new is old or new.page_content != LEFT_OUT]

    def get_metrics(self) -> dict[str, int | float]:
        """Totals of this process over all steps with the same settings."""
        return self.step.get_metrics()

    def _get_ls_params(self, **kwargs: Any) -> LangSmithRetrieverParams:
        """What traces say of the retriever: what the inner one says of itself."""
        inner = self.retriever
        return inner._get_ls_params(**kwargs) if isinstance(inner, BaseRetriever) else super()._get_ls_params(**kwargs)


def compress_retriever(
    retriever: Any, *, token_budget: int = 1500, drop_empty: bool = True, **settings: Any
) -> HeadroomRetriever:
    """`retriever` with its documents cut to the sentences that answer the query it is called with.

        retriever = compress_retriever(vector_store.as_retriever(search_kwargs={"k": 20}), token_budget=1500)

    Nothing of a document that fits is changed; where sentences do not stay `[...]` stands between those that do.
    Documents hold their ids and metadata, so that the whole text is where it came from.

    Args:
        retriever: A retriever, or any step or function from a query to documents.
        token_budget: Tokens of all documents together, by the built-in measure.
        drop_empty: Whether documents of which nothing stays are not given.
        settings: Further settings of `HeadroomCompressor`.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value, or `retriever` is no step.
    """
    try:
        inner: Runnable[Any, Any] = coerce_to_runnable(retriever)
    except TypeError:
        said = f"retriever must be a retriever or a step, got {type(retriever).__name__}"
        raise ConfigurationError(said, field="retriever", value=type(retriever).__name__) from None
    sorted_out(settings, RetrieverStep.model_fields, beside=("drop_empty",))  # refuses names that nobody knows
    step = RetrieverStep(token_budget=token_budget, **settings)
    traits = {name: getattr(inner, name, None) for name in ("tags", "metadata")} if is_retriever(inner) else {}
    return HeadroomRetriever(retriever=inner, step=step, drop_empty=drop_empty, **traits)


def is_retriever(step: Any) -> bool:
    """Whether a step is LangChain's own kind of retriever."""
    return isinstance(step, BaseRetriever)
