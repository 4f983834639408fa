"""`headroom stats`: sums over the metrics store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any

import typer

from headroom.cli.files import console, write_json
from headroom.cli.stores import metrics_url, shown
from headroom.cli.summary import percent, three_columns
from headroom.errors import ValidationError

DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "all": None}
MOST_ROWS = 10


def stats_command(
    period: Annotated[str, typer.Option(help="Time covered: hour, day, week, month or all.")] = "all",
    store: Annotated[str | None, typer.Option(help="URL of the metrics store; without, the configured one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All sums as JSON.")] = False,
) -> None:
    """Show what was saved, from the metrics store."""
    url = metrics_url(store)
    found = sums(url, period)
    if as_json:
        write_json(found)
        return
    out = console()
    out.print(f"Metrics store: {shown(url)}", soft_wrap=True)
    if not found["total_requests"]:
        out.print("No calls recorded in this time.")
        return
    before, after = found["total_tokens_before"], found["total_tokens_after"]
    out.print(f"{found['total_requests']} calls, {before} -> {after} tokens, {percent(after, before)} saved")
    out.print(three_columns({name: found[f"saved_{name}"] for name in ("exact", "reachable", "unreachable")}))
    if found["requests_with_price"]:
        out.print(
            f"${found['total_cost_saved_usd']:.4f} of uncached input saved ({found['requests_with_price']} priced)"
        )
    for title, key in (("By tool", "by_tool"), ("By content type", "by_kind"), ("By integration", "by_integration")):
        out.print()
        out.print(table(title, found[key]))


def sums(url: str, period: str) -> dict[str, Any]:
    """`summarise` over the rows of a period.

    Raises:
        ValidationError: There is no such period.
        StorageError: The store cannot be read.
    """
    from headroom.storage import open_metrics_store, summarise

    if period not in DAYS:
        raise ValidationError(f"period must be one of {', '.join(DAYS)}, got {period[:40]!r}", field="period")
    days = DAYS[period]
    start = None if days is None else datetime.now(timezone.utc) - timedelta(days=days)
    store = open_metrics_store(url)
    try:
        return summarise(store.read(start_time=start, limit=None))
    finally:
        store.close()


def table(title: str, groups: Mapping[str, Mapping[str, Any]]) -> Any:
    """The largest groups, a row each."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    made.add_column(title, overflow="ellipsis", no_wrap=True, max_width=36)
    for heading in ("before", "after", "saved"):
        made.add_column(heading, justify="right")
    for name, figures in list(groups.items())[:MOST_ROWS]:
        before, after = figures["tokens_before"], figures["tokens_after"]
        made.add_row(name or "(no tool)", str(before), str(after), percent(after, before))
    if len(groups) > MOST_ROWS:
        made.add_row(f"... {len(groups) - MOST_ROWS} more", "", "", "")
    return made
