"""What a question is in a chain, and which inputs are documents that it decides about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage

from headroom_integrations.langchain.inputs import Reading


def is_documents(reading: Reading) -> bool:
    """Whether sentences may be chosen from what was read: documents, or a bare text."""
    return reading.noun in ("documents", "document", "text")


def question_of(value: Any) -> str | None:
    """The question that a value is or holds: a text, a message, the last user message of a list; None for others."""
    if isinstance(value, str):
        return value if value.strip(" \t\r\n") else None
    if isinstance(value, BaseMessage):
        return question_of(str(value.text))
    if isinstance(value, (list, tuple)):
        asked = (text for item in reversed(value) if (text := question_of(user_text(item))) is not None)
        return next(asked, None)
    return None


def user_text(item: Any) -> Any:
    """What a user message says, in any spelling; None for other messages."""
    if isinstance(item, HumanMessage):
        return item
    if isinstance(item, Mapping):
        return item.get("content") if item.get("role") in ("user", "human") else None
    is_pair = isinstance(item, tuple) and len(item) == 2
    return item[1] if is_pair and item[0] in ("user", "human") else None
