"""What was taken, as text: files with their matches, files by name, folders with counts, and the marker."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.compressors.limits import Limits
from headroom.compressors.search_groups.folders import by_folder
from headroom.compressors.search_groups.forms import Form
from headroom.compressors.search_groups.groups import Group, Unit
from headroom.compressors.search_groups.read import SEPARATOR
from headroom.compressors.search_groups.shelf import Shelf
from headroom.markers import left_out_line


class Page:
    """Paragraphs: one for each file with matches, one for each run of single lines."""

    def __init__(self, first: str) -> None:
        self.paragraphs = [[first]]
        self.goes_on = True

    def line(self, line: str) -> None:
        """Add a single line."""
        if not self.goes_on:
            self.paragraphs.append([])
        self.paragraphs[-1].append(line)
        self.goes_on = True

    def block(self, lines: list[str]) -> None:
        """Add a paragraph of its own."""
        self.paragraphs.append(lines)
        self.goes_on = False

    def __str__(self) -> str:
        return "\n\n".join("\n".join(lines) for lines in self.paragraphs)


def page_of(
    shelf: Shelf, grouped: Sequence[tuple[str, list[int]]], form: Form | None, total_lines: int, limits: Limits
) -> tuple[str, int]:
    """The text with its marker, and the number of lines of the original that it shows."""
    taken: dict[int, list[Unit]] = {}
    for position in sorted(shelf.items):
        item = shelf.ranking.items[position]
        taken.setdefault(item.group, []).extend([item.unit] if item.unit else [])
    page = Page(first_line(shelf.groups, form))
    shown = 0
    for g in sorted(shelf.opened):
        group, units = shelf.groups[g], taken.get(g, [])
        shown += sum(unit.count for unit in units) if group.units else 1
        if units:
            page.block([heading_of(group, units), *lines_of(units)])
        else:
            page.line(heading_of(group, ()) if group.units else group.label)
    missing = [group for g, group in enumerate(shelf.groups) if g not in shelf.opened and group.path is not None]
    if missing:
        page.block(folder_lines(missing))
    marker = left_out_line(
        shown=shown,
        total=total_lines,
        unit="lines",
        handle=limits.handle,
        by_tool=limits.by_tool,
        facts=facts_of(shelf, grouped),
        secret=limits.secret,
    )
    return f"{page}\n{marker}", shown


def first_line(groups: Sequence[Group], form: Form | None) -> str:
    """How the text is written, and what all of it holds."""
    files = [group for group in groups if group.path is not None]
    matches = sum(group.weight for group in files)
    if form is not None:
        return f"{form.head[:-1]}: {matches} matches in {len(files)} files]"
    counts = any(group.weight != 1 for group in files)
    return f"[path:count of {len(files)} files: {matches} matches]" if counts else f"[{len(files)} paths]"


def heading_of(group: Group, units: Sequence[Unit]) -> str:
    """The line that names a file: how many matches it has, and where those that are not shown stand."""
    total = f"{group.path}: {group.weight} match{'es' * (group.weight != 1)}"
    shown = sum(unit.matches for unit in units)
    if not units or len(units) == len(group.units):
        return total
    return f"{total}, {shown} shown, rows {group.first}-{group.last}"


def lines_of(units: Sequence[Unit]) -> list[str]:
    """The lines of some units of a file, with a separator between stretches that do not touch."""
    lines: list[str] = []
    behind = 0
    for unit in units:
        if len(unit.shown) > 1 and behind and unit.row != behind:
            lines.append(SEPARATOR)
        lines += unit.shown
        behind = unit.row + len(unit.shown)
    return lines


def folder_lines(groups: Sequence[Group]) -> list[str]:
    """Files that are not named, counted by folder."""
    lines = []
    for folder, positions in by_folder([group.path or "" for group in groups]).items():
        inside = [groups[position] for position in positions]
        matches = sum(group.weight for group in inside)
        counts = f"{len(inside)} more file{'s' * (len(inside) > 1)}"
        if any(group.units or group.weight != 1 for group in inside):
            counts += f", {matches} match{'es' * (matches != 1)}"
        lines.append(f"{folder or 'in no folder'}: {counts}, rows {inside[0].first}-{max(g.last for g in inside)}")
    return lines


def facts_of(shelf: Shelf, grouped: Sequence[tuple[str, list[int]]]) -> str:
    """Which lines stand for others like them."""
    told = []
    for why, positions in grouped:
        item = shelf.ranking.items[next((p for p in positions if p in shelf.items), positions[0])]
        row = item.unit.row if item.unit else shelf.groups[item.group].first
        told.append(f"{why}: row {row} for {len(positions)}")
    return "; ".join(told).replace("\n", " ")
