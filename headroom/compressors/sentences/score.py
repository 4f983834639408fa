"""How well each sentence answers a question: by itself, by its document, and by what leads from one to the other.

Measured on answers that must stay (formats.md 4): BM25 of the sentence, plus the square of that of its document, plus a
little for standing early, plus one where the document is the second half of a two-step question: its title stands in
one of the two best documents, or theirs in it. What the best sentence says is looked for, too (Rocchio 1971): worth
three points on questions of three and four steps and on single facts at small sizes, for up to two elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from headroom.compressors.sentences.terms import prose_terms
from headroom.protocols import Scorer
from headroom.relevance.bm25 import idf
from headroom.relevance.letters import fold

LEAD_WEIGHT = 0.3
HOP_WEIGHT = 1.0
ECHO_WEIGHT = 0.35
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
    """

    title: str = field(repr=False)
    sentences: tuple[str, ...] = field(repr=False)
    is_named: bool = True

    @property
    def text(self) -> str:
        """Title and sentences."""
        return "\n".join([self.title, *self.sentences])


def score_sentences(documents: Sequence[Document], question: str, scorer: Scorer | None = None) -> list[list[float]]:
    """A score for each sentence of each document, 0 and up; all are 0 where the question says nothing.

    Args:
        scorer: What says how well a text fits the question; None takes BM25 over words without their endings.
    """
    wanted = prose_terms(question)
    places = [(row, place) for row, document in enumerate(documents) for place in range(len(document.sentences))]
    shown = [f"{documents[row].title} {documents[row].sentences[place]}" for row, place in places]
    terms = [prose_terms(text) for text in shown]
    if scorer is None:
        by_sentence = shares(bm25(terms, wanted))
        by_document = shares(bm25([prose_terms(document.text) for document in documents], wanted))
    else:
        by_sentence = shares(scorer.score_items(shown, question))
        by_document = shares(scorer.score_items([document.text for document in documents], question))
    base = [by_sentence[at] + by_document[row] ** 2 for at, (row, _) in enumerate(places)]
    found: list[list[float]] = [[0.0] * len(document.sentences) for document in documents]
    if not places or not any(by_document):
        return found
    hops = hop_documents(documents, by_document)
    echoes = echo(terms, wanted, base)
    for at, (row, place) in enumerate(places):
        score = base[at] + LEAD_WEIGHT / (1 + place) + HOP_WEIGHT * (row in hops) + ECHO_WEIGHT * echoes[at]
        found[row][place] = round(score, DIGITS)
    return found


def echo(terms: Sequence[Sequence[str]], wanted: Sequence[str], base: Sequence[float]) -> list[float]:
    """How much of what the best sentence says the others say, as shares of the most."""
    best = max(range(len(base)), key=lambda at: (round(base[at], DIGITS), -at))
    asked = set(wanted)
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
