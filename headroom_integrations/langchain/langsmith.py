"""What headroom did, among the metadata of LangSmith's runs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from importlib.util import find_spec
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import LLMResult

from headroom import ConfigurationError
from headroom.transforms.contain import contain
from headroom_integrations.langchain.callbacks_usage import FIGURES

MOST_RUNS = 1000
MOST_PENDING = 1000  # updates that wait; beyond, runs are not updated
PREFIX = "headroom."


class HeadroomLangSmithCallbackHandler(BaseCallbackHandler):
    """Adds `headroom.tokens_before`, `headroom.tokens_after`, `headroom.tokens_saved`, `headroom.savings_percent` and
    `headroom.transforms_applied` to the metadata of the runs of models that headroom compressed for.

        handler = HeadroomLangSmithCallbackHandler()
        HeadroomChatModel(llm).invoke(messages, {"callbacks": [handler]})

    `HeadroomChatModel` says in its answers what it did; for others there is `set_headroom_metrics`. Figures and names
    only. A run is updated when it has ended, in a thread, after what the client still holds; a LangSmith that cannot be
    reached costs a line in the log.

    Args:
        langsmith_client: Client that updates runs; None takes the one that tracing uses, at the first update.
        auto_update_runs: Whether runs are updated at all; else the figures are kept here only.

    Raises:
        ConfigurationError: The client cannot update runs.
    """

    run_inline = True

    def __init__(self, langsmith_client: Any = None, auto_update_runs: bool = True) -> None:
        if langsmith_client is not None and not callable(getattr(langsmith_client, "update_run", None)):
            kind = type(langsmith_client).__name__
            raise ConfigurationError("langsmith_client must have update_run", field="langsmith_client", value=kind)
        self.client = langsmith_client
        self.auto_update_runs = auto_update_runs
        self.lock = threading.Lock()
        self.metrics: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self.begun: dict[str, dict[str, Any]] = {}
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="headroom-langsmith")  # started by the first update
        self.pending: set[Future[None]] = set()

    def __repr__(self) -> str:
        return f"HeadroomLangSmithCallbackHandler({len(self.metrics)} runs)"

    def set_headroom_metrics(
        self,
        run_id: UUID | str,
        tokens_before: int = 0,
        tokens_after: int = 0,
        transforms_applied: list[str] | tuple[str, ...] = (),
        **figures: int | float | str,
    ) -> None:
        """Say what was done for a run, before it ends.

        Args:
            run_id: LangChain's id of the run.
            tokens_before: Tokens as they came.
            tokens_after: Tokens as they went out.
            transforms_applied: Labels of what changed something.
            figures: More of them, by name.
        """
        saved = tokens_before - tokens_after
        made = {
            "tokens_before": tokens_before,
            "tokens_after": tokens_after,
            "tokens_saved": saved,
            "savings_percent": 100.0 * saved / tokens_before if tokens_before else 0.0,
            "transforms_applied": list(transforms_applied),
            **figures,
        }
        with self.lock:
            self.metrics[str(run_id)] = {f"{PREFIX}{name}": value for name, value in made.items()}
            while len(self.metrics) > MOST_RUNS:
                self.metrics.popitem(last=False)

    def get_run_metrics(self, run_id: UUID | str) -> dict[str, Any] | None:
        """What was done for a run, as its metadata say it; None where nothing is known."""
        with self.lock:
            found = self.metrics.get(str(run_id))
            return None if found is None else dict(found)

    def get_all_metrics(self) -> dict[str, dict[str, Any]]:
        """Run to what was done for it, for the newest runs."""
        with self.lock:
            return {run_id: dict(found) for run_id, found in self.metrics.items()}

    def get_summary(self) -> dict[str, int | float]:
        """`total_runs`, `total_tokens_before`, `total_tokens_after`, `total_tokens_saved`, `savings_percent`, over the
        newest runs."""
        every = self.get_all_metrics().values()
        before, after = (sum(found[f"{PREFIX}tokens_{name}"] for found in every) for name in ("before", "after"))
        return {
            "total_runs": len(every),
            "total_tokens_before": before,
            "total_tokens_after": after,
            "total_tokens_saved": before - after,
            "savings_percent": 100.0 * (before - after) / before if before else 0.0,
        }

    def reset(self) -> None:
        """Forget all runs."""
        with self.lock:
            self.metrics.clear()

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, metadata: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """A model is called: its metadata stay beside ours."""
        with self.lock:
            self.begun[str(run_id)] = dict(metadata or {})

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """A model has answered."""
        with contain("langsmith"):
            figures = figures_of(response)
            if figures is not None and self.get_run_metrics(run_id) is None:
                self.set_headroom_metrics(run_id, **figures)
        self.update(str(run_id))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A call has failed."""
        self.update(str(run_id))

    def update(self, run_id: str) -> None:
        """See that the run is updated, where something is known of it; waits for nothing."""
        with self.lock:
            metadata = self.begun.pop(run_id, {})
        found = self.get_run_metrics(run_id)
        if found is None or not self.auto_update_runs or len(self.pending) >= MOST_PENDING:
            return
        if self.client is not None or is_langsmith_tracing_enabled():
            with contain("langsmith"):
                sending = self.thread.submit(self.send, run_id, {**metadata, **found})
                self.pending.add(sending)
                sending.add_done_callback(self.pending.discard)

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait for updates under way; whether all of them were done within `timeout` seconds."""
        return not wait(set(self.pending), timeout).not_done

    def send(self, run_id: str, metadata: dict[str, Any]) -> None:
        """Update a run, after what the client has not sent yet: the run itself may be among it."""
        with contain("langsmith"):
            client = self.client or tracing_client()
            flush = getattr(client, "flush", None)
            if callable(flush):
                flush()
            client.update_run(UUID(run_id), extra={"metadata": metadata})


def figures_of(response: LLMResult) -> dict[str, Any] | None:
    """What a model that headroom wraps says it did; None where it says nothing, or the answer is from a cache."""
    message = next((getattr(one, "message", None) for choices in response.generations for one in choices), None)
    figures = (getattr(message, "response_metadata", None) or {}).get(FIGURES)
    usage = getattr(message, "usage_metadata", None) or {}
    if not isinstance(figures, dict) or usage.get("total_cost") == 0:
        return None
    return {name: figures[name] for name in ("tokens_before", "tokens_after") if isinstance(figures.get(name), int)}


def tracing_client() -> Any:
    """The client that LangChain's tracing uses."""
    from langsmith.run_trees import get_cached_client

    return get_cached_client()


def is_langsmith_available() -> bool:
    """Whether the langsmith package is installed."""
    return find_spec("langsmith") is not None


def is_langsmith_tracing_enabled() -> bool:
    """Whether runs are traced to LangSmith here: by the environment, or by `tracing_context`."""
    if not is_langsmith_available():
        return False
    from langsmith.utils import tracing_is_enabled

    return bool(tracing_is_enabled())
