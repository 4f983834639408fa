"""The plan of a simulation: a row per part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headroom.cli.summary import percent
from headroom.results import CompressResult, Note

if TYPE_CHECKING:
    from rich.table import Table

    from headroom.cli.work import Done

TOO_SHORT = ("below_min_tokens", "too_short", "blank")
STYLES = {"exact": "green", "value_exact": "green", "by_reference": "blue", "display": "magenta", "left_out": "yellow"}
NAMES = {
    "exact": "exact",
    "value_exact": "same values",
    "by_reference": "by reference",
    "display": "display",
    "left_out": "left out",
    None: "as it came",
}

# Columns from a width of the terminal on.
HEADINGS = (
    (108, ("#", "part", "type", "before", "after", "saved", "what and why")),
    (72, ("#", "part", "before", "after", "saved", "what and why")),
    (0, ("#", "part", "tokens", "what and why")),
)
NUMBERS = ("#", "before", "after", "saved", "tokens")


@dataclass(frozen=True, slots=True)
class Row:
    """A note, and the result it belongs to by its position."""

    result: int
    note: Note


def simulated(messages: Sequence[Any], model: str, **settings: Any) -> CompressResult:
    """What `compress` would do, as its result."""
    from headroom.api import simulate

    found = simulate(messages, model, **settings)
    return CompressResult(
        messages=found.messages_optimized,
        tokens_before=found.tokens_before,
        tokens_after=found.tokens_after,
        transforms_applied=found.transforms_applied,
        notes=found.notes,
        model=model,
    )


def chosen(one: Done, *, only: str | None, every: bool) -> list[Row]:
    """The parts that are shown, in their order."""
    rows = [Row(place, note) for place, result in enumerate(one.results) for note in result.notes]
    if only is not None:
        rows = [row for row in rows if row.note.tool == only]
    return rows if every else [row for row in rows if matters(row.note)]


def matters(note: Note) -> bool:
    """Whether a part is worth a row: it was changed, could be, or is a tool's result that is not short."""
    return note.change is not None or bool(note.hint) or (note.tool is not None and note.reason not in TOO_SHORT)


def plan(rows: Sequence[Row], width: int) -> Table:
    """The rows as a table; on a narrow terminal in fewer columns."""
    from rich import box
    from rich.table import Table

    headings = next(headings for least, headings in HEADINGS if width >= least)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        number = heading in NUMBERS
        table.add_column(heading, justify="right" if number else "left", no_wrap=number, overflow="fold")
    several = len({row.result for row in rows}) > 1
    for row in rows:
        made = cells(row, several=several)
        table.add_row(*(made[heading] for heading in headings))
    longest = max((len(row.note.tool or row.note.kind) for row in rows), default=0)
    table.columns[1].min_width = min(longest, width // 3) if width >= HEADINGS[1][0] else None
    return table


def cells(row: Row, *, several: bool) -> dict[str, Any]:
    """What the columns say of one part."""
    from rich.text import Text

    from headroom.reports.wording import shown

    note = row.note
    place = f"{row.result + 1}.{note.message_index}" if several else str(note.message_index)
    why = Text(NAMES.get(note.change, str(note.change)), style=STYLES.get(note.change or "", "dim"))
    why.append(f", {shown(note.reason)}" if note.reason else "", style="default")
    if note.hint:
        why.append(f"\n-> {shown(note.hint)}", style="cyan")
    return {
        "#": place,
        "part": shown(note.tool or note.kind),
        "type": note.kind,
        "before": str(note.tokens_before),
        "after": str(note.tokens_after),
        "tokens": f"{note.tokens_before}\n-> {note.tokens_after}",
        "saved": percent(note.tokens_after, note.tokens_before) if note.tokens_saved else "",
        "what and why": why,
    }
