"""Which documents of a retriever stay: by what they have in common with the question, and by how little they repeat."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.protocols import Scorer

DIVERSITY = 0.5  # lambda: weight of relevance against novelty
SHINGLE_CHARS = 8
MOST_SHINGLE_CHARS = 20_000  # of a document that are compared with others


def relevance(texts: Sequence[str], titles: Sequence[str], question: str, scorer: Scorer) -> list[float]:
    """How well each document fits the question, 0 to 1; its title, or "", counts among its words."""
    pairs = zip(titles, texts, strict=True)
    return [float(score) for score in scorer.score_items([f"{title}\n{text}" for title, text in pairs], question)]


def best(scores: Sequence[float], most: int) -> list[int]:
    """Numbers of the `most` documents with the highest scores, best first; of equal ones the retriever's first."""
    return sorted(range(len(scores)), key=lambda number: (-scores[number], number))[:most]


def diverse(texts: Sequence[str], scores: Sequence[float], most: int) -> list[int]:
    """Numbers of `most` documents, best first, each chosen by its score less its likeness to those before it.

    Maximal marginal relevance (Carbonell and Goldstein 1998); likeness is the Jaccard index of character shingles
    (Broder 1997), which needs no words and so holds for every script.
    """
    shingles = [shingles_of(text) for text in texts]
    nearest = [0.0] * len(texts)
    left, chosen = list(range(len(texts))), list[int]()
    while left and len(chosen) < most:
        taken = max(left, key=lambda n: (DIVERSITY * scores[n] - (1 - DIVERSITY) * nearest[n], -n))
        chosen.append(taken)
        left.remove(taken)
        for number in left:
            nearest[number] = max(nearest[number], likeness(shingles[number], shingles[taken]))
    return chosen


def shingles_of(text: str) -> frozenset[str]:
    """All stretches of a few characters."""
    shown = text[:MOST_SHINGLE_CHARS]
    return frozenset(shown[start : start + SHINGLE_CHARS] for start in range(max(1, len(shown) - SHINGLE_CHARS + 1)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard index, 0 to 1: shared among all."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
