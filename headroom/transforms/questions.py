"""What a tool result is read for: the last user text before it, and the call that brought it (law 1)."""

from __future__ import annotations

import json

from headroom.messages import Message, ToolCall

MOST_CHARS = 8000
MOST_ARGUMENT_CHARS = 4000


class Conversation:
    """What is known at a place in a conversation; it never looks ahead.

    Attributes:
        asked: The last user text so far.
        calls: Tool calls so far, by id.
    """

    def __init__(self, query: str | None = None) -> None:
        self.query = query
        self.asked = ""
        self.calls: dict[str, ToolCall] = {}

    def read(self, message: Message) -> None:
        """Go past `message`."""
        for call in message.tool_calls:
            if call.id is not None:
                self.calls[call.id] = call
        if message.role == "user":
            texts = [part.text for part in message.parts if part.kind == "text" and part.text.strip()]
            if texts:
                self.asked = texts[-1]

    def call_of(self, call_id: str | None) -> ToolCall | None:
        """The call that a result answers, where it stands before it."""
        return self.calls.get(call_id) if call_id is not None else None

    def question(self, call: ToolCall | None) -> str:
        """What the result of `call` is read for; an explicit query goes before all else."""
        if self.query is not None:
            return self.query
        asked = (
            self.asked
            if len(self.asked) <= MOST_CHARS
            else self.asked[: MOST_CHARS // 2] + self.asked[-MOST_CHARS // 2 :]
        )
        return f"{asked}\n{call.name} {plain_arguments(call.arguments)[:MOST_ARGUMENT_CHARS]}" if call else asked


def plain_arguments(text: str) -> str:
    """Arguments of a call without escapes, so that all providers' shapes ask alike."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False) if "\\" in text else text
    except (ValueError, RecursionError):
        return text


class Question:
    """A question that is put into words only where somebody asks for it."""

    __slots__ = ("call", "conversation", "text")

    def __init__(self, conversation: Conversation, call: ToolCall | None) -> None:
        self.conversation = conversation
        self.call = call
        self.text: str | None = None

    def __str__(self) -> str:
        if self.text is None:
            self.text = self.conversation.question(self.call)
        return self.text
