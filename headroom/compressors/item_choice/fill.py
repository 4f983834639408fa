"""A budget filled with the best items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headroom.compressors.item_choice.settings import ItemChoice, Selection

GROUPED_ABOVE = 2  # budgets that protected items may take before like ones are grouped
FREE_SHARE = 3  # a third of the budget is for the other items, however many are protected
LEADING = 4  # items at the top of the order that may pass the budget where records are large


def select(
    choice: ItemChoice, sizes: Sequence[int], budget_tokens: int, protected_tokens: int | None = None
) -> Selection:
    """The items that fit.

    Protected items go in even past the budget; once they alone exceed it twice, each group is shown with its
    representative, whole groups follow while they fit, and the rest is filled by rank. A third of the budget is for
    items that are not protected. The four that tell most may pass the budget, too, up to twice of it, so that a few
    large records do not hide the odd one among them.

    Args:
        choice: What matters.
        sizes: Tokens per item, aligned with the records.
        budget_tokens: What the kept items should take together.
        protected_tokens: What protected items may take before like ones are grouped; None takes twice the budget.
    """
    most = GROUPED_ABOVE * budget_tokens if protected_tokens is None else protected_tokens
    kept = dict.fromkeys(item for group in choice.protected for item in group)
    cut = total(kept, sizes) > most
    best_first = choice.ranking if cut else choice.order
    if cut:
        kept = dict.fromkeys(group[0] for group in choice.protected)
        for group in choice.protected:
            if total({**kept, **dict.fromkeys(group)}, sizes) <= budget_tokens:
                kept.update(dict.fromkeys(group))
    taken = total(kept, sizes)
    fill(kept, best_first[:LEADING], sizes, GROUPED_ABOVE * budget_tokens - taken)
    free = max(budget_tokens - taken, budget_tokens // FREE_SHARE) - (total(kept, sizes) - taken)
    fill(kept, best_first, sizes, free)
    grouped = tuple(
        (group[0], len(group), choice.reasons[group[0]]) for group in choice.protected if not kept.keys() >= set(group)
    )
    return Selection(kept=tuple(sorted(kept)), grouped=grouped)


def total(items: Iterable[int], sizes: Sequence[int]) -> int:
    """Tokens of some items."""
    return sum(sizes[item] for item in items)


def fill(kept: dict[int, None], best_first: Sequence[int], sizes: Sequence[int], free: int) -> None:
    """Add to `kept` what fits into `free` tokens; an item that is too large is passed over."""
    for item in best_first:
        if item not in kept and sizes[item] <= free:
            kept[item] = None
            free -= sizes[item]
