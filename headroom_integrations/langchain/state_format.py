"""What a conversation began with, so that it is written on in the same bytes after a deploy (requirement R1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from headroom.engine import Engine
from headroom.errors import ConfigurationError
from headroom.formats import deciding_settings, keep_settings
from headroom_integrations._shared import engine_for, say_once

CALL = "call"
"""Key of what beside the settings decides bytes: facts of the first call."""


def begun_with(engine: Engine, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What to keep of a conversation that begins now; plain values.

    Args:
        facts: Facts of each of its calls that decide bytes and are no settings, as plain values.
    """
    config = engine.config
    return {
        "format": config.format,
        "fingerprint": engine.resolved.fingerprint,
        "settings": deciding_settings(config),
        CALL: dict(facts),
    }


def is_begun(value: Any) -> bool:
    """Whether a state holds what `begun_with` gave, whatever else may stand under its key."""
    if not (isinstance(value, Mapping) and isinstance(value.get("settings"), Mapping)):
        return False
    return isinstance(value.get("format"), str) and isinstance(value.get(CALL), Mapping)


def engine_of(engine: Engine, begun: Mapping[str, Any]) -> Engine | None:
    """The engine that writes a conversation on as it began: `engine` itself where nothing changed.

    None where this release cannot: it does not know the format or a setting.
    """
    if begun.get("fingerprint") == engine.resolved.fingerprint and begun["format"] == engine.config.format:
        return engine
    try:
        config = keep_settings(engine.config, begun["settings"])
        config.format = begun["format"]
        # Neither variables nor a file may come over what was kept.
        return engine_for(config, {"environment": {}, "find_file": False})
    except ConfigurationError as error:
        say_once(
            f"begun:{begun['format'][:20]}:{error.details.get('field')}",
            "a conversation began with a format or setting that this release does not have; it goes on with the "
            "settings of now, so that its cached prefix is written anew once",
        )
        return None


def text_of(begun: Mapping[str, Any]) -> str:
    """What tells one beginning from another."""
    return json.dumps(begun, sort_keys=True, default=str)
