"""Hunks of a diff that stay when all of them are too large; every file is named, and what is left out is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.analysis.coverage import in_turn
from headroom.analysis.literals import folded, rarest_literals
from headroom.compressors.diff_generated import is_source_path
from headroom.compressors.diff_parts import Between, FileDiff, Piece, has_conflict, parts_of
from headroom.compressors.diff_pieces import Item, items_of
from headroom.compressors.diff_shown import is_shortened, shown_lines
from headroom.compressors.item_choice import ItemChoice, Selection, select
from headroom.compressors.item_choice.choose import bm25, matching
from headroom.compressors.limits import Limits
from headroom.markers import left_out_line
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

MARKER_TOKENS = 100
GAP_TOKENS = 20  # of a line that stands for others, without the path in it
FREE_SHARE = 4  # a quarter of the wanted size is for hunks, however many files are to be named
GROUPED_ABOVE = 2  # times the wanted size that protected hunks may take before like ones are grouped
MOST_REASONS = 6


@dataclass(slots=True)
class Diff:
    """A diff that is to be shortened.

    Attributes:
        lines: Its lines, without what ends them.
        parts: Files, and what stands between them.
        items: What stays or goes as a whole, in order.
        sizes: Tokens of each item.
        heads: Tokens that each part takes at least.
    """

    lines: list[str] = field(repr=False)
    parts: list[FileDiff | Between]
    items: list[Item]
    sizes: list[int]
    heads: list[int]


def choose_hunks(
    text: str, exact: CompressionResult, limits: Limits, *, counter: TokenCounter, question: str
) -> CompressionResult | None:
    """The diff with the hunks that matter, in `limits.tokens`; None where that is not smaller than `exact`."""
    diff = read_diff(text, counter, limits.tokens)
    wanted = max(1, limits.tokens - MARKER_TOKENS)
    choice = choice_of(diff, question, limits)
    visible = visible_parts(diff, choice, wanted - wanted // FREE_SHARE)
    budget = max(wanted - sum(diff.heads[part] for part in visible), wanted // FREE_SHARE)
    selection = selection_of(diff, choice, visible, budget, limits)
    kept = [diff.items[item].piece for item in selection.kept]
    made = shown_lines(diff.lines, diff.parts, visible, kept)
    if not is_shortened(made):
        return None
    shown = made.shown
    body = "\n".join([*made.lines, marker_line(diff, selection, shown, limits)])
    size = counter.count_text(body)
    if size >= exact.compressed_tokens:
        return None
    return CompressionResult(
        compressed=body,
        original_tokens=exact.original_tokens,
        compressed_tokens=size,
        exact_tokens=exact.compressed_tokens,
        kind=exact.kind,
        change="left_out",
        strategy="diff_headers+selection",
        items_total=len(diff.lines),
        items_kept=shown,
    )


def read_diff(text: str, counter: TokenCounter, wanted: int) -> Diff:
    """Parts, items and their sizes."""
    lines = text.removesuffix("\n").split("\n")
    parts = parts_of(lines)
    items = items_of(lines, parts, most_chars=max(400, wanted // 2))
    sizes = [counter.count_text("\n".join(lines[item.piece.start : item.piece.end])) + 1 for item in items]
    return Diff(lines, parts, items, sizes, [head_tokens(lines, part, counter) for part in parts])


def head_tokens(lines: Sequence[str], part: FileDiff | Between, counter: TokenCounter) -> int:
    """Tokens that a part takes at least: the line that names a file, the beginning of a commit."""
    if isinstance(part, FileDiff):
        return GAP_TOKENS + counter.count_text(part.path)
    return counter.count_text("\n".join(lines[part.start : part.head]))


def choice_of(diff: Diff, question: str, limits: Limits) -> ItemChoice:
    """Which items matter: open conflicts and the question's rare literals stay; messages, then hunks, come in turn.

    Unless the caller asked for a size, everything that people wrote stays: only lock and generated files go.
    """
    texts = [changed_text(diff, item) for item in diff.items] if question.strip() else []
    protected, reasons = protected_items(diff, texts, question)
    if not limits.is_asked:
        by_hand = [number for number, item in enumerate(diff.items) if not (item.file and item.file.is_generated)]
        own = tuple(number for number in by_hand if number not in reasons)
        protected += [own] if own else []
        reasons.update(dict.fromkeys(own, "written by hand"))
    taken = {item for group in protected for item in group}
    asked = matching(texts, question, limits.scores or bm25) if texts else []
    ranking = tuple(ranked(diff, asked))
    return ItemChoice(
        protected=tuple(protected),
        reasons=reasons,
        order=tuple(item for item in ranking if item not in taken),
        ranking=ranking,
    )


def changed_text(diff: Diff, item: Item) -> str:
    """What a question is held against: the path and the changed lines, or a message."""
    lines = diff.lines[item.piece.start : item.piece.end]
    if item.file is None:
        return "\n".join(lines)
    return "\n".join([item.file.path, *(line[1:] for line in lines if line[:1] in ("+", "-"))])


def protected_items(diff: Diff, texts: Sequence[str], question: str) -> tuple[list[tuple[int, ...]], dict[int, str]]:
    """Groups of items that stay whatever they take, and why."""
    open_conflicts = [
        number for number, item in enumerate(diff.items) if item.file and has_conflict(diff.lines, item.piece)
    ]
    groups = [("unresolved conflict", open_conflicts)]
    for literal in rarest_literals(question, [folded(text) for text in texts]) if texts else []:
        groups.append((f"has {literal.text[:40]}", list(literal.holders)))
    protected: list[tuple[int, ...]] = []
    reasons: dict[int, str] = {}
    for reason, holders in groups:
        own = tuple(item for item in holders if item not in reasons)
        if own:
            protected.append(own)
            reasons.update(dict.fromkeys(own, reason))
    return protected, reasons


def ranked(diff: Diff, asked: Sequence[int]) -> list[int]:
    """All items, best first.

    Messages, then what fits the question in turn with the first hunk of each file, the second and so on: source code
    before tests, documentation and data, small hunks before large ones, and hunks that say the same as one before
    them late. Generated files come last.
    """
    items = diff.items
    again = repeated(diff)
    is_source = [item.file is not None and is_source_path(item.file.path) for item in items]
    by_round = sorted(
        range(len(items)), key=lambda n: (n in again, items[n].number, not is_source[n], diff.sizes[n], n)
    )
    messages = [number for number, item in enumerate(items) if item.file is None]
    written = [number for number in by_round if (file := items[number].file) and not file.is_generated]
    rest = [number for number in by_round if (file := items[number].file) and file.is_generated]
    generated = set(rest)
    wanted = [number for number in asked if items[number].file and number not in generated]
    wanted_rest = [number for number in asked if number in generated]
    return list(dict.fromkeys([*messages, *in_turn(wanted, written), *wanted_rest, *rest]))


def repeated(diff: Diff) -> set[int]:
    """Hunks whose changed lines are those of a hunk before them."""
    seen: set[str] = set()
    found: set[int] = set()
    for number, item in enumerate(diff.items):
        lines = diff.lines[item.piece.start + 1 : item.piece.end]
        said = "\n".join(line for line in lines if line[:1] in ("+", "-"))
        if said in seen:
            found.add(number)
        seen.add(said)
    return found


def visible_parts(diff: Diff, choice: ItemChoice, most_tokens: int) -> list[int]:
    """Parts that are named one by one; where that takes too much, the others are counted together.

    Those with protected items come first, then commits in turn with files that people wrote, then generated ones.
    """
    held = {diff.items[item].part for group in choice.protected for item in group}
    numbers = range(len(diff.parts))
    if sum(diff.heads) <= most_tokens:
        return list(numbers)
    between = [number for number in numbers if isinstance(diff.parts[number], Between)]
    written = [n for n in numbers if isinstance(part := diff.parts[n], FileDiff) and not part.is_generated]
    order = dict.fromkeys([*sorted(held), *in_turn(between, written), *numbers])
    found, taken = [], 0
    for number in order:
        if number in held or taken + diff.heads[number] <= most_tokens:
            found.append(number)
            taken += diff.heads[number]
    return sorted(found)


def selection_of(diff: Diff, choice: ItemChoice, visible: Sequence[int], budget: int, limits: Limits) -> Selection:
    """The items that stay, those of visible parts only."""
    shown = set(visible)
    open_items = [number for number, item in enumerate(diff.items) if item.part in shown]
    is_open = set(open_items)
    own = ItemChoice(
        protected=choice.protected,
        reasons=choice.reasons,
        order=tuple(item for item in choice.order if item in is_open),
        ranking=tuple(item for item in choice.ranking if item in is_open),
    )
    found = select(own, diff.sizes, budget, GROUPED_ABOVE * limits.tokens if limits.is_asked else sum(diff.sizes))
    if limits.most_items is None:
        return found
    guarded = {item for group in choice.protected for item in group}
    kept = set(found.kept)
    free = [item for item in own.order if item in kept][: limits.most_items]
    return Selection(kept=tuple(sorted({*free, *(kept & guarded)})), grouped=found.grouped)


def marker_line(diff: Diff, selection: Selection, shown: int, limits: Limits) -> str:
    """The line at the end: how many lines are missing, of a diff of which size."""
    files = [part for part in diff.parts if isinstance(part, FileDiff)]
    added, removed = totals([hunk for file in files for hunk in file.hunks])
    told = [f"whole diff: {len(files)} file{'s' * (len(files) != 1)}, +{added} -{removed}"]
    for item, count, reason in selection.grouped[:MOST_REASONS]:
        told.append(f"{reason}: line {diff.items[item].piece.start + 1} for {count} hunks".replace("\n", " "))
    return left_out_line(
        shown=shown,
        total=len(diff.lines),
        unit="lines",
        handle=limits.handle,
        by_tool=limits.by_tool,
        facts="; ".join(told),
        secret=limits.secret,
    )


def totals(pieces: Sequence[Piece]) -> tuple[int, int]:
    """Lines added and removed."""
    return sum(piece.added for piece in pieces), sum(piece.removed for piece in pieces)
