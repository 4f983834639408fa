"""Which answers may be given again: whole ones in words, that call no tool; how they are copied and weighed."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from headroom.messages.wire import as_mapping, is_list

WORDS = frozenset({"text", "thinking", "redacted_thinking"})
ITEMS = frozenset({"message", "reasoning"})


def is_repeatable(response: Any) -> bool:
    """Whether an answer is complete, in words, and calls no tool; False for every shape that is not known.

    Known are the answers of OpenAI (chat and Responses), Anthropic and Google: the SDKs' objects, or dicts like them.
    """
    wire = as_mapping(response)
    if wire is None:
        return False
    return any(known(wire) for known in (is_chat, is_responses, is_anthropic, is_google))


def is_chat(wire: Mapping[str, Any]) -> bool:
    """OpenAI chat completions."""
    choices = list_of(wire.get("choices"))
    return bool(choices) and all(
        choice.get("finish_reason") == "stop" and is_spoken(as_mapping(choice.get("message")) or {})
        for choice in choices
    )


def is_spoken(message: Mapping[str, Any]) -> bool:
    """Whether a chat message holds words and no calls."""
    return bool(message.get("content")) and not message.get("tool_calls") and not message.get("function_call")


def is_responses(wire: Mapping[str, Any]) -> bool:
    """OpenAI Responses."""
    kinds = {item.get("type") for item in list_of(wire.get("output"))}
    return wire.get("status") == "completed" and "message" in kinds and kinds <= ITEMS


def is_anthropic(wire: Mapping[str, Any]) -> bool:
    """Anthropic messages."""
    kinds = {block.get("type") for block in list_of(wire.get("content"))}
    return wire.get("stop_reason") in ("end_turn", "stop_sequence") and "text" in kinds and kinds <= WORDS


def is_google(wire: Mapping[str, Any]) -> bool:
    """Google generate content."""
    candidates = list_of(wire.get("candidates"))
    return bool(candidates) and all(
        candidate.get("finish_reason") == "STOP" and is_plain(as_mapping(candidate.get("content")) or {})
        for candidate in candidates
    )


def is_plain(content: Mapping[str, Any]) -> bool:
    """Whether all parts of Google's content are texts, and one of them says something."""
    parts = list_of(content.get("parts"))
    return any(part.get("text") for part in parts) and all(
        isinstance(part.get("text"), str)
        and not any(part[name] for name in part if name not in ("text", "thought", "thought_signature"))
        for part in parts
    )


def list_of(value: Any) -> list[Mapping[str, Any]]:
    """The members of a list as mappings; empty where it is none, or holds something else."""
    members = [as_mapping(member) for member in value] if is_list(value) else []
    return [member for member in members if member is not None] if None not in members else []


def keepable(response: Any) -> tuple[Any, int] | None:
    """A copy of an answer with its size in bytes; None where it must not be given again, or cannot be copied."""
    try:
        return (copied(response), weight_bytes(response)) if is_repeatable(response) else None
    except (TypeError, ValueError, RecursionError):
        return None


def copied(response: Any) -> Any:
    """A copy that shares nothing which its reader may change."""
    if hasattr(type(response), "model_copy"):
        return response.model_copy(deep=True)
    return copy.deepcopy(response)


def weight_bytes(response: Any) -> int:
    """Size of an answer as JSON, about."""
    return len(json.dumps(response, default=lambda value: dict(as_mapping(value) or {}) or repr(type(value))))
