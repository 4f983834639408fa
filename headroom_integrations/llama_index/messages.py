"""LlamaIndex messages as headroom reads them, and back: the same object where nothing changed, else a copy of it.

Only plain text blocks can come back changed. Neighbouring ones of a tool's answer are one document (an MCP server sends
a row each, R6) and come back as one block; images, audio, thinking, citations and cache points stay where they stand.
What a `ReActAgent` calls an observation is a user message: nothing marks it as a tool's answer, so it stays; compress
the tool instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, TextBlock

from headroom.calls.values import field_of
from headroom_integrations import _settings
from headroom_integrations._views import ORIGIN, views_of

BLOCK = "headroom_block"
"""Key of a block's view that says which block it was made of."""
NAMES = {"developer": "system", "chatbot": "assistant", "model": "assistant"}


def role_name(name: str) -> str:
    """A role as headroom calls it, from either vocabulary.

    Raises:
        ConfigurationError: There is no such role.
    """
    return _settings.role_name(name, NAMES)


def to_views(messages: Sequence[Any], *, strict: bool = False) -> list[Any]:
    """Messages as OpenAI-shaped dicts over the same texts; each knows its position.

    One that cannot be read costs only itself; its view names the fault.
    """
    return views_of(messages, fields_of, "llama_index message", strict=strict)


def fields_of(message: Any) -> dict[str, Any]:
    """What headroom reads of a message; anything but a `ChatMessage` has no role and stays as it is."""
    if not isinstance(message, ChatMessage):
        return {}
    role = getattr(message.role, "value", message.role)
    more = message.additional_kwargs
    view: dict[str, Any] = {"role": NAMES.get(role, role), "content": content_of(message), "name": more.get("name")}
    if view["role"] == "assistant":
        view["tool_calls"] = list(calls_of(message))
    if view["role"] in ("tool", "function"):
        view |= {"tool_call_id": more.get("tool_call_id"), "is_error": more.get("is_error") is True}
    return view


def content_of(message: ChatMessage) -> str | list[dict[str, Any]]:
    """The text of a message of one text block; else a view of each block."""
    blocks = message.blocks
    if len(blocks) == 1 and isinstance(blocks[0], TextBlock):
        return blocks[0].text
    return [block_view(block, number) for number, block in enumerate(blocks)]


def block_view(block: Any, number: int) -> dict[str, Any]:
    """A block as headroom reads it: a text, or something that stays."""
    if isinstance(block, TextBlock):
        return {"type": "text", "text": block.text, BLOCK: number}
    return {"type": f"llama_index_{getattr(block, 'block_type', 'block')}", BLOCK: number}


def calls_of(message: ChatMessage) -> Iterator[Any]:
    """The tool calls of a message: its blocks, and what older versions keep beside them, each once."""
    known = set()
    blocks: list[Any] = list(message.blocks)  # by their type's name: older versions have no class of calls
    for block in blocks:
        if getattr(block, "block_type", None) == "tool_call":
            known.add(block.tool_call_id)
            yield {"id": block.tool_call_id, "name": block.tool_name, "args": block.tool_kwargs}
    for call in message.additional_kwargs.get("tool_calls") or ():
        named = field_of(call, "call_id") or field_of(call, "id")
        if named is None or named not in known:
            yield as_item(call) if field_of(call, "call_id") else call


def as_item(call: Any) -> dict[str, Any]:
    """A call of the Responses API, which names itself apart from what its result refers to."""
    return {"id": field_of(call, "call_id"), "name": field_of(call, "name"), "args": field_of(call, "arguments")}


def from_views(views: Sequence[Any], messages: Sequence[Any]) -> list[Any]:
    """What became of `messages`: the same objects where nothing changed, copies with new text, and what is new."""
    return [from_view(view, messages) for view in views]


def from_view(view: Mapping[str, Any], messages: Sequence[Any]) -> Any:
    """The message of one view."""
    if ORIGIN not in view:  # headroom's own, such as the note about dropped turns
        return ChatMessage(role=view["role"], content=view["content"])
    message = messages[view[ORIGIN]]
    if "content" not in view:
        return message
    blocks = blocks_of(view["content"], message.blocks)
    is_same = len(blocks) == len(message.blocks)
    if is_same and all(new is old for new, old in zip(blocks, message.blocks, strict=True)):
        return message
    return message.model_copy(update={"blocks": blocks})


def blocks_of(content: str | Sequence[Mapping[str, Any]], blocks: Sequence[Any]) -> list[Any]:
    """The blocks that say `content`: those of `blocks`, copied where their text is another."""
    if isinstance(content, str):
        return [with_text(blocks[0], content)]
    return [with_text(blocks[view[BLOCK]], view["text"]) if "text" in view else blocks[view[BLOCK]] for view in content]


def with_text(block: Any, text: str) -> Any:
    """`block` itself if that is its text, else a copy that says it."""
    return block if block.text == text else block.model_copy(update={"text": text})
