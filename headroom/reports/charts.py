"""Charts as SVG text: no script, no file, no font from outside; each says in words what it shows.

Colours are classes of the page's style (`fill-exact`, ...), so that they follow its light and dark theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from headroom.reports.axes import every, ticks
from headroom.reports.wording import short, shown, whole

CHAR_PX = 6.7  # of a label at 12 px, wide digits
LEFT, RIGHT, TOP, BOTTOM = 52.0, 10.0, 24.0, 30.0
WIDEST_COLUMN = 72.0
LEAST_PX = 2.0  # a lower column has no text above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a chart over time.

    Attributes:
        label: Below the axis.
        tip: What a pointer or a screen reader is told.
        above: Short text on top of it, or "".
        parts: Value and fill, from the axis up; negative values show nothing.
    """

    label: str
    tip: str
    above: str = ""
    parts: Sequence[tuple[float, str]]

    @property
    def height(self) -> float:
        """Sum of what is shown."""
        return sum(max(value, 0.0) for value, _ in self.parts)


def bar(parts: Sequence[tuple[float, str]], whole_value: float, text: str) -> str:
    """A lying bar; parts from the left, `whole_value` is its full width, `text` says it in words."""
    drawn, x = "", 0.0
    for value, fill in parts:
        width = 100.0 * max(value, 0.0) / whole_value if whole_value > 0 else 0.0
        width = min(width, 100.0 - x)
        drawn += f'<rect class="fill-{fill}" x="{x:.3f}" width="{width:.3f}" height="10"/>' if width > 0 else ""
        x += width
    return (
        f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{said(text)}">'
        f'<rect class="fill-track" width="100" height="10"/>{drawn}</svg>'
    )


def columns(made: Sequence[Column], *, name: str, title: str, width: float, height: float) -> str:
    """Standing stacked columns over an axis that begins at 0. `name` is unique in the page."""
    marks = ticks(max((column.height for column in made), default=0.0))
    slot = (width - LEFT - RIGHT) / max(len(made), 1)
    return (
        f'<svg class="{name.partition("-")[0]}" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{said(title)}</title>'
        f'<desc id="{name}-desc">{said(described(made))}</desc>'
        f"{grid(marks, width, height)}"
        f"{''.join(one_column(column, place, slot, marks[-1], height) for place, column in enumerate(made))}"
        f"{labels(made, slot, width, height)}</svg>"
    )


def described(made: Sequence[Column]) -> str:
    """What a chart shows, in a sentence; its figures stand in a table below."""
    if not made:
        return "No columns."
    largest = max(made, key=lambda column: column.height)
    return (
        f"{len(made)} columns from {made[0].label} to {made[-1].label}; the largest, {largest.label}, "
        f"is {whole(largest.height)} tokens."
    )


def grid(marks: Sequence[float], width: float, height: float) -> str:
    """Lines across with their values at the left."""
    drawn = ""
    for mark in marks:
        y = level(mark, marks[-1], height)
        kind = "axis-line" if mark == 0 else "grid-line"
        drawn += f'<line class="{kind}" x1="{LEFT:g}" x2="{width - RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
        drawn += f'<text class="tick" x="{LEFT - 8:g}" y="{y + 4:.1f}" text-anchor="end">{short(mark)}</text>'
    return drawn


def level(value: float, top: float, height: float) -> float:
    """Where a value stands, from the upper edge."""
    return height - BOTTOM - (height - BOTTOM - TOP) * value / top


def one_column(column: Column, place: int, slot: float, top: float, height: float) -> str:
    """A column with its parts and what is told of it."""
    wide = min(slot * 0.72, WIDEST_COLUMN)
    x = LEFT + slot * place + (slot - wide) / 2
    drawn, base = "", 0.0
    for value, fill in column.parts:
        if value > 0:
            upper, lower = level(base + value, top, height), level(base, top, height)
            drawn += (
                f'<rect class="fill-{fill}" x="{x:.1f}" y="{upper:.2f}" width="{wide:.1f}" '
                f'height="{lower - upper:.2f}"/>'
            )
            base += value
    is_seen = level(0.0, top, height) - level(base, top, height) >= LEAST_PX
    if column.above and is_seen and len(column.above) * CHAR_PX <= slot:
        y = level(base, top, height) - 6
        drawn += (
            f'<text class="tick" x="{x + wide / 2:.1f}" y="{y:.1f}" text-anchor="middle">{said(column.above)}</text>'
        )
    return f"<g><title>{said(column.tip)}</title>{drawn}</g>"


def labels(made: Sequence[Column], slot: float, width: float, height: float) -> str:
    """Labels below the axis, as many as fit."""
    widest = max((len(column.label) for column in made), default=0) * CHAR_PX
    step, drawn = every(widest + 10, slot), ""
    for place in range(0, len(made), step):
        x = LEFT + slot * (place + 0.5)
        x = min(max(x, widest / 2), width - widest / 2)
        drawn += (
            f'<text class="tick" x="{x:.1f}" y="{height - 10:g}" text-anchor="middle">{said(made[place].label)}</text>'
        )
    return drawn


def text_bar(value: float, most: float, width: int = 20) -> str:
    """A bar of characters, for Markdown.

    >>> text_bar(5, 10, 8)
    '████'
    """
    eighths = round(8 * width * min(max(value, 0.0) / most, 1.0)) if most > 0 else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[rest]


def said(text: str) -> str:
    """Text inside SVG: nothing of it is read as markup."""
    return escape(shown(text))
