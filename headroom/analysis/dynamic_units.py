"""What of one line is nothing but dynamic: pairs and sentences that begin and end where a sentence does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from headroom.analysis.dynamic_labels import CLOSE, CLOSING_TAG, IDS, MOMENTS, Pair, given_pair
from headroom.analysis.dynamic_values import A_DATE, A_MOMENT, TOKEN, is_id

MOST_UNITS = 64  # of a line or text; where there are more, they are data
LONGEST_UNIT = 400  # characters; patterns of the caller see no more
BODY = re.compile(r"[ \t]*(?:[-*+•][ \t]+)?", re.ASCII)
NEXT_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]{0,2}[ \t]+|(?<=[。！？])[ \t]*", re.ASCII)
STOP = re.compile(r"(?:です)?[.!。]?", re.ASCII)
BLANKS = re.compile(r"[ \t]*", re.ASCII)
BEGINS_SENTENCE = re.compile(r"[ \t]+[A-Z][A-Za-z'’]*,?[ ](?![A-Z])[a-z]", re.ASCII)  # two words, the second small
GOES_ON = re.compile(r"[a-z\u00df-\u00f6\u00f8-\u00ff(\[,;:=/&-]")
BETWEEN = re.compile(r"[ \t]*(?:[|;,·•][ \t]*|[ \t]-[ \t])", re.ASCII)
BRACKETS = {"[": "]", "(": ")"}
VALUE_TO_LINE_END = re.compile(r"(?:(?![.!?][ \t])[^\n]){1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as dynamic.

    Attributes:
        moments: Take dates and times.
        ids: Take ids of sessions, requests and the like.
        labels: Further labels whose values change.
        patterns: Further patterns of what changes, on its own or as the value of a label.
        dates: Further patterns of dates.
        entropy_threshold: Randomness from which a word behind a label counts as an id, 0 to 1.
    """

    moments: bool = True
    ids: bool = True
    labels: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    dates: tuple[re.Pattern[str], ...] = ()
    entropy_threshold: float = 0.7
    pairs: tuple[Pair, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", (*given_pair(self.labels), *MOMENTS, *IDS))

    @property
    def unwanted(self) -> frozenset[str]:
        """Kinds of units that stay."""
        return frozenset(["moment"] * (not self.moments) + ["id"] * (not self.ids))


@dataclass(frozen=True, slots=True)
class Unit:
    """One pair or sentence.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends, its full stop included.
        label: Its label in small ASCII letters; "" where it has none.
        value: Its value.
        is_sure: Whether it means the present call wherever it stands.
        is_bare: Whether it is a date or time without any label.
        kind: `moment`, `id` (behind a label of ids), `any` (behind a label of the caller's) or `pattern`.
    """

    start: int
    end: int
    label: str = field(default="", repr=False)
    value: str = field(default="", repr=False)
    is_sure: bool = True
    is_bare: bool = False
    kind: str = "pattern"


def units_of_line(text: str, start: int, end: int, rules: Rules) -> list[Unit]:
    """The units of the line that stands there, in order."""
    units: list[Unit] = []
    first = BODY.match(text, start, end).end()  # type: ignore[union-attr]  # it matches everywhere
    place: int | None = first
    while place is not None and place < end:
        found = group_at(text, place, end, rules)
        if found and not is_open_before(text, start, place):
            break
        units += found
        if len(units) > MOST_UNITS:
            return []
        if found:
            place = BLANKS.match(text, found[-1].end, end).end()  # type: ignore[union-attr]
        else:
            following = NEXT_SENTENCE.search(text, place, end)
            place = following.end() if following and following.end() > place else None
    return units or bare_date(text, first, end, rules)


def is_open_before(text: str, start: int, place: int) -> bool:
    """Whether no quotation or bracket is open there: what is quoted is an example, or somebody else's word."""
    before = text[start:place]
    quotes = before.count('"') % 2 or before.count("`") % 2 or before.count("“") > before.count("”")
    brackets = before.count("(") > before.count(")") or before.count("[") > before.count("]")
    return not (quotes or brackets or re.search(r"(?:^|[ (])'(?![^']*[^ ']'(?![A-Za-z]))", before))


def group_at(text: str, start: int, end: int, rules: Rules) -> list[Unit]:
    """The units that begin there and end where a sentence does: one, or several with `|`, `;` or `,` between."""
    opening = text[start]
    inner = start + 1 if opening in BRACKETS else start
    units: list[Unit] = []
    place = inner
    while unit := core_at(text, place, end, rules):
        units.append(unit)
        between = BETWEEN.match(text, unit.end, end)
        if between is None:
            break
        place = between.end()
    if not units:
        return []
    last = units[-1].end
    if inner > start:
        if text[last : last + 1] != BRACKETS[opening]:
            return []
        last += 1
    closed = end_of_sentence(text, last, end, rules)
    if closed is None:
        return []
    units[0] = at(units[0], start, units[0].end)
    units[-1] = at(units[-1], units[-1].start, closed)
    return units


def at(unit: Unit, start: int, end: int) -> Unit:
    """The same unit at another place."""
    return replace(unit, start=start, end=end)


def core_at(text: str, start: int, end: int, rules: Rules) -> Unit | None:
    """A pair, or what a pattern of the caller's finds, that begins there."""
    most = min(end, start + LONGEST_UNIT)
    for pair in rules.pairs:
        label = pair.pattern.match(text, start, most)
        if label is None:
            continue
        value_end = value_at(text, label.end(), most, pair.kind, rules)
        if value_end is None:
            continue
        close = CLOSING_TAG if text[start] == "<" else CLOSE
        closed = close.match(text, value_end, most)
        if closed and is_balanced(text[start : closed.end()]) and (text[start] != "<" or closed[1] == label["label"]):
            name = label["label"].encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
            value = text[label.end() : value_end]
            return Unit(start, closed.end(), name, value, pair.is_sure, kind=pair.kind)
    ends = [found.end() for pattern in rules.patterns if (found := pattern.match(text, start, most))]
    return Unit(start, max(ends), "", text[start : max(ends)]) if ends and max(ends) > start else None


def is_balanced(core: str) -> bool:
    """Whether what emphasis or quotation marks open in a pair is closed there."""
    return not (core.count("*") % 2 or core.count("`") % 2 or core.count('"') % 2)


def value_at(text: str, start: int, end: int, kind: str, rules: Rules) -> int | None:
    """Where the value that begins there ends; None where it is none of its kind."""
    ends = [found.end() for reader in readers(kind, rules) if (found := reader(text, start, end)) is not None]
    token = TOKEN.match(text, start, end) if kind != "moment" else None
    if token and is_id(token[0], rules.entropy_threshold):
        ends.append(token.end())
    if not ends and kind == "any":
        rest = VALUE_TO_LINE_END.match(text, start, end)
        ends = [rest.end()] if rest and rest.end() == end else []
    return max((place for place in ends if place > start), default=None)


Reader = Callable[[str, int, int], "re.Match[str] | None"]


def readers(kind: str, rules: Rules) -> list[Reader]:
    """What finds values of a kind, beside ids."""
    found: list[Reader] = [pattern.match for pattern in rules.patterns]
    if kind != "id":
        found += [A_MOMENT.match, *(pattern.match for pattern in rules.dates)]
    return found


def end_of_sentence(text: str, place: int, end: int, rules: Rules) -> int | None:
    """The end of the sentence whose last word ends at `place`; None where it goes on.

    It ends at the end of the line, at a stop before a blank, and without a stop where another sentence begins (a word
    with a capital before one without) or another unit.
    """
    stop = STOP.match(text, place, end).end()  # type: ignore[union-attr]  # it matches everywhere
    following = BLANKS.match(text, stop, end).end()  # type: ignore[union-attr]
    if following == end:
        return stop
    if stop > place and (following > stop or text[stop - 1] == "。"):
        return None if GOES_ON.match(text, following) else stop
    if stop == place and following > stop:
        begins = BEGINS_SENTENCE.match(text, place, end) or core_at(text, following, end, rules)
        return place if begins else None
    return None


def bare_date(text: str, start: int, end: int, rules: Rules) -> list[Unit]:
    """A line that is nothing but a date or time, whose label can only stand around it."""
    for pattern in (*rules.dates, A_DATE, A_MOMENT):
        found = pattern.match(text, start, end)
        if found and found.end() > start and BLANKS.match(text, found.end(), end).end() == end:  # type: ignore[union-attr]
            return [Unit(start, found.end(), "", found[0], True, True, "moment")]
    return []
