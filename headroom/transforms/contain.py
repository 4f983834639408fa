"""The one broad catch of the library: a step that fails costs only itself (law 7)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from headroom.errors import CompressionError, HeadroomError

FAULT = "failed_"  # how the reason for a fault begins; what went wrong once is tried again, not remembered

logger = logging.getLogger("headroom")


@dataclass(slots=True)
class Outcome:
    """How a step went; `reason` is "" when it went well."""

    reason: str = ""


@contextmanager
def contain(step: str, *, strict: bool = False) -> Iterator[Outcome]:
    """Run a step whose failure must not cost the caller the request.

    Args:
        step: Name of the step, for the log and the reason.
        strict: Raise `CompressionError` instead of going on.
    """
    outcome = Outcome()
    try:
        yield outcome
    except Exception as error:
        # A step that fails must not cost the caller their request; the reason makes it visible.
        outcome.reason = f"{FAULT}{type(error).__name__}"
        if strict and isinstance(error, HeadroomError):
            raise
        if strict:
            # Not `from error`: its text may hold content, and tracebacks go to logs.
            where = place(error.__traceback__)
            raise CompressionError(f"{step} failed", step=step, error=type(error).__name__, at=where) from None
        # No text and no traceback: they hold content.
        logger.warning("%s skipped: %s at %s", step, type(error).__name__, place(error.__traceback__))


def place(traceback: TracebackType | None) -> str:
    """File and line in which an error was raised."""
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    if traceback is None:
        return "an unknown place"
    return f"{traceback.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno}"
