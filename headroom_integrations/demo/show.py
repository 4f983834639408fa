"""The demo on a terminal: readable in 80 columns, coloured where there is colour, plain in a pipe."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from headroom.results import Note, savings_percent
from headroom_integrations.demo.bill import text_of
from headroom_integrations.demo.conversation import Conversation
from headroom_integrations.demo.figures import Figures, Retrieved, Variant

EXCERPT_LINES = 5
WORDS = {
    "value_exact": "same values, as a table",
    "exact": "same bytes, encoded",
    "by_reference": "refers to earlier copy",
    "display": "terminal codes removed",
    "left_out": "rows left out",
}
REASONS = {
    "below_min_tokens": "as it came: small",
    "error_result": "as it came: an error",
    "already_compressed": "as it came: compressed before",
}


def show(figures: Figures, conversation: Conversation, out: Console) -> None:
    """Everything but where files lie."""
    whose = "A real run of a shop's agent (tau2-bench, MIT)" if conversation.is_ours else conversation.source
    out.print(f"{whose}: {len(conversation.messages)} messages, {figures.calls} model calls.", soft_wrap=True)
    out.print("Each call went through: load | HeadroomCompressor()\n")
    out.print(note_table(figures.exact))
    show_columns(figures.exact, out)
    show_excerpt(figures.exact, conversation, out)
    show_bill(figures, out)
    show_offered(figures, out)
    if figures.retrieved is not None:
        show_retrieved(figures.retrieved, out)


def note_table(variant: Variant) -> Table:
    """A row per tool message."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    for heading, width in (("#", 3), ("tool", 19), ("content", 11), ("what was done", 23)):
        table.add_column(heading, no_wrap=True, overflow="ellipsis", width=width)
    for heading, width in (("before", 6), ("after", 6), ("saved", 5)):
        table.add_column(heading, justify="right", no_wrap=True, min_width=width)
    for note in variant.result.notes:
        saved = percent(note.tokens_after, note.tokens_before) if note.tokens_saved else "-"
        style = "green" if note.tokens_saved else "dim"
        cells = (str(note.message_index), note.tool or "", note.kind, done(note))
        table.add_row(*cells, str(note.tokens_before), str(note.tokens_after), saved, style=style)
    before = sum(note.tokens_before for note in variant.result.notes)
    after = sum(note.tokens_after for note in variant.result.notes)
    table.add_section()
    table.add_row("", "all tool results", "", "", str(before), str(after), percent(after, before), style="bold")
    return table


def done(note: Note) -> str:
    """What was done to a text, in words."""
    if note.change is None:
        return REASONS.get(note.reason, f"as it came: {note.reason.replace('_', ' ')}")
    return WORDS[note.change]


def show_columns(variant: Variant, out: Console) -> None:
    """The three columns of savings (law 12)."""
    saved = variant.saved
    out.print(
        f"Tokens saved: {saved['exact']} in exact forms, {saved['reachable']} left out within the model's reach,\n"
        f"              {saved['unreachable']} left out beyond it."
    )


def show_excerpt(variant: Variant, conversation: Conversation, out: Console) -> None:
    """The beginning of the result on which most was saved, before and after."""
    if not variant.result.compressed:
        return
    note = max(variant.result.notes, key=lambda note: note.tokens_saved)
    before = text_of(conversation.messages[note.message_index].get("content"))
    after = text_of(variant.result.messages[note.message_index]["content"])
    out.print(f"\nMessage {note.message_index} as it came, and as the model reads it:")
    for text, style in ((before, "red"), (after, "green")):
        for line in excerpt(text, out.width - 4):
            out.print(f"  {line}", style=style, no_wrap=True, overflow="ellipsis", crop=True)
        out.print()


def excerpt(text: str, width: int) -> list[str]:
    """First lines of a text; a single long line is folded into as many."""
    lines = text.split("\n")
    if len(lines) == 1:
        lines = [text[start : start + width] for start in range(0, len(text), width)]
    printable = ["".join(c if c.isprintable() else " " for c in line[:width]) for line in lines[:EXCERPT_LINES]]
    return printable if len(lines) <= EXCERPT_LINES else [*printable, "..."]


def show_bill(figures: Figures, out: Console) -> None:
    """The simulated input bill of the run."""
    out.print(
        f"Simulated input bill of the {figures.calls} calls with the provider's prefix cache\n"
        "(write 1.25, read 0.10, from 1024 tokens on), in uncached input tokens:"
    )
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_row("as it was", whole(figures.bill_before), "")
    table.add_row("exact forms alone", *bill_cells(figures, figures.exact), style="green")
    table.add_row("with the retrieve tool offered", *bill_cells(figures, figures.offered))
    out.print(table)


def bill_cells(figures: Figures, variant: Variant) -> tuple[str, str]:
    """Bill and change of one variant."""
    change = savings_percent(int(variant.bill), int(figures.bill_before))
    return whole(variant.bill), f"{-change:+.1f} %"


def show_offered(figures: Figures, out: Console) -> None:
    """What offering the tool changed, and whether that pays here."""
    saved = figures.offered.saved
    out.print()
    if figures.offered.target_tokens is not None:
        out.print(
            f"No result is above {figures.select_above_tokens} tokens after exact forms (the largest has "
            f"{figures.largest_exact_tokens}),\nso nothing is left out by itself. To show it, target_tokens="
            f"{figures.offered.target_tokens} asked for it."
        )
    out.print(
        f"With the tool: {saved['exact']} saved in exact forms, {saved['reachable']} left out within the model's "
        f"reach,\n{saved['unreachable']} beyond it. Its schema (120 tokens in every call) is in the bill."
    )
    if figures.offered.bill >= figures.exact.bill:
        out.print("On a run this small the tool costs more than it saves; it is for larger results.", style="yellow")


def show_retrieved(retrieved: Retrieved, out: Console) -> None:
    """The original that was asked for again."""
    out.print("\nWhat the model reads where rows were left out:")
    out.print(f"  {retrieved.marker}", style="cyan", soft_wrap=True)
    same = "byte for byte the original" if retrieved.is_identical else "NOT the original: please report this"
    out.print(
        f"headroom.retrieve({retrieved.handle!r}, messages=...) gave {retrieved.tokens} tokens back:\n  {same}.",
        style="green" if retrieved.is_identical else "bold red",
    )


def show_files(paths: dict[str, Any], out: Console) -> None:
    """Where the files lie; one a line, so that they can be copied."""
    out.print()
    for name, path in paths.items():
        out.print(f"{name}: {path}", soft_wrap=True)


def percent(after: int, before: int) -> str:
    """Share saved."""
    return f"{savings_percent(after, before):.0f} %"


def whole(value: float) -> str:
    """A number of tokens."""
    return f"{value:.0f}"
