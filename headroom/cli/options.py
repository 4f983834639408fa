"""Options that several commands share, and how they become settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

Model = Annotated[
    str | None,
    typer.Option(help="Name of the model; decides figures, never bytes. Without: what a request names, else gpt-4o."),
]
Query = Annotated[str | None, typer.Option(help="What is looked for, in place of the last user text.")]
TargetTokens = Annotated[int | None, typer.Option(min=1, help="Leave rows out beyond this size per result.")]
TokenBudget = Annotated[int | None, typer.Option(min=1, help="Make a whole conversation fit into this many tokens.")]
Selection = Annotated[str | None, typer.Option(help="Where leaving out is allowed: reachable, always or never.")]
Retrieval = Annotated[str | None, typer.Option(help="tool where the model can call headroom_retrieve; off.")]
Tool = Annotated[str | None, typer.Option(help="Name of the tool that answered a text file, for its profile.")]
Config = Annotated[Path | None, typer.Option(help="Settings file.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any setting, such as min_tokens=50; repeatable."),
]
Text = Annotated[bool, typer.Option("--text", help="Each file is one tool result, such as a log or CSV.")]
Lines = Annotated[bool, typer.Option("--jsonl", help="Each line of a file is a conversation, a request or a message.")]

BY_CALL_AS_JSON = ("strict", "target_tokens", "keep_turns", "tool_profiles", "roles")
BY_CALL_AS_TEXT = ("query", "retrieval", "selection", "format", "namespace")


def settings_of(sets: Sequence[str] | None, config: Path | None, **named: Any) -> dict[str, Any]:
    """Arguments for `headroom.compress`; an option of its own goes before the same name in `--set`.

    Raises:
        ConfigurationError: The settings file cannot be read, or is refused.
    """
    from headroom.cli.files import read_config

    given = dict(setting(text) for text in sets or ())
    given |= {name: value for name, value in named.items() if value is not None}
    return given if config is None else {**given, "config": read_config(config)}


def setting(text: str) -> tuple[str, Any]:
    """Name and value of one `NAME=VALUE`; the value as the environment would say it.

    Raises:
        BadParameter: It has no `=`, or its JSON cannot be read.
    """
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name:
        raise typer.BadParameter(f"must be NAME=VALUE, got {text[:40]!r}", param_hint="'--set'")
    return name, value_of(name, value)


def value_of(name: str, text: str) -> Any:
    """A setting's value: JSON for a list, a table or a fact of one call, else the text, which pydantic reads."""
    from headroom.config.fields import leaf_fields
    from headroom.config.root import HeadroomConfig
    from headroom.resolve import read_value

    if name in BY_CALL_AS_TEXT:
        return text
    if name in BY_CALL_AS_JSON or name not in leaf_fields(HeadroomConfig):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return read_value(name, text)


def form_of(text: bool, lines: bool) -> Any:
    """The form that was asked for; None goes by the file."""
    if text and lines:
        raise typer.BadParameter("give --text or --jsonl, not both", param_hint="'--text'")
    return "text" if text else "jsonl" if lines else None
