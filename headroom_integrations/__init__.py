"""Headroom inside LangChain, LangGraph and LlamaIndex programs; each framework loads when a name of it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headroom_integrations.langchain.callbacks import HeadroomCallbackHandler
    from headroom_integrations.langchain.chat_model import HeadroomChatModel
    from headroom_integrations.langchain.deepagents import with_headroom
    from headroom_integrations.langchain.documents import HeadroomDocumentCompressor
    from headroom_integrations.langchain.functions import compress_messages
    from headroom_integrations.langchain.middleware import HeadroomMiddleware
    from headroom_integrations.langchain.originals import original
    from headroom_integrations.langchain.retriever import HeadroomRetriever, compress_retriever
    from headroom_integrations.langchain.runnable import HeadroomCompressor
    from headroom_integrations.langchain.tools import wrap_tools_with_headroom
    from headroom_integrations.llama_index.llm import HeadroomLLM
    from headroom_integrations.llama_index.memory import HeadroomMemoryBlock
    from headroom_integrations.llama_index.nodes import restore_nodes
    from headroom_integrations.llama_index.postprocessor import HeadroomNodePostprocessor
    from headroom_integrations.llama_index.tools import compress_tool, compress_tools

# Public name to its module and to the extra that installs what the module needs.
NAMES = {
    "HeadroomCallbackHandler": ("headroom_integrations.langchain.callbacks", "langchain"),
    "HeadroomChatModel": ("headroom_integrations.langchain.chat_model", "langchain"),
    "HeadroomCompressor": ("headroom_integrations.langchain.runnable", "langchain"),
    "HeadroomDocumentCompressor": ("headroom_integrations.langchain.documents", "langchain"),
    "HeadroomLLM": ("headroom_integrations.llama_index.llm", "llama-index"),
    "HeadroomMemoryBlock": ("headroom_integrations.llama_index.memory", "llama-index"),
    "HeadroomMiddleware": ("headroom_integrations.langchain.middleware", "agents"),
    "HeadroomNodePostprocessor": ("headroom_integrations.llama_index.postprocessor", "llama-index"),
    "HeadroomRetriever": ("headroom_integrations.langchain.retriever", "langchain"),
    "compress_messages": ("headroom_integrations.langchain.functions", "langchain"),
    "compress_retriever": ("headroom_integrations.langchain.retriever", "langchain"),
    "compress_tool": ("headroom_integrations.llama_index.tools", "llama-index"),
    "compress_tools": ("headroom_integrations.llama_index.tools", "llama-index"),
    "original": ("headroom_integrations.langchain.originals", "langchain"),
    "restore_nodes": ("headroom_integrations.llama_index.nodes", "llama-index"),
    "with_headroom": ("headroom_integrations.langchain.deepagents", "deepagents"),
    "wrap_tools_with_headroom": ("headroom_integrations.langchain.tools", "langchain"),
}
__all__ = [
    "HeadroomCallbackHandler",
    "HeadroomChatModel",
    "HeadroomCompressor",
    "HeadroomDocumentCompressor",
    "HeadroomLLM",
    "HeadroomMemoryBlock",
    "HeadroomMiddleware",
    "HeadroomNodePostprocessor",
    "HeadroomRetriever",
    "compress_messages",
    "compress_retriever",
    "compress_tool",
    "compress_tools",
    "original",
    "restore_nodes",
    "with_headroom",
    "wrap_tools_with_headroom",
]


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(f"module 'headroom_integrations' has no attribute {name!r}")
    from headroom_integrations._shared import load

    value = load(name, *NAMES[name])
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
