"""Items taken up to a budget, with the lines that name their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from headroom.compressors.search_groups.groups import Group
from headroom.compressors.search_groups.rank import Ranking

HEADING_CHARS = 24  # ": 14 matches, 3 shown, rows 120-133"


@dataclass(slots=True)
class Shelf:
    """What was taken, and what it costs.

    Attributes:
        groups: All groups.
        ranking: What matters in them.
        scale: Tokens per character.
        items: Items taken.
        opened: Groups that are named, with the number of their items taken.
        tokens: Estimated size of what was taken.
    """

    groups: Sequence[Group]
    ranking: Ranking
    scale: float
    items: dict[int, None] = field(default_factory=dict)
    opened: dict[int, int] = field(default_factory=dict)
    tokens: float = 0.0

    def heading(self, g: int) -> float:
        """Tokens of the line that names a group."""
        group = self.groups[g]
        return self.scale * (len(group.path or "") + HEADING_CHARS if group.units else len(group.label) + 1)

    def cost(self, position: int) -> float:
        """Tokens that one more item takes."""
        item = self.ranking.items[position]
        lines = sum(len(line) + 1 for line in item.unit.shown) if item.unit else 0
        return self.scale * lines + (0 if item.group in self.opened else self.heading(item.group))

    def take(self, position: int) -> None:
        """Take an item, and name its group."""
        if position not in self.items:
            self.tokens += self.cost(position)
            self.items[position] = None
            group = self.ranking.items[position].group
            self.opened[group] = self.opened.get(group, 0) + 1

    def name(self, g: int) -> None:
        """Name a group in the index."""
        if g not in self.opened:
            self.tokens += self.heading(g)
            self.opened[g] = 0

    def fill(self, positions: Iterable[int], budget: float) -> None:
        """Take what fits, in order; an item that is too large is passed over."""
        for position in positions:
            if self.tokens >= budget:
                return
            if position not in self.items and self.tokens + self.cost(position) <= budget:
                self.take(position)

    def index(self, groups: Iterable[int], budget: float) -> None:
        """Name files while that fits."""
        for g in groups:
            if g not in self.opened and self.tokens + self.heading(g) <= budget:
                self.name(g)
