"""`headroom stats`: sums over the metrics store."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headroom.cli.files import console, write_json
from headroom.cli.stores import metrics_url, safe
from headroom.cli.summary import percent, three_columns

if TYPE_CHECKING:
    from rich.table import Table

    from headroom.results import RequestMetrics

MOST_ROWS = 10
FIGURES = ("count", "before", "after", "saved")
WIDE = 72  # a narrower terminal shows the last two
EXAMPLES = """
Examples:

\b
  headroom stats --since 7d
  headroom stats --by tool
  headroom stats --by tenant --by model --json
  headroom stats --watch

Exit codes: 0 done; 1 the store cannot be read or a value is refused; 2 wrong usage.
"""


def stats_command(
    since: Annotated[str | None, typer.Option(help="From here on: 30m, 24h, 7d, or a time such as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Until here, written as --since.")] = None,
    period: Annotated[str, typer.Option(help="Time covered: hour, day, week, month or all.")] = "all",
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="integration, model, tool, kind, tenant, thread, run or mode; repeatable."),
    ] = None,
    store: Annotated[str | None, typer.Option(help="URL of the metrics store; without, the configured one.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown of each table.")] = MOST_ROWS,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again every few seconds, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks with --watch.")] = 2.0,
    times: Annotated[int | None, typer.Option(min=1, hidden=True)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All sums as JSON.")] = False,
) -> None:
    """Show what was saved, from the metrics store."""
    url = metrics_url(store)
    if watch:
        watched(url, (since, until, period), by or (), limit, every, times, as_json)
        return
    rows = rows_of(url, since, until, period)
    if as_json:
        write_json(sums(rows, by or ()))
    else:
        out = console()
        for part in shown_sums(url, rows, by or (), limit):
            out.print(part, soft_wrap=isinstance(part, str))


def rows_of(url: str, since: str | None, until: str | None, period: str) -> list[RequestMetrics]:
    """The rows of a time.

    Raises:
        ValidationError: The time cannot be read.
        StorageError: The store cannot be read.
    """
    from headroom.cli.times import moment, start_of
    from headroom.storage import open_metrics_store

    end = None if until is None else moment(until, "until")
    start: datetime | None = start_of(period) if since is None else moment(since, "since")
    store = open_metrics_store(url)
    try:
        return store.read(start_time=start, end_time=end, limit=None)
    finally:
        store.close()


def sums(rows: Sequence[RequestMetrics], by: Sequence[str]) -> dict[str, Any] | list[dict[str, Any]]:
    """All sums, or those by the names given."""
    from headroom.storage.groups import summarise_by
    from headroom.storage.summary import summarise

    return summarise_by(rows, by) if by else summarise(rows)


def shown_sums(url: str, rows: Sequence[RequestMetrics], by: Sequence[str], limit: int) -> list[Any]:
    """Lines and tables for a terminal."""
    from headroom.storage.groups import summarise_by
    from headroom.storage.summary import summarise

    found = summarise(rows)
    shown: list[Any] = [f"Metrics store: {safe(url)}"]
    if not found["total_requests"]:
        return [*shown, "No calls recorded in this time."]
    shown += totals(found)
    if by:
        return [*shown, "", grouped(summarise_by(rows, by), by, limit)]
    for title, key in (("By tool", "by_tool"), ("By content type", "by_kind"), ("By integration", "by_integration")):
        shown += ["", table(title, found[key], limit)]
    return shown + not_paying(found)


def totals(found: Mapping[str, Any]) -> list[str]:
    """The sums of all calls, a line each."""
    before, after = found["total_tokens_before"], found["total_tokens_after"]
    lines = [f"{found['total_requests']} calls, {before} -> {after} tokens, {percent(after, before)} saved"]
    lines.append(three_columns({name: found[f"saved_{name}"] for name in ("exact", "reachable", "unreachable")}))
    if found["saved_other"]:
        lines.append(f"dropped turns and other: {found['saved_other']}")
    if found["overhead_tokens"]:
        lines.append(
            f"net {found['net_tokens_saved']} tokens, after {found['overhead_tokens']} for the retrieve tool "
            f"and {found['retrieve_rounds']} rounds in which originals were asked for"
        )
    if found["requests_with_price"]:
        lines.append(
            f"${found['total_cost_saved_usd']:.4f} of ${found['total_cost_before_usd']:.4f} input saved "
            f"({found['requests_with_price']} calls with a price)"
        )
    if found["requests_with_usage"]:
        lines.append(f"{found['cache_read_percent']:.1f} % of billed input was read from the provider's cache")
    if found["error_count"]:
        lines.append(f"{found['error_count']} calls ended in an error: {', '.join(found['errors'])}")
    return lines


def not_paying(found: Mapping[str, Any]) -> list[str]:
    """Tools that cost more than they save, with the lines that change it (R7)."""
    from headroom.reports.wording import shown

    lines: list[str] = []
    for tool, profile in found["tools_not_paying"].items():
        net = found["by_retrieved"][tool]["net_tokens_saved"]
        lines += ["", f"{shown(tool)} costs more than it saves: net {net} tokens. In headroom.toml:", shown(profile)]
    return lines


def table(title: str, groups: Mapping[str, Mapping[str, Any]], limit: int) -> Table:
    """The largest groups, a row each."""
    return rows_table([title], [([name or "(none)"], figures) for name, figures in groups.items()], limit)


def grouped(entries: Sequence[Mapping[str, Any]], by: Sequence[str], limit: int) -> Table:
    """The largest groups by several names."""
    names = list(dict.fromkeys(by))
    return rows_table(names, [([str(entry[name]) or "(none)" for name in names], entry) for entry in entries], limit)


def rows_table(headings: Sequence[str], rows: Sequence[tuple[Sequence[str], Mapping[str, Any]]], limit: int) -> Table:
    """Names, calls or parts, and tokens."""
    from rich import box
    from rich.table import Table

    from headroom.reports.wording import shown

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="ellipsis", no_wrap=True, max_width=36)
    shown_rows = [(names, figures_text(figures)) for names, figures in rows[:limit]]
    for heading in FIGURES if console().width >= WIDE else FIGURES[-2:]:
        widest = max([len(heading), *(len(figures[heading]) for _, figures in shown_rows)])
        made.add_column(heading, justify="right", no_wrap=True, min_width=widest)  # names give way to figures
    shown_figures = [str(column.header) for column in made.columns[len(headings) :]]
    for names, figures in shown_rows:
        made.add_row(*map(shown, names), *(figures[heading] for heading in shown_figures))
    if len(rows) > limit:
        made.add_row(f"... {len(rows) - limit} more")
    return made


def figures_text(figures: Mapping[str, Any]) -> dict[str, str]:
    """The figures of one row as text."""
    before, after = figures["tokens_before"], figures["tokens_after"]
    count = figures.get("requests", figures.get("parts", 0))
    return dict(zip(FIGURES, (str(count), str(before), str(after), percent(after, before)), strict=True))


def watched(
    url: str, span: tuple[str | None, str | None, str], by: Sequence[str], limit: int, every_s: float,
    times: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Look again and again; on a terminal in place, else one after another."""
    from rich.console import Group
    from rich.live import Live

    out, looks = console(), 0
    live = Live(console=out, auto_refresh=False) if out.is_terminal and not as_json else None
    try:
        if live:
            live.start()
        while times is None or looks < times:
            time.sleep(every_s if looks else 0)
            looks += 1
            rows = rows_of(url, *span)
            if as_json:
                write_json(sums(rows, by), indent=None)
                continue
            parts = shown_sums(url, rows, by, limit)
            if live:
                live.update(Group(*parts), refresh=True)
            else:
                out.print(Group(*parts))
    except KeyboardInterrupt:
        pass
    finally:
        if live:
            live.stop()
