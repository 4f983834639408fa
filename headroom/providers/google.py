"""Google: counts from its API where there is a client, and cached content for those who ask for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from headroom.environment import warn_once
from headroom.providers.counting import MessageCounter
from headroom.providers.failures import api_errors, drop_awaitable
from headroom.providers.google_caches import ContextCaches
from headroom.providers.google_shape import left_out_tokens, to_contents
from headroom.providers.provider import BaseProvider, checked_flag
from headroom.providers.tools import google_tool_tokens


class GoogleCounter(MessageCounter):
    """Counts for one Gemini model: lists of messages by Google's API where there is a client, all else estimated.

    Google publishes no vocabulary for it, so the estimate is the built-in count times a factor (`is_exact` is False).
    One text, one message and tools are never asked about, and images always count by the rule.
    """

    def __init__(self, *arguments: Any, client: Any = None) -> None:
        super().__init__(*arguments)
        self.client = client

    def count_messages(self, messages: Sequence[Mapping[str, Any]], *, system: Any = None, tools: Any = None) -> int:
        """Tokens of a request, texts as Google says; estimated without a client, or, with one warning, where it fails.

        Blocks until the answer is there; on an event loop use `acount_messages`.
        """
        answer = None
        if self.client is not None and messages:
            try:
                answer = self.client.models.count_tokens(**self.request(messages, system))
                if drop_awaitable(answer):
                    self.warn("the client is asynchronous: use acount_messages")
            except api_errors() as error:
                self.warn(type(error).__name__)
        return self.read(answer, messages, system, tools)

    async def acount_messages(
        self, messages: Sequence[Mapping[str, Any]], *, system: Any = None, tools: Any = None
    ) -> int:
        """As `count_messages`, for an event loop: `client.aio` is asked."""
        answer = None
        if self.client is not None and messages:
            try:
                models = getattr(self.client, "aio", self.client).models
                answer = await models.count_tokens(**self.request(messages, system))
            except api_errors() as error:
                self.warn(type(error).__name__)
        return self.read(answer, messages, system, tools)

    def request(self, messages: Sequence[Any], system: Any) -> dict[str, Any]:
        """Arguments of `models.count_tokens`; the Gemini API takes no system text there, so it is a content."""
        said = [{"role": "system", "content": system}] if system else []
        return {"model": self.name, "contents": to_contents([*said, *messages])}

    def warn(self, why: str) -> None:
        """Say once that counts are estimates although a client was given."""
        warn_once("google.count_tokens", f"tokens of messages are estimated: asking Google failed ({why})")

    def read(self, answer: Any, messages: Any, system: Any, tools: Any) -> int:
        """The figure in an answer, and what was not asked about; or the estimate where there is none."""
        tokens = getattr(answer, "total_tokens", None)
        if isinstance(tokens, int):
            return tokens + left_out_tokens(messages, self) + self.count_tools(tools)
        return super().count_messages(messages, system=system, tools=tools)


class GoogleProvider(BaseProvider):
    """Google's Gemini models.

    Newer ones cache prefixes by themselves, which costs nothing and needs no hint. Cached content is off by default:
    **Google bills its storage by the hour**, so it pays for long prefixes that many requests share.

    Args:
        client: A `google.genai.Client`; lists of messages are counted by its API then.
        context_limits: As for every provider.
        enable_context_caching: Whether `context_caches` makes cached content for what requests share.
    """

    name = "google"
    models = re.compile(r"gemini|gemma|learnlm", re.ASCII)
    tool_tokens = staticmethod(google_tool_tokens)

    def __init__(
        self,
        *,
        client: Any = None,
        context_limits: Mapping[str, int] | None = None,
        enable_context_caching: bool = False,
    ) -> None:
        super().__init__(client=client, context_limits=context_limits)
        self.enable_context_caching = checked_flag("enable_context_caching", enable_context_caching)

    def get_token_counter(self, model: str) -> GoogleCounter:
        """Counter for `model`; with a client, `count_messages` asks Google."""
        alias = self.overrides.aliases.get(model)
        return GoogleCounter(model, google_tool_tokens, alias, client=self.client)

    def context_caches(self, client: Any = None, **settings: Any) -> ContextCaches | None:
        """Cached contents for the requests of `client` (by default the provider's); None where that is not enabled.

        Args:
            client: The client whose requests they are for.
            settings: `ttl_s`, `max_entries`; see `ContextCaches`.
        """
        owner = client if client is not None else self.client
        if not self.enable_context_caching or owner is None:
            return None
        return ContextCaches(owner, count=self.get_local_counter, minimum=self.min_cacheable_tokens, **settings)
