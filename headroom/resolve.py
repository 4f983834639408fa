"""Defaults, file, environment, arguments: merged here, once. The later one wins, setting by setting."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

from headroom.config.fields import default_of, dotted_synonyms, given, leaf_fields, nest, value_at
from headroom.config.refusals import SECRETS, mask_url
from headroom.config.root import HeadroomConfig, in_file
from headroom.config_file import find_config_file, laid_over, read_tables
from headroom.environment import BY_NAME, PREFIX, VARIABLES, Kind, Variable, read_settings, variable_of
from headroom.errors import ConfigurationError
from headroom.formats import check_format, fingerprint, plain

DEFAULT = "default"
ARGUMENT = "argument"

# Documented arguments of the client that are a setting under another name.
ARGUMENT_SETTINGS = {
    "smart_crusher_config": "smart_crusher",
    "cache_aligner_config": "cache_aligner",
    "rolling_window_config": "rolling_window",
    "intelligent_context_config": "intelligent_context",
    "enable_cache_optimizer": "cache_optimizer.enabled",
    "enable_semantic_cache": "cache_optimizer.enable_semantic_cache",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The settings that hold.

    Attributes:
        config: They themselves; nobody else has this object.
        origins: Dotted name to where the value is from: `default`, `file:PATH`, `HEADROOM_...` or `argument`; joined
            by ` + ` for a table whose entries are from several places.
        fingerprint: 12 hex digits, equal where the settings that decide bytes are.
    """

    config: HeadroomConfig
    origins: Mapping[str, str]
    fingerprint: str


def resolve(
    config: HeadroomConfig | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    file: str | Path | None = None,
    find_file: bool = True,
    **arguments: Any,
) -> Resolved:
    """The settings of one engine: defaults < file < environment < `config` < `arguments`.

    A group of settings is merged setting by setting, a table such as `tool_profiles` entry by entry.

    Args:
        config: Settings made by the caller; what they set counts, what they left alone does not.
        environment: Variables in place of the process's own.
        file: Settings file; None takes the one that `find_config_file` finds.
        find_file: Look for a file when `file` is None.
        arguments: Settings by name, by dotted name, or as the documented arguments of the client; None is not given.

    Raises:
        ConfigurationError: Something is refused; `details` holds `field`, and `file` or `variable`.
    """
    merged: dict[str, Any] = {}
    origins = dict.fromkeys(leaf_fields(HeadroomConfig), DEFAULT)
    path = find_config_file(environment=environment) if file is None and find_file else file
    if path is not None:
        lay_over(merged, origins, given(HeadroomConfig.from_file(path, environment=environment)), f"file:{path}")
    for variable, values in environment_values(environment):
        lay_over(merged, origins, values, variable)
    if config is not None:
        lay_over(merged, origins, given(config), ARGUMENT)
    lay_over(merged, origins, argument_values(arguments), ARGUMENT)
    try:
        settled = settle(merged)
    except ConfigurationError as error:
        raise from_origin(error, origins) from None
    return Resolved(config=settled, origins=origins, fingerprint=fingerprint(settled))


def override(config: HeadroomConfig, **arguments: Any) -> HeadroomConfig:
    """`config` with the settings of one request over it; `config` itself when there are none.

    Raises:
        ConfigurationError: A name or value is refused.
    """
    values = argument_values(arguments)
    if not values:
        return config
    merged = given(config)
    lay_over(merged, {}, values, ARGUMENT)
    return settle(merged)


def settle(values: Mapping[str, Any]) -> HeadroomConfig:
    """A config of its own with these values, checked as a whole."""
    config = HeadroomConfig(**nest(values)).model_copy(deep=True)
    check_format(config.format)
    config.smart_crusher.scorer_config()
    return config


def from_origin(error: ConfigurationError, origins: Mapping[str, str]) -> ConfigurationError:
    """The same error with the place that the value is from."""
    origin = origins.get(error.details["field"], DEFAULT)
    variable = {"variable": origin} if origin.startswith(PREFIX) else {}
    return ConfigurationError(f"{origin}: {error.message}", {**error.details, **variable}, origin=origin)


