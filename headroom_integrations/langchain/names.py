"""Public names of this package to where they are; each loads when it is used, and says what to install."""

from __future__ import annotations

from typing import Any

from headroom_integrations._shared import load

PACKAGE = "headroom_integrations.langchain"
# Module to its public names; those in `EXTRAS` need more than langchain-core.
MODULES: dict[str, tuple[str, ...]] = {
    "callbacks": ("HeadroomCallbackHandler",),
    "callbacks_process": ("observing",),
    "chat_model": ("HeadroomChatModel",),
    "chat_model_provider": (
        "detect_provider",
        "get_headroom_provider",
        "get_model_name_from_langchain",
    ),
    "deepagents": ("with_headroom",),
    "detect": ("langchain_available",),
    "documents": (
        "DocumentMetrics",
        "HeadroomDocumentCompressor",
    ),
    "functions": ("compress_messages",),
    "graph_hook": ("pre_model_hook",),
    "graph_nodes": (
        "CompressToolMessagesResult",
        "ToolMessageMetrics",
        "compress_tool_messages",
        "create_compress_tool_messages_node",
    ),
    "history": ("HeadroomChatMessageHistory",),
    "langsmith": (
        "HeadroomLangSmithCallbackHandler",
        "is_langsmith_available",
        "is_langsmith_tracing_enabled",
    ),
    "middleware": ("HeadroomMiddleware",),
    "optimize": ("optimize_messages",),
    "originals": ("original",),
    "originals_delete": ("adelete_originals", "delete_originals"),
    "retriever": (
        "HeadroomRetriever",
        "compress_retriever",
    ),
    "runnable": ("HeadroomCompressor",),
    "state": ("HeadroomChannel", "HeadroomState", "SavedChannel", "tokens_saved"),
    "streaming_metrics": (
        "StreamingMetrics",
        "StreamingMetricsCallback",
        "StreamingMetricsTracker",
        "track_async_streaming_response",
        "track_streaming_response",
    ),
    "token_counter": ("headroom_token_counter",),
    "tools": (
        "HeadroomToolWrapper",
        "wrap_tools_with_headroom",
    ),
    "tools_mcp": (
        "HeadroomMCPCompressor",
        "MCPCompressionResult",
        "MCPToolProfile",
        "compress_tool_result",
        "compress_tool_result_with_metrics",
    ),
    "tools_metrics": (
        "ToolCompressionMetrics",
        "ToolMetricsCollector",
        "get_tool_metrics",
        "reset_tool_metrics",
    ),
    "wrapping": ("wrap",),
}
EXTRAS = {"deepagents": "deepagents", "graph_hook": "agents", "middleware": "agents", "state": "agents"}
NAMES = {
    name: (f"{PACKAGE}.{module}", EXTRAS.get(module, "langchain"))
    for module, names in MODULES.items()
    for name in names
} | {
    "Alert": ("headroom_integrations._observed_alerts", "langchain"),
    "Joined": ("headroom_integrations._observed", "langchain"),
    "ObservedRequest": ("headroom_integrations._observed", "langchain"),
}


def named(name: str) -> Any:
    """The package's `__getattr__`.

    Raises:
        AttributeError: There is no such name.
        ImportError: The framework is not installed; the message is the line that installs it.
    """
    if name not in NAMES:
        raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
    return load(name, *NAMES[name])


def listed() -> list[str]:
    """The package's `__dir__`."""
    return sorted(NAMES)
