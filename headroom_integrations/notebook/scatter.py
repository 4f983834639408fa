"""Two sides of a matter for each of several things: named points, with labels that do not stand on each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from headroom_integrations.notebook.chart import INK, WIDTH, Chart, colours, drawing
from headroom_integrations.notebook.table import Table

LABEL_HIGH, LETTER, GAP = 6.0, 0.0098, 0.016  # of labels: height in percent; letter, distance as shares of a panel
MOST_STEPS = 40  # that a label may stand lower than its point
Side = Literal["left", "right"]


def points(values: Mapping[str, tuple[float, float]], *, title: str, across: str, axis: str) -> Chart:
    """A named point for each pair of shares, 0 to 100: the more to the right and the higher, the better.

    Args:
        values: Name to x and y.
        title: What the chart shows.
        across: Label of the x axis.
        axis: Label of the y axis.
    """
    colour = colours(list(values))
    left, right = min(x for x, _ in values.values()) - 3, max(x for x, _ in values.values()) + 34
    with drawing(WIDTH, 4.2) as (figure, [axes]):
        places = placed(values, left, right - left)
        for name, (x, y) in values.items():
            side, height = places[name]
            away = GAP * (right - left) * (1 if side == "left" else -1)
            start = (0.0 if side == "left" else 1.0, 0.5)  # of the line, within the label
            line = {"arrowstyle": "-", "color": INK, "linewidth": 0.6, "relpos": start} if height != y else None
            axes.scatter([x], [y], s=90, color=colour[name], zorder=3)
            text = label(name, (x, y))
            axes.annotate(text, (x, y), (x + away, height), va="center", ha=side, fontsize=9, arrowprops=line)
        axes.set_xlim(left, right)
        axes.set_ylim(0, 108)
        axes.set_title(title)
        axes.set_xlabel(across)
        axes.set_ylabel(axis)
        axes.tick_params(length=0)
    return Chart(figure, Table(["", across, axis], [[name, *pair] for name, pair in values.items()], caption=title))


def placed(values: Mapping[str, tuple[float, float]], edge: float, room: float) -> dict[str, tuple[Side, float]]:
    """Where the label of each point stands: right or left of it, and how high; none on another or on a point.

    Args:
        values: Name to x and y.
        edge: Left edge of the panel; no label crosses it.
        room: Width of the panel, in its own units.
    """
    taken = [(x - GAP * room, x + GAP * room, y) for x, y in values.values()]
    found: dict[str, tuple[Side, float]] = {}
    for name, (x, y) in sorted(values.items(), key=lambda item: (-item[1][1], item[1][0])):
        wide = room * LETTER * len(label(name, (x, y)))
        near, far = x + 1.1 * GAP * room, x + GAP * room + wide
        sides: dict[Side, tuple[float, float]] = {"left": (near, far), "right": (2 * x - far, 2 * x - near)}
        places = ((side, y - step * LABEL_HIGH / 2, *sides[side]) for step in range(MOST_STEPS) for side in sides)
        fitting = (p for p in places if p[2] >= edge and is_free(p[2], p[3], p[1], taken))
        side, height, start, end = next(fitting, ("left", y, near, far))
        taken.append((start, end, height))
        found[name] = (side, height)
    return found


def is_free(start: float, end: float, height: float, taken: Sequence[tuple[float, float, float]]) -> bool:
    """Whether nothing stands between two places at a height."""
    return not any(start < last and first < end and abs(height - at) < LABEL_HIGH for first, last, at in taken)


def label(name: str, pair: tuple[float, float]) -> str:
    """What stands beside a point."""
    return f"{name} ({pair[0]:.0f} %, {pair[1]:.0f} %)"
