"""Headroom for LlamaIndex."""

from typing import TYPE_CHECKING

from headroom_integrations.llama_index.names import named as __getattr__  # noqa: F401

if TYPE_CHECKING:
    from headroom_integrations.llama_index.events import HeadroomCompressionEvent, emit
    from headroom_integrations.llama_index.events_handler import HeadroomEventHandler, observing
    from headroom_integrations.llama_index.llm import HeadroomLLM
    from headroom_integrations.llama_index.memory import HeadroomMemoryBlock
    from headroom_integrations.llama_index.memory_counted import HeadroomMemory
    from headroom_integrations.llama_index.nodes import restore_nodes
    from headroom_integrations.llama_index.postprocessor import HeadroomNodePostprocessor
    from headroom_integrations.llama_index.retrieve_tool import headroom_retrieve_tool
    from headroom_integrations.llama_index.token_counter import headroom_token_counter, headroom_tokenizer
    from headroom_integrations.llama_index.tools import compress_tool, compress_tools
    from headroom_integrations.llama_index.tools_metrics import (
        ToolCompressionMetrics,
        ToolMetricsCollector,
        get_tool_metrics,
        reset_tool_metrics,
    )

__all__ = [
    "HeadroomCompressionEvent",
    "HeadroomEventHandler",
    "HeadroomLLM",
    "HeadroomMemory",
    "HeadroomMemoryBlock",
    "HeadroomNodePostprocessor",
    "ToolCompressionMetrics",
    "ToolMetricsCollector",
    "compress_tool",
    "compress_tools",
    "emit",
    "get_tool_metrics",
    "headroom_retrieve_tool",
    "headroom_token_counter",
    "headroom_tokenizer",
    "observing",
    "reset_tool_metrics",
    "restore_nodes",
]
