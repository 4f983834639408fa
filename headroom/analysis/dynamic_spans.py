"""The parts of a system text that are nothing but dynamic: what changes from call to call and says only what is now.

A line, a sentence or a pair `Label: value` counts where label and value are both known. When in doubt it does not: a
date that stays where it is costs a prefix cache, one that is taken out of an example or a document costs the sense.
What is a part is told by its form and by what stands around it, never by its value: another day's text has the same
parts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from headroom.analysis.dynamic_labels import NOW_LABEL
from headroom.analysis.dynamic_lines import ABOUT_THE_CALL, EXAMPLE, Line, is_context_tag, read_lines
from headroom.analysis.dynamic_units import BODY, MOST_UNITS, Rules, Unit, units_of_line

MOST_CHARS = 300_000  # of a text; longer ones have no dynamic parts
LONGEST_INTRO = 80
FIELD = re.compile(
    r"[ \t]*(?:[-*+•][ \t]+)?[*_]{0,2}[A-Za-z][A-Za-z0-9 _-]{0,30}[*_]{0,2}:[*_]{0,2}[ \t]+[^ \t\n]", re.ASCII
)
DIVIDERS = " \t|;,·•-"
WORD = r"[A-Za-z'’]{1,20}[ ,]{1,2}"
REFERS = re.compile(
    rf"[ \t]*(?:[-*+•][ \t]+)?(?:(?:please|always|never|only|you|can|should|must|may|and|so|then)[ ])*(?:"
    rf"(?:use|uses|using|consider|take|keep|remember|assume|treat|include|reference|refer[ ]to|rely[ ]on|apply|mention)"
    rf"[ ](?:it|this|that|these|those)(?![A-Za-z])|(?:it|this|that|these|those)(?:[ ]|['’]s)|"
    rf"(?:{WORD}){{0,8}}(?:this|that|the[ ]above|above)[ ](?:current[ ])?"
    rf"(?:dates?|time|day|timestamp|information|info|ids?|session)(?![A-Za-z]))",
    re.ASCII | re.IGNORECASE,
)
"""The beginning of a sentence that points at what stands before it."""


@dataclass(frozen=True, slots=True)
class DynamicSpan:
    """A part that is nothing but dynamic.

    Attributes:
        start: Where it begins.
        end: Where it ends; whole lines without the last one's line end.
        is_lines: Whether it is whole lines; else it is a sentence or pair within one.
    """

    start: int
    end: int
    is_lines: bool


@dataclass(slots=True)
class Found:
    """What was found in a text so far.

    Attributes:
        text: The text.
        lines: Its lines.
        units: Units by position of their line.
        around: Positions of lines that go with the dynamic lines they stand around.
    """

    text: str = field(repr=False)
    lines: list[Line] = field(repr=False)
    units: dict[int, list[Unit]] = field(repr=False)
    around: set[int] = field(default_factory=set)

    def is_whole(self, place: int) -> bool:
        """Whether a line is nothing but units."""
        units = self.units.get(place)
        if not units:
            return False
        line = self.lines[place]
        start = BODY.match(self.text, line.start, line.end).end()  # type: ignore[union-attr]  # it matches everywhere
        gaps = [
            self.text[a:b] for a, b in zip([start, *(u.end for u in units)], [u.start for u in units], strict=False)
        ]
        return not any(gap.strip(" \t|;,·•-") for gap in gaps) and not self.text[units[-1].end : line.end].strip(" \t")

    def is_text(self, place: int) -> bool:
        """Whether there is a line at this position, and it is not blank."""
        return 0 <= place < len(self.lines) and self.lines[place].kind != "blank"

    def block(self, place: int) -> range:
        """Positions of the lines without a blank one between that the line stands in."""
        first = last = place
        while self.is_text(first - 1):
            first -= 1
        while self.is_text(last + 1):
            last += 1
        return range(first, last + 1)

    def text_beside(self, place: int, step: int) -> int | None:
        """Position of the next line that is not blank, downwards or upwards."""
        place += step
        while 0 <= place < len(self.lines):
            if self.lines[place].kind != "blank":
                return place
            place += step
        return None


def dynamic_spans(text: str, rules: Rules | None = None) -> list[DynamicSpan]:
    """The dynamic parts of a system text, in order; none of them touch. Linear in the size of `text`.

    >>> text = "You are helpful. Current Date: 2025-04-06 Always cite. The API changed on 2024-01-01."
    >>> [text[span.start : span.end] for span in dynamic_spans(text)]
    ['Current Date: 2025-04-06']
    """
    rules = rules or DEFAULT
    if len(text) > MOST_CHARS:
        return []
    lines = read_lines(text)
    units = {
        place: units_of_line(text, line.start, line.end, rules) for place, line in enumerate(lines) if is_open(line)
    }
    found = Found(text, lines, {place: these for place, these in units.items() if these})
    if 0 < len(found.units) <= MOST_UNITS:
        for guard in GUARDS:
            guard(found)
        leave_unwanted(found, rules)
        take_what_stands_around(found)
    return spans_of(found) if len(found.units) <= MOST_UNITS else []


DEFAULT = Rules()


def is_open(line: Line) -> bool:
    """Whether anything is looked for in a line."""
    return line.kind in ("text", "intro") and not line.is_closed


def leave_records(found: Found) -> None:
    """A label that stands there with several values of one form is a column of data, not a fact of this call."""
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for units in found.units.values():
        for unit in units:
            values[form_of(unit)].add(unit.value)
    for place, units in list(found.units.items()):
        if any(len(values[form_of(unit)]) > 1 for unit in units if unit.label):
            del found.units[place]


def form_of(unit: Unit) -> tuple[str, str]:
    """Label and form of a value: numbers and words as such."""
    if unit.kind == "id":
        return unit.label, ""
    return unit.label, re.sub("[A-Za-z]+", "a", re.sub("[0-9]+", "0", unit.value))


def leave_bare_dates(found: Found) -> None:
    """A date alone counts where what stands around it says that it is now; as the first line it is a dateline."""
    for place, units in list(found.units.items()):
        if not units[0].is_bare:
            continue
        above = found.text_beside(place, -1)
        below = found.text_beside(place, 1)
        name = found.lines[above].name.strip(" \t:*") if above is not None else ""
        label = re.sub("^(?:The|the|Your|your) ", "", name)
        if above is None or below is None or not NOW_LABEL.fullmatch(label):
            del found.units[place]
        elif found.lines[above].kind == "opening" and found.lines[below].kind == "closing":
            found.around |= {above, below}
        elif found.lines[above].kind in ("heading", "intro") and not found.is_text(place + 1):
            found.around.add(above)
        else:
            del found.units[place]


def leave_unsure(found: Found) -> None:
    """Labels that a record may have, too, count in a block of nothing but dynamic lines.

    Those of dates only where it is the first or last of the text, or says something about this call for sure; ids also
    beside other lines, as long as these are no fields of a record.
    """
    for place, units in list(found.units.items()):
        if all(unit.is_sure and unit.kind != "id" for unit in units):
            continue
        block = [line for line in found.block(place) if found.lines[line].kind in ("text", "intro")]
        others = [line for line in block if line != place and not found.is_whole(line)]
        is_record = any(FIELD.match(found.text, found.lines[line].start, found.lines[line].end) for line in others)
        is_sure = all(unit.is_sure for unit in units)
        if is_record or not (is_sure or is_of_this_call(found, block)):
            del found.units[place]


def is_of_this_call(found: Found, block: list[int]) -> bool:
    """Whether a block of lines, an introduction aside, is nothing but dynamic and nowhere within a document."""
    if found.lines[block[0]].kind == "intro":
        block = block[1:]
    if not all(map(found.is_whole, block)):
        return False
    is_sure = any(unit.is_sure for line in block for unit in found.units[line])
    return is_sure or found.text_beside(block[0], -1) is None or found.text_beside(block[-1], 1) is None


def leave_what_is_referred_to(found: Found) -> None:
    """A unit stays where the next sentence points at it."""
    for place in sorted(found.units, reverse=True):
        line = found.lines[place]
        kept = []
        for unit in found.units[place]:
            rest = found.text[unit.end : line.end]
            if not rest.strip(" \t") and found.is_text(place + 1) and place + 1 not in found.units:
                below = found.lines[place + 1]
                rest = found.text[below.start : below.end]
            if not REFERS.match(rest):
                kept.append(unit)
        found.units[place] = kept
        if not kept:
            del found.units[place]


def leave_unwanted(found: Found, rules: Rules) -> None:
    """Only what the settings name moves; what else is dynamic was looked for to know what stands around it."""
    for place, units in list(found.units.items()):
        found.units[place] = [unit for unit in units if unit.kind not in rules.unwanted]
        if not found.units[place]:
            del found.units[place]


def take_what_stands_around(found: Found) -> None:
    """What would be left empty goes along, if it is about the call; else elements and introductions keep theirs."""
    for place in sorted(found.units):
        if place not in found.units or not found.is_whole(place) or place - 1 in found.units:
            continue
        above = found.text_beside(place, -1)
        if above is None or above in found.around:
            continue
        run = run_below(found, place)
        line = found.lines[above]
        below = found.text_beside(run[-1], 1)
        following = None if below is None else found.lines[below].kind
        if line.kind == "opening" and following == "closing" and below is not None:
            stand_around(found, run, {above, below}, is_context_tag(line.name))
        elif line.kind == "intro" and not found.is_text(run[-1] + 1):
            is_about = ABOUT_THE_CALL.search(line.name) and len(line.name) <= LONGEST_INTRO and not line.is_closed
            stand_around(found, run, {above}, bool(is_about) and not EXAMPLE.search(line.name))
        elif line.kind == "heading" and following in (None, "heading", "closing") and ABOUT_THE_CALL.search(line.name):
            found.around.add(above)


def run_below(found: Found, place: int) -> list[int]:
    """Positions of the dynamic lines from there on, blank lines between them passed over."""
    run = [place]
    while (below := found.text_beside(run[-1], 1)) is not None and below in found.units and found.is_whole(below):
        run.append(below)
    return run


def stand_around(found: Found, run: list[int], around: set[int], goes_along: bool) -> None:
    """What stands around a run goes with it, or both stay."""
    if goes_along:
        found.around |= around
    else:
        for place in run:
            del found.units[place]


GUARDS = (leave_records, leave_bare_dates, leave_unsure, leave_what_is_referred_to)


def spans_of(found: Found) -> list[DynamicSpan]:
    """What is left, as places in the text."""
    spans = []
    for place in sorted({*found.units, *found.around}):
        line = found.lines[place]
        if place in found.around or found.is_whole(place):
            spans.append(DynamicSpan(line.start, line.end, True))
        else:
            spans += within_line(found, found.units[place])
    return spans


def within_line(found: Found, units: list[Unit]) -> list[DynamicSpan]:
    """Units of one line; those with nothing but a divider between them are one part."""
    spans = [DynamicSpan(units[0].start, units[0].end, False)]
    for unit in units[1:]:
        last = spans[-1]
        if found.text[last.end : unit.start].strip(DIVIDERS):
            spans.append(DynamicSpan(unit.start, unit.end, False))
        else:
            spans[-1] = DynamicSpan(last.start, unit.end, False)
    return spans
