"""Running totals of this process: they count while every store is down."""

from __future__ import annotations

import threading

from headroom.results import RequestMetrics, ratio
from headroom.storage.forks import ForkAware
from headroom.storage.groups import NOT_SENT

COUNTERS = (
    "requests_total",
    "requests_audit",
    "requests_optimized",
    "requests_simulated",
    "requests_failed",
    "tokens_input_before",
    "tokens_input_after",
    "tokens_output_total",
    "tokens_saved_total",
    "saved_exact",
    "saved_reachable",
    "saved_unreachable",
    "cached_tokens_total",
    "cache_hits",
    "rows_dropped",
)
BY_MODE = {"audit": "requests_audit", "optimize": "requests_optimized", "simulate": "requests_simulated"}


class Totals(ForkAware):
    """Counters of all calls since the process began (a forked child begins at zero). Safe to share between threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts = dict.fromkeys(COUNTERS, 0)
        self.cost_saved_usd = 0.0
        self.watch_forks()

    def add(self, row: RequestMetrics) -> None:
        """Count one call; a simulated one has sent nothing, so it has no sizes."""
        with self.lock:
            counts = self.counts
            counts["requests_total"] += 1
            if row.mode in BY_MODE:
                counts[BY_MODE[row.mode]] += 1
            counts["requests_failed"] += row.error is not None
            if row.mode == NOT_SENT:
                return
            counts["tokens_input_before"] += row.tokens_input_before
            counts["tokens_input_after"] += row.tokens_input_after
            counts["tokens_output_total"] += row.tokens_output or 0
            counts["tokens_saved_total"] += row.tokens_saved
            counts["saved_exact"] += row.saved_exact
            counts["saved_reachable"] += row.saved_reachable
            counts["saved_unreachable"] += row.saved_unreachable
            counts["cached_tokens_total"] += row.cached_tokens or 0
            if row.cost_before is not None and row.cost_after is not None:
                self.cost_saved_usd += row.cost_before - row.cost_after

    def increment(self, name: str, amount: int = 1) -> None:
        """Count something that is no call, such as `cache_hits`."""
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + amount

    def snapshot(self) -> dict[str, int | float]:
        """All counters at one moment, with `cost_saved_usd` and `compression_ratio_avg` (after / before)."""
        with self.lock:
            counts: dict[str, int | float] = {**self.counts, "cost_saved_usd": self.cost_saved_usd}
        counts["compression_ratio_avg"] = ratio(int(counts["tokens_input_after"]), int(counts["tokens_input_before"]))
        return counts

    def after_fork_in_child(self) -> None:
        """Begin at zero: the parent's calls are the parent's."""
        self.lock = threading.Lock()
        self.counts = dict.fromkeys(COUNTERS, 0)
        self.cost_saved_usd = 0.0
