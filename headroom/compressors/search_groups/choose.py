"""Search results of which only some are shown: an index of the files, the matches that matter, counts of the rest."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.analysis.coverage import even_spread
from headroom.compressors.limits import Limits, filled_by
from headroom.compressors.search_groups.forms import Form
from headroom.compressors.search_groups.groups import Group
from headroom.compressors.search_groups.rank import Ranking, mixed_order, rank
from headroom.compressors.search_groups.shelf import Shelf
from headroom.compressors.search_groups.show import page_of
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

ROUNDS = 3  # each measures what the last one came to
FRAME_TOKENS = 110  # first line and marker
FOLDER_TOKENS = 18
INDEX_SHARE = 3  # a third of what is free names files of which nothing is shown
GROUPED_ABOVE = 2  # times the budget that protected items may take before like ones are grouped


def choose(
    groups: Sequence[Group],
    form: Form | None,
    total_lines: int,
    exact: CompressionResult,
    limits: Limits,
    *,
    counter: TokenCounter,
    question: str,
) -> CompressionResult | None:
    """The matches that matter; None where the text would not become smaller."""
    ranking = rank(groups, question, limits.scores)
    target = filled_by(exact.compressed_tokens, limits)
    scale = exact.compressed_tokens / max(1, len(exact.compressed))
    best, size, shown = "", 0, 0
    for _ in range(ROUNDS):
        shelf, grouped = filled(groups, ranking, scale, target, limits)
        best, shown = page_of(shelf, grouped, form, total_lines, limits)
        size = counter.count_text(best)
        off = (size - FRAME_TOKENS) / max(1.0, shelf.tokens)
        if 0.93 < off < 1.08 or size > 2 * target:
            break
        scale *= min(2.0, max(0.5, off))
    if shown >= total_lines or size >= exact.compressed_tokens:
        return None
    return CompressionResult(
        compressed=best,
        original_tokens=exact.original_tokens,
        compressed_tokens=size,
        exact_tokens=exact.compressed_tokens,
        kind=exact.kind,
        change="left_out",
        strategy="search_groups+selection",
        items_total=total_lines,
        items_kept=shown,
    )


def filled(
    groups: Sequence[Group], ranking: Ranking, scale: float, target: int, limits: Limits
) -> tuple[Shelf, list[tuple[str, list[int]]]]:
    """What fits into `target` tokens, and the protected items of which only some are shown."""
    shelf = Shelf(groups, ranking, scale)
    budget = max(target - FRAME_TOKENS, target // 3)
    grouped = protect(shelf, budget)
    if limits.most_items is not None:
        capped(shelf, limits.most_items)
    else:
        free = max(budget - shelf.tokens, budget / INDEX_SHARE)
        top = shelf.tokens + free
        shelf.index(ranking.leading, top)
        shelf.fill(ranking.asked[:4], top + budget)
        everyone = sum(shelf.cost(position) for position in ranking.firsts if position not in shelf.items)
        if shelf.tokens + everyone <= top:
            shelf.fill(ranking.firsts, top)
            shelf.fill([*ranking.asked, *ranking.rest], top)
        else:
            left = top - shelf.tokens - FOLDER_TOKENS * 8
            shelf.fill(mixed_order(ranking), shelf.tokens + left * (1 - 1 / INDEX_SHARE))
            most = sorted(even_spread(len(groups)), key=lambda g: -groups[g].weight)
            shelf.index([g for g in most if groups[g].path is not None], top - FOLDER_TOKENS * 8)
    return shelf, [(why, items) for why, items in grouped if not shelf.items.keys() >= set(items)]


def protect(shelf: Shelf, budget: int) -> list[tuple[str, list[int]]]:
    """Take what law 4 protects: all of it, or one of each kind and what fits once it is more than twice the budget."""
    ranked = {position: place for place, position in enumerate(shelf.ranking.asked)}
    whole = Shelf(shelf.groups, shelf.ranking, shelf.scale)
    for _, positions in shelf.ranking.protected:
        for position in positions:
            whole.take(position)
    if whole.tokens <= GROUPED_ABOVE * budget:
        shelf.items, shelf.opened, shelf.tokens = whole.items, whole.opened, whole.tokens
        return []
    orders = [sorted(p, key=lambda position: ranked.get(position, len(ranked))) for _, p in shelf.ranking.protected]
    for order in orders:
        shelf.take(order[0])
    for order in orders:
        shelf.fill(order, budget)
    return list(shelf.ranking.protected)


def capped(shelf: Shelf, most: int) -> None:
    """Take the best items, at most `most` beside those that are protected."""
    for position in [*mixed_order(shelf.ranking), *shelf.ranking.rest]:
        if most <= 0:
            return
        if position not in shelf.items:
            shelf.take(position)
            most -= 1
