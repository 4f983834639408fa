"""JSON Schema of the settings file, for editors."""

from __future__ import annotations

from typing import Any, get_args

from headroom.config.fields import attribute_texts, settings_class
from headroom.config.settings import Settings


def file_schema(model: type[Settings]) -> dict[str, Any]:
    """Schema of a file that holds `model`: its fields with their meaning, synonyms, and `environments` laid over it."""
    schema = model.model_json_schema(ref_template="#/$defs/{model}")
    definitions = schema.setdefault("$defs", {})
    for settings in classes_below(model):
        explain(schema if settings is model else definitions[settings.__name__], settings)
    overlay = {"type": "object", "additionalProperties": False, "properties": dict(schema["properties"])}
    definitions["Environment"] = {
        **overlay,
        "description": "Settings laid over the file where HEADROOM_ENV names this.",
    }
    schema["properties"]["environments"] = {"type": "object", "additionalProperties": {"$ref": "#/$defs/Environment"}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def explain(schema: dict[str, Any], settings: type[Settings]) -> None:
    """Give each property its meaning, each synonym its property, and the class its first sentence."""
    properties = schema["properties"]
    for name, text in attribute_texts(settings).items():
        properties[name]["description"] = text
    for synonym, name in settings.synonyms.items():
        properties[synonym] = {**properties[name], "description": f"The same as {name}."}
    schema["description"] = (settings.__doc__ or "").split("\n", 1)[0]


def classes_below(model: type[Settings]) -> list[type[Settings]]:
    """`model` and every settings class it reaches."""
    found = [model]
    for settings in found:  # grows while it is read
        for field in settings.model_fields.values():
            parts = map(settings_class, (field.annotation, *get_args(field.annotation)))
            found += [part for part in parts if part and part not in found]
    return found
