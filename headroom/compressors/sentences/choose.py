"""The sentences of several documents that answer a question within a budget: whole, in their order, joins marked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from headroom.compressors.sentences.score import Document, score_sentences
from headroom.compressors.sentences.units import SENTENCE, Unit, units_of
from headroom.protocols import Scorer, TokenCounter

JOIN = "[...] "
MOST_LABEL_CHARS = 120
SENTENCE_ENDS = tuple(".!?,;:\u3002\uff01\uff1f\u0964\u061f\u06d4")
MOST_SENTENCE_CHARS = 600
STRETCH_CHARS = 240
BREAKS = (" ", "\n", "\u3001", "\uff0c")  # blanks, and the commas of Chinese and Japanese
MOST_ROUNDS = 6  # of measuring what was chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """What stays of one document.

    Attributes:
        text: Its sentences that stay, as they stand there, `[...]` where some between them do not; "" where none does.
        shown: Number of sentences (or tables, items, blocks of code) that stay.
        total: Number of them in the document.
    """

    text: str = field(repr=False)
    shown: int
    total: int

    @property
    def left_out(self) -> int:
        """Number of sentences that do not stay."""
        return self.total - self.shown


@dataclass(frozen=True, slots=True)
class Pieces:
    """One document as pieces: the titles stay wherever anything stays.

    Attributes:
        text: The document.
        heading: What stands above its sentences and is shown with any of them.
        units: Its sentences.
        title: What it is about.
    """

    text: str = field(repr=False)
    heading: str = field(repr=False)
    units: tuple[Unit, ...] = field(repr=False)
    title: str = field(repr=False)

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
        pieces: list[str] = []
        for before, place in zip([None, *kept], kept, strict=False):
            if before is not None and place > before + 1:
                pieces.append(JOIN)
            pieces.append(self.piece(place))
        return (self.heading + "".join(pieces)).rstrip(" \t\r\n") if kept else ""


def choose_sentences(
    documents: Sequence[tuple[str, str]],
    question: str,
    budget_tokens: int,
    counter: TokenCounter,
    *,
    prior: Sequence[float] | None = None,
    whole: Collection[int] = (),
    scorer: Scorer | None = None,
) -> list[KeptText]:
    """What stays of each document, in the order given; together about as many tokens as the budget, never more.

    Where everything fits every document stays whole. So it does where the question is blank (nothing says what could
    go), unless a prior says it: then the best documents stay, and the beginning of the first one that does not fit. The
    same holds where no document has anything in common with the question. A sentence that stands elsewhere, too, as in
    chunks that overlap, stays once where there is a prior.

    Args:
        documents: Title, or "", and text of each. A first line that looks like a title is taken for one.
        question: What the reader wants to know.
        budget_tokens: Tokens of all kept texts together; titles given apart are not counted.
        counter: Counts tokens.
        prior: How good whoever found the documents says that each is, 0 to 1; of equals the first is the best.
        whole: Numbers of documents that stay or go whole, such as tables.
        scorer: What says how well a text fits the question; None takes BM25 over words without their endings.
    """
    pieces = [
        as_one(title, text) if row in whole else pieces_of(title, text) for row, (title, text) in enumerate(documents)
    ]
    everything = [KeptText(text=piece.text, shown=len(piece.units), total=len(piece.units)) for piece in pieces]
    is_blank = not question.strip(" \t\r\n")
    if (is_blank and prior is None) or sum(counter.count_text(text) for _, text in documents) <= budget_tokens:
        return everything
    found = [as_document(piece) for piece in pieces]
    scores = [[0.0] * len(one.sentences) for one in found]
    if not is_blank:
        scores = score_sentences(found, question, scorer, prior)
    ranked = sorted(
        ((row, place) for row, document in enumerate(pieces) for place in range(len(document.units))),
        key=lambda at: (-scores[at[0]][at[1]], -prior[at[0]] if prior else 0.0, at),
    )
    if prior is not None:
        ranked = repeats_last(pieces, ranked)
    return fill(pieces, ranked, budget_tokens, counter)


def repeats_last(pieces: Sequence[Pieces], ranked: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranking with every sentence that a better one says, too, behind all others."""
    seen: set[str] = set()
    firsts: list[tuple[int, int]] = []
    repeats: list[tuple[int, int]] = []
    for row, place in ranked:
        said = pieces[row].piece(place).strip(" \t\r\n")
        (repeats if said in seen else firsts).append((row, place))
        seen.add(said)
    return firsts + repeats


def fill(
    pieces: Sequence[Pieces], ranked: Sequence[tuple[int, int]], budget_tokens: int, counter: TokenCounter
) -> list[KeptText]:
    """The best sentences that fit. Sizes are added up, so what was chosen is measured and chosen again if too large."""
    sizes = {at: counter.count_text(pieces[at[0]].joined(at[1])) for at in ranked}
    headings = [counter.count_text(document.heading) for document in pieces]
    room = budget_tokens
    for number in range(1, MOST_ROUNDS + 1):
        kept = within(ranked, sizes, headings, room, counter.count_text(JOIN))
        found = [
            KeptText(text=document.shown(places), shown=len(places), total=len(document.units))
            for document, places in zip(pieces, kept, strict=True)
        ]
        over = sum(counter.count_text(text.text) for text in found) - budget_tokens
        if over <= 0:
            return found
        room -= number * over
    return [KeptText(text="", shown=0, total=len(document.units)) for document in pieces]


def within(
    ranked: Sequence[tuple[int, int]],
    sizes: dict[tuple[int, int], int],
    headings: Sequence[int],
    room: int,
    join_tokens: int,
) -> list[list[int]]:
    """Places of the sentences that fit, for each document; what is too large is passed over."""
    kept: list[set[int]] = [set() for _ in headings]
    for row, place in ranked:
        cost = sizes[row, place] + (join_tokens if kept[row] else headings[row])
        cost -= join_tokens * sum(near in kept[row] for near in (place - 1, place + 1))
        if cost <= room:
            kept[row].add(place)
            room -= cost
    return [sorted(places) for places in kept]


def pieces_of(title: str, text: str) -> Pieces:
    """A document as heading and sentences."""
    end = heading_end(text, title)
    moved = (Unit(u.start + end, u.end + end, u.kind, u.level, u.paragraph) for u in units_of(text[end:]))
    units = tuple(stretch for unit in moved for stretch in stretches(text, unit))
    return Pieces(text, text[:end], units, title or text[:end])


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
    """Whether a line is short and no sentence."""
    return 0 < len(line) <= MOST_LABEL_CHARS and line.rstrip(" \t\r")[-1:] not in SENTENCE_ENDS


def as_document(pieces: Pieces) -> Document:
    """A document for scoring."""
    return Document(pieces.title, tuple(pieces.piece(place) for place in range(len(pieces.units))))
