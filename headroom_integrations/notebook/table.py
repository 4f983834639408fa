"""Rows that people look at: a table in a notebook, aligned text in a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Any

from headroom.results import Note

# Classes of changes (law 3): what they are called, and their colour, after Okabe and Ito: told apart by all eyes.
CLASSES = {
    "exact": ("same bytes, written shorter", "#009E73"),
    "value_exact": ("same values, as a table", "#5EC4A3"),
    "by_reference": ("refers to an earlier message", "#0072B2"),
    "display": ("terminal codes removed", "#CC79A7"),
    "left_out": ("left out, can be asked for", "#E69F00"),
}
UNCHANGED = ("as it came", "#8a8a8a")
REASONS = {
    "below_min_tokens": "as it came: small",
    "error_result": "as it came: an error",
    "already_compressed": "as it came: compressed before",
}
LINE = "1px solid rgba(127,127,127,.3)"
CELL = "padding:.25em .7em;border:0;white-space:nowrap;"


class Table:
    """A table for people.

    Numbers stand right, with thousands separators; None shows as nothing.

    Args:
        head: Headings.
        rows: Values: text, numbers, None.
        caption: What it shows, in a line.
        bars: Headings of columns whose numbers get a bar behind them, as long as the number.
        colours: Of the rows' first cells, as a mark before them; None for none.
        bold_last: Whether the last row is a sum.
    """

    def __init__(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        caption: str = "",
        bars: Collection[str] = (),
        colours: Sequence[str | None] = (),
        bold_last: bool = False,
    ) -> None:
        self.head = list(head)
        self.rows = [list(row) for row in rows]
        self.caption = caption
        self.bars = set(bars)
        self.colours = list(colours)
        self.bold_last = bold_last

    def __repr__(self) -> str:
        texts = [self.head, *([shown(value) for value in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        right = self.right()
        lines = [
            "  ".join(
                text.rjust(width) if is_right else text.ljust(width)
                for text, width, is_right in zip(row, widths, right, strict=True)
            ).rstrip()
            for row in texts
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([self.caption, "", *lines] if self.caption else lines)

    def _repr_html_(self) -> str:
        largest = [
            max((abs(row[at]) for row in self.rows if is_number(row[at])), default=0) if name in self.bars else 0
            for at, name in enumerate(self.head)
        ]
        head = "".join(
            f'<th style="{CELL}text-align:{"right" if is_right else "left"};font-weight:600">{escape(name)}</th>'
            for name, is_right in zip(self.head, self.right(), strict=True)
        )
        body = "".join(self.row_html(place, row, largest) for place, row in enumerate(self.rows))
        caption = f'<div style="font-weight:600;margin:.2em 0 .5em">{escape(self.caption)}</div>' * bool(self.caption)
        return (
            f'<div style="overflow-x:auto;margin:.4em 0">{caption}<table style="border-collapse:collapse;'
            f'border:0;font-size:.92em;margin:0"><thead><tr style="border-bottom:{LINE}">{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )

    def row_html(self, place: int, row: Sequence[Any], largest: Sequence[float]) -> str:
        """One row."""
        is_sum = self.bold_last and place == len(self.rows) - 1
        colour = self.colours[place] if place < len(self.colours) else None
        cells = []
        for at, (value, is_right) in enumerate(zip(row, self.right(), strict=True)):
            bar = behind(value, largest[at]) if not is_sum else ""
            mark = dot(colour) if colour and at == 0 else ""
            side = "right" if is_right else "left"
            cells.append(f'<td style="{CELL}text-align:{side};{bar}">{mark}{escape(shown(value))}</td>')
        style = f"border-top:{LINE};font-weight:600" if is_sum else ""
        return f'<tr style="background:none;{style}">{"".join(cells)}</tr>'

    def right(self) -> list[bool]:
        """Which columns hold numbers."""
        return [
            any(is_number(row[at]) for row in self.rows)
            and all(is_number(row[at]) or row[at] in (None, "") for row in self.rows)
            for at in range(len(self.head))
        ]


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def shown(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}" if 0 < abs(value) < 1 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def behind(value: Any, largest: float) -> str:
    """The style of a bar behind a number."""
    if not largest or not is_number(value):
        return ""
    share = 100 * abs(value) / largest
    return f"background:linear-gradient(to left,rgba(0,114,178,.28) {share:.1f}%,transparent {share:.1f}%);"


def dot(colour: str) -> str:
    """A coloured mark."""
    return (
        f'<span style="display:inline-block;width:.7em;height:.7em;border-radius:2px;background:{colour};'
        'margin-right:.5em"></span>'
    )


def done(note: Note) -> str:
    """What was done to a text, in words."""
    if note.change is None:
        return REASONS.get(note.reason, f"as it came: {note.reason.replace('_', ' ')}")
    return CLASSES[note.change][0]


def colour_of(note: Note) -> str:
    """The colour of what was done."""
    return UNCHANGED[1] if note.change is None else CLASSES[note.change][1]


def notes_table(result: Any, *, caption: str = "") -> Table:
    """What happened to each text: a row for each note of a result, with its class, and the sum.

    Args:
        result: What `compress`, `simulate` or an adapter gives back.
        caption: What it shows.
    """
    notes = list(result.notes)
    rows: list[list[Any]] = [
        [done(n), n.message_index, n.tool or "", n.kind, n.tokens_before, n.tokens_after, percent(n)] for n in notes
    ]
    before, after = sum(n.tokens_before for n in notes), sum(n.tokens_after for n in notes)
    rows.append(["all", None, "", "", before, after, 100 * (1 - after / before) if before else 0.0])
    return Table(
        ["what was done", "message", "tool", "content", "tokens before", "after", "saved %"],
        rows,
        caption=caption,
        bars=("tokens before", "after"),
        colours=[colour_of(note) for note in notes],
        bold_last=True,
    )


def percent(note: Note) -> float:
    """Share saved."""
    return 100 * note.tokens_saved / note.tokens_before if note.tokens_before else 0.0
