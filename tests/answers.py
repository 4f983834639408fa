"""Answers of the providers as objects of their own SDKs."""

from __future__ import annotations

from typing import Any

from anthropic.types import Message as AnthropicMessage
from google.genai.types import GenerateContentResponse
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

CALL = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": "{}"}}


def chat(text: str | None = "Paris", *, finish: str = "stop", calls: list[Any] | None = None) -> ChatCompletion:
    """An answer of OpenAI's chat completions."""
    message = {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}
    choice = {"index": 0, "finish_reason": finish, "message": message, "logprobs": None}
    usage = {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}
    fields = {"id": "x", "object": "chat.completion", "created": 1, "model": "gpt-4o", "usage": usage}
    return ChatCompletion.model_validate({**fields, "choices": [choice]})


def responses_answer(*items: dict[str, Any], status: str = "completed") -> Response:
    """An answer of OpenAI's Responses; a message, after these items."""
    text = {"type": "output_text", "text": "Paris", "annotations": []}
    message = {"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": [text]}
    fields = {"id": "r1", "object": "response", "created_at": 1.0, "model": "gpt-4o", "status": status}
    rest = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    return Response.model_validate({**fields, **rest, "output": [*items, message]})


def anthropic_message(*blocks: dict[str, Any], stop: str = "end_turn") -> AnthropicMessage:
    """An answer of Anthropic's; a text, after these blocks."""
    fields = {"id": "x", "type": "message", "role": "assistant", "model": "claude", "stop_reason": stop}
    usage = {"input_tokens": 7, "output_tokens": 1}
    content = [*blocks, {"type": "text", "text": "Paris"}]
    return AnthropicMessage.model_validate({**fields, "stop_sequence": None, "usage": usage, "content": content})


def google_answer(*parts: dict[str, Any], finish: str = "STOP") -> GenerateContentResponse:
    """An answer of Google's; a text, after these parts."""
    content = {"role": "model", "parts": [*parts, {"text": "Paris"}]}
    return GenerateContentResponse.model_validate({"candidates": [{"content": content, "finish_reason": finish}]})
