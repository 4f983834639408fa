"""`HeadroomCallbackHandler`: hears what models used, and says what one invocation cost. Changes nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from langchain_core.outputs import LLMResult

from headroom.transforms.contain import contain
from headroom_integrations._observed import Reply
from headroom_integrations._observer import Observer
from headroom_integrations.langchain.callbacks_events import RunEvents
from headroom_integrations.langchain.callbacks_usage import PREFIX, place_of, read_reply

INTEGRATION = "langchain.callbacks"


class HeadroomCallbackHandler(Observer, RunEvents):
    """Observes calls of models: tokens and dollars as the provider counted them, by model, node and thread.

        handler = HeadroomCallbackHandler(token_alert_threshold=100_000, cost_alert_threshold=0.50)
        agent.invoke(state, {"callbacks": [handler]})
        handler.get_summary()

    Safe to share between threads, tasks and graphs. Answers that came from LangChain's cache cost nothing and count as
    `cached_replies` only. Each call that has no row in the ledger yet gets one with its usage, so that
    `headroom stats` shows it; nothing that was said is kept. To attach it to everything that a process runs:
    `with observing(): ...`.

    Args:
        log_level: Level of one line per call: `DEBUG`, `INFO` ...; None writes none.
        token_alert_threshold: Tokens, input and output, of one invocation (a chain, an agent, a model alone) from
            which an alert is raised, once.
        cost_alert_threshold: The same in dollars; calls whose price is not known do not count.
        on_alert: Called with each `Alert`; what it raises is logged and passed over.
        store_url: Where rows go; None takes the configured place.
        record: Whether rows are written at all.

    Raises:
        ConfigurationError: A value is refused.
    """

    integration = INTEGRATION
    prefix = PREFIX
    groups = {"by_model": "model", "by_node": "node", "by_thread": "thread_id"}  # noqa: RUF012

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """A model is called."""
        self.hear(run_id, parent_run_id, metadata)

    def on_llm_start(
        self, serialized: Any, prompts: Any, *, run_id: UUID, parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """A model that completes a text is called."""
        self.hear(run_id, parent_run_id, metadata)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """A model has answered."""
        with contain("callbacks"):
            self.finish_call(str(run_id), read_reply(response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A call has failed."""
        with contain("callbacks"):
            self.finish_call(str(run_id), Reply(), error=type(error).__name__)

    def hear(self, run_id: UUID, parent_run_id: UUID | None, metadata: dict[str, Any] | None) -> None:
        """Note where a model is called."""
        with contain("callbacks"):
            self.begin_call(run_id, parent_run_id, place_of(metadata))
