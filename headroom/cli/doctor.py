"""`headroom doctor`: is everything in place?"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from headroom.cli.checks import CHECKS, Outcome, State
from headroom.cli.files import console, write_json
from headroom.errors import HeadroomError

STYLES: dict[State, str] = {"good": "green", "note": "yellow", "wrong": "bold red"}
EXAMPLES = """
Examples:

\b
  headroom doctor
  headroom doctor --json

Exit codes: 0 all is in place (a note is no fault); 1 something is wrong; 2 wrong usage.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    state: State
    detail: str


def doctor_command(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Check that everything is in place.

    Installation, settings, variables, vocabulary, metrics store, a round trip, the time of a first call, frameworks
    and extras. A store that exists gets a row and loses it again; none is made.
    """
    out = console()
    findings: list[Finding] = []
    for name, check in CHECKS:
        findings.append(run(name, check))
        if not as_json:
            out.print(f"{findings[-1].state:5}", style=STYLES[findings[-1].state], end="  ")
            out.print(f"{name}: {findings[-1].detail}", soft_wrap=True)
    if as_json:
        write_json([asdict(finding) for finding in findings])
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def run(name: str, check: Callable[[], Outcome]) -> Finding:
    """One check; what it raises is what is wrong. What it warns of, another check names."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Finding(name, *check())
    except HeadroomError as error:
        return Finding(name, "wrong", error.message)
    except ImportError as error:
        return Finding(name, "wrong", f"cannot import {error.name}")
    except OSError as error:
        return Finding(name, "wrong", error.strerror or type(error).__name__)
