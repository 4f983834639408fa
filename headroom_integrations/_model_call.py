"""One call of a wrapped model, counted: what all frameworks' adapters have in common."""

from __future__ import annotations

import weakref
from typing import Any

from headroom.calls.call import Call
from headroom.calls.withheld import WithheldCalls
from headroom.engine import Engine
from headroom.transforms.contain import contain
from headroom_integrations._savings import CallMetrics, Savings

WINDOWS = frozenset({"rolling_window", "intelligent_context"})
"""Settings that ask for conversations to be fitted into the model's window."""

memories: weakref.WeakKeyDictionary[Engine, WithheldCalls] = weakref.WeakKeyDictionary()


def withheld_of(engine: Engine) -> WithheldCalls:
    """Calls taken out of answers, by engine: models may be made anew for each call, and must find them."""
    return memories.setdefault(engine, WithheldCalls())


def openai_provider() -> Any:
    """What counts where nothing is to be detected."""
    from headroom import OpenAIProvider

    return OpenAIProvider()


class CountedCall(Call):
    """A call that adds to the sums of its model object, which a subclass sets as `savings` before anything else."""

    savings: Savings

    def finish(self, error: str | None = None) -> None:
        """Write the row, and count the call, once."""
        if self.is_done:
            return
        super().finish(error)
        with contain("metrics"):
            failed = error or next((fault.removeprefix("failed_") for fault in self.faults), None)
            rounds = max(self.answered_rounds - 1, 0)
            facts = {"run_id": self.controls.labels.get("run_id"), "retrieve_rounds": rounds, "error": failed}
            self.savings.add(CallMetrics.of(self.counted(error), **facts))

    @property
    def figures(self) -> dict[str, int]:
        """What an answer's metadata says of the call; nothing where nothing was looked at."""
        if self.prepared is None:
            return {}
        result = self.prepared.result
        return {
            "tokens_before": result.tokens_before,
            "tokens_after": result.tokens_after,
            "tokens_saved": result.tokens_before - result.tokens_after,
        }
