"""One call of a wrapped model, counted: what all frameworks' adapters have in common."""

from __future__ import annotations

import weakref
from typing import Any

from headroom.calls.call import Call
from headroom.calls.host import Host
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


class HeldModel:
    """What a model object keeps besides its fields: made anew by copies in other processes, shared by all others.

    Args:
        engine: Compresses, and writes the ledger.
        provider: Counts for the wrapped model; warmed here.
        facts: What a subclass is made of again: config, settings, whether to detect the provider, the wrapped model.
    """

    def __init__(self, engine: Engine, provider: Any, facts: tuple[Any, ...]) -> None:
        self.facts = facts
        self.engine = engine
        warm = getattr(provider, "warm", None)
        if callable(warm):
            warm("")
        self.host = Host(
            engine=engine,
            provider=provider,
            default_mode="optimize",
            fits_window=bool(WINDOWS & engine.config.model_fields_set),
            withheld=withheld_of(engine),
            page_tokens=engine.config.ccr.page_tokens,
            most_rounds=engine.config.ccr.max_rounds,
        )
        self.savings = Savings()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.engine!r})"

    def __copy__(self) -> HeldModel:
        return self

    def __deepcopy__(self, memo: object) -> HeldModel:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return held_again, (type(self), *self.facts)


def held_again(kind: Any, config: Any, settings: Any, detect: bool, inner: Any) -> Any:
    """What was pickled."""
    return kind(config, settings, detect=detect, inner=inner)


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
