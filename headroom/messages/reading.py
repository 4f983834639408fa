"""Any object to a view of it; what is not understood becomes a view that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from headroom.messages.anthropic import read_tool_result, read_tool_use
from headroom.messages.google import read_content as read_google
from headroom.messages.message import Message, Part, ToolCall
from headroom.messages.openai import ITEMS, read_tool_answer, read_tool_calls
from headroom.messages.wire import as_mapping, is_list, mapping_text, text_or_none

PLAIN_KEYS = frozenset({"role", "content", "tool_calls", "tool_call_id", "name", "id", "refusal"})
ROLES = {role: role for role in ("system", "user", "assistant", "tool", "function")} | {"developer": "system"}


def read_message(raw: Any, origin: Any = None) -> Message:
    """A view of one message; never raises and never modifies `raw`.

    Args:
        raw: A dict or SDK object (pydantic) in OpenAI chat, OpenAI Responses, Anthropic or Google shape, or anything
            else: then `role` is None and `reason` says why (`not_a_message`, `untouched_item`, `unknown_role`,
            `no_content`, `unknown_content`, `unreadable`).
        origin: The framework object that `raw` was made from.
    """
    try:
        if type(raw) is dict and PLAIN_KEYS.issuperset(raw):
            if type(raw.get("content")) is str:
                return read_plain(raw, origin)
            if raw.get("content") is None and raw.get("role") == "assistant" and type(raw.get("tool_calls")) is list:
                return Message(
                    raw, "assistant", (), tuple(read_tool_calls(raw)), None, text_or_none(raw.get("name")), "", origin
                )
        wire = as_mapping(raw)
        if wire is None:
            return Message(raw, origin=origin, reason="not_a_message")
        if "parts" in wire and "content" not in wire and (found := read_google(raw, wire, origin)) is not None:
            return found
        return read_chat(raw, wire, origin) if "role" in wire else read_item(raw, wire, origin)
    except Exception:  # noqa: BLE001  Asking a foreign object for its fields may raise anything; the reason tells.
        return Message(raw, origin=origin, reason="unreadable")


def read_messages(raw: Sequence[Any]) -> list[Message]:
    """Views of a conversation, one per member, in order."""
    return [read_message(member) for member in raw]


def read_plain(raw: dict[str, Any], origin: Any) -> Message:
    """The usual case, a dict with text: the same view as `read_chat` gives, sooner."""
    named = raw.get("role")
    role = ROLES.get(named) if isinstance(named, str) else None
    if role is None:
        return read_chat(raw, raw, origin) if "role" in raw else Message(raw, origin=origin, reason="not_a_message")
    call_id, name = text_or_none(raw.get("tool_call_id")), text_or_none(raw.get("name"))
    kind: Literal["tool_result", "text"] = "tool_result" if role in ("tool", "function") else "text"
    calls = tuple(read_tool_calls(raw)) if role == "assistant" and raw.get("tool_calls") else ()
    part = Part(kind, raw["content"], call_id if kind == "tool_result" else None, False, 1, ("content",))
    return Message(raw, role, (part,), calls, call_id, name, "", origin, role == "user")


def read_item(raw: Any, wire: Mapping[str, Any], origin: Any) -> Message:
    """A Responses item, which has a type in place of a role."""
    kind = wire.get("type")
    if not isinstance(kind, str):
        return Message(raw, origin=origin, reason="not_a_message")
    reader = ITEMS.get(kind)
    return reader(raw, wire, origin) if reader else Message(raw, origin=origin, reason="untouched_item")


def read_chat(raw: Any, wire: Mapping[str, Any], origin: Any) -> Message:
    """A message with a role. Ids and calls are read even where the rest is odd, so that pairs can stay together."""
    named = wire["role"]
    role = ROLES.get(named) if isinstance(named, str) else None
    call_id, name = text_or_none(wire.get("tool_call_id")), text_or_none(wire.get("name"))
    parts, calls, begins_turn, reason = read_content(wire, role)
    if role == "assistant":
        listed = read_tool_calls(wire)
        ids = {call.id for call in listed if call.id is not None}
        calls = [*(call for call in calls if call.id not in ids), *listed]  # frameworks keep a call in both places
    understood = None if reason else role
    return Message(raw, understood, tuple(parts), tuple(calls), call_id, name, reason, origin, begins_turn)


Content = tuple[list[Part], list[ToolCall], bool, str]
"""Parts, tool calls, whether a turn begins, and why the content is not understood."""


def read_content(wire: Mapping[str, Any], role: str | None) -> Content:
    """What a message says."""
    content = wire.get("content")
    if role is None:
        return [], [], False, "unknown_role"
    if content is None:  # an assistant that only calls tools, or a tool that has nothing to say
        return [], [], False, "no_content" if role in ("user", "system") else ""
    if not isinstance(content, str) and not is_list(content):
        return [], [], False, "unknown_content"
    if role in ("tool", "function"):
        return read_tool_answer(wire), [], False, ""
    if isinstance(content, str):
        return [Part("text", content, path=("content",))], [], role == "user", ""
    return read_blocks(content, role)


def read_blocks(content: Sequence[Any], role: str) -> Content:
    """What a list of blocks says: each text block is a document of its own, each tool result is one."""
    parts: list[Part] = []
    calls: list[ToolCall] = []
    results = 0
    for position, block in enumerate(content):
        wire = as_mapping(block)
        text = block if isinstance(block, str) else mapping_text(wire)
        kind = wire.get("type") if wire else None
        if text is not None:
            parts.append(Part("text", text, path=("content", position)))
        elif wire is None:
            continue
        elif kind == "tool_use" and role == "assistant":
            calls.append(read_tool_use(wire))
        elif kind == "tool_result" and role == "user":
            results += 1
            parts += read_tool_result(wire, ("content", position))
    return parts, calls, role == "user" and results < len(content), ""


def turn_starts(messages: Sequence[Message]) -> list[int]:
    """Positions at which a turn begins: user messages that hold something other than tool results."""
    return [position for position, message in enumerate(messages) if message.begins_turn]


def tool_names(messages: Sequence[Message]) -> dict[str, ToolCall]:
    """The calls made in `messages`, by id; the last of two with the same id."""
    return {call.id: call for message in messages for call in message.tool_calls if call.id is not None}
