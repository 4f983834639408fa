"""What the ledger knows of a run from a trace: counts, reasons, format and fingerprint; it has no texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from headroom.errors import ValidationError

if TYPE_CHECKING:
    from headroom.results import RequestMetrics

IDS = ("run_id", "request_id", "thread_id")
LEAST_ID_CHARS = 8  # of the beginning of an id


def explain_run(run: str, store: str | None, *, as_json: bool) -> None:
    """Show the rows of a run.

    Raises:
        ValidationError: The ledger has none.
        StorageError: It cannot be read.
    """
    rows = rows_of(run, store)
    for row in rows:
        if as_json:
            from headroom.cli.files import write_json

            write_json(facts_of(row), indent=None)
        else:
            show(row)


def rows_of(run: str, store: str | None) -> list[RequestMetrics]:
    """The rows with this id, or whose id begins so, oldest first."""
    from headroom.cli.stores import metrics_url, safe
    from headroom.storage import open_metrics_store

    url = metrics_url(store)
    opened = open_metrics_store(url)
    try:
        rows = [row for row in opened.read(limit=None) if is_of(row, run)]
    finally:
        opened.close()
    if not rows:
        raise ValidationError(f"no row of {safe(url)} has the id {run[:60]}; ids are run_id or request_id", field="run")
    return rows[::-1]


def is_of(row: RequestMetrics, run: str) -> bool:
    """Whether a row is of this id."""
    known = [str(getattr(row, name) or "") for name in IDS]
    return run in known or (len(run) >= LEAST_ID_CHARS and any(one.startswith(run) for one in known))


def facts_of(row: RequestMetrics) -> dict[str, Any]:
    """All that a row says, as JSON has it."""
    from dataclasses import asdict

    return {**asdict(row), "timestamp": row.timestamp.isoformat()}


def show(row: RequestMetrics) -> None:
    """One row on the terminal."""
    from rich.table import Table

    from headroom.cli.files import console
    from headroom.reports.wording import shown

    out = console()
    out.print(f"run {shown(row.run_id or row.request_id)}", style="bold", highlight=False, markup=False)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, text in lines_of(row):
        if text:
            table.add_row(name, shown(text))
    out.print(table, highlight=False)
    out.print()


def lines_of(row: RequestMetrics) -> Iterator[tuple[str, str]]:
    """Name and text of what a row says."""
    from headroom.reports.reasons import sentence

    yield "when", row.timestamp.isoformat(timespec="seconds")
    yield "where", ", ".join(part for part in (row.integration, row.mode, row.model) if part)
    yield "ids", ", ".join(f"{name} {getattr(row, name)}" for name in IDS if getattr(row, name))
    yield "format", f"{row.format}, settings {row.fingerprint}"
    yield "tokens", f"{row.tokens_input_before} -> {row.tokens_input_after}"
    saved = f"exact {row.saved_exact}, left out within reach {row.saved_reachable}, beyond {row.saved_unreachable}"
    yield "saved", saved
    yield "done", ", ".join(row.transforms_applied)
    yield "types", sizes(row.by_kind)
    yield "tools", sizes(row.by_tool)
    for reason, parts in sorted(row.skips.items(), key=lambda pair: (-pair[1], pair[0])):
        yield "stayed", f"{parts} x {reason}: {sentence(reason)}"
    if row.retrieve_rounds:
        yield "asked for", f"{row.retrieved_tokens} tokens in {row.retrieve_rounds} rounds"
    if row.turns_dropped or row.tool_units_dropped:
        yield "dropped", f"{row.turns_dropped} turns, {row.tool_units_dropped} tool results"
    yield "error", row.error or ""


def sizes(by_name: Mapping[str, list[int]]) -> str:
    """`list_issues 2 parts, 4000 -> 900 tokens` for each."""
    found = [(name, *figures) for name, figures in by_name.items()]
    return "; ".join(f"{name} {parts} parts, {before} -> {after} tokens" for name, parts, before, after in found)
