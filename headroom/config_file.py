"""Settings files: finding one, and reading TOML, YAML or JSON into nested tables. What they may say is for `config`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from headroom.environment import read_text, suggestion
from headroom.errors import ConfigurationError

OVERLAYS = "environments"


def find_config_file(
    directory: str | Path | None = None, *, environment: Mapping[str, str] | None = None
) -> Path | None:
    """The settings file to use: HEADROOM_CONFIG, else `headroom.toml`, else a `pyproject.toml` with `[tool.headroom]`.

    Args:
        directory: Where to look; None is the working directory. Never its parents, never the home directory.
        environment: Variables in place of the process's own.

    Raises:
        ConfigurationError: HEADROOM_CONFIG names a file that is not there.
    """
    if named := read_text("HEADROOM_CONFIG", environment):
        if not Path(named).is_file():
            raise ConfigurationError(
                "HEADROOM_CONFIG names no file", field="HEADROOM_CONFIG", value=named, variable="HEADROOM_CONFIG"
            )
        return Path(named)
    folder = Path.cwd() if directory is None else Path(directory)
    if (folder / "headroom.toml").is_file():
        return folder / "headroom.toml"
    project = folder / "pyproject.toml"
    return project if project.is_file() and has_headroom_table(project) else None


def has_headroom_table(project: Path) -> bool:
    """Whether a `pyproject.toml` speaks of us; one that does not is not ours to judge, even if it cannot be read."""
    try:
        text = project.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return "tool" in text and "headroom" in text and speaks_of_headroom(text, project)


def speaks_of_headroom(text: str, project: Path) -> bool:
    """Whether the text has the table; unreadable text counts where it names the table."""
    try:
        tool = parse_toml(text).get("tool")
    except ValueError:
        if "[tool.headroom" in text:
            raise unreadable(project, "is not valid TOML") from None
        return False
    return isinstance(tool, dict) and "headroom" in tool


def read_config_file(path: str | Path, *, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Nested settings of a file, with the overlay laid over them that HEADROOM_ENV names.

    Raises:
        ConfigurationError: The file cannot be read or has no such overlay; `details` holds `file`.
    """
    values, overlays = read_tables(path)
    chosen = read_text("HEADROOM_ENV", environment)
    if chosen is None or not overlays:
        return values
    if chosen not in overlays:
        text = f"{Path(path).name} has no [{OVERLAYS}.{chosen}]{suggestion(chosen, overlays)}"
        raise ConfigurationError(text, field="HEADROOM_ENV", value=chosen, variable="HEADROOM_ENV", file=str(path))
    return laid_over(values, overlays[chosen])


def read_tables(path: str | Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """A file's settings, and its overlays by name.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    file = Path(path)
    values = table_of(file, parse(file))
    overlays = values.pop(OVERLAYS, {})
    if not isinstance(overlays, dict) or not all(isinstance(overlay, dict) for overlay in overlays.values()):
        raise unreadable(file, f"must hold tables of settings under [{OVERLAYS}]")
    return values, overlays


def table_of(file: Path, document: Any) -> dict[str, Any]:
    """The table that holds our settings; an empty document is an empty table."""
    if file.name == "pyproject.toml":
        document = document.get("tool", {}).get("headroom", {})
    if document is None:
        return {}
    if not isinstance(document, dict) or not has_text_keys(document):
        raise unreadable(file, "must hold a table of settings with names as keys")
    return dict(document)


def has_text_keys(value: Any) -> bool:
    """Whether all keys are text, at every depth; YAML allows others."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and has_text_keys(inner) for key, inner in value.items())
    return True


def parse(file: Path) -> Any:
    """The document of a file, by its ending."""
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise unreadable(file, f"must end in {', '.join(READERS)}")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise unreadable(file, f"cannot be read: {type(error).__name__}") from None
    except UnicodeDecodeError:
        raise unreadable(file, "is not UTF-8") from None
    try:
        return reader(text)
    except (ValueError, RecursionError) as error:
        raise unreadable(file, f"is not valid {file.suffix[1:].upper()}{place(error)}") from None


def parse_toml(text: str) -> dict[str, Any]:
    """A TOML document."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def parse_yaml(text: str) -> Any:
    """A YAML document, plain values only."""
    try:
        yaml: Any = import_module("yaml")  # optional, and its types are a package of their own
    except ImportError:
        raise ConfigurationError("settings in YAML need PyYAML: pip install pyyaml", field="file") from None
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ValueError(f"(at line {mark.line + 1})" if mark else "") from None
    except yaml.YAMLError:
        raise ValueError("") from None


def parse_json(text: str) -> Any:
    """A JSON document."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"(at line {error.lineno})") from None


READERS: dict[str, Callable[[str], Any]] = {
    ".toml": parse_toml,
    ".yaml": parse_yaml,
    ".yml": parse_yaml,
    ".json": parse_json,
}


def place(error: BaseException) -> str:
    """Where a document went wrong, without quoting it."""
    _, found, rest = str(error).rpartition("(at line ")
    return f" at line {rest.split(',')[0].rstrip(')')}" if found else ""


def laid_over(values: dict[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with those of `overlay` in their place; tables are merged key by key.

    >>> laid_over({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}})
    {'a': {'x': 1, 'y': 3}}
    """
    merged = dict(values)
    for name, value in overlay.items():
        below = merged.get(name)
        merged[name] = laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def unreadable(file: Path, why: str) -> ConfigurationError:
    """The error for a file that cannot be used."""
    return ConfigurationError(f"{file.name} {why}", field="file", value=str(file), file=str(file))
