"""A recorded agent run that can be run again: what people said, what the model answered, tools that answer as then."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, convert_to_messages
from langchain_core.tools import BaseTool, StructuredTool


class Recording:
    """A run of an agent, taken apart.

    Attributes:
        system: The system text.
        turns: What the person said, turn by turn.
        answers: What the model answered, call by call, its tool calls included.
        tools: Tools that answer what they answered then, by name and arguments.
    """

    def __init__(self, messages: Sequence[Mapping[str, Any]]) -> None:
        people = [place for place, message in enumerate(messages) if message["role"] == "user"]
        begun = messages[people[0] :]
        last = max(place for place, message in enumerate(begun) if message["role"] == "assistant")
        begun = begun[: last + 1]
        self.system = next((str(m["content"]) for m in messages if m["role"] == "system"), "")
        self.turns = [str(message["content"]) for message in begun if message["role"] == "user"]
        answers = [{**m, "content": m.get("content") or ""} for m in begun if m["role"] == "assistant"]
        self.answers: list[AIMessage] = [m for m in convert_to_messages(answers) if isinstance(m, AIMessage)]
        self.results = results_of(begun)
        self.tools = [self.tool(name) for name in dict.fromkeys(name for name, _ in self.results)]

    def __repr__(self) -> str:
        return f"Recording({len(self.turns)} turns, {len(self.answers)} model calls, {len(self.tools)} tools)"

    def tool(self, name: str) -> BaseTool:
        """The tool of a name."""

        def answer(**arguments: Any) -> str:
            return self.results.get((name, key(arguments)), "Error: the recording has no such call")

        fields = {field for called, arguments in self.results if called == name for field in json.loads(arguments)}
        schema = {"type": "object", "properties": {field: {} for field in sorted(fields)}}
        return StructuredTool.from_function(
            answer, name=name, description=name.replace("_", " "), args_schema=schema, infer_schema=False
        )


def results_of(messages: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """What each call of a tool answered."""
    calls = {call["id"]: call["function"] for m in messages for call in m.get("tool_calls") or ()}
    return {
        (function["name"], key(json.loads(function["arguments"] or "{}"))): str(m["content"])
        for m in messages
        if m["role"] == "tool" and (function := calls.get(m["tool_call_id"]))
    }


def key(arguments: Mapping[str, Any]) -> str:
    """Arguments as one text."""
    return json.dumps(arguments, sort_keys=True)
