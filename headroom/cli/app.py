"""`headroom`: the commands together, and what becomes of errors."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from headroom._version import __version__
from headroom.cli import compress, config, doctor, explain, report, retrieve, simulate, stats
from headroom.cli.files import reader_left
from headroom.cli.plugins import add_plugins
from headroom.errors import ConfigurationError, HeadroomError

MOST_VALUE_CHARS = 60
EXAMPLES = """
Examples:

\b
  headroom demo                                   what it does to a real agent run
  headroom compress chat.json > smaller.json      messages in and out
  headroom simulate chat.json                     what would be done to each part, and why
  headroom explain chat.json --message 3          a part before and after, side by side
  headroom compress --batch requests.jsonl -o out.jsonl
  headroom retrieve 5b1f09c2a7e4 --messages chat.json --rows 47-90
  headroom stats --by tool --since 7d             what was saved, from the metrics store
  headroom report -o savings.html                 the same as a page
  headroom config show --changed                  settings that hold, and their origin
  headroom doctor                                 is everything in place?

Exit codes: 0 done; 1 something is wrong, said in one line on stderr; 2 wrong usage; 130 interrupted.
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


app.command("compress", epilog=compress.EXAMPLES)(compress.compress_command)
app.command("simulate", epilog=simulate.EXAMPLES)(simulate.simulate_command)
app.command("explain", epilog=explain.EXAMPLES)(explain.explain_command)
app.command("retrieve", epilog=retrieve.EXAMPLES)(retrieve.retrieve_command)
app.command("stats", epilog=stats.EXAMPLES)(stats.stats_command)
app.command("report", epilog=report.EXAMPLES)(report.report_command)
app.command("doctor", epilog=doctor.EXAMPLES)(doctor.doctor_command)
app.add_typer(config.app, name="config")
add_plugins(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit code."""
    with warnings.catch_warnings():
        warnings.showwarning = said
        try:
            app(args=None if arguments is None else list(arguments), prog_name="headroom")
        except HeadroomError as error:
            say(one_line(error))
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            reader_left()


def one_line(error: HeadroomError) -> str:
    """What an error says; a refused setting with its name and value where the message does not have them."""
    if not isinstance(error, ConfigurationError):
        return error.message
    known = [(name, str(error.details.get(name) or "")[:MOST_VALUE_CHARS]) for name in ("field", "value")]
    missing = ", ".join(f"{name} {value}" for name, value in known if value and value not in error.message)
    return f"{error.message} ({missing})" if missing else error.message


def said(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning as one line."""
    say(f"warning: {message}")


def say(text: str) -> None:
    """A line on stderr; nobody may be there to read it."""
    with contextlib.suppress(BrokenPipeError):
        typer.echo(f"headroom: {text}", err=True)
