"""The conversation that is shown: a real one from the package, or the caller's file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from headroom.errors import ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Messages in OpenAI's shape.

    Attributes:
        is_ours: Whether it is the one from the package.
        source: Where it is from.
    """

    messages: list[dict[str, Any]] = field(repr=False)
    source: str
    is_ours: bool


def load_conversation(path: Path | None = None) -> Conversation:
    """The conversation of a file, a list of messages or an object with one; without a file, the package's.

    Raises:
        ValidationError: The file cannot be read, or holds no messages.
    """
    text = read(path)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ValidationError("the conversation is not JSON", field="conversation") from None
    messages = document.get("messages") if isinstance(document, dict) else document
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise ValidationError("the conversation holds no list of messages", field="conversation")
    source = str(document.get("source", "")) if path is None else str(path)
    return Conversation(messages=messages, source=source, is_ours=path is None)


def read(path: Path | None) -> str:
    """The text of the file."""
    if path is None:
        return files("headroom_integrations.demo").joinpath("conversation.json").read_text(encoding="utf-8")
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValidationError(f"{path} cannot be read: {reason}", field="conversation") from None
    except UnicodeDecodeError:
        raise ValidationError(f"{path} is not UTF-8 text", field="conversation") from None
