"""OpenAI: exact counts of texts, and a routing key for the automatic prompt cache."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from headroom.providers.hints import KEY_CHARS, Hinted
from headroom.providers.provider import BaseProvider, checked_flag
from headroom.providers.tools import openai_tool_tokens

HOST = "api.openai.com"
KEY = "prompt_cache_key"
UNSET = frozenset({"NotGiven", "Omit"})  # what the SDK writes where a keyword was not given


class OpenAIProvider(BaseProvider):
    """OpenAI's models, also behind Azure and gateways that speak the same language.

    Texts are counted with the model's vocabulary (o200k_base, or cl100k_base for gpt-4 and gpt-3.5). OpenAI caches
    prefixes by itself and the library keeps them as they are, so that the only hint is `prompt_cache_key`: it leads
    requests that begin alike to the machine that holds their prefix.

    Args:
        client: An OpenAI client; only its `base_url` is read, for hints where none is named.
        context_limits: As for every provider.
        enable_prefix_caching: Whether the key is sent: only to api.openai.com, and only where the caller gave none.

    >>> OpenAIProvider().get_token_counter("gpt-4o").count_text("Hello, world!")
    4
    """

    name = "openai"
    models = re.compile(r"gpt-|chatgpt-|o[1-9](?:-|$)|codex-|computer-use-|text-embedding-|ft:gpt-", re.ASCII)
    tool_tokens = staticmethod(openai_tool_tokens)

    def __init__(
        self,
        *,
        context_limits: Mapping[str, int] | None = None,
        client: Any = None,
        enable_prefix_caching: bool = True,
    ) -> None:
        super().__init__(client=client, context_limits=context_limits)
        self.enable_prefix_caching = checked_flag("enable_prefix_caching", enable_prefix_caching)

    def cache_hints(self, arguments: Mapping[str, Any], *, model: str, base_url: str = "", key: str = "") -> Hinted:
        """`arguments` of `chat.completions` or `responses`, with `prompt_cache_key=key`.

        A base URL that is not known counts as another host: gateways may refuse arguments that they do not know.
        """
        minimum = self.min_cacheable_tokens(model)
        url = base_url or str(getattr(self.client, "base_url", "") or "")
        if not (self.enable_prefix_caching and key and minimum and is_openai(url)) or names_key(arguments):
            return Hinted(arguments)
        tokens = self.prompt_tokens(arguments, model)
        return Hinted(
            {**arguments, KEY: short(key)},
            strategy=KEY,
            cacheable_tokens=tokens if tokens >= minimum else 0,
        )

    def prompt_tokens(self, arguments: Mapping[str, Any], model: str) -> int:
        """Tokens of all that is sent."""
        messages = arguments.get("messages") or arguments.get("input") or []
        listed = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        given = {name: arguments.get(source) for name, source in (("system", "instructions"), ("tools", "tools"))}
        return self.get_local_counter(model).count_messages(listed, **given)


def is_openai(url: str) -> bool:
    """Whether a base URL leads to OpenAI itself.

    >>> is_openai("https://api.openai.com/v1/"), is_openai("https://api.openai.com.example.org/v1"), is_openai("")
    (True, False, False)
    """
    try:
        return urlsplit(url).hostname == HOST
    except ValueError:
        return False


def names_key(arguments: Mapping[str, Any]) -> bool:
    """Whether the caller says a key, or that there is to be none."""
    extra = arguments.get("extra_body")
    said = type(arguments.get(KEY)).__name__ not in UNSET if KEY in arguments else False
    return said or (isinstance(extra, Mapping) and KEY in extra)


def short(key: str) -> str:
    """`key`, or its digest where it is longer than OpenAI takes."""
    return key if len(key) <= KEY_CHARS else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
