"""Messages of a framework as views, where each knows which message it was made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from headroom.results import CompressResult
from headroom.transforms.contain import contain

ORIGIN = "headroom_origin"
"""Key of a view that says which message it was made of; it outlives copies with new text."""
FAULT = "headroom_fault"
"""Key of a view that says why its message could not be read."""


def views_of(
    messages: Sequence[Any], fields_of: Callable[[Any], dict[str, Any]], step: str, *, strict: bool = False
) -> list[Any]:
    """A view of each message; one that cannot be read costs only itself, and its view names the fault.

    Args:
        fields_of: The OpenAI-shaped dict of one message; one without a role leaves the message as it is.
        step: What is read, for the log.
        strict: Raise where a message cannot be read.
    """
    return [view_or_fault(message, position, fields_of, step, strict) for position, message in enumerate(messages)]


def view_or_fault(
    message: Any, position: int, fields_of: Callable[[Any], dict[str, Any]], step: str, strict: bool
) -> dict[str, Any]:
    """The view of one message, or of the fault that reading it was."""
    with contain(step, strict=strict) as fault:
        return {**fields_of(message), ORIGIN: position}
    return {ORIGIN: position, FAULT: fault.reason}


def error_of(result: CompressResult) -> str | None:
    """Class name of the first fault inside, or None."""
    reasons = [warning.rpartition(": ")[2] for warning in result.warnings]
    reasons += [note.reason for note in result.notes] + [view.get(FAULT, "") for view in result.messages]
    return next((reason.removeprefix("failed_") for reason in reasons if reason.startswith("failed_")), None)
