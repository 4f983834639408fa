"""The charts of the notebooks: bars, bars in two panels, lines, and the parts of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from headroom_integrations.notebook.chart import FAINT, INK, RAW, WIDTH, Chart, colours, drawing, whole
from headroom_integrations.notebook.table import CLASSES, UNCHANGED, Table, colour_of

ROW, EDGE = 0.23, 1.1  # inches of a bar; of title and axis
Values = Mapping[str, float | None]
Grouped = Mapping[str, Values]


def bars(values: Values | Grouped, *, unit: str = "tokens", title: str = "", axis: str = "") -> Chart:
    """Horizontal bars, each with its number.

    Args:
        values: Name to number; or group to name to number, for bars side by side in each group.
        unit: What the numbers count: `tokens`, `%`, `$`.
        title: What the chart shows.
        axis: Label of the axis; None of it takes the unit.
    """
    groups = grouped(values)
    with drawing(WIDTH, height(groups)) as (figure, [axes]):
        draw_bars(axes, groups, unit)
        axes.set_title(title)
        axes.set_xlabel(axis or unit)
        legend(axes, groups)
    return Chart(figure, table_of({unit: groups}, title))


def bars_beside(
    left: Grouped, right: Grouped, *, titles: tuple[str, str], axis: tuple[str, str] = ("%", "%"), unit: str = "%"
) -> Chart:
    """Two panels of bars over the same groups, so that two sides of a matter are seen together.

    Args:
        left: Group to name to number, 0 to 100.
        right: The same groups.
        titles: Of both panels.
        axis: Labels of both axes.
        unit: What the numbers count.
    """
    with drawing(WIDTH + 1.4, height(left), 2, sharey=True) as (figure, panels):
        for axes, groups, title, label in zip(panels, (left, right), titles, axis, strict=True):
            draw_bars(axes, groups, unit)
            axes.set_xlim(0, 118)
            axes.set_xticks(range(0, 101, 25))
            axes.set_title(title)
            axes.set_xlabel(label)
        legend(panels[0], left)
    return Chart(figure, table_of({titles[0]: left, titles[1]: right}, ""))


def draw_bars(axes: Axes, groups: Grouped, unit: str) -> None:
    """Bars of one panel, first group on top."""
    names = list(dict.fromkeys(name for values in groups.values() for name in values))
    single = list(groups) == [""]
    colour = colours(names)
    room = max((v for values in groups.values() for v in values.values() if v is not None), default=1) or 1
    ticks, at = [], 0.0
    for values in groups.values():
        ticks.append(at + (len(names) - 1) / 2)
        for name in names:
            value = values.get(name)
            if value is not None:
                axes.barh(at, value, height=0.82, color=colour[name], label=name)
                axes.text(value + room * 0.012, at, whole(value, unit), va="center", ha="left", fontsize=8.5)
            elif name in values:
                axes.text(room * 0.012, at, "not measured", va="center", fontsize=8, alpha=0.8)
            at += 1
        at += 0.9
    axes.set_yticks(range(len(names)) if single else ticks, names if single else list(groups))
    axes.set_ylim(at - 1.3, -0.7)
    axes.set_xlim(0, room * 1.16)
    quiet(axes, "y", unit)


def lines(
    series: Mapping[str, Sequence[float]], *, title: str = "", across: str = "call", axis: str = "tokens"
) -> Chart:
    """One line per name over the places 1, 2, 3, ..., with its name at its end.

    Args:
        series: Name to numbers.
        title: What the chart shows.
        across: What the places are.
        axis: What the numbers count.
    """
    colour = colours(list(series))
    with drawing(WIDTH, 3.6) as (figure, [axes]):
        for name, values in series.items():
            axes.plot(range(1, len(values) + 1), values, color=colour[name], marker="o", markersize=3.5, label=name)
            end = f"{name}: {values[-1]:,.0f}"
            axes.annotate(end, (len(values), values[-1]), (8, 0), textcoords="offset points", va="center", color=INK)
        longest = max(map(len, series.values()))
        axes.set_xlim(0.6, longest * 1.02 + 0.3)
        axes.set_ylim(0, max(map(max, series.values())) * 1.08)
        axes.set_title(title)
        axes.set_xlabel(across)
        axes.set_ylabel(axis)
        quiet(axes, "x", axis)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    longest_rows = [[at + 1, *(s[at] if at < len(s) else None for s in series.values())] for at in range(longest)]
    return Chart(figure, Table([across, *series], longest_rows, caption=title))


def parts(result: Any, *, title: str = "Tool results before and after, by what was done") -> Chart:
    """A bar per tool result: grey as it came, coloured what the model reads, by class of the change.

    Args:
        result: What `compress`, `simulate` or an adapter gives back.
        title: What the chart shows.
    """
    notes = [note for note in result.notes if note.tokens_before]
    names = [f"{note.tool or note.kind} ({note.message_index})" for note in notes]
    with drawing(WIDTH, EDGE + 2 * ROW * len(notes)) as (figure, [axes]):
        for at, note in enumerate(notes):
            label = CLASSES.get(note.change or "", UNCHANGED)[0]
            axes.barh(at - 0.2, note.tokens_before, height=0.34, color=RAW, alpha=0.55, label="before")
            axes.barh(at + 0.2, note.tokens_after, height=0.34, color=colour_of(note), label=label)
            numbers = f"{note.tokens_before:,} → {note.tokens_after:,}"
            axes.annotate(
                numbers, (note.tokens_before, at), (5, 0), textcoords="offset points", va="center", fontsize=9
            )
        axes.set_yticks(range(len(notes)), names)
        axes.set_ylim(len(notes) - 0.4, -0.6)
        axes.set_xlim(0, max(note.tokens_before for note in notes) * 1.16)
        axes.set_title(title)
        axes.set_xlabel("tokens")
        quiet(axes, "y", "tokens")
        legend(axes, {"a": {}, "b": {}})
    rows = [[name, note.tokens_before, note.tokens_after] for name, note in zip(names, notes, strict=True)]
    return Chart(figure, Table(["tool result", "before", "after"], rows, caption=title))


def grouped(values: Values | Grouped) -> Grouped:
    """Groups; one without a name where there are none."""
    if all(isinstance(value, Mapping) for value in values.values()):
        return values  # type: ignore[return-value]
    return {"": values}  # type: ignore[dict-item]


def height(groups: Grouped) -> float:
    """Inches that the bars need."""
    return EDGE + ROW * sum(len(values) + 0.9 for values in groups.values())


def quiet(axes: Axes, off: str, unit: str) -> None:
    """Grid along the numbers only, numbers with separators."""
    axes.grid(visible=False, axis=off)  # type: ignore[arg-type]
    axes.tick_params(length=0)
    if off == "y":
        axes.spines["bottom"].set_visible(False)
        axes.spines["left"].set_color(FAINT)
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:g}" if unit == "$" else whole(value, unit))
        )


def legend(axes: Axes, groups: Grouped) -> None:
    """Each name once, below the axis; none for single bars, which have their names beside them."""
    if list(groups) == [""]:
        return
    handles, names = axes.get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    axes.figure.legend(once.values(), once.keys(), loc="outside lower center", ncols=min(len(once), 4))


def table_of(panels: Mapping[str, Grouped], caption: str) -> Table:
    """All values of panels."""
    rows = [
        [group, name, *(panel.get(group, {}).get(name) for panel in panels.values())]
        for group, values in next(iter(panels.values())).items()
        for name in values
    ]
    if all(not row[0] for row in rows):
        return Table(["", *panels], [row[1:] for row in rows], caption=caption)
    return Table(["", "", *panels], rows, caption=caption)
