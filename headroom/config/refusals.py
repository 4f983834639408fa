"""What is wrong with a setting, in words: from pydantic's findings to a `ConfigurationError`. No content in either."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from headroom.environment import suggestion
from headroom.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

SECRETS = frozenset({"secret", "api_key"})
LONGEST_SHOWN_CHARS = 60  # a longer text was meant for something else and may be content
MOST_SHOWN = 5

PHRASES = {
    "greater_than_equal": "must be >= {ge}",
    "greater_than": "must be > {gt}",
    "less_than_equal": "must be <= {le}",
    "less_than": "must be < {lt}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "finite_number": "must be a finite number",
    "too_short": "must not be empty",
    "value_error": "{error}",
    "missing": "must be given",
}

# First match wins: pydantic has several findings per type, such as int_type, int_parsing, int_from_float.
PREFIXES = (
    ("int_", "must be a whole number"),
    ("float_", "must be a number"),
    ("bool_", "must be true or false"),
    ("string_", "must be text"),
    ("list_", "must be a list"),
    ("set_", "must be a list"),
    ("dict_", "must be a table"),
    ("model_", "must be a table of settings"),
)


def refusal(model: type[BaseModel], error: ValidationError) -> ConfigurationError:
    """One error for all findings; `details` are those of the first."""
    findings = error.errors(include_url=False)
    lines = [describe(model, finding) for finding in findings[:MOST_SHOWN]]
    more = len(findings) - len(lines)
    return ConfigurationError("; ".join(lines) + (f"; and {more} more" if more else ""), facts(findings[0]))


def unknown(model: type[BaseModel], name: str, path: str = "") -> ConfigurationError:
    """The error for a name that `model` does not have; `path` is the dotted name it was given under."""
    return ConfigurationError(unknown_text(model, name, path or name), field=path or name)


def unknown_text(model: type[BaseModel] | None, name: str, path: str) -> str:
    """`unknown setting 'min_token'; did you mean 'min_tokens'?`."""
    return f"unknown setting {short(path)!r}{suggestion(name[:LONGEST_SHOWN_CHARS], known_names(model))}"


def describe(model: type[BaseModel], finding: Mapping[str, Any]) -> str:
    """One finding as `field must be >= 1, got 0`."""
    path = dotted(finding["loc"])
    if finding["type"] == "extra_forbidden":
        return unknown_text(model_at(model, finding["loc"][:-1]), str(finding["loc"][-1]), path)
    shown = "" if finding["type"] in ("value_error", "missing") else f", got {show(path, finding['input'])}"
    return f"{path} {phrase(finding)}{shown}".strip()


def phrase(finding: Mapping[str, Any]) -> str:
    """What the value must be."""
    if known := PHRASES.get(finding["type"]):
        return known.format_map(finding.get("ctx", {}))
    by_prefix = (text for start, text in PREFIXES if finding["type"].startswith(start))
    return next(by_prefix, "is not valid")


def facts(finding: Mapping[str, Any]) -> dict[str, Any]:
    """`field`; `value` where it is a scalar that may be shown; `valid` where there are choices."""
    path = dotted(finding["loc"])
    found: dict[str, Any] = {"field": path}
    if finding["type"] not in ("extra_forbidden", "value_error") and is_shown(path, finding["input"]):
        value = finding["input"]
        found["value"] = mask_url(value) if isinstance(value, str) else value
    if expected := finding.get("ctx", {}).get("expected"):
        found["valid"] = expected
    return found


def is_shown(path: str, value: Any) -> bool:
    """Whether a value may stand in an error: a short scalar that is no secret."""
    if path.rpartition(".")[2] in SECRETS:
        return False
    if isinstance(value, str):
        return len(value) <= LONGEST_SHOWN_CHARS and value.isprintable()
    return value is None or isinstance(value, (bool, int, float))


def show(path: str, value: Any) -> str:
    """The value as it may stand in a message, else its type and size."""
    if is_shown(path, value):
        return repr(mask_url(value) if isinstance(value, str) else value)
    return f"a text of {len(value)} characters" if isinstance(value, str) else f"a {type(value).__name__}"


def mask_url(text: str) -> str:
    """`text` without the passwords of a URL in it.

    >>> mask_url("postgresql://me:hunter2@db/headroom?sslpassword=x")
    'postgresql://me:***@db/headroom?sslpassword=***'
    """
    text = re.sub(r"(://[^:/@\s]*):.*@", r"\1:***@", text)  # to the last @: a password may hold one
    return re.sub(r"(?i)([?&][^=&]*(?:password|secret|token|key)=)[^&#]*", r"\1***", text)


def dotted(location: tuple[str | int, ...]) -> str:
    """`("smart_crusher", "keep_first")` as `smart_crusher.keep_first`."""
    return ".".join(short(str(part)) for part in location)


def short(name: str) -> str:
    """A name that was given, cut to what a name can be."""
    return name if len(name) <= LONGEST_SHOWN_CHARS else f"{name[:LONGEST_SHOWN_CHARS]}..."


def model_at(model: type[BaseModel], location: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The settings class that stands at `location` within `model`."""
    found: Any = model
    for part in location:
        if hasattr(found, "model_fields"):
            part = getattr(found, "synonyms", {}).get(part, part)
            found = found.model_fields[part].annotation if part in found.model_fields else None
        else:  # the key of a table: its values are what the type says last
            found = get_args(found)[-1] if get_args(found) else None
    return found if hasattr(found, "model_fields") else None


def known_names(model: type[BaseModel] | None) -> set[str]:
    """Every name `model` takes."""
    return set(model.model_fields) | set(getattr(model, "synonyms", {})) if model else set()
