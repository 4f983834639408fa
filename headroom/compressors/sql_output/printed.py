"""A table as it was found among lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

BLANKS = " \r"


@dataclass(slots=True)
class Printed:
    """A table that stands in some lines.

    Attributes:
        names: Names of its columns.
        rows: Cells without the blanks around them.
        lines: For each row the first of its lines, and the line behind its last.
        header: The lines that stand once above the rows, likewise.
        start: First line of the table.
        end: The line behind its last.
        head: Head word of its table text.
        odd: Row number to text, for rows that do not fit; such rows are not in `rows`, but in `lines`.
    """

    names: list[str] = field(repr=False)
    rows: list[list[str]] = field(repr=False)
    lines: list[tuple[int, int]]
    header: tuple[int, int]
    start: int
    end: int
    head: str = "sql"
    odd: dict[int, str] = field(default_factory=dict, repr=False)


def cells_between(line: str, mark: str) -> list[str]:
    """The cells of a line such as `| a | b |`."""
    return [cell.strip(BLANKS) for cell in line.strip(BLANKS).strip(mark).split(mark)]


def is_whole(found: Printed) -> bool:
    """Whether there is more than one row, and all have as many cells as there are names."""
    return len(found.rows) > 1 and {len(found.names)} == set(map(len, found.rows))


def one_line_rows(rows: Sequence[object], first: int) -> list[tuple[int, int]]:
    """The lines of rows that stand one below the other."""
    return [(first + i, first + i + 1) for i in range(len(rows))]
