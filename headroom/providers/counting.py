"""Counters of a provider's models: texts, messages, tools and images, on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom.protocols import TokenCounter
from headroom.tokenizers import counter_for, message_tokens, messages_tokens
from headroom.tokenizers.image_rules import image_rule

ToolTokens = Callable[[Any, TokenCounter], int]
"""Tokens of a list of tools, by one provider's rule."""


class MessageCounter:
    """Counts for one model; estimates are marked, and nothing is asked over the network.

    Args:
        model: Name of the model.
        tool_tokens: How the provider counts tools.
        stands_for: The model behind a deployment name; None takes `model`.

    Attributes:
        name: The model.
        is_exact: Whether texts are counted with the model's own vocabulary. What a provider adds around messages, and
            images, are always counted by published rules, which may be off by a few tokens.
        image_rule: How the model counts images.
    """

    def __init__(self, model: str, tool_tokens: ToolTokens, stands_for: str | None = None) -> None:
        self.name = model
        self.tool_tokens = tool_tokens
        self.texts = counter_for(stands_for or model)
        self.is_exact = self.texts.is_exact
        self.image_rule = image_rule(stands_for or model)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, is_exact={self.is_exact})"

    def count_text(self, text: str) -> int:
        """Tokens of one text; never over the network."""
        return self.texts.count_text(text)

    def count_message(self, message: Mapping[str, Any]) -> int:
        """Tokens of one message, what the provider adds around it included; never over the network."""
        return message_tokens(message, self)

    def count_messages(self, messages: Sequence[Mapping[str, Any]], *, system: Any = None, tools: Any = None) -> int:
        """Tokens of a request.

        Args:
            messages: In any shape that `headroom` reads.
            system: System text or blocks that stand outside of the messages.
            tools: Tools of the request.
        """
        total = messages_tokens(messages, self)
        if system:
            total += message_tokens({"role": "system", "content": system}, self)
        return total + self.count_tools(tools)

    def count_tools(self, tools: Any) -> int:
        """Tokens of a list of tools; 0 for none."""
        return self.tool_tokens(tools, self) if tools else 0
