"""A chart in one style: a picture in a notebook, its figures as text in a terminal.

Lines and letters are of a grey that is read on white and on black, and the picture has no background, so that it
stands well in light and dark notebooks. Colours are those of Okabe and Ito, which all eyes tell apart.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from headroom_integrations.notebook.table import Table

INK = "#7b7b7b"
FAINT = "#7b7b7b40"
RAW = "#a6a6a6"
WIDTH = 8.6  # inches
# What stands in several charts has one colour in all of them: grey as it came, blue and green what headroom does,
# warm colours the rest.
COLOURS = {"as it came": RAW, "raw": RAW, "headroom": "#0072B2", "headroom, with the tool": "#009E73"}
OURS = ("#0072B2", "#3D9BD3", "#8CC7EA", "#009E73")
OTHERS = ("#E69F00", "#D55E00", "#CC79A7", "#C9B458", "#8A6FB0")
STYLE: Any = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelsize": 9.5,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "lines.linewidth": 2,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",
}


class Chart:
    """A figure, and the same as a table.

    Attributes:
        figure: The figure of matplotlib, to change or save.
        table: Its values, for terminals and for people who do not see the picture.
    """

    def __init__(self, figure: Figure, table: Table) -> None:
        self.figure, self.table = figure, table

    def __repr__(self) -> str:
        return repr(self.table)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": repr(self.table)}

    def svg(self) -> str:
        """The picture."""
        file = io.StringIO()
        with mpl.rc_context(STYLE):
            self.figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
        return file.getvalue()


@contextmanager
def drawing(width: float, height: float, panels: int = 1, **facts: Any) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure of the house style, in inches, with its panels side by side."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(1, panels, squeeze=False, **facts)
        yield figure, list(axes[0])


def colours(names: list[str]) -> Mapping[str, str]:
    """A colour for each name."""
    found = {name: COLOURS[name] for name in names if name in COLOURS}
    for is_ours, palette in ((True, OURS), (False, OTHERS)):
        free = [colour for colour in palette if colour not in found.values()]
        rest = [name for name in names if name not in COLOURS and name.startswith("headroom") is is_ours]
        found |= {name: free[place % len(free)] for place, name in enumerate(rest)}
    return found


def whole(value: float, unit: str = "") -> str:
    """A number for a label."""
    if unit == "%":
        return f"{value:.0f} %"
    if unit == "$":
        return f"${value:.4f}" if abs(value) < 1 else f"${value:,.2f}"
    return f"{value:,.0f}"
