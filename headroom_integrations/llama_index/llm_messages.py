"""An answer of a LlamaIndex LLM with single tool calls taken out, or put in: in every place that holds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from headroom.calls.values import field_of, sound_arguments, with_fields
from headroom.markers import RETRIEVE_TOOL

SIGNATURES = ("signature", "encrypted", "redacted")
"""Parts of the names under which integrations keep what a provider has sealed."""
KEPT = "tool_calls"
"""Key beside a message with its calls in the provider's form."""


def call_places(message: ChatMessage) -> list[int]:
    """Positions of the blocks that are calls; none in older versions."""
    return [place for place, block in enumerate(message.blocks) if is_call(block)]


def is_call(block: Any) -> bool:
    """Whether a block is a tool call."""
    return getattr(block, "block_type", None) == "tool_call"


def kept_calls(message: ChatMessage) -> list[Any]:
    """Calls beside the message, as the provider wrote them."""
    kept = message.additional_kwargs.get(KEPT)
    return list(kept) if isinstance(kept, (list, tuple)) else []


def call_name(call: Any) -> str:
    """Name of a call in a block, or in the form of a provider; "" where it has none yet."""
    for place in (call, field_of(call, "function")):
        for name in ("tool_name", "name"):
            found = field_of(place, name)
            if isinstance(found, str):
                return found
    return ""


def names_called(message: ChatMessage) -> list[str]:
    """Names of a message's calls, in order."""
    blocks = [block for block in message.blocks if is_call(block)]
    return [call_name(call) for call in (blocks or kept_calls(message))]


def is_signed(message: ChatMessage) -> bool:
    """Whether a message holds reasoning that its provider sealed together with the calls."""
    for block in message.blocks:
        if getattr(block, "block_type", None) == "thinking" and getattr(block, "additional_information", None):
            return True
    return any(
        is_sealed(value) for name, value in message.additional_kwargs.items() if any(p in name for p in SIGNATURES)
    )


def is_sealed(value: Any) -> bool:
    """Whether there is a signature, or one in a list."""
    return any(value) if isinstance(value, (list, tuple)) else bool(value)


def without_calls(message: ChatMessage, gone: Collection[int], number: int) -> ChatMessage | None:
    """A copy without some of its calls.

    Args:
        message: The answer.
        gone: Which of them, counted from 0.
        number: How many calls it has, as its LLM reads it.

    Returns:
        None where the message does not hold them as they are known here.
    """
    places, kept = call_places(message), kept_calls(message)
    if not (places or kept) or len(places) not in (0, number) or len(kept) not in (0, number):
        return None
    left_out = {places[n] for n in gone} if places else set()
    update: dict[str, Any] = {}
    if places:
        update["blocks"] = [block for n, block in enumerate(message.blocks) if n not in left_out]
    if kept:
        rest = [call for n, call in enumerate(kept) if n not in gone]
        others = {name: value for name, value in message.additional_kwargs.items() if name != KEPT}
        update["additional_kwargs"] = {**others, KEPT: rest} if rest else others
    return message.model_copy(update=update)


def taken_out(message: ChatMessage, place: int, number: int) -> dict[str, Any]:
    """What puts one call back: block and provider's form, with their positions."""
    places, kept = call_places(message), kept_calls(message)
    found: dict[str, Any] = {}
    if len(places) == number:
        found["block"] = (places[place], sound_call(message.blocks[places[place]]))
    if len(kept) == number:
        found["kept"] = (place, sound_call(kept[place]))
    return found


def with_calls(message: ChatMessage, calls: Sequence[Mapping[str, Any]]) -> ChatMessage:
    """A copy with calls, as `taken_out` gives them, at the places they were taken from."""
    blocks, kept = list(message.blocks), kept_calls(message)
    for call in calls:
        if "block" in call:
            blocks.insert(*call["block"])
        if "kept" in call:
            kept.insert(*call["kept"])
    more = {**message.additional_kwargs, KEPT: kept} if kept else message.additional_kwargs
    return message.model_copy(update={"blocks": blocks, "additional_kwargs": more})


def sound(message: ChatMessage) -> ChatMessage:
    """The message as servers take it back: calls of ours with broken arguments have none."""
    blocks = [sound_call(block) if is_call(block) else block for block in message.blocks]
    kept = kept_calls(message)
    mended = [sound_call(call) for call in kept]
    pairs = [*zip(blocks, message.blocks, strict=True), *zip(mended, kept, strict=True)]
    if all(new is old for new, old in pairs):
        return message
    more = {**message.additional_kwargs, KEPT: mended} if kept else message.additional_kwargs
    return message.model_copy(update={"blocks": blocks, "additional_kwargs": more})


def sound_call(call: Any) -> Any:
    """A call whose arguments are JSON; one of ours is mended, others are their tool's."""
    if call_name(call) != RETRIEVE_TOOL:
        return call
    function = field_of(call, "function")
    for holder, name in ((call, "tool_kwargs"), (call, "arguments"), (function, "arguments")):
        text = field_of(holder, name)
        if isinstance(text, str) and sound_arguments(text) != text:
            mended = with_fields(holder, **{name: "{}"})
            return mended if holder is call else with_fields(call, function=mended)
    return call


def result_of(call_id: str, text: str) -> ChatMessage:
    """The result of a retrieve call, as agents put results."""
    more = {"tool_call_id": call_id, "name": RETRIEVE_TOOL}
    return ChatMessage(role=MessageRole.TOOL, content=text, additional_kwargs=more)
