"""Model names as clouds, routers and SDKs spell them, led back to the maker's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Bedrock: `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, with or without region, vendor, version and window.
BEDROCK_REGION = re.compile(r"^(?:us|us-gov|eu|apac|ap|jp|au|ca|sa|me|af|global)\.(?=[a-z0-9]+\.)")
BEDROCK_VENDOR = re.compile(r"^(?:anthropic|amazon|meta|mistral|cohere|deepseek|openai|qwen|ai21|google)\.")
BEDROCK_VERSION = re.compile(r"-v\d+(?::\d+)?(?::\d+k)?$")
VERTEX_VERSION = re.compile(r"@(\d{8})$")
VERTEX_ALIAS = re.compile(r"@(?:default|latest)$")
FINE_TUNED = re.compile(r"^ft:([^:]+):")
ROUTER_VARIANT = re.compile(r":(?:free|nitro|floor|thinking|beta|extended|online|exacto)$")
DATE = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2})$")
LATEST = re.compile(r"-(?:latest|preview)$")
CLAUDE_DOT = re.compile(r"(?<=\d)\.(?=\d)")
AZURE_GPT35 = re.compile(r"^gpt-35-")

PRICE_OF_ITS_OWN = (FINE_TUNED, ROUTER_VARIANT)  # the maker's price would be wrong for these


def candidates(model: str) -> Iterator[str]:
    """Names to look up, the given one first, then ever shorter ones; each once.

    >>> list(candidates("us.anthropic.claude-opus-4-8-v1:0"))
    ['us.anthropic.claude-opus-4-8-v1:0', 'anthropic.claude-opus-4-8-v1:0', 'claude-opus-4-8-v1:0', 'claude-opus-4-8']
    """
    name = model.strip()
    seen: set[str] = set()
    for step in (same, lower, last_segment, without_variant, *BY_PATTERN):
        name = step(name)
        if name and name not in seen:
            seen.add(name)
            yield name


def has_price_of_its_own(model: str) -> bool:
    """Whether `model` is a fine-tuned or specially routed one, billed unlike the model it is made from."""
    return any(pattern.search(last_segment(model.strip().lower())) for pattern in PRICE_OF_ITS_OWN)


def same(name: str) -> str:
    """The name as given."""
    return name


def lower(name: str) -> str:
    """Model names are ASCII in lower case; anything else is left alone."""
    return name.lower() if name.isascii() else name


def last_segment(name: str) -> str:
    """`models/x`, `openrouter/anthropic/x`, `publishers/google/models/x` and ARNs end with the name."""
    return name.rstrip("/").rpartition("/")[2]


def without_variant(name: str) -> str:
    """`x:free` is x, and `ft:x:org::id` is made from x."""
    tuned = FINE_TUNED.match(name)
    return tuned.group(1) if tuned else ROUTER_VARIANT.sub("", name)


def claude_hyphens(name: str) -> str:
    """Routers write `claude-sonnet-4.5` where the maker writes `claude-sonnet-4-5`."""
    return CLAUDE_DOT.sub("-", name) if name.startswith("claude") else name


BY_PATTERN = (
    lambda name: BEDROCK_REGION.sub("", name),
    lambda name: BEDROCK_VENDOR.sub("", name),
    lambda name: BEDROCK_VERSION.sub("", name),
    lambda name: VERTEX_ALIAS.sub("", VERTEX_VERSION.sub(r"-\1", name)),
    lambda name: AZURE_GPT35.sub("gpt-3.5-", name),
    claude_hyphens,
    lambda name: DATE.sub("", name),
    lambda name: LATEST.sub("", name),
)
