"""How well each sentence answers a question: by itself, by its document, and by what leads from one to the other.

Measured on answers that must stay (formats.md 4): BM25 of the sentence, plus the square of that of its document, plus a
little for standing early, plus one where the document is the second half of a two-step question: its title stands in
one of the two best documents, or theirs in it. What the best sentence says is looked for, too (Rocchio 1971): worth
three points on questions of three and four steps and on single facts at small sizes, for up to two elsewhere.

Then what the question asks in full: a share for how many of its words a sentence holds, and for each word the best
sentence that holds it, rare words first, so that no half of a question is crowded out by the other (worth up to six
points on two-step questions at small sizes). A sentence beside a good one counts a little: it often says `it`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from headroom.compressors.sentences.terms import FEWEST_COMPOUND_CHARS, prose_terms, with_beginnings, with_compounds
from headroom.protocols import Scorer
from headroom.relevance.bm25 import idf
from headroom.relevance.letters import fold

LEAD_WEIGHT = 0.3
HOP_WEIGHT = 1.0
ECHO_WEIGHT = 0.35
SHARE_WEIGHT = 0.4
FIRST_WEIGHT = 1.5
NEAR_WEIGHT = 0.1
PRIOR_WEIGHT = 0.2
BEST_DOCUMENTS = 2
FEWEST_TITLE_CHARS = 4
DIGITS = 9  # sums of floating numbers differ behind these


@dataclass(frozen=True, slots=True)
class Document:
    """What sentences stand in: a document, or a section of one.

    Attributes:
        title: Its title, or "".
        sentences: Its sentences in order.
        is_named: Whether other documents may refer to it by its title.
        heads: What stands above a sentence and tells what it says, as the header of a table does, by the place of the
            sentence; counted once for the document.
    """

    title: str = field(repr=False)
    sentences: tuple[str, ...] = field(repr=False)
    is_named: bool = True
    heads: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """Title, headers of tables, and sentences."""
        return "\n".join([self.title, *dict.fromkeys(self.heads.values()), *self.sentences])

    def read(self, place: int) -> str:
        """One sentence as it is understood: below the title, and the header of its table."""
        return " ".join([self.title, *([self.heads[place]] if place in self.heads else []), self.sentences[place]])


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a question and of what may answer it.

    Attributes:
        wanted: Terms of the question, each once.
        documents: Terms of each document, its title among them.
        sentences: Terms of each sentence of all documents in turn, the title of its document among them.
    """

    wanted: list[str] = field(repr=False)
    documents: list[list[str]] = field(repr=False)
    sentences: list[list[str]] = field(repr=False)


def score_sentences(
    documents: Sequence[Document],
    question: str,
    scorer: Scorer | None = None,
    prior: Sequence[float] | None = None,
) -> list[list[float]]:
    """A score for each sentence of each document, 0 and up; all are 0 where the question says nothing.

    Args:
        scorer: What says how well a text fits the question; None takes BM25 over words without their endings.
        prior: How good whoever found the documents says that each is, 0 to 1.
    """
    places = [(row, place) for row, document in enumerate(documents) for place in range(len(document.sentences))]
    terms = terms_of(documents, question)
    by_sentence, by_document = relevance_of(documents, places, terms, question, scorer)
    found: list[list[float]] = [[0.0] * len(document.sentences) for document in documents]
    if not places or not any(by_document):
        return found
    asked = frozenset(terms.wanted if scorer is None else ())  # words decide nothing where another scorer does
    held = [asked.intersection(sentence) for sentence in terms.sentences]
    base = [
        by_sentence[at] + by_document[row] ** 2 + SHARE_WEIGHT * len(held[at]) / max(1, len(asked))
        for at, (row, _) in enumerate(places)
    ]
    hops = hop_documents(documents, by_document)
    echoes = echo(terms.sentences, asked, base)
    scores = [
        base[at]
        + LEAD_WEIGHT / (1 + place)
        + HOP_WEIGHT * (row in hops)
        + ECHO_WEIGHT * echoes[at]
        + (PRIOR_WEIGHT * prior[row] if prior else 0.0)
        for at, (row, place) in enumerate(places)
    ]
    raise_firsts(scores, held, terms.wanted)
    for at, (row, place) in enumerate(places):
        near = [scores[other] for other in (at - 1, at + 1) if 0 <= other < len(places) and places[other][0] == row]
        found[row][place] = round(scores[at] + NEAR_WEIGHT * max(near, default=0.0), DIGITS)
    return found


