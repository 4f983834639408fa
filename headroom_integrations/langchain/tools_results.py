"""What a LangChain tool answered, compressed where it is born."""

from __future__ import annotations

from typing import Any

from headroom_integrations import _tool_results
from headroom_integrations._tool_results import chars_of, is_content
from headroom_integrations.langchain.mcp import without_random_ids

INTEGRATION = "langchain.tools"

__all__ = ["INTEGRATION", "ToolResults", "chars_of", "is_content"]


class ToolResults(_tool_results.ToolResults):
    """Compresses results of LangChain's tools."""

    integration = INTEGRATION
    views = "HeadroomChatModel, HeadroomMiddleware"

    def written(self, new: Any, content: Any) -> Any:
        """The content without ids that LangChain made up for blocks that are gone."""
        return without_random_ids(new, content)
