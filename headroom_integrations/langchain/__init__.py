"""Headroom for LangChain and LangGraph."""

from typing import TYPE_CHECKING

from headroom_integrations.langchain.names import listed as __dir__  # noqa: F401
from headroom_integrations.langchain.names import named as __getattr__  # noqa: F401

if TYPE_CHECKING:
    from headroom_integrations._observed import Joined, ObservedRequest
    from headroom_integrations._observed_alerts import Alert
    from headroom_integrations.langchain.callbacks import HeadroomCallbackHandler
    from headroom_integrations.langchain.callbacks_process import observing
    from headroom_integrations.langchain.chat_model import HeadroomChatModel
    from headroom_integrations.langchain.chat_model_provider import (
        detect_provider,
        get_headroom_provider,
        get_model_name_from_langchain,
    )
    from headroom_integrations.langchain.deepagents import with_headroom
    from headroom_integrations.langchain.detect import langchain_available
    from headroom_integrations.langchain.documents import DocumentMetrics, HeadroomDocumentCompressor
    from headroom_integrations.langchain.functions import compress_messages
    from headroom_integrations.langchain.graph_hook import pre_model_hook
    from headroom_integrations.langchain.graph_nodes import (
        CompressToolMessagesResult,
        ToolMessageMetrics,
        compress_tool_messages,
        create_compress_tool_messages_node,
    )
    from headroom_integrations.langchain.history import HeadroomChatMessageHistory
    from headroom_integrations.langchain.langsmith import (
        HeadroomLangSmithCallbackHandler,
        is_langsmith_available,
        is_langsmith_tracing_enabled,
    )
    from headroom_integrations.langchain.middleware import HeadroomMiddleware
    from headroom_integrations.langchain.optimize import optimize_messages
    from headroom_integrations.langchain.originals import original
    from headroom_integrations.langchain.originals_delete import adelete_originals, delete_originals
    from headroom_integrations.langchain.retriever import HeadroomRetriever, compress_retriever
    from headroom_integrations.langchain.runnable import HeadroomCompressor
    from headroom_integrations.langchain.state import HeadroomChannel, HeadroomState, SavedChannel, tokens_saved
    from headroom_integrations.langchain.streaming_metrics import (
        StreamingMetrics,
        StreamingMetricsCallback,
        StreamingMetricsTracker,
        track_async_streaming_response,
        track_streaming_response,
    )
    from headroom_integrations.langchain.token_counter import headroom_token_counter
    from headroom_integrations.langchain.tools import HeadroomToolWrapper, wrap_tools_with_headroom
    from headroom_integrations.langchain.tools_mcp import (
        HeadroomMCPCompressor,
        MCPCompressionResult,
        MCPToolProfile,
        compress_tool_result,
        compress_tool_result_with_metrics,
    )
    from headroom_integrations.langchain.tools_metrics import (
        ToolCompressionMetrics,
        ToolMetricsCollector,
        get_tool_metrics,
        reset_tool_metrics,
    )
    from headroom_integrations.langchain.wrapping import wrap

__all__ = [
    "Alert",
    "CompressToolMessagesResult",
    "DocumentMetrics",
    "HeadroomCallbackHandler",
    "HeadroomChannel",
    "HeadroomChatMessageHistory",
    "HeadroomChatModel",
    "HeadroomCompressor",
    "HeadroomDocumentCompressor",
    "HeadroomLangSmithCallbackHandler",
    "HeadroomMCPCompressor",
    "HeadroomMiddleware",
    "HeadroomRetriever",
    "HeadroomState",
    "HeadroomToolWrapper",
    "Joined",
    "MCPCompressionResult",
    "MCPToolProfile",
    "ObservedRequest",
    "SavedChannel",
    "StreamingMetrics",
    "StreamingMetricsCallback",
    "StreamingMetricsTracker",
    "ToolCompressionMetrics",
    "ToolMessageMetrics",
    "ToolMetricsCollector",
    "adelete_originals",
    "compress_messages",
    "compress_retriever",
    "compress_tool_messages",
    "compress_tool_result",
    "compress_tool_result_with_metrics",
    "create_compress_tool_messages_node",
    "delete_originals",
    "detect_provider",
    "get_headroom_provider",
    "get_model_name_from_langchain",
    "get_tool_metrics",
    "headroom_token_counter",
    "is_langsmith_available",
    "is_langsmith_tracing_enabled",
    "langchain_available",
    "observing",
    "optimize_messages",
    "original",
    "pre_model_hook",
    "reset_tool_metrics",
    "tokens_saved",
    "track_async_streaming_response",
    "track_streaming_response",
    "with_headroom",
    "wrap",
    "wrap_tools_with_headroom",
]
