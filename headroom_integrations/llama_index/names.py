"""Public names of this package to where they are; each loads when it is used, and says what to install."""

from __future__ import annotations

from typing import Any

from headroom_integrations._shared import load

PACKAGE = "headroom_integrations.llama_index"
EXTRA = "llama-index"
# Module to its public names; those in `EXTRAS` need more than llama-index-core.
MODULES: dict[str, tuple[str, ...]] = {
    "events": ("HeadroomCompressionEvent", "emit"),
    "events_handler": ("HeadroomEventHandler", "observing"),
    "llm": ("HeadroomLLM",),
    "memory": ("HeadroomMemoryBlock",),
    "memory_counted": ("HeadroomMemory",),
    "nodes": ("restore_nodes",),
    "postprocessor": ("HeadroomNodePostprocessor",),
    "retrieve_tool": ("headroom_retrieve_tool",),
    "token_counter": ("headroom_token_counter", "headroom_tokenizer"),
    "tools": ("compress_tool", "compress_tools"),
    "tools_metrics": (
        "ToolCompressionMetrics",
        "ToolMetricsCollector",
        "get_tool_metrics",
        "reset_tool_metrics",
    ),
}
EXTRAS: dict[str, str] = {}
NAMES = {
    name: (f"{PACKAGE}.{module}", EXTRAS.get(module, EXTRA)) for module, names in MODULES.items() for name in names
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
