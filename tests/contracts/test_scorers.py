"""What every `Scorer` must do."""

import json
import math
import pickle
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import ValidationError
from headroom.protocols import Scorer
from headroom.relevance import BM25Scorer, EmbeddingScorer, HybridScorer, create_scorer


class WordModel:
    """An encoder of our own: each distinct word is a direction of its own, so that no word in common is cosine 0."""

    def encode(self, texts: Sequence[str], *, normalize_embeddings: bool) -> list[list[float]]:
        words = [text.split() for text in texts]
        known = list(dict.fromkeys(word for row in words for word in row))
        counts = [[float(row.count(word)) for word in known] for row in words]
        return [[n / (math.hypot(*row) or 1.0) for n in row] for row in counts]


class WordEmbeddings(EmbeddingScorer):
    """An `EmbeddingScorer` with that encoder in place of a model's weights."""

    def encoder(self) -> WordModel:
        return WordModel()


SCORERS: list[Scorer] = [
    BM25Scorer(),
    BM25Scorer(normalize_score=False),
    BM25Scorer(variant="okapi"),
    HybridScorer(),
    HybridScorer(embedding=WordEmbeddings()),
    HybridScorer(alpha=0.0, adaptive=False, embedding=WordEmbeddings()),
    WordEmbeddings(),
    create_scorer(),
]
every_scorer = pytest.mark.parametrize(
    "scorer", SCORERS, ids=[f"{n}-{type(s).__name__}" for n, s in enumerate(SCORERS)]
)
WORDS = st.lists(
    st.sampled_from(["order", "late", "ORD-17", "userName", "天気", "é", "\ud800", "", '{"a":1}']), max_size=8
)
TEXTS = WORDS.map(" ".join) | st.text(st.characters(), max_size=20)


@every_scorer
def test_it_is_a_scorer(scorer: Scorer) -> None:
    assert isinstance(scorer, Scorer)


@every_scorer
@given(items=st.lists(TEXTS, max_size=6), query=TEXTS)
def test_scores_are_aligned_bounded_and_the_same_twice(scorer: Scorer, items: list[str], query: str) -> None:
    scores = scorer.score_items(items, query)

    assert len(scores) == len(items)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert list(scores) == list(scorer.score_items(items, query))


@every_scorer
def test_the_matching_item_wins_and_what_matches_nothing_is_zero(scorer: Scorer) -> None:
    items = ["order ORD-16 ok", "order ORD-17 late", "unrelated"]

    scores = scorer.score_items(items, "ORD-17 late")

    assert max(scores) == scores[1]
    assert scores[2] == 0.0


@every_scorer
def test_no_items_no_scores_and_no_question_no_relevance(scorer: Scorer) -> None:
    assert list(scorer.score_items([], "late")) == []
    assert list(scorer.score_items(["late"], "")) == [0.0]


@every_scorer
def test_scores_are_floats_that_carry_reason_and_matched_terms(scorer: Any) -> None:
    items, query = ["order late", "unrelated"], "late order"

    for score in scorer.score_items(items=items, query=query):
        assert isinstance(score, float)
        assert score.score == float(score) == json.loads(json.dumps(score))
        assert score.reason
        assert set(score.matched_terms) <= {"late", "order"}
        again = pickle.loads(pickle.dumps(score))
        assert (again, again.reason, again.matched_terms) == (score, score.reason, score.matched_terms)


@every_scorer
def test_the_older_methods_give_the_same_scores(scorer: Any) -> None:
    items, query = ["order late", "unrelated"], "late order"

    assert scorer.score_batch(items, query) == scorer.score_items(items, query)
    assert scorer.score(items[0], query) == scorer.score_items(items[:1], query)[0]


@every_scorer
@pytest.mark.parametrize(
    ("items", "query", "field"),
    [
        ("one text", "late", "items"),
        ([{"a": 1}], "late", "items"),
        (["late", None], "late", "items"),
        (iter(["late"]), "late", "items"),
        (None, "late", "items"),
        (["late"], None, "query"),
        (["late"], ["late"], "query"),
    ],
)
def test_what_is_no_text_is_refused_without_showing_it(scorer: Any, items: Any, query: Any, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        scorer.score_items(items, query)

    assert caught.value.details["field"] == field
    assert "late" not in str(caught.value)
