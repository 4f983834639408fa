"""A JSON value cut by position, length and depth; each cut is said where it was made, in valid JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.analysis.failures import failure_in
from headroom.compressors.item_choice import choose_items
from headroom.compressors.line_choice.severity import severity_of
from headroom.compressors.table.values import Number, Pairs

MOST_RANGES = 4  # of items, told in one notice
MOST_GROUPS = 4
WORD_CHARS = 40  # a string is cut before a word that begins so near its limit
BLANKS = " \t\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLimits:
    """How much of a value stays.

    Attributes:
        items: Items of a list, the first ones.
        chars: Characters of a string.
        depth: Levels of lists and objects.
        keys: Keys whose values are never shortened.
        question: What the reader is looking for; items that it names stay.
    """

    items: int
    chars: int
    depth: int
    keys: frozenset[str]
    question: str = field(default="", repr=False)


class Cutter:
    """Cuts one value.

    Attributes:
        hidden: Values of the original that are not shown whole.
    """

    def __init__(self, limits: CutLimits) -> None:
        self.limits = limits
        self.hidden = 0

    def cut(self, value: Any, key: str = "", depth: int = 1, path: str = "") -> Any:
        """`value` within the limits; `value` itself where it is.

        Args:
            key: The key it stands at, or "".
            depth: Its level, from 1.
            path: Its place, for reasons.
        """
        if key in self.limits.keys or not isinstance(value, (str, list, dict)) or type(value) is Number:
            return value
        if type(value) is str:
            return self.text(value, path)
        if not value:
            return value
        if depth > self.limits.depth and not reports_failure(value, path):
            return self.folded(value)
        if isinstance(value, (dict, Pairs)):
            members = value.items() if isinstance(value, dict) else value
            made = [(name, self.cut(inner, name, depth + 1, join(path, name))) for name, inner in members]
            return dict(made) if isinstance(value, dict) else Pairs(made)
        return self.items(value, depth, path)

    def text(self, text: str, path: str) -> str:
        """The beginning of a string, and how much is missing; one that reports a failure stays whole."""
        most = self.limits.chars
        notice = f"[{len(text) - most} of {len(text)} characters not shown]"
        if len(text) <= most + len(notice) or failure_in(path, text) or severity_of_lines(text):
            return text
        end = max((text.rfind(blank, max(0, most - WORD_CHARS), most) for blank in BLANKS), default=-1) + 1 or most
        self.hidden += 1
        return f"{text[:end]}[{len(text) - end} of {len(text)} characters not shown]"

    def items(self, items: Sequence[Any], depth: int, path: str) -> list[Any]:
        """The first items of a list and those that are protected, and which are missing."""
        most = self.limits.items
        kept = range(len(items)) if len(items) <= most else self.kept(items, path)
        made = [self.cut(items[place], "", depth + 1, f"{path}[]") for place in kept]
        if len(made) < len(items):
            shown = frozenset(kept)
            self.hidden += sum(leaves(item) for place, item in enumerate(items) if place not in shown)
            made.append(self.notice(items, list(kept), path))
        return made

    def kept(self, items: Sequence[Any], path: str) -> Sequence[int]:
        """Places of the items that stay: the first, and one of every group that law 4 protects."""
        groups = protected(items, self.limits.question, path)
        first = range(self.limits.items)
        found = sorted({*first, *(group[0] for group, _ in groups)})
        return found if len(items) - len(found) > 1 else range(len(items))

    def notice(self, items: Sequence[Any], kept: Sequence[int], path: str) -> str:
        """Which items are missing, by number from 1, and which of them are like one that is shown."""
        shown = frozenset(kept)
        told = [f"{len(items) - len(kept)} of {len(items)} items not shown"]
        ranges = list(gaps(kept, len(items)))
        if len(ranges) <= MOST_RANGES:
            told.append(", ".join(f"{start}-{end}" if end > start else str(start) for start, end in ranges))
        for group, reason in protected(items, self.limits.question, path)[:MOST_GROUPS]:
            hidden = sum(place not in shown for place in group)
            if hidden:
                told.append(f"{hidden} like item {group[0] + 1} ({reason})")
        return f"[{'; '.join(told)}]"

    def folded(self, value: Any) -> Any:
        """What stands for a value that nests too deeply; of an object its preserved keys stay."""
        if isinstance(value, list) and not isinstance(value, Pairs):
            self.hidden += leaves(value)
            return f"[list of {len(value)} items not shown]"
        members = list(value.items() if isinstance(value, dict) else value)
        own = [(name, inner) for name, inner in members if name in self.limits.keys and is_plain(inner)]
        if len(own) == len(members):
            return value
        self.hidden += leaves(value) - len(own)
        if not own:
            return f"[object with {len(members)} keys not shown]"
        return Pairs([*own, ("...", f"[{len(members) - len(own)} more keys not shown]")])


def is_plain(value: Any) -> bool:
    """Whether a value holds no others."""
    return not isinstance(value, (list, dict))


def leaves(value: Any) -> int:
    """Values without others in them; an empty list or object counts as one."""
    waiting, count = [value], 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, (list, dict)) and one:
            waiting += one.values() if isinstance(one, dict) else members_of(one)
        else:
            count += 1
    return count


def members_of(items: list[Any]) -> list[Any]:
    """The items of a list, or the values of an object that repeats a key."""
    return [inner for _, inner in items] if isinstance(items, Pairs) else items


def protected(items: Sequence[Any], question: str, path: str) -> list[tuple[tuple[int, ...], str]]:
    """Groups of items that law 4 protects, the representative first, and why."""
    choice = choose_items(items, question=question, path=path.replace("[]", ""))
    return [(group, choice.reasons.get(group[0], "")) for group in choice.protected]


def gaps(kept: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """(first, last) of the items that are missing, counted from 1."""
    place = 0
    for item in [*kept, count]:
        if item > place:
            yield place + 1, item
        place = item + 1


def join(path: str, key: str) -> str:
    """The place of a member."""
    return f"{path}.{key}" if path else key


def severity_of_lines(text: str) -> bool:
    """Whether a line of a string reports a failure."""
    return any(severity_of(line) for line in text.split("\n"))


def reports_failure(value: Any, path: str) -> bool:
    """Whether anything within a value reports a failure; not by recursion, for it may nest deeply."""
    waiting = [(path, value)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, (dict, Pairs)):
            waiting += [(join(place, key), inner) for key, inner in (one.items() if isinstance(one, dict) else one)]
        elif isinstance(one, list):
            waiting += [(f"{place}[]", inner) for inner in one]
        elif failure_in(place, one):
            return True
    return False
