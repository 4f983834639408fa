"""OpenAI tool calls and answers: chat completions, and the items of the Responses API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headroom.messages.anthropic import result_parts
from headroom.messages.message import Message, Part, ToolCall
from headroom.messages.wire import as_mapping, is_list, json_text, text_or_none


def read_tool_answer(wire: Mapping[str, Any]) -> list[Part]:
    """The text documents of a message of role `tool` or `function`; a LangChain dict may say `status: error`."""
    is_error = wire.get("status") == "error" or wire.get("is_error") is True
    return result_parts(wire.get("content"), ("content",), text_or_none(wire.get("tool_call_id")), is_error)


def read_tool_calls(wire: Mapping[str, Any]) -> list[ToolCall]:
    """The calls of an assistant message, the retired single `function_call` included."""
    listed = wire.get("tool_calls")
    calls = [read_call(call) for call in listed] if is_list(listed) else []
    if wire.get("function_call") is not None:
        calls.append(read_call({"function": wire["function_call"]}))
    return [call for call in calls if call is not None]


def read_call(call: Any) -> ToolCall | None:
    """One entry of `tool_calls`: a function, a custom tool, or flat as LangChain and some gateways write it."""
    if type(call) is dict and type(function := call.get("function")) is dict:  # the usual case, sooner
        known, name, arguments = call.get("id"), function.get("name"), function.get("arguments")
        if type(known) is str and type(name) is str and type(arguments) is str:
            return ToolCall(known, name, arguments)
    wire = as_mapping(call)
    if wire is None:
        return None
    body = as_mapping(wire.get("function")) or as_mapping(wire.get("custom")) or wire
    arguments = next((body[key] for key in ("arguments", "input", "args") if key in body), None)
    return ToolCall(text_or_none(wire.get("id")), text_or_none(body.get("name")) or "", json_text(arguments))


def read_output_item(raw: Any, wire: Mapping[str, Any], origin: Any) -> Message:
    """A tool's answer as a Responses item."""
    call_id = text_or_none(wire.get("call_id"))
    parts = result_parts(wire.get("output"), ("output",), call_id, False)
    return Message(raw, "tool", tuple(parts), tool_call_id=call_id, origin=origin)


def read_call_item(raw: Any, wire: Mapping[str, Any], origin: Any) -> Message:
    """A tool call as a Responses item."""
    arguments = wire.get("arguments", wire.get("input"))
    call = ToolCall(text_or_none(wire.get("call_id")), text_or_none(wire.get("name")) or "", json_text(arguments))
    return Message(raw, "assistant", tool_calls=(call,), origin=origin)


ITEMS = {
    "function_call": read_call_item,
    "custom_tool_call": read_call_item,
    "function_call_output": read_output_item,
    "custom_tool_call_output": read_output_item,
}
"""Responses items that are read; all others (reasoning, built-in tools, references) go out untouched."""
