"""Whether LangChain is there. What a chat model is, `chat_model_provider` says."""

from __future__ import annotations

from importlib.util import find_spec


def langchain_available() -> bool:
    """Whether LangChain is installed."""
    return find_spec("langchain_core") is not None
