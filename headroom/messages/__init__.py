"""Read-only views of chat messages over whatever they came from."""

from headroom.messages.message import Message, Part, ToolCall, texts_of
from headroom.messages.reading import read_message, read_messages, tool_names, turn_starts

__all__ = ["Message", "Part", "ToolCall", "read_message", "read_messages", "texts_of", "tool_names", "turn_starts"]
