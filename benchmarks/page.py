"""What a measurement found, as a value; shown in a terminal or written as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of figures.

    Attributes:
        caption: What is counted, in one line.
        head: Column titles; all columns but the first are figures.
        rows: Cells as text.
    """

    caption: str = ""
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table as Markdown."""
        rule = ["---", *["---:"] * (len(self.head) - 1)]
        lines = ["| " + " | ".join(map(escaped, cells)) + " |" for cells in (self.head, rule, *self.rows)]
        return "\n".join([*([self.caption, ""] if self.caption else []), *lines])

    def show(self, console: Console) -> None:
        """The table on a terminal."""
        title = Text(self.caption) if self.caption else None
        table = RichTable(title=title, title_justify="left", title_style="")
        for place, name in enumerate(self.head):
            table.add_column(Text(name), justify="right" if place else "left")
        for row in self.rows:
            table.add_row(*map(Text, row))
        console.print(table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One measurement.

    Attributes:
        title: What was measured.
        how: How each figure was got: data, unit, number of repetitions.
        tables: The figures.
        findings: One line each: what missed its target, or failed.
        figures: The same as numbers, by name, for `--json`.
    """

    title: str
    how: str
    tables: Sequence[Table]
    findings: Sequence[str] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    def markdown(self) -> str:
        """The section as Markdown."""
        blocks = [f"## {self.title}", self.how, *(table.markdown() for table in self.tables)]
        if self.findings:
            blocks.append("\n".join(f"- {line}" for line in self.findings))
        return "\n\n".join(blocks)

    def show(self, console: Console) -> None:
        """The section on a terminal."""
        console.rule(self.title, align="left")
        console.print(self.how, markup=False, highlight=False)
        for table in self.tables:
            table.show(console)
        for line in self.findings:
            console.print(f"- {line}", markup=False, highlight=False)


def escaped(cell: str) -> str:
    """`cell` where a bar would end it."""
    return cell.replace("|", "\\|")


def percent(part: float, whole: float) -> str:
    """`part` of `whole` with one decimal; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def share_true(seen: Iterable[bool]) -> str:
    """How many of `seen` are true, as percent."""
    known = list(seen)
    return percent(sum(known), len(known))
