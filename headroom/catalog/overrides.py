"""Limits and prices that the user states: arguments, HEADROOM_MODEL_LIMITS, models.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headroom.catalog.values import Limit, Overrides, Price
from headroom.errors import ConfigurationError

PRICE_KEYS = {
    "input": "input",
    "output": "output",
    "cached_read": "cached_read",
    "cached_input": "cached_read",
    "cache_read": "cached_read",
    "cached": "cached_read",
    "cached_write": "cached_write",
    "cache_write": "cached_write",
}
PRICE_ORDER = ("input", "output", "cached_read", "cached_write")
SECTIONS = ("context_limits", "limits", "pricing", "prices", "aliases")


def load_overrides(
    limits: Mapping[str, int] | None = None,
    *,
    environment: str | None = None,
    file: str | Path | None = None,
) -> Overrides:
    """All that the user says about models, merged: argument before environment before file.

    Args:
        limits: Model name or glob (`gpt-4o*`) to its window in tokens.
        environment: Value of HEADROOM_MODEL_LIMITS: JSON text or the path of such a file.
        file: Path of a models.json.

    Both hold `{"context_limits": {model: tokens}, "pricing": {model: {"input": usd, "output": usd}},
    "aliases": {deployment: model}}`, directly or below provider names; plain `{model: tokens}` is taken, too. A
    price may be a list of input, output, cached read and cached write. Prices are dollars per million tokens.

    Raises:
        ConfigurationError: Something is not of that form; `details` holds the field.
    """
    layers = [read_file(Path(file), "models.json")] if file is not None else []
    if environment and environment.strip():
        layers.append(read_environment(environment.strip()))
    layers.append(parse({"context_limits": dict(limits or {})}, "argument"))
    return merge(layers)


def default_models_file() -> Path | None:
    """`~/.headroom/models.json` where it exists, else None."""
    try:
        path = Path.home() / ".headroom" / "models.json"
        return path if path.is_file() else None
    except (OSError, RuntimeError, KeyError):  # no home directory
        return None


def merge(layers: list[Overrides]) -> Overrides:
    """One for all; later layers win."""
    limits: dict[str, Limit] = {}
    prices: dict[str, Price] = {}
    aliases: dict[str, str] = {}
    for layer in layers:
        limits.update(layer.limits)
        prices.update(layer.prices)
        aliases.update(layer.aliases)
    return Overrides(limits=limits, prices=prices, aliases=aliases)


def read_environment(value: str) -> Overrides:
    """HEADROOM_MODEL_LIMITS: JSON text, or a path."""
    source = "HEADROOM_MODEL_LIMITS"
    return parse_text(value, source) if value.startswith("{") else read_file(Path(value).expanduser(), source)


def read_file(path: Path, source: str) -> Overrides:
    """The overrides in a JSON file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigurationError(f"{source} cannot be read: {reason}", field=source, path=str(path)) from None
    return parse_text(text, source)


def parse_text(text: str, source: str) -> Overrides:
    """The overrides in JSON text."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigurationError(f"{source} is not JSON", field=source) from None
    if not isinstance(data, dict):
        raise ConfigurationError(f"{source} must be a JSON object", field=source)
    return parse(data, source)


def parse(data: Mapping[str, Any], source: str) -> Overrides:
    """The overrides in one object: sections, providers holding sections, or models with their limits."""
    if not any(name in SECTIONS for name in data):
        if data and all(isinstance(value, dict) for value in data.values()):
            return merge([parse(value, source) for value in data.values()])
        data = {"context_limits": data}
    unknown = [name for name in data if name not in SECTIONS]
    providers = [parse(data[name], source) for name in unknown if isinstance(data[name], dict)]
    if len(providers) < len(unknown):
        raise ConfigurationError(f"{source} has an unknown section", field=source, known=", ".join(SECTIONS))
    own = Overrides(
        limits={m: limit_of(m, v, source) for m, v in both(data, "context_limits", "limits", source).items()},
        prices={m: price_of(m, v, source) for m, v in both(data, "pricing", "prices", source).items()},
        aliases={m: alias_of(m, v, source) for m, v in section(data, "aliases", source).items()},
    )
    return merge([*providers, own])


def both(data: Mapping[str, Any], name: str, other: str, source: str) -> dict[str, Any]:
    """A section under either of its names."""
    return {**section(data, other, source), **section(data, name, source)}


def section(data: Mapping[str, Any], name: str, source: str) -> dict[str, Any]:
    """One section; empty where it is absent."""
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise ConfigurationError(f"{name} must be an object", field=name, source=source)
    return value


def limit_of(model: str, value: Any, source: str) -> Limit:
    """A limit: a positive whole number of tokens."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError("a context limit is a whole number of tokens, at least 1", field=model, source=source)
    return Limit(tokens=value, source=source)


def price_of(model: str, value: Any, source: str) -> Price:
    """A price: numbers by name, or a list in the order of `PRICE_ORDER`."""
    if isinstance(value, list):
        value = dict(zip(PRICE_ORDER, value, strict=False)) if len(value) <= len(PRICE_ORDER) else None
    known = isinstance(value, dict) and all(name in PRICE_KEYS for name in value)
    figures = {PRICE_KEYS[name]: figure for name, figure in value.items()} if known else {}
    if not {"input", "output"} <= set(figures) or not all(is_amount(figure) for figure in figures.values()):
        message = "a price has input and output, and may have cached_read and cached_write, in USD per million tokens"
        raise ConfigurationError(message, field=model, source=source)
    amounts: dict[str, Any] = {name: float(figure) for name, figure in figures.items()}
    return Price(**amounts, source=source)


def is_amount(value: Any) -> bool:
    """Whether `value` is a number of dollars: finite and not negative."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf")


def alias_of(model: str, value: Any, source: str) -> str:
    """An alias: the name of the model meant."""
    if not isinstance(value, str) or not value:
        raise ConfigurationError("an alias names a model", field=model, source=source)
    return value
