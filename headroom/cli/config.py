"""`headroom config`: which settings hold, and whether a file is right (R28)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from headroom.cli.files import console, write_json

app = typer.Typer(help="Show and check settings.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
def show(
    file: Annotated[Path | None, typer.Option(help="Settings file, in place of the one that is found.")] = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what differs from the defaults.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show every setting with its value and where that is from; secrets are masked.

    Order, the later one wins: default, file, environment, argument.
    """
    from headroom.resolve import DEFAULT, describe, resolve

    resolved = resolve(file=file)
    rows = [row for row in describe(resolved) if not changed or row[2] != DEFAULT]
    if as_json:
        settings = [{"name": name, "value": json.loads(value), "origin": origin} for name, value, origin in rows]
        write_json({"fingerprint": resolved.fingerprint, "settings": settings})
        return
    out = console()
    if rows:
        out.print(settings_table(rows))
    else:
        out.print("Every setting is at its default.")
    out.print(f"Fingerprint of what decides bytes: {resolved.fingerprint}")


def settings_table(rows: list[tuple[str, str, str]]) -> object:
    """Name, value and origin; long ones fold."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("setting", "value", "from"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="TOML, YAML or JSON file.")]) -> None:
    """Check a settings file and its environments; exit code 1 when something is wrong."""
    from headroom.resolve import check_file

    findings = check_file(file)
    for line in findings:
        typer.echo(line, err=True)
    if findings:
        raise typer.Exit(1)
    typer.echo(f"{file}: good")


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of a settings file, for editors."""
    from headroom.config import HeadroomConfig

    write_json(HeadroomConfig.json_schema())
