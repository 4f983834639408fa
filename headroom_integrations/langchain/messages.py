"""LangChain messages as headroom reads them, and back: the same object where nothing changed, else a copy of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    convert_to_messages,
)

from headroom_integrations import _settings
from headroom_integrations._views import ORIGIN, views_of
from headroom_integrations.langchain.mcp import without_random_ids

CLASSES: tuple[tuple[type[BaseMessage], str], ...] = (
    (ToolMessage, "tool"),
    (FunctionMessage, "function"),
    (AIMessage, "assistant"),
    (HumanMessage, "user"),
    (SystemMessage, "system"),
)
NAMES = {"human": "user", "ai": "assistant"}


def role_name(name: str) -> str:
    """A role as headroom calls it, from either vocabulary.

    Raises:
        ConfigurationError: There is no such role.
    """
    return _settings.role_name(name, NAMES)


def is_message(item: Any) -> bool:
    """Whether `item` is a message in one of the spellings LangChain takes: an object, a dict, or (role, text)."""
    if isinstance(item, BaseMessage):
        return True
    if isinstance(item, Mapping):
        return isinstance(item.get("role"), str)
    return is_pair(item)


def is_pair(item: Any) -> bool:
    """Whether `item` is a (role, text) pair."""
    return isinstance(item, tuple) and len(item) == 2 and all(isinstance(text, str) for text in item)


def to_views(messages: Sequence[Any], *, strict: bool = False) -> list[Any]:
    """Messages as OpenAI-shaped dicts over the same contents; each knows its position.

    One that cannot be read costs only itself; its view names the fault.
    """
    return views_of(messages, view_of, "langchain message", strict=strict)


def view_of(message: Any) -> dict[str, Any]:
    """One message as a dict."""
    if isinstance(message, BaseMessage):
        return fields_of(message)
    if isinstance(message, Mapping):
        return dict(message)
    if is_pair(message):
        return {"role": NAMES.get(message[0], message[0]), "content": message[1]}
    return {}


def fields_of(message: BaseMessage) -> dict[str, Any]:
    """What headroom reads of a message object; a kind it does not know has no role and stays as it is."""
    role = message.role if isinstance(message, ChatMessage) else role_of(message)
    if role is None:
        return {}
    view: dict[str, Any] = {"role": NAMES.get(role, role), "content": message.content, "name": message.name}
    if isinstance(message, AIMessage):
        view["tool_calls"] = [*message.tool_calls, *message.invalid_tool_calls]
    if isinstance(message, ToolMessage):
        view |= {"tool_call_id": message.tool_call_id, "status": message.status}
    return view


def role_of(message: BaseMessage) -> str | None:
    """Role of a message object by its class; None for others, such as `RemoveMessage`."""
    return next((role for kind, role in CLASSES if isinstance(message, kind)), None)


def from_views(views: Sequence[Any], messages: Sequence[Any]) -> list[Any]:
    """What became of `messages`: the same objects where nothing changed, copies with new text, and what is new."""
    return [from_view(view, messages) for view in views]


def from_view(view: Mapping[str, Any], messages: Sequence[Any]) -> Any:
    """The message of one view."""
    if ORIGIN not in view:  # headroom's own, such as the note about dropped turns
        return convert_to_messages([dict(view)])[0]
    message = messages[view[ORIGIN]]
    if "content" not in view:
        return message
    if isinstance(message, BaseMessage):
        new = view["content"]
        if new is message.content:
            return message
        return message.model_copy(update={"content": without_random_ids(new, message.content)})
    if isinstance(message, Mapping):
        if view["content"] is message.get("content"):
            return message
        return {key: value for key, value in view.items() if key != ORIGIN}
    return message if view["content"] is message[1] else (message[0], view["content"])
