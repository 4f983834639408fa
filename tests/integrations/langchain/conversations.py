"""Small conversations as LangChain has them, and fakes that answer for models and retrievers."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

ROWS = [{"id": n, "state": "open", "title": f"issue number {n}", "labels": ["bug", "ui"]} for n in range(80)]
TEXT = json.dumps(ROWS)


def conversation(content: Any = TEXT, **fields: Any) -> list[BaseMessage]:
    """System, question, call, result, answer; `content` and `fields` are those of the result."""
    call = {"name": "list_issues", "args": {"state": "open"}, "id": "call_1"}
    return [
        SystemMessage("You help with issues.", id="m0"),
        HumanMessage("Which issues are open?", id="m1"),
        AIMessage("", tool_calls=[call], id="m2"),
        ToolMessage(content, tool_call_id="call_1", id="m3", name="list_issues", **fields),
        AIMessage("Eighty.", id="m4"),
    ]
