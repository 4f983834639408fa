"""`headroom`: the commands together, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from headroom._version import __version__
from headroom.cli import compress, config, doctor, report, retrieve, stats
from headroom.cli.plugins import add_plugins
from headroom.errors import HeadroomError

EXAMPLES = """
Examples:

\b
  headroom demo                                   what it does to a real agent run
  headroom compress chat.json > smaller.json      OpenAI messages in and out
  headroom compress - --target-tokens 500 < chat.json
  headroom retrieve 5b1f09c2a7e4 --messages chat.json --rows 47-90
  headroom config show --changed                  settings that hold, and their origin
  headroom report --output savings.html           what was saved, from the metrics store
  headroom doctor                                 is everything in place?

Exit codes: 0 done; 1 something is wrong, said in one line on stderr; 2 wrong usage.
"""

app = typer.Typer(
    name="headroom",
    help="Makes what an LLM agent reads smaller without making it wrong.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"headroom {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=show_version, is_eager=True)
    ] = False,
) -> None:
    """Makes what an LLM agent reads smaller without making it wrong."""


app.command("compress")(compress.compress_command)
app.command("retrieve")(retrieve.retrieve_command)
app.command("report")(report.report_command)
app.command("stats")(stats.stats_command)
app.command("doctor")(doctor.doctor_command)
app.add_typer(config.app, name="config")
add_plugins(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit code."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="headroom")
    except HeadroomError as error:
        typer.echo(f"headroom: {error.message}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
