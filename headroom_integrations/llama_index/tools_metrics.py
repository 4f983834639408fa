"""What compressed tools saved in this process, whichever framework they belong to."""

from headroom_integrations._tool_metrics import (
    ToolCompressionMetrics,
    ToolMetricsCollector,
    get_tool_metrics,
    reset_tool_metrics,
)

__all__ = ["ToolCompressionMetrics", "ToolMetricsCollector", "get_tool_metrics", "reset_tool_metrics"]
