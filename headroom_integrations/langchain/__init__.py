"""Headroom for LangChain and LangGraph."""

from typing import TYPE_CHECKING

from headroom_integrations.langchain.names import named as __getattr__  # noqa: F401

if TYPE_CHECKING:
    from headroom_integrations.langchain.callbacks import HeadroomCallbackHandler
    from headroom_integrations.langchain.callbacks_process import observing
    from headroom_integrations.langchain.chat_model import HeadroomChatModel
    from headroom_integrations.langchain.chat_model_provider import (
        detect_provider,
        get_headroom_provider,
        get_model_name_from_langchain,
    )
    from headroom_integrations.langchain.documents import HeadroomDocumentCompressor
    from headroom_integrations.langchain.functions import compress_messages
    from headroom_integrations.langchain.graph_hook import pre_model_hook
    from headroom_integrations.langchain.graph_nodes import (
        CompressToolMessagesResult,
        compress_tool_messages,
        create_compress_tool_messages_node,
    )
    from headroom_integrations.langchain.middleware import HeadroomMiddleware
    from headroom_integrations.langchain.originals import original
    from headroom_integrations.langchain.retriever import compress_retriever
    from headroom_integrations.langchain.runnable import HeadroomCompressor
    from headroom_integrations.langchain.state_counter import headroom_token_counter
    from headroom_integrations.langchain.tools import HeadroomToolWrapper, wrap_tools_with_headroom
    from headroom_integrations.langchain.tools_metrics import (
        ToolCompressionMetrics,
        ToolMetricsCollector,
        get_tool_metrics,
        reset_tool_metrics,
    )
    from headroom_integrations.langchain.wrap import wrap

__all__ = [
    "CompressToolMessagesResult",
    "HeadroomCallbackHandler",
    "HeadroomChatModel",
    "HeadroomCompressor",
    "HeadroomDocumentCompressor",
    "HeadroomMiddleware",
    "HeadroomToolWrapper",
    "ToolCompressionMetrics",
    "ToolMetricsCollector",
    "compress_messages",
    "compress_retriever",
    "compress_tool_messages",
    "create_compress_tool_messages_node",
    "detect_provider",
    "get_headroom_provider",
    "get_model_name_from_langchain",
    "get_tool_metrics",
    "headroom_token_counter",
    "observing",
    "original",
    "pre_model_hook",
    "reset_tool_metrics",
    "wrap",
    "wrap_tools_with_headroom",
]
