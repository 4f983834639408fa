"""One document as pieces that stay or go: its title, its sentences, the rows of its tables below their headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headroom.compressors.sentences.score import Document
from headroom.compressors.sentences.units import ROW, SENTENCE, Unit, rows_of, units_of

JOIN = "[...] "
ROW_JOIN = "| [...] |\n"
MOST_LABEL_CHARS = 120
SENTENCE_ENDS = tuple(".!?,;:\u3002\uff01\uff1f\u0964\u061f\u06d4")
MOST_SENTENCE_CHARS = 600
STRETCH_CHARS = 240
BREAKS = (" ", "\n", "\u3001", "\uff0c")  # blanks, and the commas of Chinese and Japanese


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The header of a table.

    Attributes:
        text: It, with the rule below it.
        first: Place of the first row of the table.
    """

    text: str = field(repr=False)
    first: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """One document as pieces: the titles stay wherever anything stays.

    Attributes:
        text: The document.
        heading: What stands above its sentences and is shown with any of them.
        units: Its sentences.
        title: What it is about.
        heads: The header of a table, by the place of each of its rows; shown above those that stay.
    """

    text: str = field(repr=False)
    heading: str = field(repr=False)
    units: tuple[Unit, ...] = field(repr=False)
    title: str = field(repr=False)
    heads: Mapping[int, Head] = field(default_factory=dict, repr=False)

    def piece(self, place: int) -> str:
        """One sentence with the blanks behind it."""
        unit = self.units[place]
        return self.text[unit.start : unit.end]

    def joined(self, place: int) -> str:
        """One sentence as a tokenizer meets it behind others: the blank before it is its own, that behind it is not."""
        unit = self.units[place]
        start = unit.start - (unit.start > 0 and self.text[unit.start - 1] in " \n")
        return self.text[start : unit.end].rstrip(" \t\r\n")

    def shown(self, kept: Sequence[int]) -> str:
        """The sentences at the places `kept`, ascending."""
        pieces = [
            self.joint(before, place) + self.piece(place) for before, place in zip([-1, *kept], kept, strict=False)
        ]
        if len(kept) == len(self.units):
            return self.text
        return (self.heading + "".join(pieces)).rstrip(" \t\r\n") if kept else ""

    def joint(self, before: int, place: int) -> str:
        """What stands between two pieces that follow one another where they are shown; -1 is the beginning."""
        head = self.heads.get(place)
        if head is None:
            return JOIN if 0 <= before < place - 1 else ""
        if before >= head.first:
            return ROW_JOIN if before < place - 1 else ""
        above = f"{JOIN.rstrip()}\n\n" if 0 <= before < head.first - 1 else ""
        return above + head.text + (ROW_JOIN if place > head.first else "")


def pieces_of(title: str, text: str) -> Pieces:
    """A document as heading and sentences."""
    end = heading_end(text, title)
    moved = (Unit(u.start + end, u.end + end, u.kind, u.level, u.paragraph) for u in units_of(text[end:]))
    units: list[Unit] = []
    heads: dict[int, Head] = {}
    for unit in moved:
        start, rows = rows_of(text, unit)
        if start > unit.start:
            head = Head(text=text[unit.start : start], first=len(units))
            heads |= dict.fromkeys(range(len(units), len(units) + len(rows)), head)
        units += [stretch for row in rows for stretch in stretches(text, row)]
    return Pieces(text, text[:end], tuple(units), title or text[:end], heads)


def stretches(text: str, unit: Unit) -> Iterator[Unit]:
    """A unit; one that is too long for a sentence, as in transcripts without marks, in stretches of whole words."""
    start = unit.start
    while unit.kind == SENTENCE and unit.end - start > MOST_SENTENCE_CHARS:
        end = max(text.rfind(mark, start, start + STRETCH_CHARS) for mark in BREAKS) + 1
        if end <= start:
            found = [at for mark in BREAKS if (at := text.find(mark, start, unit.end)) >= 0]
            end = min(found, default=unit.end) + 1
        if end >= unit.end:
            break
        yield Unit(start, end, unit.kind, unit.level, unit.paragraph)
        start = end
    yield Unit(start, unit.end, unit.kind, unit.level, unit.paragraph)


def as_one(title: str, text: str) -> Pieces:
    """A document that stays or goes whole."""
    return Pieces(text, "", (Unit(0, len(text)),), title)


def heading_end(text: str, title: str) -> int:
    """Offset behind the first line where that is the document's title: it says so, or is short and no sentence."""
    line, feed, rest = text.partition("\n")
    if not feed or not rest.strip(" \t\r\n"):
        return 0
    is_title = line.strip(" #\t\r") == title if title else is_label(line)
    return len(line) + 1 if is_title else 0


def is_label(line: str) -> bool:
    """Whether a line is short and no sentence, nor the first of a table."""
    return 0 < len(line) <= MOST_LABEL_CHARS and not ROW.match(line) and line.rstrip(" \t\r")[-1:] not in SENTENCE_ENDS


def as_document(pieces: Pieces) -> Document:
    """A document for scoring."""
    sentences = tuple(pieces.piece(place) for place in range(len(pieces.units)))
    return Document(pieces.title, sentences, heads={place: head.text for place, head in pieces.heads.items()})
