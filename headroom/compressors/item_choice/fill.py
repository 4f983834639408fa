"""A budget filled with the best items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headroom.compressors.item_choice.settings import ItemChoice, Selection

GROUPED_ABOVE = 2  # budgets that protected items may take before like ones are grouped


def select(choice: ItemChoice, sizes: Sequence[int], budget_tokens: int) -> Selection:
    """The items that fit.

    Protected items go in even past the budget; once they alone exceed it twice, each group is shown with its
    representative only, and the budget is filled by rank.

    Args:
        choice: What matters.
        sizes: Tokens per item, aligned with the records.
        budget_tokens: What the kept items should take together.
    """
    members = [item for group in choice.protected for item in group]
    if sum(sizes[item] for item in members) <= GROUPED_ABOVE * budget_tokens:
        return Selection(kept=filled(members, choice.order, sizes, budget_tokens))
    kept = filled([group[0] for group in choice.protected], choice.ranking, sizes, budget_tokens)
    shown = frozenset(kept)
    grouped = tuple(
        (group[0], len(group), choice.reasons[group[0]]) for group in choice.protected if not shown.issuperset(group)
    )
    return Selection(kept=kept, grouped=grouped)


def filled(
    always: Iterable[int], best_first: Iterable[int], sizes: Sequence[int], budget_tokens: int
) -> tuple[int, ...]:
    """`always`, and of `best_first` what still fits; an item that is too large is passed over."""
    kept = dict.fromkeys(always)
    left = budget_tokens - sum(sizes[item] for item in kept)
    for item in best_first:
        if item not in kept and sizes[item] <= left:
            kept[item] = None
            left -= sizes[item]
    return tuple(sorted(kept))
