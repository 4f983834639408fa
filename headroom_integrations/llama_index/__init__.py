"""Headroom for LlamaIndex."""

from typing import TYPE_CHECKING

from headroom_integrations.llama_index.names import named as __getattr__  # noqa: F401

if TYPE_CHECKING:
    from headroom_integrations.llama_index.llm import HeadroomLLM
    from headroom_integrations.llama_index.memory import HeadroomMemoryBlock
    from headroom_integrations.llama_index.nodes import restore_nodes
    from headroom_integrations.llama_index.postprocessor import HeadroomNodePostprocessor
    from headroom_integrations.llama_index.tools import compress_tool, compress_tools

__all__ = [
    "HeadroomLLM",
    "HeadroomMemoryBlock",
    "HeadroomNodePostprocessor",
    "compress_tool",
    "compress_tools",
    "restore_nodes",
]
