"""What a provider's prompt cache is told about one request, and the plug for those who know better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEY_CHARS = 64  # the longest `prompt_cache_key` that OpenAI takes


@dataclass(frozen=True, slots=True)
class Hinted:
    """The arguments of one SDK call, with hints to the provider's prompt cache.

    Attributes:
        arguments: What to call with: the very object that was given where there is nothing to say, else a copy. What
            lies within is shared with the caller's, and never changed; only blocks that carry a hint are copies.
        strategy: What was done: `breakpoints`, `prompt_cache_key`, `cached_content`; None for nothing.
        breakpoints: Marks that were set here, without those of the caller.
        cacheable_tokens: Estimated tokens of the prefix that the hint covers; 0 without one.
    """

    arguments: Mapping[str, Any] = field(repr=False)
    strategy: str | None = None
    breakpoints: int = 0
    cacheable_tokens: int = 0


class BaseCacheOptimizer:
    """The plug `cache_optimizer=`: subclass it to give other hints than the provider would.

    It is asked once per request that is sent, from any thread, after compression, and must be quick and open no
    connection. What it raises costs the hints of that request, never the request.

    Attributes:
        name: Shown in the ledger.
    """

    name = "custom"

    def cache_hints(self, arguments: Mapping[str, Any], *, model: str, base_url: str = "", key: str = "") -> Hinted:
        """The arguments to call with; this one changes nothing.

        Args:
            arguments: Keyword arguments of the SDK call; never to be changed in place, nor what lies within.
            model: Model that is called.
            base_url: Where the request goes; "" where that is not known.
            key: The same for requests that begin alike; "" where there is none.
        """
        return Hinted(arguments)
