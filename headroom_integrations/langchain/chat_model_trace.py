"""What traces show of a compressing model's runs: the messages as they are sent (requirement R15).

LangChain tells its handlers of a run before the model is asked, with the messages as they came. A handler of ours that
stands before all others compresses them there and puts what will be sent in their place; the model's hook then goes on
with that very call. Run ids, caches and everything else that is told stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler, BaseCallbackManager

from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations.langchain.chat_model_call import ModelCall, Place

Make = Callable[[list[Any], Place], ModelCall]
"""From messages and the place of a run to its call, not begun."""


class SentTrace(BaseCallbackHandler):
    """Stands before all handlers of one call of a model.

    Args:
        make: Makes the call of a run.
        owner: The model whose call it is.
        runs: Runs that belong to the call; later ones, such as those of a model within the model, are not touched.
    """

    run_inline = True

    def __init__(self, make: Make, *, owner: Any, runs: int) -> None:
        self.make = make
        self.owner = owner
        self.runs = runs
        self.calls: dict[str, tuple[list[Any], ModelCall]] = {}

    @property
    def ignore_llm(self) -> bool:
        """Nothing but the start of a run is of interest."""
        return True

    def on_chat_model_start(
        self, serialized: Any, messages: list[list[Any]], *, run_id: UUID, metadata: Any = None, **facts: Any
    ) -> Any:
        """Put what will be sent in the place of what came; a fault leaves the trace as it was."""
        with contain("trace"):
            self.show(run_id, messages[0], metadata, facts)

    def show(self, run_id: UUID, messages: list[Any], metadata: Any, facts: Mapping[str, Any]) -> None:
        """Begin the call of a run, and tell of it in the list that all handlers are shown."""
        if self.runs == 0:
            return
        self.runs -= 1
        came = list(messages)
        call = self.make(came, Place(run_id=str(run_id), metadata=metadata or {}))
        arguments = call.begin()
        if arguments is None:
            return
        self.calls[str(run_id)] = (came, call)
        messages[:] = arguments["messages"]
        params = facts.get("invocation_params")
        if isinstance(params, dict) and params.get("tools") and arguments.get("tools"):
            params["tools"] = arguments["tools"]

    def begun(self, run_id: str | None, messages: Sequence[Any]) -> ModelCall | None:
        """The call of a run, once, if it was begun with these very messages."""
        came, call = self.calls.pop(run_id or "", ((), None))
        if len(came) != len(messages) or any(one is not other for one, other in zip(came, messages, strict=True)):
            return None
        return call


class AsyncSentTrace(SentTrace, AsyncCallbackHandler):
    """The same where an event loop must not wait."""

    async def on_chat_model_start(
        self, serialized: Any, messages: list[list[Any]], *, run_id: UUID, metadata: Any = None, **facts: Any
    ) -> Any:
        """As `SentTrace`, in a thread."""
        with contain("trace"):
            await in_thread(self.show, run_id, messages[0], metadata, facts)


def with_first(callbacks: Any, handler: SentTrace) -> Any:
    """Callbacks as LangChain takes them, `handler` before all others."""
    if isinstance(callbacks, BaseCallbackManager):
        made = callbacks.copy()
        made.handlers = [handler, *others(made.handlers)]
        made.inheritable_handlers = others(made.inheritable_handlers)
        return made
    return [handler, *others(callbacks or ())]


def others(handlers: Sequence[Any]) -> list[Any]:
    """Handlers that are not ours."""
    return [handler for handler in handlers if not isinstance(handler, SentTrace)]


def handlers_of(callbacks: Any) -> Sequence[Any]:
    """The handlers among callbacks as LangChain takes them."""
    return getattr(callbacks, "handlers", callbacks) or ()


def trace_of(handlers: Sequence[Any]) -> SentTrace | None:
    """The handler of ours among those of a run."""
    return next((handler for handler in handlers if isinstance(handler, SentTrace)), None)
