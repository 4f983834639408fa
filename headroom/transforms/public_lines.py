"""So many lines of a text: one of every kind of failure first, the others in an order of what they tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from headroom.compressors.item_choice.settings import ItemChoice
from headroom.compressors.limits import Limits
from headroom.compressors.line_choice.choose import choose_lines
from headroom.compressors.line_choice.select import Protect, by_item, split_lines
from headroom.compressors.line_choice.severity import is_warning, severity_of
from headroom.compressors.line_choice.shown import Lines, body_of, facts_of, shown_lines
from headroom.markers import left_out_line
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLimits:
    """How many lines stay.

    Attributes:
        most_lines: All together; what is protected may pass it.
        most_errors: Items that report a failure, beyond one of each kind; None for no such limit.
        most_traces: Those of several lines among them, likewise.
        most_warnings: Items that warn; None for no such limit.
        context: Lines beside a failure that go before others.
        first: Positions of lines that go before others, best first.
    """

    most_lines: int
    most_errors: int | None = None
    most_traces: int | None = None
    most_warnings: int | None = None
    context: int = 0
    first: Sequence[int] = ()


@dataclass(slots=True)
class Taken:
    """What was taken so far.

    Attributes:
        text: The text.
        limits: How much may be.
        warnings: Items that warn.
        items: Items taken.
        lines: Their lines.
        errors: Those that report a failure.
        traces: Those of several lines among them.
        warned: Those that warn.
    """

    text: Lines = field(repr=False)
    limits: LineLimits
    warnings: frozenset[int] = field(repr=False)
    items: dict[int, None] = field(default_factory=dict)
    lines: int = 0
    errors: int = 0
    traces: int = 0
    warned: int = 0

    def take(self, item: int) -> None:
        """Take an item, whatever the limits say."""
        if item in self.items:
            return
        self.items[item] = None
        self.lines += len(self.text.items[item])
        self.warned += item in self.warnings
        if item in self.text.known.failures:
            self.errors += 1
            self.traces += len(self.text.items[item]) > 1

    def fill(self, items: Iterable[int]) -> None:
        """Take what the limits allow, in order."""
        for item in items:
            if self.lines >= self.limits.most_lines:
                return
            fits = self.lines + len(self.text.items[item]) <= self.limits.most_lines
            if item not in self.items and fits and self.is_allowed(item):
                self.take(item)

    def is_allowed(self, item: int) -> bool:
        """Whether the limit of its kind has room for one more."""
        if item in self.warnings:
            return has_room(self.warned, self.limits.most_warnings)
        if item not in self.text.known.failures:
            return True
        is_trace = len(self.text.items[item]) > 1
        return has_room(self.errors, self.limits.most_errors) and not (
            is_trace and not has_room(self.traces, self.limits.most_traces)
        )


def has_room(count: int, most: int | None) -> bool:
    """Whether there may be one more."""
    return most is None or count < most


def take_lines(split: Lines, choice: ItemChoice, limits: LineLimits, warnings: frozenset[int]) -> list[int]:
    """Items that stay, ascending.

    One of every protected group, whatever the limits say; then what stands beside failures that are shown, the others
    of each group in turn, warnings where they have a limit of their own, and all other items by rank, while there is
    room.
    """
    taken = Taken(split, limits, warnings)
    for group in choice.protected:
        taken.take(group[0])
    taken.fill(beside(split, [item for item in taken.items if item in split.known.failures], limits.context))
    for place in range(1, max(map(len, choice.protected), default=0)):
        taken.fill(group[place] for group in choice.protected if place < len(group))
    if limits.most_warnings is not None:
        taken.fill(item for item in choice.ranking if item in warnings)
    taken.fill(split.item_of[line] for line in limits.first if line in split.item_of)
    taken.fill(choice.ranking)
    return sorted(taken.items)


def beside(split: Lines, items: Sequence[int], most: int) -> Iterable[int]:
    """The items within `most` lines of some others, nearest first."""
    for distance in range(1, most + 1):
        for item in items:
            own = split.items[item]
            for line in (own[0] - distance, own[-1] + distance):
                if line in split.item_of:
                    yield split.item_of[line]


def select_so_many(
    text: str,
    exact: CompressionResult,
    limits: Limits,
    wanted: LineLimits,
    *,
    counter: TokenCounter,
    question: str,
    kind: str,
    encode: Callable[[str], str] | None = None,
    protect: Protect | None = None,
    severity: Callable[[str], str | None] = severity_of,
) -> tuple[CompressionResult, Sequence[int] | None]:
    """`text` with so many lines, gap lines for the others and one marker line, and which lines these are.

    `exact` and None where that is not smaller.

    Args:
        exact: The exact form of `text`.
        question: What the reader is looking for, or "".
        encode: Writes the lines that stay in a shorter form: a head, a blank line, and one line for each.
        protect: What is protected beside failures, outliers and matches.
        severity: Says of an item by which word it reports a failure.
    """
    lines = text.removesuffix("\n").split("\n")
    split = split_lines(lines, severity)
    texts = ["\n".join(lines[line] for line in item) for item in split.items]
    extra = by_item(split, protect(lines)) if protect else ()
    choice = choose_lines(texts, question=question, scores=limits.scores, known=split.known, extra=extra)
    warnings = frozenset(item for item, one in enumerate(texts) if item not in split.known.failures and is_warning(one))
    kept = take_lines(split, choice, wanted, warnings)
    shown = shown_lines(split, kept)
    if not shown or len(shown) >= len(lines):
        return exact, None
    marker = left_out_line(
        shown=len(shown),
        total=len(lines),
        unit="lines",
        handle=limits.handle,
        by_tool=limits.by_tool,
        facts=facts_of(split, shown),
        secret=limits.secret,
    )
    made = f"{body_of(split, shown, encode)}\n{marker}"
    size = counter.count_text(made)
    if size >= exact.compressed_tokens:
        return exact, None
    result = CompressionResult(
        compressed=made,
        original_tokens=exact.original_tokens,
        compressed_tokens=size,
        exact_tokens=exact.compressed_tokens,
        kind=kind,
        change="left_out",
        strategy=f"{exact.strategy}+selection" if exact.strategy else "selection",
        items_total=len(lines),
        items_kept=len(shown),
    )
    return result, shown
