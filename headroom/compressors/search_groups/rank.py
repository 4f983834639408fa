"""Which matches matter: what law 4 protects, then what fits the question, then one of each file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.analysis.coverage import even_spread, in_turn
from headroom.analysis.failures import failure_word
from headroom.analysis.literals import folded, rarest_literals
from headroom.compressors.item_choice.choose import bm25, matching
from headroom.compressors.item_choice.settings import Scores
from headroom.compressors.search_groups.folders import top_folder
from headroom.compressors.search_groups.groups import Group, Unit

MOST_NOTES = 12  # shapes of lines that are no match; more are taken together
TOP_FILES = 5
VARYING = re.compile(r"[^\s:'\"]*[/\\.][^\s:'\"]*|[0-9]+|'[^']*'", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """A unit of a group, or a group that has none.

    Attributes:
        group: Position of its group.
        unit: The unit; None where the group is one line.
    """

    group: int
    unit: Unit | None


@dataclass(slots=True)
class Ranking:
    """What matters, best first; positions are those of `items`.

    Attributes:
        items: All units and lines.
        protected: What law 4 protects: reason, items.
        asked: Items that fit the question.
        firsts: The first item of each group, evenly spread.
        leading: Groups that the index names first: most matches, alone in their folder.
        rest: All items, evenly spread.
    """

    items: list[Item] = field(repr=False)
    protected: list[tuple[str, list[int]]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    leading: list[int] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)


NO_UNITS: tuple[None] = (None,)


def rank(groups: Sequence[Group], question: str, scores: Scores | None) -> Ranking:
    """What of the groups matters for a question, or without one."""
    items = [Item(g, unit) for g, group in enumerate(groups) for unit in (group.units or NO_UNITS)]
    ranking = Ranking(items)
    notes = notes_of(groups, items)
    if question.strip():
        texts = [text_of(groups[item.group], item.unit) for item in items]
        literals = rarest_literals(question, [folded(text) for text in texts])
        ranking.protected = [(f"has {literal.text[:40]}", list(literal.holders)) for literal in literals]
        ranking.asked = matching(texts, question, scores or bm25)
    ranking.protected += notes
    first_of: dict[int, int] = {}
    for position, item in enumerate(items):
        first_of.setdefault(item.group, position)
    firsts = [first_of[g] for g, group in enumerate(groups) if group.path is not None]
    ranking.firsts = [firsts[i] for i in even_spread(len(firsts))]
    ranking.leading = leading(groups)
    ranking.rest = even_spread(len(items))
    return ranking


def text_of(group: Group, unit: Unit | None) -> str:
    """What is looked at for words of the question: the path, and the lines."""
    return "\n".join([group.path or group.label, *(unit.shown if unit else [])])


def notes_of(groups: Sequence[Group], items: Sequence[Item]) -> list[tuple[str, list[int]]]:
    """Lines that are no match, by what they say: `grep: x: Permission denied`, `Binary file x matches`.

    All of them where they are few; else those that report a failure.
    """
    notes = [(p, groups[item.group].label) for p, item in enumerate(items) if groups[item.group].path is None]
    if len(notes) > 0.3 * len(items):
        notes = [(position, line) for position, line in notes if failure_word(line)]
    shapes: dict[str, list[int]] = {}
    for position, line in notes:
        shape = VARYING.sub("*", line[:200])
        shapes.setdefault(shape if shape in shapes or len(shapes) < MOST_NOTES else "other", []).append(position)
    return [("note", positions) for positions in shapes.values()]


def leading(groups: Sequence[Group]) -> list[int]:
    """Files with the most matches, then those that are alone in their outermost folder."""
    files = [g for g, group in enumerate(groups) if group.path is not None]
    most = sorted(files, key=lambda g: (-groups[g].weight, g))[:TOP_FILES]
    tops = {g: top_folder(groups[g].path or "") for g in files}
    counts = Counter(tops.values())
    lone = [g for g in files if counts[tops[g]] == 1]
    return list(dict.fromkeys([*most, *lone])) if len(lone) <= 0.2 * len(files) + 5 else most


def mixed_order(ranking: Ranking) -> list[int]:
    """What fits the question in turn with one item of each file."""
    return in_turn(ranking.asked, ranking.firsts)
