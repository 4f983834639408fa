"""What every `Scorer` must do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.protocols import Scorer
from headroom.relevance import BM25Scorer, HybridScorer, create_scorer

SCORERS: list[Scorer] = [
    BM25Scorer(),
    BM25Scorer(normalize_score=False),
    BM25Scorer(variant="okapi"),
    HybridScorer(),
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
