"""What all adapters share: engines, one per settings; names that load when used; what they say once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import SecretStr

from headroom.config import HeadroomConfig
from headroom.engine import Engine
from headroom.environment import headroom_variables
from headroom.errors import ConfigurationError
from headroom.warming import warm

logger = logging.getLogger("headroom")

MOST_ENGINES = 32

engines: dict[Any, Engine] = {}
lock = threading.Lock()
said: set[str] = set()


def load(name: str, module: str, extra: str) -> Any:
    """A public name from its module.

    Raises:
        ImportError: The framework is not installed; the message is the line that installs it.
    """
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in ("headroom", "headroom_integrations"):
            raise
        hint = f'{name} needs {error.name}: pip install "headroom-integrations[{extra}]"'
        raise ImportError(hint, name=error.name) from error


def engine_for(config: HeadroomConfig | None, settings: Mapping[str, Any]) -> Engine:
    """The engine of this process for these settings, made and warmed at first use.

    Raises:
        ConfigurationError: A setting is refused.
    """
    key = (
        *config_key(config),
        repr([(name, opened(settings[name])) for name in sorted(settings)]),
        headroom_variables(),
    )
    found = engines.get(key)
    if found is None:
        with lock:
            found = engines.get(key) or warmed(Engine(config, **settings))
            while len(engines) >= MOST_ENGINES:
                del engines[next(iter(engines))]
            engines[key] = found
    return found


def config_key(config: HeadroomConfig | None) -> tuple[str, ...]:
    """What tells one config from another: values, which of them were set, and the secret, which dumps do not show.

    Raises:
        ConfigurationError: It is no config.
    """
    if config is None:
        return ()
    if not isinstance(config, HeadroomConfig):
        kind = type(config).__name__
        raise ConfigurationError(f"config must be a HeadroomConfig, got {kind}", field="config", value=kind)
    return (config.model_dump_json(), config.model_dump_json(exclude_unset=True), config.secret.get_secret_value())


def opened(value: Any) -> Any:
    """A secret's text; anything else as it is."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def warmed(engine: Engine) -> Engine:
    """`engine` with everything loaded that its first call would load (law 13)."""
    warm_once()
    return engine


@cache
def warm_once() -> None:
    """Vocabulary, encoders and prices, for the whole process."""
    warm()


class EngineHolder:
    """The engine of one adapter object; copies and pickles hold the settings, and find the engine again by them."""

    __slots__ = ("config", "engine", "settings")

    def __init__(self, config: HeadroomConfig | None, settings: Mapping[str, Any]) -> None:
        self.config = config
        self.settings = dict(settings)
        self.engine = engine_for(config, settings)

    def __repr__(self) -> str:
        return f"EngineHolder({self.engine!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EngineHolder) and self.engine is other.engine

    def __hash__(self) -> int:
        return id(self.engine)

    def __copy__(self) -> EngineHolder:
        return self

    def __deepcopy__(self, memo: object) -> EngineHolder:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return EngineHolder, (self.config, self.settings)

    def fits(self, config: HeadroomConfig | None, settings: Mapping[str, Any]) -> bool:
        """Whether the engine was made for these settings."""
        return self.config is config and self.settings == settings


def say_once(key: str, message: str, *, level: int = logging.INFO) -> None:
    """One line per process and key."""
    if key not in said:
        said.add(key)
        logger.log(level, "%s", message)
