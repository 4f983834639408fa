"""Anthropic blocks: tool results in user messages, tool calls in assistant messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headroom.messages.message import Part, ToolCall
from headroom.messages.wire import Path, is_list, json_text, text_or_none, text_runs


def result_parts(content: Any, path: Path, tool_call_id: str | None, is_error: bool) -> list[Part]:
    """The text documents of one tool result: its text, or each run of neighbouring text blocks (R6)."""
    if isinstance(content, str):
        return [Part("tool_result", content, tool_call_id, is_error, 1, path)]
    if not is_list(content):
        return []
    return [
        Part("tool_result", "\n".join(run), tool_call_id, is_error, len(run), (*path, start))
        for start, run in text_runs(content)
    ]


def read_tool_result(block: Mapping[str, Any], path: Path) -> list[Part]:
    """The text documents of a `tool_result` block."""
    call_id = text_or_none(block.get("tool_use_id"))
    return result_parts(block.get("content"), (*path, "content"), call_id, block.get("is_error") is True)


def read_tool_use(block: Mapping[str, Any]) -> ToolCall:
    """The call of a `tool_use` block."""
    return ToolCall(text_or_none(block.get("id")), text_or_none(block.get("name")) or "", json_text(block.get("input")))
