"""`headroom report`: what was saved, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report_command(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; without, to stdout.")] = None,
    format: Annotated[str, typer.Option(help="html or markdown.")] = "html",
    period: Annotated[str, typer.Option(help="Time covered: hour, day, week, month or all.")] = "week",
    store: Annotated[str | None, typer.Option(help="URL of the metrics store; without, the configured one.")] = None,
) -> None:
    """Write a report on what was saved.

    It covers the calls in the metrics store and holds sizes and names, no content.
    """
    from headroom.cli.stores import metrics_url
    from headroom.reports import generate_report

    report = generate_report(metrics_url(store), format, period, output_path=output)
    typer.echo(report if output is None else f"{output} written", nl=output is not None)
