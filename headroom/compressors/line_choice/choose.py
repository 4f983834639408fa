"""Which lines matter: law 4 first, then the first of every template, the question, both ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from headroom.analysis.coverage import even_spread, in_turn
from headroom.analysis.line_shapes import lone_numbers, new_pairs, templates, wider
from headroom.analysis.literals import folded, rarest_literals
from headroom.analysis.outliers import far_from_median, is_monotone
from headroom.analysis.rarity import FEW_VALUES, RARE_SHARE
from headroom.compressors.item_choice.choose import bm25, matching
from headroom.compressors.item_choice.protect import Group, unshared
from headroom.compressors.item_choice.settings import ChoiceSettings, DefaultSettings, ItemChoice, Scores
from headroom.compressors.line_choice.severity import is_warning, severity_of

HEAD, TAIL = 3, 5
ROWS_FOR_OUTLIERS = 12
STRETCH = 6  # items
NO_TEMPLATES = 0.5  # of the items: with so many templates there are none to speak of
MOST_NUMBERS = 12  # of a line
ASKED = "asked for"
Severity = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Which items are alike.

    Attributes:
        fine: Template of each item.
        wide: Template of each item that takes in more.
        failures: Item to the word that says that it failed.
    """

    fine: Sequence[str] = field(repr=False)
    wide: Sequence[str] = field(repr=False)
    failures: dict[int, str] = field(repr=False)


def alike(texts: Sequence[str], severity: Severity = severity_of) -> Alike:
    """The templates of some items, and which of them failed."""
    fine = templates([key_of(text) for text in texts])
    found = wider(dict.fromkeys(fine))
    failures = {item: word for item, text in enumerate(texts) if (word := severity(text))}
    return Alike(fine=fine, wide=[found[template] for template in fine], failures=failures)


def key_of(text: str) -> str:
    """What of an item says what it is: its first line, and its last."""
    first, newline, rest = text.partition("\n")
    return f"{first[:160]} {rest[rest.rfind(chr(10)) + 1 :][:160]}" if newline else first


def choose_lines(
    lines: Sequence[str],
    *,
    question: str = "",
    scores: Scores | None = None,
    settings: ChoiceSettings | None = None,
    known: Alike | None = None,
    extra: Sequence[Group] = (),
) -> ItemChoice:
    """Which lines matter, best first.

    Args:
        lines: Lines, or records of several lines each.
        question: What the reader is looking for; "" when that is not known.
        scores: How well texts fit a question; None takes BM25.
        settings: What decides; None takes the defaults.
        known: `alike(lines)`, where the caller has it.
        extra: More groups that are protected, most important first: reason and positions.
    """
    settings = settings or DefaultSettings()
    known = known or alike(lines)
    asked = matching(lines, question, scores or bm25) if question.strip() else []
    far = list(outliers(lines, known))
    groups = unshared([*holders(lines, question), *extra, *failing(known, settings), *far, *rare(known)])
    ends = in_turn(range(len(lines) - 1, max(0, len(lines) - TAIL) - 1, -1), range(min(HEAD, len(lines))))
    best = in_turn(asked, firsts(lines, known), [item for _, items in far for item in items[:2]])
    ranking = list(dict.fromkeys([*ends, *best, *spread(len(lines))]))
    reasons = {**dict.fromkeys(asked, "matches the question"), **{i: r for r, items in groups for i in items}}
    taken = frozenset(item for _, items in groups for item in items)
    return ItemChoice(
        protected=tuple(tuple(items) for _, items in groups),
        reasons=reasons,
        order=tuple(item for item in ranking if item not in taken),
        ranking=tuple(ranking),
    )


def spread(count: int) -> Iterator[int]:
    """All items, evenly spread in stretches of neighbours: each stretch left out costs a line that says so."""
    for block in even_spread(-(-count // STRETCH)):
        yield from range(block * STRETCH, min(count, (block + 1) * STRETCH))


def holders(lines: Sequence[str], question: str) -> Iterator[Group]:
    """Items with the question's rarest literals, each a group of its own."""
    literals = rarest_literals(question, [folded(line) for line in lines]) if question.strip() else []
    for literal in literals:
        yield from ((ASKED, [item]) for item in literal.holders)


def failing(known: Alike, settings: ChoiceSettings) -> list[Group]:
    """Items that report a failure, by template: the first, the second, the last, then the others."""
    if not settings.preserve_errors:
        return []
    groups: dict[str, list[int]] = {}
    for item in known.failures:
        groups.setdefault(known.fine[item], []).append(item)
    return [(known.failures[items[0]], [*items[:2], *items[-1:], *items[2:-1]]) for items in groups.values()]


def outliers(lines: Sequence[str], known: Alike) -> Iterator[Group]:
    """Items with a number far from those at the same place of the same template, the farthest first.

    Where a template has fewer than 12 items, those of the wider one count.
    """
    counts = Counter(known.fine)
    members: dict[str, list[int]] = {}
    for item, (fine, wide) in enumerate(zip(known.fine, known.wide, strict=True)):
        members.setdefault(fine if counts[fine] >= ROWS_FOR_OUTLIERS else wide, []).append(item)
    for items in members.values():
        if len(items) >= ROWS_FOR_OUTLIERS:
            yield from far_items(items, [lone_numbers(lines[item])[:MOST_NUMBERS] for item in items])


def far_items(items: Sequence[int], rows: Sequence[Sequence[float | None]]) -> Iterator[Group]:
    """Outliers of each column of numbers of one template."""
    for column in range(min(map(len, rows))):
        held = [(item, number) for item, row in zip(items, rows, strict=True) if (number := row[column]) is not None]
        numbers = [number for _, number in held]
        if len(numbers) < ROWS_FOR_OUTLIERS or is_monotone(numbers):
            continue
        for side, found in zip(("low number", "high number"), far_from_median(numbers), strict=True):
            if found:
                yield side, [held[position][0] for position in found]


def rare(known: Alike) -> list[Group]:
    """Items of a template that fewer than 1 % share, where there are at most 12 templates."""
    shapes = known.fine if len(frozenset(known.fine)) <= FEW_VALUES else known.wide
    counts = Counter(shapes)
    if len(counts) > FEW_VALUES:
        return []
    few = [template for template, count in counts.items() if count < RARE_SHARE * len(shapes)]
    found: dict[str, list[int]] = {template: [] for template in few}
    for item, template in enumerate(shapes):
        if template in found:
            found[template].append(item)
    return [("rare", items) for items in found.values()]


def firsts(lines: Sequence[str], known: Alike) -> list[int]:
    """The first item of every template: warnings, then rare templates, then common ones.

    Where most items have a template of their own, those with most new pairs of words come first.
    """
    counts = Counter(known.wide)
    seen: dict[str, int] = {}
    for item, template in enumerate(known.wide):
        seen.setdefault(template, item)
    new = new_pairs(known.fine) if len(counts) > NO_TEMPLATES * len(lines) else [0] * len(lines)
    return sorted(seen.values(), key=lambda i: (not is_warning(lines[i]), counts[known.wide[i]], -new[i], i))
