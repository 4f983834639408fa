"""What can go wrong when a provider's API is asked, as classes that can be named without importing any SDK."""

from __future__ import annotations

import sys
from typing import Any

ORDINARY: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
)
# Modules and the base of their errors. Looked up among those loaded: what made the client is loaded.
BASES = (
    ("anthropic", "AnthropicError"),
    ("openai", "OpenAIError"),
    ("google.genai.errors", "APIError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("httpx", "HTTPError"),
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
)


def api_errors() -> tuple[type[Exception], ...]:
    """Errors that asking an API may end with: those of SDKs and HTTP clients that are loaded, and ordinary ones."""
    found = [getattr(sys.modules.get(module), name, None) for module, name in BASES]
    return (*ORDINARY, *(error for error in found if isinstance(error, type) and issubclass(error, Exception)))


def drop_awaitable(value: Any) -> bool:
    """Whether `value` must be awaited; it is closed then, so that nobody is warned that nobody did."""
    if not hasattr(value, "__await__"):
        return False
    close = getattr(value, "close", None)
    if callable(close):
        close()
    return True
