"""What the catalog answers with: prices, limits and caching terms, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Dollars per million tokens.

    Attributes:
        input: Tokens read uncached.
        output: Tokens written by the model.
        cached_read: Input tokens found in the provider's cache; None where there is no such price.
        cached_write: Input tokens written to it; None where that costs nothing extra.
        source: Who says so.
        date: ISO date of the figures; None where the source has only a version.
    """

    input: float
    output: float
    cached_read: float | None = None
    cached_write: float | None = None
    source: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Tokens that fit into a model's window, and who says so."""

    tokens: int
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """Terms of a provider's prompt cache, as multiples of the uncached input price.

    Attributes:
        min_tokens: Shortest prefix that is cached; None where the model is not known to cache.
        write: Price of a token written to the cache with the usual lifetime.
        read: Price of a token read from it.
        write_long: Price of a token written with the long lifetime; None where there is none.
        source: Who says so.
        date: ISO date of the figures; None for a default.
    """

    min_tokens: int | None
    write: float = 1.0
    read: float = 1.0
    write_long: float | None = None
    source: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What the user says about models; goes before every other source.

    Attributes:
        limits: Model name or glob to its limit.
        prices: Model name or glob to its price.
        aliases: Deployment name to the model behind it.
    """

    limits: Mapping[str, Limit] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
