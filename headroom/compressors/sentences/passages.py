"""The passages of one text that answer a question, with a mark wherever something between them does not stay."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from headroom.analysis.literals import folded, rarest_literals
from headroom.compressors.gaps import gap_line
from headroom.compressors.sentences.score import Document, score_sentences
from headroom.compressors.sentences.units import SENTENCE, Unit, units_of
from headroom.protocols import TokenCounter

GAP_TOKENS = 12
MOST_ROUNDS = 4
NAMES = {SENTENCE: ("sentence", "sentences"), "table": ("table", "tables"), "code": ("block of code", "blocks of code")}
BLANKS = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it up to the next; a paragraph where the text has no headings.

    Attributes:
        heading: Number of the heading's unit, or None.
        above: Numbers of the headings that it stands under, and its own.
        members: Numbers of the units below it.
    """

    heading: int | None
    above: tuple[int, ...]
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """What stays of a text.

    Attributes:
        text: The passages, marks between them.
        shown: Number of units that stay, headings aside.
        total: Number of units, headings aside.
    """

    text: str = field(repr=False)
    shown: int
    total: int


def choose_passages(
    text: str,
    question: str,
    budget_tokens: int,
    counter: TokenCounter,
    *,
    named_tokens: int | None = None,
    has_lines: bool = True,
) -> Passages | None:
    """What answers `question` in about `budget_tokens`; None where nothing of the text does, or all of it stays.

    Args:
        named_tokens: What may be taken by units that hold the rarest name of the question; None for the budget.
        has_lines: Whether marks may name lines of `text`; off where its reader would look them up in something else.
    """
    units = units_of(text)
    sections = sections_of(text, units)
    members = [member for section in sections for member in section.members]
    scores = scores_of(text, units, sections, question)
    if not any(scores.values()):
        return None
    named = named_units(text, units, members, question)
    ranked = sorted(members, key=lambda member: (member not in named, -scores[member], member))
    sizes = [counter.count_text(text[unit.start : unit.end]) for unit in units]
    room = budget_tokens
    more = max(0, (named_tokens or 0) - budget_tokens)
    found: Passages | None = None
    for _ in range(MOST_ROUNDS):
        kept = within(ranked, named, sizes, headings_above(sections), room, more)
        made = shown_text(text, units, kept, has_lines=has_lines)
        found = Passages(text=made, shown=sum(member in kept for member in members), total=len(members))
        over = counter.count_text(made) - budget_tokens
        if over <= 0 or kept <= named:
            break
        room -= over
    return found if found and 0 < found.shown < found.total else None


def sections_of(text: str, units: Sequence[Unit]) -> list[Section]:
    """The sections of a text: by its headings, or else its paragraphs."""
    has_headings = any(unit.kind == "heading" for unit in units)
    sections: list[Section] = []
    heading: int | None = None
    above: tuple[int, ...] = ()
    members: list[int] = []
    for number, unit in enumerate(units):
        if unit.kind == "heading" or (not has_headings and members and unit.paragraph != units[members[-1]].paragraph):
            sections.append(Section(heading, above, tuple(members)))
            members = []
        if unit.kind == "heading":
            heading = number
            above = (*(other for other in above if units[other].level < unit.level), number)
        elif unit.kind != "blank":
            members.append(number)
    return [*sections, Section(heading, above, tuple(members))]


def scores_of(text: str, units: Sequence[Unit], sections: Sequence[Section], question: str) -> dict[int, float]:
    """Unit to how well it answers the question; a heading of one word is not what others refer to."""
    documents = []
    for section in sections:
        title = "" if section.heading is None else text[units[section.heading].start : units[section.heading].end]
        words = title.strip(" #*_`\t\r\n=-")
        sentences = tuple(text[units[member].start : units[member].end] for member in section.members)
        documents.append(Document(words, sentences, is_named=" " in words))
    found: dict[int, float] = {}
    for section, scores in zip(sections, score_sentences(documents, question), strict=True):
        found.update(zip(section.members, scores, strict=True))
    return found


def named_units(text: str, units: Sequence[Unit], members: Sequence[int], question: str) -> set[int]:
    """The units that hold the rarest name, id or number of the question (law 4)."""
    texts = [folded(text[units[member].start : units[member].end]) for member in members]
    literals = [literal for literal in rarest_literals(question, texts) if literal.is_strong]
    return {members[holder] for literal in literals for holder in literal.holders}


def headings_above(sections: Sequence[Section]) -> dict[int, tuple[int, ...]]:
    """Unit to the headings that stay with it."""
    return {member: section.above for section in sections for member in section.members}


def within(
    ranked: Sequence[int],
    named: set[int],
    sizes: Sequence[int],
    above: dict[int, tuple[int, ...]],
    room: int,
    more: int,
) -> set[int]:
    """The units that fit, with their headings; `more` is for those that the question names."""
    kept: set[int] = set()
    for member in ranked:
        headings = [heading for heading in above[member] if heading not in kept]
        gaps = 1 - sum(near in kept for near in (member - 1, member + 1))
        cost = sizes[member] + sum(sizes[heading] for heading in headings) + gaps * GAP_TOKENS
        if cost <= (room + more if member in named else room):
            kept.update(headings)
            kept.add(member)
            room -= cost
    return kept


def shown_text(text: str, units: Sequence[Unit], kept: set[int], *, has_lines: bool) -> str:
    """The units that stay, as they stand, and a mark in place of each stretch that does not."""
    feeds = [place for place, char in enumerate(text) if char == "\n"]
    pieces: list[str] = []
    for is_kept, numbers in runs(len(units), kept):
        start, end = units[numbers[0]].start, units[numbers[-1]].end
        if is_kept:
            pieces.append(text[start:end])
            continue
        words = count_of([units[number] for number in numbers])
        if not words:
            continue
        first = bisect_right(feeds, start - 1) + 1 if start else 1
        last = bisect_right(feeds, start + len(text[start:end].rstrip(BLANKS)) - 1) + 1
        blanks = text[start + len(text[start:end].rstrip(BLANKS)) : end]
        is_lines = (start == 0 or text[start - 1] == "\n") and ("\n" in blanks or end == len(text))
        pieces.append(gap_mark(first, last, words, is_lines=is_lines, has_lines=has_lines) + (blanks or " "))
    return "".join(pieces).rstrip(BLANKS)


def gap_mark(first: int, last: int, words: str, *, is_lines: bool, has_lines: bool) -> str:
    """What stands in place of a stretch: of whole lines, or within one."""
    if not has_lines:
        return f"[{words} not shown]"
    if is_lines:
        return gap_line(first, last, words)
    lines = f"lines {first}-{last}" if last > first else f"line {first}"
    return f"[{words} of {lines} not shown]"


def runs(count: int, kept: set[int]) -> Iterator[tuple[bool, list[int]]]:
    """Stretches of units that stay, and of those that do not, in order."""
    numbers: list[int] = []
    for number in range(count):
        if numbers and (number in kept) != (numbers[0] in kept):
            yield numbers[0] in kept, numbers
            numbers = []
        numbers.append(number)
    if numbers:
        yield numbers[0] in kept, numbers


def count_of(units: Sequence[Unit]) -> str:
    """How many of which kind, such as `3 sentences, 1 table`; "" for headings and empty lines alone."""
    counts = Counter(unit.kind for unit in units)
    parts = [f"{counts[kind]} {names[counts[kind] > 1]}" for kind, names in NAMES.items() if counts[kind]]
    if counts["heading"]:
        parts.append(f"{counts['heading']} heading{'s' * (counts['heading'] > 1)}")
    return ", ".join(parts)
