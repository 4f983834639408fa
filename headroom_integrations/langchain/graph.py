"""Compression as a step of a LangGraph graph: what a node returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def changed_messages(key: str, before: Sequence[Any], after: Sequence[Any]) -> dict[str, Any]:
    """The update that puts the changed messages in place of the old: those with an id, which reducers go by.

    Empty where nothing changed, so that a channel without a reducer is not emptied.
    """
    pairs = zip(before, after, strict=True)
    changed = [new for old, new in pairs if new is not old and getattr(new, "id", None) is not None]
    return {key: changed} if changed else {}
