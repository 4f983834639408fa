"""Rows of JSON that stay when the table of all of them is too large, and the line that counts the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from headroom.analysis.columns import Column, columns_of
from headroom.analysis.statistics import column_statistics, line_of
from headroom.compressors.item_choice import ItemChoice, Selection, choose_items, select
from headroom.compressors.json_lists import ROOT, Chars, Place, lists_in
from headroom.compressors.limits import Limits
from headroom.compressors.table.chosen import Chosen, ChosenMap
from headroom.markers import left_out_line
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

ROUNDS = 3  # each measures what the last one came to
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MARKER_TOKENS = 120
LEAST_ITEMS = 5
MOST_LISTS = 8  # that a marker names
FACT_CHARS = 360
GROUPED_ABOVE = 2  # times the wanted size that protected rows may take before like ones are grouped


class Choosable(Protocol):
    """A document in which rows can be left out."""

    @property
    def value(self) -> Any:
        """The document, as `parse_json` gives values."""
        ...

    def chosen_text(self, value: Any) -> str:
        """The text of `value`, the document with some lists shown in part."""
        ...


@dataclass(slots=True)
class Cut:
    """One list of the document that is to be shortened.

    Attributes:
        place: The list.
        sizes: Estimated tokens of each item.
        choice: Which items matter.
        columns: The items as columns.
        selection: Those that stay.
    """

    place: Place
    sizes: list[int]
    choice: ItemChoice
    columns: Sequence[Column]
    selection: Selection = field(default_factory=lambda: Selection(kept=()))

    @property
    def total(self) -> int:
        """Tokens of all its items."""
        return sum(self.sizes)

    @property
    def shown(self) -> int:
        """Tokens of the items that stay."""
        return sum(self.sizes[item] for item in self.selection.kept)


def choose(
    documents: Choosable, exact: CompressionResult, limits: Limits, *, counter: TokenCounter, question: str
) -> CompressionResult | None:
    """The document with the rows that matter; None where no list is worth shortening."""
    cuts = cuts_of(documents.value, exact.compressed_tokens, limits, question)
    if not cuts:
        return None
    rest = max(0, exact.compressed_tokens - sum(cut.total for cut in cuts)) + MARKER_TOKENS
    best, size = meet(documents, cuts, rest, limits, counter)
    if not best or size >= exact.compressed_tokens:
        return None
    return CompressionResult(
        compressed=best,
        original_tokens=exact.original_tokens,
        compressed_tokens=size,
        exact_tokens=exact.compressed_tokens,
        kind=exact.kind,
        change="left_out",
        strategy="table+selection",
        items_total=sum(len(cut.sizes) for cut in cuts),
        items_kept=sum(len(cut.selection.kept) for cut in cuts),
    )


def cuts_of(value: Any, tokens: int, limits: Limits, question: str) -> list[Cut]:
    """The lists of a document of `tokens` tokens that are to be shortened, with what matters in each."""
    chars = Chars()
    scale = tokens / max(1, chars.of(value))
    least = getattr(limits.settings, "min_items_to_analyze", LEAST_ITEMS)
    places = lists_in(value, chars, most_item_chars=limits.tokens / 6 / scale, least_items=least)
    return [cut_of(place, chars, scale, limits, question) for place in places]


def cut_of(place: Place, chars: Chars, scale: float, limits: Limits, question: str) -> Cut:
    """A list with the size of each item, and which of them matter."""
    sizes = [int(chars.of(item) * scale) + 3 for item in place.items()]
    records = place.records()
    settings = for_rows(limits.settings, len(records))
    columns = columns_of(records)
    choice = choose_items(
        records, question=question, path=place.name, config=settings, scores=limits.scores, columns=columns
    )
    return Cut(place, sizes, choice, columns)


def for_rows(settings: Any, count: int) -> Any:
    """`settings` for a list of `count` rows: a share of them counts where it is more than the number given."""
    first, last = (int(count * getattr(settings, name, 0)) for name in ("first_fraction", "last_fraction"))
    if settings is None or (first <= settings.keep_first and last <= settings.keep_last):
        return settings
    return replace(settings, keep_first=max(first, settings.keep_first), keep_last=max(last, settings.keep_last))


def meet(
    documents: Choosable, cuts: Sequence[Cut], rest: int, limits: Limits, counter: TokenCounter
) -> tuple[str, int]:
    """The text of the wanted size, and its size.

    Sizes of items are estimates; each round measures what was chosen and corrects them. The budget itself never
    shrinks, so that what law 4 protects stays, however large it is.
    """
    budget = max(limits.tokens - rest, limits.tokens // 4)
    body, size = "", 0
    for _ in range(ROUNDS):
        before = [cut.selection.kept for cut in cuts]
        share(cuts, budget, limits)
        if body and before == [cut.selection.kept for cut in cuts]:
            break
        body = body_of(documents, cuts)
        size = counter.count_text(body) + MARKER_TOKENS
        correction = min(2.0, max(0.5, (size - rest) / max(1, sum(cut.shown for cut in cuts))))
        if 0.95 < correction < 1.05 or size > 2 * limits.tokens:
            break  # as wanted, or law 4 protects so much that no correction would bring it near
        for cut in cuts:
            cut.sizes = [max(1, int(item * correction)) for item in cut.sizes]
    text = f"{body}\n{line_of_cuts(cuts, limits)}"
    return text, counter.count_text(text)


def share(cuts: Sequence[Cut], budget: int, limits: Limits) -> None:
    """Give each list its part of `budget`, and pick."""
    whole = max(1, sum(cut.total for cut in cuts))
    for cut in cuts:
        guarded = GROUPED_ABOVE * limits.tokens * cut.total // whole
        selection = select(cut.choice, cut.sizes, max(1, budget * cut.total // whole), guarded)
        most = limits.most_items
        cut.selection = selection if most is None else capped(cut.choice, selection, max(1, most * cut.total // whole))


def capped(choice: ItemChoice, selection: Selection, most: int) -> Selection:
    """At most `most` items beside those that law 4 protects."""
    guarded = {item for group in choice.protected for item in group}
    kept = set(selection.kept)
    free = max(0, most - len(kept & guarded))
    best = [item for item in choice.order if item in kept and item not in guarded][:free]
    return Selection(kept=tuple(sorted((kept & guarded) | set(best))), grouped=selection.grouped)


def body_of(documents: Choosable, cuts: Sequence[Cut]) -> str:
    """The document with each list shortened."""
    value = documents.value
    for cut in cuts:
        value = cut.place.put(value, shortened(cut))
    return documents.chosen_text(value)


def line_of_cuts(cuts: Sequence[Cut], limits: Limits) -> str:
    """The marker line below the document."""
    largest = max(cuts, key=lambda cut: cut.total)
    return left_out_line(
        shown=sum(len(cut.selection.kept) for cut in cuts),
        total=sum(len(cut.sizes) for cut in cuts),
        unit="rows" if len(cuts) == 1 else f"rows in {len(cuts)} lists",
        handle=limits.handle,
        by_tool=limits.by_tool,
        at=largest.place.name or (ROOT if isinstance(largest.place.value, dict) else ""),
        facts="; ".join(filter(None, [missing_in(cuts), facts_of(largest, is_only=len(cuts) == 1)])),
        secret=limits.secret,
    )


def missing_in(cuts: Sequence[Cut]) -> str:
    """How many rows of which list are not shown, where there are several lists."""
    told = [
        f"{len(cut.sizes) - len(cut.selection.kept)} of {len(cut.sizes)} in {cut.place.name or 'the document'}"
        for cut in cuts
        if len(cut.selection.kept) < len(cut.sizes)
    ]
    if len(cuts) == 1 or not told:
        return ""
    return ", ".join(told[:MOST_LISTS]) + (f", {len(told) - MOST_LISTS} lists more" if len(told) > MOST_LISTS else "")


def shortened(cut: Cut) -> Any:
    """The list with the rows that were picked, numbered as in the original."""
    kept = cut.selection.kept
    if isinstance(cut.place.value, dict):
        entries = list(cut.place.value.items())
        return ChosenMap({entries[i][0]: entries[i][1] for i in kept}, total=len(entries))
    return Chosen([cut.place.value[i] for i in kept], numbers=[i + 1 for i in kept], total=len(cut.sizes))


def facts_of(cut: Cut, *, is_only: bool) -> str:
    """Which rows stand for others like them, all of them; and what is true of all rows, as far as there is room."""
    told = groups_of(cut.selection.grouped)
    room = FACT_CHARS
    for line in statistic_lines(cut):
        if len(line) <= room:
            told.append(line)
            room -= len(line) + 2
    if not told:
        return ""
    head = f"all {len(cut.sizes)} rows" + ("" if is_only or not cut.place.name else f" of {cut.place.name}")
    return f"{head}: " + "; ".join(told).replace("\n", " ")


def groups_of(grouped: Sequence[tuple[int, int, str]]) -> list[str]:
    """Groups of which one row is shown, by what they have in common: `error: row 17 for 40, row 90 for 3`."""
    by_reason: dict[str, list[str]] = {}
    for first, count, reason in grouped:
        by_reason.setdefault(reason, []).append(f"row {first + 1} for {count}")
    return [f"{reason}: {', '.join(rows)}" for reason, rows in by_reason.items()]


def statistic_lines(cut: Cut) -> Iterator[str]:
    """Column statistics of one list, most useful first."""
    for statistics in column_statistics((), cut.selection.kept, cut.columns):
        line = line_of(statistics)
        if not UNPRINTABLE.search(line):
            yield line
