"""Headroom inside LangChain, LangGraph and LlamaIndex programs; each framework loads when a name of it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headroom_integrations.langchain.functions import compress_messages
    from headroom_integrations.langchain.runnable import HeadroomCompressor

# Public name to its module and to the extra that installs what the module needs.
NAMES = {
    "HeadroomCompressor": ("headroom_integrations.langchain.runnable", "langchain"),
    "compress_messages": ("headroom_integrations.langchain.functions", "langchain"),
}
__all__ = ["HeadroomCompressor", "compress_messages"]


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(f"module 'headroom_integrations' has no attribute {name!r}")
    from headroom_integrations._shared import load

    value = load(name, *NAMES[name])
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
