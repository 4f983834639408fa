"""Commands of packages above this one, from the entry point group `headroom.commands`; loaded when they are called."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

import typer

GROUP = "headroom.commands"
HELP = {"demo": "Show what headroom does to a real agent conversation."}
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def add_plugins(app: typer.Typer) -> None:
    """Add a command per entry point; its module is not imported yet."""
    known = {command.name for command in app.registered_commands}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        if entry.name not in known:
            known.add(entry.name)
            text = HELP.get(entry.name, f"From {entry.module}.")
            app.command(entry.name, help=text, context_settings=dict(PASS_ON), add_help_option=False)(starter(entry))


def starter(entry: EntryPoint) -> Callable[[typer.Context], None]:
    """A command that loads `entry` and hands it all arguments."""

    def start(context: typer.Context) -> None:
        try:
            plugin = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
            plugin.command(entry.name)(entry.load())
            plugin(args=context.args, prog_name=f"headroom {entry.name}")
        except ImportError as error:
            typer.echo(f"headroom: {needs(entry, error)}", err=True)
            raise typer.Exit(1) from None

    return start


def needs(entry: EntryPoint, error: ImportError) -> str:
    """What is missing, and the line that installs it."""
    hint = 'pip install "headroom-integrations[langchain]"'
    return str(error) if "pip install" in str(error) else f"{entry.name} needs {error.name}: {hint}"
