"""What is known of a model: first what the user says, then the price catalog, then its name, then a default."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

from headroom.catalog.genai import find_limit, find_price
from headroom.catalog.names import candidates
from headroom.catalog.values import Caching, Limit, Overrides, Price

DEFAULT_LIMIT_TOKENS = 128_000

# Where the catalog is known to be wrong, by the makers' own model pages.
CORRECTIONS = (
    ("gpt-4-32k*", 32_768),
    ("gpt-5-chat*", 128_000),
    ("claude-2", 100_000),
    ("claude-2.0*", 100_000),
    ("claude-instant*", 100_000),
    ("gemini-1.5-pro*", 2_097_152),
)

# For names the catalog does not know; first match wins.
PATTERNS = (
    ("gpt-4o*", 128_000),
    ("gpt-4-turbo*", 128_000),
    ("gpt-4.1*", 1_047_576),
    ("gpt-4", 8_192),
    ("gpt-4-0*", 8_192),
    ("gpt-3.5-turbo*", 16_385),
    ("gpt-5*", 400_000),
    ("gpt-6*", 1_050_000),
    ("o1-preview*", 128_000),
    ("o1-mini*", 128_000),
    ("o1*", 200_000),
    ("o3*", 200_000),
    ("o4*", 200_000),
    ("codex-mini*", 200_000),
    ("claude-fable*", 1_000_000),
    ("claude-mythos*", 1_000_000),
    ("*opus*", 200_000),
    ("*sonnet*", 200_000),
    ("*haiku*", 200_000),
    ("claude*", 200_000),
    ("gemini-1.0*", 32_768),
    ("gemini-pro*", 32_768),
    ("gemini*", 1_048_576),
)

Value = TypeVar("Value")


def lookup_limit(model: str, provider: str | None = None, overrides: Overrides | None = None) -> Limit:
    """Tokens that fit into the window of `model`, with the source of the figure. Never raises.

    Order: `overrides` (argument, environment, file), genai-prices, patterns of names, 128,000. May load the price
    catalog (a tenth of a second, once): not on an event loop.

    >>> lookup_limit("gpt-4o").tokens
    128000
    """
    name = real_name(model, overrides)
    stated = stated_by_user(overrides.limits, model, name) if overrides else None
    return (
        stated
        or by_pattern(name, CORRECTIONS, "headroom")
        or find_limit(name, provider)
        or by_pattern(name, PATTERNS, "name pattern")
        or Limit(tokens=DEFAULT_LIMIT_TOKENS, source="default")
    )


def lookup_price(
    model: str, provider: str | None = None, overrides: Overrides | None = None, *, input_tokens: int = 0
) -> Price | None:
    """Price of `model`, or None where nobody knows it. Never raises.

    Args:
        model: Name as the caller uses it; clouds' and routers' spellings are understood.
        provider: Who sells it, such as `openai` or `bedrock`; None leaves that to the name.
        overrides: What the user says.
        input_tokens: Size of the request, for models whose price rises with it.
    """
    name = real_name(model, overrides)
    stated = stated_by_user(overrides.prices, model, name) if overrides else None
    return stated or find_price(name, provider, input_tokens)


def estimate_cost(
    input_tokens: int,
    output_tokens: int,
    model: str,
    *,
    cached_tokens: int = 0,
    written_tokens: int = 0,
    provider: str | None = None,
    overrides: Overrides | None = None,
) -> float | None:
    """Dollars for one request; None where no price is known. Never raises.

    `input_tokens` are all tokens sent; of these, `cached_tokens` were read from the provider's cache and
    `written_tokens` written to it.

    >>> estimate_cost(1000, 500, "gpt-4o")
    0.0075
    """
    price = lookup_price(model, provider, overrides, input_tokens=input_tokens)
    if price is None:
        return None
    parts = {"cached": cached_tokens, "written": written_tokens}
    return (input_microdollars(price, input_tokens, **parts) + output_tokens * price.output) / 1_000_000


def usage_cost(
    model: str,
    *,
    input_tokens: int,
    cached: int = 0,
    written: int = 0,
    written_long: int = 0,
    output: int = 0,
    provider: str | None = None,
    overrides: Overrides | None = None,
) -> tuple[float | None, float | None]:
    """Dollars of the input and of the output of one request, apart; None and None where no price is known.

    Args:
        model: Model that was called.
        input_tokens: All tokens sent, however they were billed.
        cached: Of these, read from the provider's cache.
        written: Of these, written to it, whatever the lifetime.
        written_long: Of the written ones, those with the long lifetime (Anthropic: one hour).
        output: Tokens that the model wrote.
        provider: Who sells it.
        overrides: What the user says.

    >>> usage_cost("gpt-4o", input_tokens=1000, cached=400, output=500)
    (0.002, 0.005)
    """
    price = lookup_price(model, provider, overrides, input_tokens=input_tokens)
    if price is None:
        return None, None
    long_price = lookup_caching(model, overrides).write_long if written_long else None
    dollars = input_microdollars(
        price,
        input_tokens,
        cached=cached,
        written=written,
        written_long=min(written_long, written) if long_price else 0,
        long_price=(long_price or 0.0) * price.input,
    )
    return dollars / 1_000_000, output * price.output / 1_000_000


def input_microdollars(
    price: Price, input_tokens: int, *, cached: int, written: int, written_long: int = 0, long_price: float = 0.0
) -> float:
    """Millionths of a dollar for the input, each token at the price of its bucket."""
    read = price.input if price.cached_read is None else price.cached_read
    write = price.input if price.cached_write is None else price.cached_write
    plain = max(input_tokens - cached - written, 0)
    return plain * price.input + cached * read + (written - written_long) * write + written_long * long_price


def lookup_caching(model: str, overrides: Overrides | None = None) -> Caching:
    """Terms of the prompt cache behind `model`; `min_tokens` is None where it is not known to cache. Never raises."""
    for name in candidates(real_name(model, overrides)):
        for pattern, terms in caching_table():
            if fnmatchcase(name, pattern):
                return terms
    return Caching(min_tokens=None, source="default")


@lru_cache(maxsize=1)
def caching_table() -> tuple[tuple[str, Caching], ...]:
    """Patterns of names and their terms, first match first."""
    data = json.loads(files("headroom.catalog").joinpath("caching.json").read_text(encoding="utf-8"))
    return tuple(
        (
            pattern,
            Caching(
                min_tokens=min_tokens,
                write=write,
                read=read,
                write_long=write_long,
                source=data["source"],
                date=data["date"],
            ),
        )
        for pattern, min_tokens, write, read, write_long in data["rows"]
    )


def real_name(model: str, overrides: Overrides | None) -> str:
    """The model behind a deployment name."""
    return overrides.aliases.get(model, model) if overrides else model


def stated_by_user(table: Mapping[str, Value], *names: str) -> Value | None:
    """What `table` says of a model: its name before globs, longer globs before shorter ones."""
    spellings = [spelling for name in names for spelling in candidates(name)]
    for spelling in spellings:
        if spelling in table:
            return table[spelling]
    for pattern in sorted((key for key in table if "*" in key), key=len, reverse=True):
        if any(fnmatchcase(spelling, pattern) for spelling in spellings):
            return table[pattern]
    return None


def by_pattern(model: str, table: tuple[tuple[str, int], ...], source: str) -> Limit | None:
    """The limit of the first pattern that fits one spelling of the name."""
    for name in candidates(model):
        for pattern, tokens in table:
            if fnmatchcase(name, pattern):
                return Limit(tokens=tokens, source=source)
    return None
