"""Settings by dotted name: which there are, which were given, and back to nested tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from inspect import cleandoc
from typing import Any, get_origin

from headroom.config.settings import Settings


def settings_class(annotation: Any) -> type[Settings] | None:
    """A field's type, where that is a settings class."""
    is_class = isinstance(annotation, type) and get_origin(annotation) is None  # on 3.10 list[str] passes for a class
    return annotation if is_class and issubclass(annotation, Settings) else None


def leaf_fields(model: type[Settings], prefix: str = "") -> dict[str, tuple[type[Settings], str]]:
    """Dotted name to (class, field) of every setting below `model`, in order; tables by key count as one."""
    found: dict[str, tuple[type[Settings], str]] = {}
    for name, field in model.model_fields.items():
        if group := settings_class(field.annotation):
            found |= leaf_fields(group, f"{prefix}{name}.")
        else:
            found[prefix + name] = (model, name)
    return found


def dotted_synonyms(model: type[Settings], prefix: str = "") -> dict[str, str]:
    """Dotted synonym to the dotted name it stands for."""
    found = {prefix + synonym: prefix + name for synonym, name in model.synonyms.items()}
    for name, field in model.model_fields.items():
        if group := settings_class(field.annotation):
            found |= dotted_synonyms(group, f"{prefix}{name}.")
    return found


def default_of(model: type[Settings], name: str) -> Any:
    """A fresh default of one field."""
    field = model.model_fields[name]
    make: Any = field.default_factory  # not `get_default`: its arguments differ between releases of pydantic
    return field.get_default() if make is None else make()


def value_at(settings: Settings, dotted: str) -> Any:
    """The value under a dotted name."""
    value: Any = settings
    for name in dotted.split("."):
        value = getattr(value, name)
    return value


def given(settings: Settings, prefix: str = "") -> dict[str, Any]:
    """Dotted name to value of what was set, or edited in place since; groups are looked into, not counted as set."""
    found: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, Settings):
            found |= given(value, f"{prefix}{name}.")
        elif name in settings.model_fields_set or value != default_of(type(settings), name):
            found[prefix + name] = value
    return found


def nest(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as nested tables.

    >>> nest({"ccr.enabled": True, "format": "1"})
    {'ccr': {'enabled': True}, 'format': '1'}
    """
    nested: dict[str, Any] = {}
    for dotted, value in values.items():
        *groups, name = dotted.split(".")
        table = nested
        for group in groups:
            table = table.setdefault(group, {})
        table[name] = value
    return nested


def attribute_texts(model: type[Settings]) -> dict[str, str]:
    """What each field means: field to the words of the class's docstring."""
    _, _, block = cleandoc(model.__doc__ or "").partition("Attributes:\n")
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", block.partition("\n\n")[0], re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}
