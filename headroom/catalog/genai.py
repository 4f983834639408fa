"""Limits and prices from the genai-prices package: its bundled data, never its updater, so no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from headroom.catalog.names import BEDROCK_REGION, BEDROCK_VENDOR, candidates, has_price_of_its_own, last_segment
from headroom.catalog.values import Limit, Price

PROVIDERS = {
    "bedrock": "aws",
    "vertex": "google",
    "vertex_ai": "google",
    "vertexai": "google",
    "gemini": "google",
    "azure_openai": "azure",
    "xai": "x-ai",
}
FAULTS = (LookupError, ValueError, TypeError, AttributeError, ImportError)
SIMPLE = re.compile(r"[\w.:/@+-]{1,300}", re.ASCII)


def find_limit(model: str, provider: str | None) -> Limit | None:
    """The window of `model`; None where the package does not know it."""
    found = find(model, provider, exact=False)
    tokens = getattr(found, "context_window", None)
    return Limit(tokens=tokens, source=source()) if isinstance(tokens, int) and tokens > 0 else None


def find_price(model: str, provider: str | None, input_tokens: int) -> Price | None:
    """The price for requests of `input_tokens`; None where the package does not know it."""
    found = find(model, provider, exact=has_price_of_its_own(model))
    if found is None:
        return None
    try:
        prices = found.get_prices(datetime.now(timezone.utc))
        figures: dict[str, Any] = {name: amount(getattr(prices, key), input_tokens) for name, key in KEYS.items()}
    except FAULTS:  # the package is young, and its shapes move
        return None
    if figures["input"] is None or figures["output"] is None:
        return None
    return Price(**figures, source=source())


KEYS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_read": "cache_read_mtok",
    "cached_write": "cache_write_mtok",
}


def amount(price: Any, input_tokens: int) -> float | None:
    """Dollars per million; a tier holds for the whole request once its input is larger than the tier's start."""
    if price is None:
        return None
    tiers = getattr(price, "tiers", None)
    if tiers is None:
        return float(price)
    reached = [tier for tier in tiers if input_tokens > tier.start]
    return float(max(reached, key=lambda tier: int(tier.start)).price if reached else price.base)


@lru_cache(maxsize=1024)
def find(model: str, provider: str | None, *, exact: bool) -> Any:
    """The package's entry for `model`; None where there is none."""
    if not SIMPLE.fullmatch(model):
        return None
    try:
        snapshot = bundled()
    except FAULTS:
        return None
    for provider_id, name in attempts(model, provider, exact=exact):
        try:
            return snapshot.find_provider_model(name, None, provider_id, None)[1]
        except FAULTS:
            continue
    return None


def attempts(model: str, provider: str | None, *, exact: bool) -> Iterator[tuple[str | None, str]]:
    """Provider and name to ask for, the most telling first: a cloud's price differs from the maker's."""
    name = last_segment(model).lower()
    if BEDROCK_REGION.match(name) or BEDROCK_VENDOR.match(name):
        yield "aws", name
    first, _, rest = model.partition("/")
    if rest and not model.startswith("arn:"):
        yield PROVIDERS.get(first.lower(), first.lower()), rest
    for provider_id in (PROVIDERS.get(provider.lower(), provider.lower()), None) if provider else (None,):
        for candidate in [model] if exact else candidates(model):
            yield provider_id, candidate


@lru_cache(maxsize=1)
def bundled() -> Any:
    """The data inside the package (a tenth of a second to load). A snapshot of the user's own is not looked at."""
    from genai_prices.data import providers
    from genai_prices.data_snapshot import DataSnapshot

    return DataSnapshot(providers=providers, from_auto_update=False)


@lru_cache(maxsize=1)
def source() -> str:
    """Name and version of the package; its figures are as old as that."""
    from importlib.metadata import version

    return f"genai-prices {version('genai-prices')}"
