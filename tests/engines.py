"""Engines whose limits are so small that compression and selection happen in generated conversations, too."""

from __future__ import annotations

from functools import cache
from typing import Any

from headroom.engine import Engine
from tests.samples import Messages

TIGHT: dict[str, Any] = {
    "min_tokens": 20,
    "select_above_tokens": 120,
    "cache_optimizer": {"min_cacheable_tokens": 0},
}
MODES: dict[str, dict[str, Any]] = {
    "off": {},
    "tool": {"retrieval": "tool"},
    "always": {"selection": "always"},
    "asked": {"target_tokens": 60},
}


def new_engine(**settings: Any) -> Engine:
    """An engine that has seen nothing."""
    return Engine(**{**TIGHT, **settings})


@cache
def used_engine() -> Engine:
    """One engine for all tests of a process: it has seen whatever was compressed before."""
    return new_engine()


def text_of(messages: Messages, index: int = -1) -> str:
    """Content of one message that is a text."""
    content = messages[index]["content"]
    assert isinstance(content, str)
    return content
