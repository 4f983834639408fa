"""`Tokenizer`, and the two functions that count without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.errors import ConfigurationError
from headroom.protocols import TokenCounter
from headroom.tokenizers.image_rules import image_rule
from headroom.tokenizers.message_tokens import message_tokens, messages_tokens
from headroom.tokenizers.registry import counter_for

DEFAULT_MODEL = "gpt-4o"


class Tokenizer:
    """Counts tokens of texts and messages, for a model or by a counter.

    Args:
        model_or_counter: A model name, or anything with `count_text`.
        model: Model name; the first argument is a counter then, or is left out.

    Raises:
        ConfigurationError: The first argument is neither.

    >>> Tokenizer(model="gpt-4o").count_text("Hello, world!")
    4
    """

    def __init__(self, model_or_counter: str | TokenCounter = DEFAULT_MODEL, model: str | None = None) -> None:
        by_name = isinstance(model_or_counter, str)
        self.model = model if model is not None else model_or_counter if isinstance(model_or_counter, str) else ""
        self.counter = to_counter(self.model if by_name else model_or_counter)
        self.name = str(getattr(self.counter, "name", "custom"))  # a tokenizer is a TokenCounter, too
        self.is_exact = self.available
        self.image_rule = image_rule(self.model)

    def __repr__(self) -> str:
        return f"Tokenizer(model={self.model!r}, counter={self.counter!r})"

    @property
    def available(self) -> bool:
        """Whether counts are exact for the model; False means an estimate. May load a vocabulary."""
        return bool(getattr(self.counter, "is_exact", False))

    def count_text(self, text: str) -> int:
        """Tokens of one text."""
        return self.counter.count_text(text)

    def count_message(self, message: Mapping[str, Any]) -> int:
        """Tokens of one message, what a provider adds around it included (see `message_tokens`)."""
        return message_tokens(message, self)

    def count_messages(self, messages: Sequence[Mapping[str, Any]]) -> int:
        """Tokens of a list of messages, what a provider adds included."""
        return messages_tokens(messages, self)


def count_tokens_text(text: str, model: str | TokenCounter = DEFAULT_MODEL) -> int:
    """Tokens of one text, for a model or by a counter.

    >>> count_tokens_text("Hello, world!", model="gpt-4o")
    4
    """
    return to_counter(model).count_text(text)


def count_tokens_messages(messages: Sequence[Mapping[str, Any]], model: str | TokenCounter = DEFAULT_MODEL) -> int:
    """Tokens of a list of messages, for a model or by a counter; overhead as in `message_tokens`.

    >>> count_tokens_messages([{"role": "user", "content": "Hello"}])
    9
    """
    return messages_tokens(messages, Tokenizer(model) if isinstance(model, str) else to_counter(model))


def to_counter(model_or_counter: str | TokenCounter) -> TokenCounter:
    """The counter of a model name; a counter as it is.

    Raises:
        ConfigurationError: It is neither.
    """
    if isinstance(model_or_counter, str):
        return counter_for(model_or_counter)
    if not callable(getattr(model_or_counter, "count_text", None)):
        raise ConfigurationError(
            "expected a model name or a token counter", field="model", value=type(model_or_counter).__name__
        )
    return model_or_counter
