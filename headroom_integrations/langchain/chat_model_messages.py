"""An answer of a LangChain model with single tool calls taken out, or put in: in every place that holds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessageChunk, ToolMessage, message_chunk_to_message

from headroom.markers import RETRIEVE_TOOL

CALL_BLOCKS = frozenset({"tool_use", "function_call", "tool_call", "tool_call_chunk"})
SIGNED_BLOCKS = frozenset({"thinking", "redacted_thinking", "reasoning"})
SIGNATURES = ("reasoning", "reasoning_content", "__gemini_function_call_thought_signatures__")
# Why a model stopped, where calls were the reason, to the word for an answer that has none.
STOPPED = {"tool_calls": "stop", "function_call": "stop", "tool_use": "end_turn"}


def calls_in(message: Any) -> list[Mapping[str, Any]]:
    """The tool calls of an answer, those with broken arguments last."""
    return [*getattr(message, "tool_calls", ()), *getattr(message, "invalid_tool_calls", ())]


def is_signed(message: Any) -> bool:
    """Whether an answer holds reasoning that its provider sealed together with the calls."""
    blocks = message.content if isinstance(message.content, list) else ()
    if any(isinstance(block, Mapping) and block.get("type") in SIGNED_BLOCKS for block in blocks):
        return True
    return any(message.additional_kwargs.get(name) for name in SIGNATURES)


def block_call_id(block: Any) -> str | None:
    """The call that a content block is; None for other blocks. Responses keep it apart from the item's own id."""
    if not isinstance(block, Mapping) or block.get("type") not in CALL_BLOCKS:
        return None
    found = block.get("call_id") or block.get("id")
    return found if isinstance(found, str) else None


def call_blocks(message: Any, call_id: str) -> list[tuple[int, Any]]:
    """Blocks of the content that are this call, with their places."""
    blocks = message.content if isinstance(message.content, list) else ()
    return [(place, block) for place, block in enumerate(blocks) if block_call_id(block) == call_id]


def without_calls(message: AIMessage, ids: Collection[str]) -> AIMessage:
    """A copy without the calls of these ids; stopped for another reason if none is left."""
    rest = {name: [call for call in getattr(message, name) if call.get("id") not in ids] for name in CALL_LISTS}
    content = message.content
    if isinstance(content, list):
        content = [block for block in content if block_call_id(block) not in ids]
    more = message.additional_kwargs
    if isinstance(more.get("tool_calls"), list):
        more = {**more, "tool_calls": [call for call in more["tool_calls"] if call.get("id") not in ids]}
    metadata = message.response_metadata
    if not any(rest.values()):
        metadata = stopped(metadata)
    made = {**rest, "content": content, "additional_kwargs": more, "response_metadata": metadata}
    return message.model_copy(update=made)


CALL_LISTS = ("tool_calls", "invalid_tool_calls")


def stopped(facts: Mapping[str, Any]) -> dict[str, Any]:
    """`facts` in which the reason to stop is no call."""
    found = dict(facts)
    for name in ("finish_reason", "stop_reason"):
        if found.get(name) in STOPPED:
            found[name] = STOPPED[found[name]]
    return found


def with_calls(message: AIMessage, calls: Sequence[Mapping[str, Any]]) -> AIMessage:
    """A copy with calls at the places they were taken from; each holds `place`, `list`, `call` and `blocks`."""
    lists = {name: list(getattr(message, name)) for name in CALL_LISTS}
    content = list(message.content) if isinstance(message.content, list) else message.content
    for taken in calls:
        lists[taken["list"]].insert(taken["place"], taken["call"])
        if isinstance(content, list):
            for place, block in taken["blocks"]:
                content.insert(place, block)
    return message.model_copy(update={**lists, "content": content})


def broken(call: Mapping[str, Any], call_id: str) -> dict[str, Any]:
    """A call whose arguments could not be read; ours without them, since servers refuse broken JSON."""
    if call.get("name") != RETRIEVE_TOOL:
        return {**call, "id": call.get("id") or call_id}
    return {"name": RETRIEVE_TOOL, "args": {}, "id": call_id, "type": "tool_call"}


def sound(message: AIMessage) -> AIMessage:
    """The message as servers take it back: broken calls of ours without arguments."""
    ours = [call for call in message.invalid_tool_calls if call.get("name") == RETRIEVE_TOOL]
    if not ours:
        return message
    rest = [call for call in message.invalid_tool_calls if call.get("name") != RETRIEVE_TOOL]
    made = [broken(call, call.get("id") or f"call_{len(message.tool_calls) + n}") for n, call in enumerate(ours)]
    update = {"tool_calls": [*message.tool_calls, *made], "invalid_tool_calls": rest}
    return message.model_copy(update=update)


def result_of(call_id: str, text: str) -> ToolMessage:
    """The result of a retrieve call."""
    return ToolMessage(text, tool_call_id=call_id, name=RETRIEVE_TOOL)


def whole(message: Any) -> Any:
    """An answer that came in chunks as the message it makes; any other as it is."""
    return message_chunk_to_message(message) if isinstance(message, BaseMessageChunk) else message
