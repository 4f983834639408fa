"""Tables of a page: which hold data, and their rows as lines of cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from headroom.compressors.html_tree import Element

CELLS = frozenset(("td", "th"))
# A cell with one of these is a part of the page's layout.
LAYOUT = frozenset(["table", "h1", "h2", "h3", "article", "section", "form", "nav", "main", "pre", "blockquote"])
LONG_CELL_CHARS = 600
MOST_SPAN = 60
REPEATED_CHARS = 60  # a longer cell that spans rows stands in the first of them only
SEPARATOR = " | "
NUMBER = re.compile("[0-9]{1,9}")


def is_data_table(table: Element) -> bool:
    """Whether a table holds records: two rows and more with two cells and more, none of them a part of the layout."""
    wide_rows = cells = 0
    for element in table.elements():
        if element is table:
            continue
        if element.tag in LAYOUT:
            return False
        if element.tag == "tr":
            cells = 0
        elif element.tag in CELLS:
            if element.text_chars > LONG_CELL_CHARS:
                return False
            cells += 1
            wide_rows += cells == 2
    return wide_rows >= 2


@dataclass(slots=True)
class TableRows:
    """The rows of a table while it is read.

    Attributes:
        lines: Finished rows.
        cells: The cells of the row that is being read: column to text.
        spanning: Column to (rows still to fill, text), of cells that began in an earlier row or this one.
        column: Where the next cell of this row goes.
    """

    lines: list[str] = field(default_factory=list, repr=False)
    cells: dict[int, str] = field(default_factory=dict, repr=False)
    spanning: dict[int, tuple[int, str]] = field(default_factory=dict, repr=False)
    column: int = 0

    def add(self, cell: Element, text: str) -> None:
        """Put a cell into the next free column."""
        while self.column in self.spanning:
            self.column += 1
        column, rows = self.column, span_of(cell, "rowspan")
        self.column += span_of(cell, "colspan")
        for place in range(column, self.column):
            self.cells[place] = text if place == column else ""
            if rows > 1:
                self.spanning[place] = (rows, text if place == column and len(text) <= REPEATED_CHARS else "")

    def end_row(self) -> None:
        """Finish a row; cells that span rows are repeated, so that every row can be read alone."""
        shown = {column: text for column, (_, text) in self.spanning.items()} | self.cells
        row = [shown.get(column, "") for column in range(max(shown, default=-1) + 1)]
        if self.cells and any(row):
            while not row[-1]:
                row.pop()
            self.lines.append(SEPARATOR.join(row))
        self.spanning = {column: (rows - 1, text) for column, (rows, text) in self.spanning.items() if rows > 1}
        self.cells, self.column = {}, 0


def span_of(cell: Element, name: str) -> int:
    """Rows or columns that a cell takes; 1 where its attribute says nothing usable."""
    number = NUMBER.fullmatch(cell.value(name))
    return min(max(1, int(number[0])), MOST_SPAN) if number else 1
