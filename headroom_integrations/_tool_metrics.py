"""What wrapped tools saved in this process: sums by tool, and the newest calls."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from headroom.errors import ConfigurationError
from headroom.results import CompressResult, Note

MOST_CALLS = 1000
MOST_TOOLS = 1000  # named one by one; the sums of all others stand under one name
OTHERS = "(others)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCompressionMetrics:
    """One call of a tool. Holds no content.

    Attributes:
        tool_name: Name of the tool.
        chars_before: Characters of the result's texts as the tool gave them.
        chars_after: Characters of what the caller got.
        tokens_before: Size as it came, in tokens of the built-in measure.
        tokens_after: Size as it went out, same measure.
        was_compressed: Whether anything was changed.
        reason: What was done (`table`), or why nothing was (`below_min_chars`).
        run_id: Run of the tool, as the ledger names it; None where there was none.
    """

    tool_name: str
    chars_before: int = 0
    chars_after: int = 0
    tokens_before: int = 0
    tokens_after: int = 0
    was_compressed: bool = False
    reason: str = ""
    run_id: str | None = None

    @property
    def chars_saved(self) -> int:
        """`chars_before - chars_after`."""
        return self.chars_before - self.chars_after

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`."""
        return self.tokens_before - self.tokens_after

    @property
    def compression_ratio(self) -> float:
        """`tokens_after / tokens_before`: 1.0 means that nothing was saved."""
        return self.tokens_after / self.tokens_before if self.tokens_before else 1.0


class ToolMetricsCollector:
    """Sums over calls of tools. Safe to share between threads; bounded.

    Args:
        most_calls: Newest calls that are kept one by one; sums are over all.
    """

    def __init__(self, most_calls: int = MOST_CALLS) -> None:
        self.lock = threading.Lock()
        self.calls: deque[ToolCompressionMetrics] = deque(maxlen=most_calls)
        self.sums: dict[str, dict[str, int]] = {}

    def __repr__(self) -> str:
        return f"ToolMetricsCollector({sum(row['invocations'] for row in self.sums.values())} calls)"

    @property
    def metrics(self) -> list[ToolCompressionMetrics]:
        """The newest calls, oldest first."""
        with self.lock:
            return list(self.calls)

    def add(self, call: ToolCompressionMetrics) -> None:
        """Count one call."""
        with self.lock:
            self.calls.append(call)
            is_named = call.tool_name in self.sums or len(self.sums) < MOST_TOOLS
            row = self.sums.setdefault(call.tool_name if is_named else OTHERS, dict.fromkeys(COLUMNS, 0))
            row["invocations"] += 1
            row["compressions"] += call.was_compressed
            for name in COLUMNS[2:]:
                row[name] += getattr(call, name)

    def get_summary(self) -> dict[str, Any]:
        """Sums over all calls: `total_invocations`, `total_compressions`, `total_chars_saved`, `total_tokens_saved`,
        `average_compression_ratio` (all tokens after over all tokens before; 1.0 for none), and `by_tool`."""
        with self.lock:
            by_tool = {name: dict(row) for name, row in sorted(self.sums.items())}
        total = {name: sum(row[name] for row in by_tool.values()) for name in COLUMNS}
        before = total["tokens_before"]
        return {
            "total_invocations": total["invocations"],
            "total_compressions": total["compressions"],
            "total_chars_saved": total["chars_before"] - total["chars_after"],
            "total_tokens_saved": before - total["tokens_after"],
            "average_compression_ratio": total["tokens_after"] / before if before else 1.0,
            "by_tool": {name: with_saved(row) for name, row in by_tool.items()},
        }

    def reset(self) -> None:
        """Begin at zero; whoever adds to this collector goes on adding to it."""
        with self.lock:
            self.calls.clear()
            self.sums.clear()


COLUMNS = ("invocations", "compressions", "chars_before", "chars_after", "tokens_before", "tokens_after")
collector = ToolMetricsCollector()


def with_saved(row: dict[str, int]) -> dict[str, int]:
    """The sums of one tool, with what was saved."""
    saved = {f"{name}_saved": row[f"{name}_before"] - row[f"{name}_after"] for name in ("chars", "tokens")}
    return {**row, **saved}


def get_tool_metrics() -> ToolMetricsCollector:
    """What all tools without a collector of their own add to, in this process."""
    return collector


def reset_tool_metrics() -> None:
    """Begin at zero; tools that were wrapped before go on adding to the same collector."""
    collector.reset()


def checked_collector(given: Any) -> ToolMetricsCollector:
    """`given`, if calls can be counted there; that of the process for None.

    Raises:
        ConfigurationError: They cannot.
    """
    if given is None:
        return collector
    if not isinstance(given, ToolMetricsCollector):
        kind = type(given).__name__
        said = f"metrics_collector must be a ToolMetricsCollector, got {kind}"
        raise ConfigurationError(said, field="metrics_collector", value=kind)
    return given


def metrics_of(
    tool: str, result: CompressResult, *, chars: tuple[int, int], run_id: str | None = None
) -> ToolCompressionMetrics:
    """One call from what was done to its result."""
    changed = next((note for note in result.notes if note.change), None)
    told = changed or next(iter(result.notes), Note(message_index=0))
    return ToolCompressionMetrics(
        tool_name=tool,
        chars_before=chars[0],
        chars_after=chars[1],
        tokens_before=result.tokens_before,
        tokens_after=result.tokens_after,
        was_compressed=changed is not None,
        reason=next(iter(result.warnings), told.reason),
        run_id=run_id,
    )
