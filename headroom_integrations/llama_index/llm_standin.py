"""A stand-in for a wrapped LLM: one of its own class, whose calls go through headroom.

Some LLMs have a way of their own to structured output, such as OpenAI's response format. It runs on the stand-in, so
that the request is the one that the LLM would make, compressed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from llama_index.core.llms.llm import LLM

OWNER = "_headroom_owner"
"""Attribute of a stand-in with the LLM that wraps the one it stands for."""
CALLS = ("chat", "achat", "stream_chat", "astream_chat", "_prepare_chat_with_tools", "_prepare_chat_with_tools_compat")
MOST_CLASSES = 64


def stand_in(inner: LLM, owner: Any) -> Any:
    """A shallow copy of the wrapped LLM, whose calls are those of `owner`."""
    made = copy.copy(inner)
    object.__setattr__(made, "__class__", standing_class(type(inner)))
    vars(made)[OWNER] = owner
    return made


@lru_cache(maxsize=MOST_CLASSES)
def standing_class(kind: type[LLM]) -> type:
    """The class, its calls those of the owner."""
    members: dict[str, Any] = {name: passing(name) for name in CALLS if hasattr(kind, name)}
    members |= {"__module__": __name__, "__qualname__": kind.__qualname__}
    metaclass: Any = type(kind)
    made: type = metaclass(kind.__name__, (kind,), members)
    return made


def passing(name: str) -> Callable[..., Any]:
    """A method that calls the owner's."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(vars(self)[OWNER], name)(*args, **kwargs)

    method.__name__ = name
    return method