def terms_of(documents: Sequence[Document], question: str) -> Terms:
    """Terms of question, documents and sentences; words that the documents only have in two parts are found there."""
    wanted = list(dict.fromkeys(prose_terms(question)))
    titles = [prose_terms(document.title) for document in documents]
    said = [[prose_terms(sentence) for sentence in document.sentences] for document in documents]
    above = [{head: prose_terms(head) for head in document.heads.values()} for document in documents]
    known = {term for terms in chain(titles, *said, *(heads.values() for heads in above)) for term in terms}
    missing = {term for term in wanted if len(term) >= FEWEST_COMPOUND_CHARS and term not in known}
    titles = [with_beginnings(with_compounds(terms, missing)) for terms in titles]
    said = [[with_beginnings(with_compounds(terms, missing)) for terms in sentences] for sentences in said]
    above = [
        {head: with_beginnings(with_compounds(terms, missing)) for head, terms in heads.items()} for heads in above
    ]
    parts = list(zip(documents, titles, above, said, strict=True))
    return Terms(
        list(dict.fromkeys(with_beginnings(wanted))),
        [[*title, *chain(*heads.values()), *chain(*sentences)] for _, title, heads, sentences in parts],
        [
            title + heads.get(document.heads.get(place, ""), []) + terms
            for document, title, heads, sentences in parts
            for place, terms in enumerate(sentences)
        ],
    )


def relevance_of(
    documents: Sequence[Document],
    places: Sequence[tuple[int, int]],
    terms: Terms,
    question: str,
    scorer: Scorer | None,
) -> tuple[list[float], list[float]]:
    """Relevance of each sentence and of each document, as shares of the highest."""
    if scorer is None:
        return shares(bm25(terms.sentences, terms.wanted)), shares(bm25(terms.documents, terms.wanted))
    shown = [documents[row].read(place) for row, place in places]
    texts = [document.text for document in documents]
    return shares(scorer.score_items(shown, question)), shares(scorer.score_items(texts, question))


def raise_firsts(scores: list[float], held: Sequence[frozenset[str]], wanted: Sequence[str]) -> None:
    """Raise, for each term of the question, the best sentence that holds it: by how rare it is, rare ones first.

    Each sentence once, so that one that holds them all does not get all the room.
    """
    holders: dict[str, list[int]] = {}
    for at, terms in enumerate(held):
        for term in terms:
            holders.setdefault(term, []).append(at)
    weights = {term: idf(len(holders[term]), len(held)) for term in wanted if term in holders}
    most = max(weights.values(), default=1.0)
    raised: set[int] = set()
    for term in sorted(weights, key=lambda term: -weights[term]):
        best = max(holders[term], key=lambda at: (round(scores[at], DIGITS), -at))
        if best not in raised:
            scores[best] += FIRST_WEIGHT * weights[term] / most
            raised.add(best)


def echo(terms: Sequence[Sequence[str]], asked: Collection[str], base: Sequence[float]) -> list[float]:
    """How much of what the best sentence says the others say, as shares of the most."""
    best = max(range(len(base)), key=lambda at: (round(base[at], DIGITS), -at))
    scores = bm25(terms, [term for term in terms[best] if term not in asked])
    scores[best] = 0.0
    most = max(scores, default=0.0)
    scores[best] = most
    return shares(scores)


def hop_documents(documents: Sequence[Document], by_document: Sequence[float]) -> set[int]:
    """Documents whose title stands in one of the best ones, or that hold a title of those."""
    best = sorted(range(len(documents)), key=lambda row: (-round(by_document[row], DIGITS), row))[:BEST_DOCUMENTS]
    texts = [fold(document.text) for document in documents]
    titles = [name_of(document) for document in documents]
    return {
        row
        for row in range(len(documents))
        for other in best
        if other != row and (names(titles[row], texts[other]) or names(titles[other], texts[row]))
    }


def names(title: str, text: str) -> bool:
    """Whether a text holds a title that is worth looking for."""
    return bool(title) and title in text


def name_of(document: Document) -> str:
    """The folded title by which others would refer to a document, without what stands in brackets behind it; or ""."""
    name = fold(document.title).partition(" (")[0].strip(" #*_`\t\r\n")
    return name if document.is_named and len(name) >= FEWEST_TITLE_CHARS else ""


def shares(scores: Sequence[float]) -> list[float]:
    """Scores as shares of the highest."""
    most = max(scores, default=0.0)
    return [score / most if most > 0 else 0.0 for score in scores]


def bm25(items: Sequence[Sequence[str]], wanted: Iterable[str], k1: float = 1.5, b: float = 0.75) -> list[float]:
    """BM25 of each list of terms (Robertson and Zaragoza 2009), lengths in terms."""
    distinct = list(dict.fromkeys(wanted))
    asked = set(distinct)
    counts = [Counter(term for term in item if term in asked) for item in items]
    held = Counter(term for count in counts for term in count)
    weights = {term: idf(held[term], len(items)) for term in distinct if held[term]}
    mean = sum(map(len, items)) / len(items) or 1.0 if items else 1.0
    scores = []
    for item, count in zip(items, counts, strict=True):
        longer = k1 * (1 - b + b * len(item) / mean)
        found = [(weights[term], count[term]) for term in distinct if term in count]
        scores.append(sum(weight * times * (k1 + 1) / (times + longer) for weight, times in found))
    return scores
