"""What one model object has saved: totals, and the newest calls. Holds no content."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from headroom.results import CompressResult, savings_by_reach, savings_percent

MOST_CALLS = 100  # kept in the history


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMetrics:
    """One call of a model.

    Attributes:
        model: Model that was called.
        run_id: The framework's id of the call, or None.
        tokens_before: Tokens of all message texts as they came, by the built-in measure.
        tokens_after: Tokens of all message texts as they went out, same measure.
        saved_exact: Of the difference, what exact forms and references saved.
        saved_reachable: What was left out within the model's reach.
        saved_unreachable: What was left out beyond it.
        retrieve_rounds: Requests beyond the first that answered the model's retrieve calls.
        transforms_applied: Labels of the transforms that changed something.
        error: Class name of an error, or None.
    """

    model: str = ""
    run_id: str | None = None
    tokens_before: int = 0
    tokens_after: int = 0
    saved_exact: int = 0
    saved_reachable: int = 0
    saved_unreachable: int = 0
    retrieve_rounds: int = 0
    transforms_applied: tuple[str, ...] = ()
    error: str | None = None

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`."""
        return self.tokens_before - self.tokens_after

    @property
    def savings_percent(self) -> float:
        """Share of tokens saved, 0 to 100."""
        return savings_percent(self.tokens_after, self.tokens_before)

    @classmethod
    def of(cls, result: CompressResult, **facts: Any) -> CallMetrics:
        """The figures of a result."""
        saved = savings_by_reach(result.notes)
        return cls(
            model=result.model,
            tokens_before=result.tokens_before,
            tokens_after=result.tokens_after,
            saved_exact=saved["exact"],
            saved_reachable=saved["reachable"],
            saved_unreachable=saved["unreachable"],
            transforms_applied=tuple(result.transforms_applied),
            **facts,
        )


SUMS = ("tokens_before", "tokens_after", "saved_exact", "saved_reachable", "saved_unreachable", "retrieve_rounds")


class Savings:
    """Totals of one model object and its copies. Safe to share between threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sums = dict.fromkeys(("requests", "errors", *SUMS), 0)
        self.calls: deque[CallMetrics] = deque(maxlen=MOST_CALLS)

    def add(self, call: CallMetrics) -> None:
        """Count one call."""
        with self.lock:
            self.calls.append(call)
            self.sums["requests"] += 1
            self.sums["errors"] += call.error is not None
            for name in SUMS:
                self.sums[name] += getattr(call, name)

    @property
    def history(self) -> list[CallMetrics]:
        """The newest calls, oldest first."""
        with self.lock:
            return list(self.calls)

    def metrics(self) -> dict[str, Any]:
        """`requests`, `tokens_saved`, `savings_percent`, and what they are made of."""
        with self.lock:
            found: dict[str, Any] = dict(self.sums)
        found["tokens_saved"] = found["tokens_before"] - found["tokens_after"]
        found["savings_percent"] = savings_percent(found["tokens_after"], found["tokens_before"])
        return found

    def summary(self) -> dict[str, Any]:
        """The totals under the names of `get_savings_summary`."""
        found = self.metrics()
        return {
            "total_requests": found["requests"],
            "total_tokens_before": found["tokens_before"],
            "total_tokens_after": found["tokens_after"],
            "total_tokens_saved": found["tokens_saved"],
            "average_savings_percent": found["savings_percent"],
            "saved_exact": found["saved_exact"],
            "saved_reachable": found["saved_reachable"],
            "saved_unreachable": found["saved_unreachable"],
            "retrieve_rounds": found["retrieve_rounds"],
        }
