"""What is known of providers: counts, windows, prices, hints to their prompt caches."""

from headroom.providers.anthropic import AnthropicProvider
from headroom.providers.choose import choose_provider
from headroom.providers.google import GoogleProvider
from headroom.providers.google_caches import ContextCaches
from headroom.providers.hints import BaseCacheOptimizer, Hinted
from headroom.providers.openai import OpenAIProvider
from headroom.providers.provider import BaseProvider

__all__ = [
    "AnthropicProvider",
    "BaseCacheOptimizer",
    "BaseProvider",
    "ContextCaches",
    "GoogleProvider",
    "Hinted",
    "OpenAIProvider",
    "choose_provider",
]
