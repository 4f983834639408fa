"""A budget filled with the best lines; what law 4 protects may pass it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.compressors.item_choice.settings import ItemChoice

BY_NUMBER = ("low number", "high number", "rare")
GAP_TOKENS = 14  # of the line that stands for those left out
PROTECTED = 2  # budgets that representatives of protected groups may take; beyond, one of each reason
FREE_SHARE = 3  # a third of the budget is for the other lines, however many are protected
LARGEST = 4  # budgets; a single item above is never shown


@dataclass(slots=True)
class Filling:
    """Items that stay, and the tokens they take with the gap lines between them.

    Attributes:
        sizes: Tokens of each item.
        most: Tokens above which a single item is never shown.
        kept: Items so far, in the order in which they came.
        taken: Their tokens.
    """

    sizes: Sequence[int]
    most: int
    kept: dict[int, None] = field(default_factory=dict)
    taken: int = 0

    def cost(self, item: int) -> int:
        """What `item` would add: its own size, and gap lines more or less."""
        beside = (item - 1 in self.kept) + (item + 1 in self.kept)
        return self.sizes[item] + GAP_TOKENS * (1 - beside)

    def add(self, item: int, up_to: int) -> bool:
        """Keep `item` if all of them together stay within `up_to` tokens; whether it is kept."""
        if item in self.kept:
            return True
        cost = self.cost(item)
        if self.taken + cost > up_to or self.sizes[item] > self.most:
            return False
        self.kept[item] = None
        self.taken += cost
        return True


def fill_lines(choice: ItemChoice, sizes: Sequence[int], budget: int, most_items: int | None = None) -> Filling:
    """The items that fit.

    One of every protected group comes in while these take at most twice the budget, and one of every reason however
    much they take; then the others of each group in turn, up to twice the budget where they report failures or were
    asked for, and the rest by rank, which always has a third of the budget; where no item fits, the best one that is
    not too large. So the size never falls when an item is added (no cliff).
    """
    filling = Filling(sizes, most=LARGEST * budget)
    reasons: set[str] = set()
    for group in choice.protected:
        reason = choice.reasons[group[0]]
        if filling.add(group[0], filling.most * len(sizes) if reason not in reasons else PROTECTED * budget):
            reasons.add(reason)
    for place in range(1, max(map(len, choice.protected), default=0)):
        before = filling.taken
        for group in choice.protected:
            if place < len(group):
                filling.add(group[place], budget if choice.reasons[group[0]] in BY_NUMBER else PROTECTED * budget)
        if filling.taken == before:
            break
    up_to = max(budget, filling.taken + budget // FREE_SHARE)
    free = len(sizes) if most_items is None else most_items
    for item in choice.ranking:
        if free <= 0 or filling.taken >= up_to:
            break
        if item not in filling.kept:
            free -= filling.add(item, up_to)
    if not filling.kept:
        any(filling.add(item, filling.most) for item in choice.ranking)
    return filling
