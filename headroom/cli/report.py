"""`headroom report`: what was saved, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headroom.cli.files import write_bytes, write_line

SUFFIXES = {".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown", ".csv": "csv"}
EXAMPLES = """
Examples:

\b
  headroom report -o savings.html
  headroom report -o savings.md --since 2026-11-01 --until 2026-11-30T23:59:59
  headroom report --format csv --period all > calls.csv

Exit codes: 0 done; 1 the store cannot be read or a value is refused; 2 wrong usage.
"""


def report_command(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; without, to stdout.")] = None,
    format: Annotated[
        str | None, typer.Option(help="html, markdown or csv; without, by the suffix of the output, else html.")
    ] = None,
    period: Annotated[str, typer.Option(help="Time covered: hour, day, week, month or all.")] = "week",
    since: Annotated[str | None, typer.Option(help="From here on: 30m, 24h, 7d, or a time such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Until here, written as --since.")] = None,
    store: Annotated[str | None, typer.Option(help="URL of the metrics store; without, the configured one.")] = None,
) -> None:
    """Write a report on what was saved.

    It covers the calls in the metrics store and holds sizes and names, no content. HTML is one file that needs nothing
    else; csv has a row per call.
    """
    from headroom.cli.stores import metrics_url
    from headroom.cli.times import moment
    from headroom.reports import generate_report

    report = generate_report(
        metrics_url(store),
        format or SUFFIXES.get(output.suffix.lower() if output else "", "html"),
        period,
        start_time=None if since is None else moment(since, "since"),
        end_time=None if until is None else moment(until, "until"),
        output_path=output,
    )
    if output is None:
        write_bytes(report.encode("utf-8"))
    else:
        write_line(f"{output} written")
