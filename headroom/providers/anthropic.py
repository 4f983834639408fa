"""Anthropic: counts from its API where there is a client, and breakpoints for its prompt cache."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from headroom.environment import warn_once
from headroom.providers.anthropic_breakpoints import with_breakpoints
from headroom.providers.anthropic_shape import count_request
from headroom.providers.counting import MessageCounter
from headroom.providers.failures import api_errors, drop_awaitable
from headroom.providers.hints import Hinted
from headroom.providers.provider import BaseProvider, checked_flag
from headroom.providers.tools import anthropic_tool_tokens


class AnthropicCounter(MessageCounter):
    """Counts for one Claude model: lists of messages by Anthropic's API where there is a client, all else estimated.

    Anthropic publishes no vocabulary, so the estimate is the built-in count times a factor (`is_exact` is False). One
    text, one message and tools are never asked about.
    """

    def __init__(self, *arguments: Any, client: Any = None) -> None:
        super().__init__(*arguments)
        self.client = client

    def count_messages(self, messages: Sequence[Mapping[str, Any]], *, system: Any = None, tools: Any = None) -> int:
        """Tokens of a request, as Anthropic says; estimated without a client, or, with one warning, where it fails.

        Blocks until the answer is there; on an event loop use `acount_messages`.
        """
        answer = None
        if self.client is not None and messages:
            try:
                answer = self.client.messages.count_tokens(**count_request(self.name, messages, system, tools))
                if drop_awaitable(answer):
                    self.warn("the client is asynchronous: use acount_messages")
            except api_errors() as error:
                self.warn(type(error).__name__)
        return self.read(answer, messages, system, tools)

    async def acount_messages(
        self, messages: Sequence[Mapping[str, Any]], *, system: Any = None, tools: Any = None
    ) -> int:
        """As `count_messages`, for an event loop: awaits an asynchronous client, and asks another in a thread."""
        from asyncio import to_thread
        from inspect import iscoroutinefunction

        answer = None
        if self.client is not None and messages:
            try:
                request = count_request(self.name, messages, system, tools)
                ask = self.client.messages.count_tokens
                answer = await (ask(**request) if iscoroutinefunction(ask) else to_thread(ask, **request))
            except api_errors() as error:
                self.warn(type(error).__name__)
        return self.read(answer, messages, system, tools)

    def warn(self, why: str) -> None:
        """Say once that counts are estimates although a client was given."""
        warn_once("anthropic.count_tokens", f"tokens of messages are estimated: asking Anthropic failed ({why})")

    def read(self, answer: Any, messages: Any, system: Any, tools: Any) -> int:
        """The figure in an answer, or the estimate where there is none."""
        tokens = getattr(answer, "input_tokens", None)
        if isinstance(tokens, int):
            return tokens
        return super().count_messages(messages, system=system, tools=tools)


class AnthropicProvider(BaseProvider):
    """Anthropic's Claude models, also through Bedrock and Vertex.

    Args:
        client: An Anthropic client; lists of messages are counted by its API then.
        context_limits: As for every provider.
        enable_cache_control: Whether breakpoints are set; see `anthropic_breakpoints`.
    """

    name = "anthropic"
    models = re.compile(r"claude", re.ASCII)
    tool_tokens = staticmethod(anthropic_tool_tokens)

    def __init__(
        self,
        *,
        client: Any = None,
        context_limits: Mapping[str, int] | None = None,
        enable_cache_control: bool = True,
    ) -> None:
        super().__init__(client=client, context_limits=context_limits)
        self.enable_cache_control = checked_flag("enable_cache_control", enable_cache_control)

    def get_token_counter(self, model: str) -> AnthropicCounter:
        """Counter for `model`; with a client, `count_messages` asks Anthropic."""
        alias = self.overrides.aliases.get(model)
        return AnthropicCounter(model, anthropic_tool_tokens, alias, client=self.client)

    def cache_hints(self, arguments: Mapping[str, Any], *, model: str, base_url: str = "", key: str = "") -> Hinted:
        """`arguments` of `messages.create` or `messages.stream` with up to four `cache_control` marks."""
        minimum = self.min_cacheable_tokens(model)
        if not self.enable_cache_control or minimum is None:
            return Hinted(arguments)
        return with_breakpoints(arguments, minimum_tokens=minimum, counter=self.get_local_counter(model))
