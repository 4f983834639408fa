"""Runs of chains, tools and retrievers as two events: one begins, one has ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler


class RunEvents(BaseCallbackHandler):
    """A handler that hears of runs by `begin_run` and `end_run`, whatever kind they are."""

    run_inline = True  # in order, and in no thread of its own: each event costs microseconds

    def begin_run(self, run_id: UUID, parent_run_id: UUID | None) -> None:
        """A run begins."""
        raise NotImplementedError

    def end_run(self, run_id: UUID) -> None:
        """A run has ended, well or not."""
        raise NotImplementedError

    def on_chain_start(
        self, serialized: Any, inputs: Any, *, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any
    ) -> None:
        """A chain, graph or node begins."""
        self.begin_run(run_id, parent_run_id)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """A chain, graph or node has ended."""
        self.end_run(run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A chain, graph or node has failed."""
        self.end_run(run_id)

    def on_tool_start(
        self, serialized: Any, input_str: str, *, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any
    ) -> None:
        """A tool is called."""
        self.begin_run(run_id, parent_run_id)

    def on_tool_end(self, output: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """A tool has answered."""
        self.end_run(run_id)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A tool has failed."""
        self.end_run(run_id)

    def on_retriever_start(
        self, serialized: Any, query: str, *, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any
    ) -> None:
        """A retriever is asked."""
        self.begin_run(run_id, parent_run_id)

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """A retriever has answered."""
        self.end_run(run_id)

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A retriever has failed."""
        self.end_run(run_id)