def lay_over(merged: dict[str, Any], origins: dict[str, str], values: Mapping[str, Any], origin: str) -> None:
    """Put `values` over `merged`, and note where they are from."""
    for name, value in values.items():
        below = merged.get(name)
        if isinstance(value, dict) and isinstance(below, dict) and set(below) - set(value):
            origins[name] = " + ".join(dict.fromkeys([*origins.get(name, DEFAULT).split(" + "), origin]))
            merged[name] = {**below, **value}
        else:
            origins[name] = origin
            merged[name] = value


def argument_values(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted name to value of the arguments that were given; a dotted one wins over its group."""
    named = {ARGUMENT_SETTINGS.get(name, name): value for name, value in arguments.items() if value is not None}
    dotted = {name: value for name, value in named.items() if "." in name}
    whole = {name: value for name, value in named.items() if name not in dotted}
    found: dict[str, Any] = {}
    for part in (whole, nest(dotted)):
        found |= given(HeadroomConfig(**part)) if part else {}
    return found


def environment_values(environment: Mapping[str, str] | None) -> Iterable[tuple[str, dict[str, Any]]]:
    """Variable to its setting, dotted name to value, one at a time so that what is refused names its variable."""
    fields = leaf_fields(HeadroomConfig)
    synonyms = dotted_synonyms(HeadroomConfig)
    for name, (variable, text) in read_settings([*synonyms, *fields], environment).items():
        setting = synonyms.get(name, name)
        try:
            yield variable, given(HeadroomConfig(**nest({setting: read_value(setting, text)})))
        except ConfigurationError as error:
            raise ConfigurationError(f"{variable}: {error.message}", error.details, variable=variable) from None


def read_value(setting: str, text: str) -> Any:
    """A variable's text as its setting wants it: JSON for lists and tables, else the text, which pydantic reads.

    Raises:
        ConfigurationError: It is not JSON.
    """
    if not is_json(setting):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigurationError(f"{setting} must be JSON", field=setting) from None


def is_json(setting: str) -> bool:
    """Whether a setting is a list or a table."""
    model, name = leaf_fields(HeadroomConfig)[setting]
    return get_origin(model.model_fields[name].annotation) in (list, dict, set)


def describe(resolved: Resolved) -> list[tuple[str, str, str]]:
    """Every setting as (dotted name, value as text, origin), in the order of the classes; secrets are masked."""
    return [
        (name, value_text(name, value_at(resolved.config, name)), origin) for name, origin in resolved.origins.items()
    ]


def value_text(name: str, value: Any) -> str:
    """A value as JSON, without secrets."""
    if name in SECRETS:
        return '"***"' if value.get_secret_value() else '""'
    text = json.dumps(plain(value), ensure_ascii=False)
    return mask_url(text) if isinstance(value, str) else text


def check_file(path: str | Path) -> list[str]:
    """What is wrong with a settings file and each of its overlays, one line each; empty when nothing is."""
    try:
        values, overlays = read_tables(path)
    except ConfigurationError as error:
        return [error.message]
    candidates = {"": values} | {f"[environments.{name}] ": laid_over(values, own) for name, own in overlays.items()}
    found: list[str] = []
    for label, table in candidates.items():
        try:
            settle(given(HeadroomConfig(**table)))
        except ConfigurationError as error:
            line = in_file(error, path).message
            found += [] if line in found else [label + line]
    return found


def variables() -> list[Variable]:
    """Every HEADROOM_ variable: the table of `environment`, then one per setting that it does not name."""
    rest = [name for name in leaf_fields(HeadroomConfig) if variable_of(name) not in BY_NAME]
    return [*VARIABLES, *(Variable(variable_of(name), kind_of(name), meaning_of(name), name) for name in rest)]


def kind_of(setting: str) -> Kind:
    """What the text of a setting's variable is read as."""
    if is_json(setting):
        return "JSON"
    default = default_of(*leaf_fields(HeadroomConfig)[setting])
    if isinstance(default, bool):
        return "yes or no"
    return "number" if isinstance(default, (int, float)) else "text"


def meaning_of(setting: str) -> str:
    """What a setting means, from its class's docstring."""
    from headroom.config.fields import attribute_texts

    model, name = leaf_fields(HeadroomConfig)[setting]
    return attribute_texts(model).get(name, "")
