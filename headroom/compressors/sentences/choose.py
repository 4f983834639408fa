"""The sentences of several documents that answer a question within a budget: whole, in their order, joins marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from headroom.compressors.sentences.pieces import JOIN, Head, Pieces, as_document, as_one, pieces_of
from headroom.compressors.sentences.score import score_sentences
from headroom.protocols import Scorer, TokenCounter

MOST_ROUNDS = 6  # of measuring what was chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """What stays of one document.

    Attributes:
        text: Its sentences that stay, as they stand there, `[...]` where some between them do not; "" where none does.
        shown: Number of sentences (or rows of tables, items, blocks of code) that stay.
        total: Number of them in the document.
    """

    text: str = field(repr=False)
    shown: int
    total: int

    @property
    def left_out(self) -> int:
        """Number of sentences that do not stay."""
        return self.total - self.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Tokens of the parts of documents.

    Attributes:
        sentences: Of each sentence of each document.
        headings: Of what each document shows above any of them.
        heads: Of the header of each table.
        join: Of a mark.
    """

    sentences: Sequence[Sequence[int]]
    headings: Sequence[int]
    heads: Mapping[Head, int]
    join: int


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
    sizes = sizes_of(pieces, counter)
    room = budget_tokens
    for number in range(1, MOST_ROUNDS + 1):
        kept = within(pieces, ranked, sizes, room)
        found = [
            KeptText(text=document.shown(places), shown=len(places), total=len(document.units))
            for document, places in zip(pieces, kept, strict=True)
        ]
        over = sum(counter.count_text(text.text) for text in found) - budget_tokens
        if over <= 0:
            return found
        room -= number * over
    return [KeptText(text="", shown=0, total=len(document.units)) for document in pieces]


def sizes_of(pieces: Sequence[Pieces], counter: TokenCounter) -> Sizes:
    """The sizes of all parts of all documents, each counted once."""
    heads = {head for document in pieces for head in document.heads.values()}
    return Sizes(
        sentences=[
            [counter.count_text(document.joined(place)) for place in range(len(document.units))] for document in pieces
        ],
        headings=[counter.count_text(document.heading) for document in pieces],
        heads={head: counter.count_text(head.text) for head in heads},
        join=counter.count_text(JOIN),
    )


def within(pieces: Sequence[Pieces], ranked: Sequence[tuple[int, int]], sizes: Sizes, room: int) -> list[list[int]]:
    """Places of the sentences that fit, for each document; what is too large is passed over."""
    kept: list[set[int]] = [set() for _ in pieces]
    shown: list[set[Head]] = [set() for _ in pieces]
    for row, place in ranked:
        cost = sizes.sentences[row][place] + (sizes.join if kept[row] else sizes.headings[row])
        cost -= sizes.join * sum(near in kept[row] for near in (place - 1, place + 1))
        head = pieces[row].heads.get(place)
        if head is not None and head not in shown[row]:
            cost += sizes.heads[head]
        if cost <= room:
            kept[row].add(place)
            room -= cost
            if head is not None:
                shown[row].add(head)
    return [sorted(places) for places in kept]
