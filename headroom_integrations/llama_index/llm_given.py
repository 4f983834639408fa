"""What an agent's own retrieve tool gave back since the model last spoke: what one call pays for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from headroom.markers import RETRIEVE_TOOL
from headroom.messages import read_message
from headroom.retrieval import Answer
from headroom_integrations.llama_index.messages import fields_of

if TYPE_CHECKING:
    from headroom.protocols import TokenCounter


def given_back(messages: Sequence[Any], counter: TokenCounter) -> list[Answer]:
    """The answers to retrieve calls of the newest turn that stand in the messages themselves."""
    results: dict[str, str] = {}
    for message in reversed(messages):
        if not isinstance(message, ChatMessage) or message.role != MessageRole.TOOL:
            break
        results[str(message.additional_kwargs.get("tool_call_id"))] = message.content or ""
    else:
        return []
    if not results:
        return []
    calls = [call for call in read_message(fields_of(message)).tool_calls if call.name == RETRIEVE_TOOL]
    texts = [results[call.id] for call in calls if call.id in results]
    return [Answer(text="", tokens=counter.count_text(text)) for text in texts]
