"""Thresholds that an invocation may pass, and what is said then."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from headroom import ConfigurationError

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A threshold that one invocation passed.

    Attributes:
        kind: `tokens` or `cost`.
        value: Tokens or dollars of the invocation until then.
        threshold: What was passed.
        run_id: The call with which it was passed.
        root_run_id: The invocation.
        thread_id: Its conversation, or None.
    """

    kind: str
    value: float
    threshold: float
    run_id: str
    root_run_id: str
    thread_id: str | None = None

    def __str__(self) -> str:
        if self.kind == "cost":
            return f"${self.value:.4f} used, threshold ${self.threshold:.4f} (run {self.root_run_id})"
        return f"{self.value:.0f} tokens used, threshold {self.threshold:.0f} (run {self.root_run_id})"


def checked_level(level: Any) -> int | None:
    """A level as `logging` counts them.

    Raises:
        ConfigurationError: There is none of that name.
    """
    if level is None or (isinstance(level, int) and not isinstance(level, bool)):
        return level
    if not isinstance(level, str) or level.upper() not in LEVELS:
        raise ConfigurationError(
            f"log_level must be one of {', '.join(LEVELS)}", field="log_level", value=str(level)[:60]
        )
    return int(getattr(logging, level.upper()))


def checked_threshold(name: str, value: Any) -> float | None:
    """A threshold, or None.

    Raises:
        ConfigurationError: It is no number above 0.
    """
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0):
        return value
    shown = value if isinstance(value, (int, float)) else type(value).__name__
    raise ConfigurationError(f"{name} must be a number above 0, got {shown}", field=name, value=shown)
