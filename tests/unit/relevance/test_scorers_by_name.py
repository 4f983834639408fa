import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest

from headroom.errors import ConfigurationError
from headroom.relevance import BM25Scorer, EmbeddingScorer, HybridScorer, create_scorer, embedding_available
from headroom.relevance.embedding import shared_model
from headroom.relevance.hybrid import adapted

UUID = "550e8400-e29b-41d4-a716-446655440000"


class LetterModel:
    """Stands in for a sentence-transformers model: the share of each vowel, as a unit vector."""

    loaded: list[tuple[str, str | None]] = []  # noqa: RUF012

    def __init__(self, name: str, device: str | None = None) -> None:
        LetterModel.loaded.append((name, device))

    def encode(self, texts: Sequence[str], *, normalize_embeddings: bool) -> list[list[float]]:
        assert normalize_embeddings
        counts = [[float(text.count(vowel)) for vowel in "aeiou"] for text in texts]
        return [[n / (sum(m * m for m in row) ** 0.5 or 1.0) for n in row] for row in counts]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    library: Any = ModuleType("sentence_transformers")
    library.__spec__ = ModuleSpec("sentence_transformers", None)
    library.SentenceTransformer = LetterModel
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    LetterModel.loaded.clear()
    shared_model.cache_clear()


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    shared_model.cache_clear()


def test_the_reference_examples() -> None:
    chosen = create_scorer(scorer_type="hybrid", alpha=0.7)

    assert isinstance(chosen, HybridScorer)
    assert chosen.alpha == 0.7
    assert callable(create_scorer().score_items)


@pytest.mark.usefixtures("not_installed")
def test_without_the_extra_the_best_scorer_is_bm25() -> None:
    assert not embedding_available()
    assert isinstance(create_scorer(), BM25Scorer)


@pytest.mark.usefixtures("installed")
def test_with_the_extra_the_best_scorer_is_hybrid() -> None:
    assert embedding_available()
    assert isinstance(create_scorer(), HybridScorer)


def test_the_type_has_an_alias_and_settings_pass_through() -> None:
    scorer = create_scorer(tier="bm25", k1=2.0)

    assert isinstance(scorer, BM25Scorer)
    assert scorer.k1 == 2.0


@pytest.mark.parametrize(
    "arguments",
    [
        {"scorer_type": "magic"},
        {"scorer_type": "bm25", "tier": "hybrid"},
        {"scorer_type": ["bm25"]},
        {"scorer_type": "bm25", "colour": 1},
        {"scorer_type": "embedding", "model": 1},
        {"scorer_type": "embedding", "device": 0},
        {"alpha": 2},
        {"alpha": "half"},
        {"alpha": float("nan")},
        {"alpha": 0.5, "k1": 2.0},
    ],
)
def test_what_is_not_understood_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        create_scorer(**arguments)

    assert caught.value.details["field"] in {"scorer_type", *arguments}


def test_a_misspelt_setting_is_named_with_the_right_one() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'alpha'"):
        create_scorer("hybrid", alhpa=0.7)


@pytest.mark.parametrize("extra", ["installed", "not_installed"])
@pytest.mark.parametrize(
    ("settings", "chosen"),
    [({"k1": 2.0}, BM25Scorer), ({"alpha": 0.7}, HybridScorer), ({"model": "m"}, EmbeddingScorer)],
)
def test_settings_choose_the_scorer_that_knows_them_whatever_is_installed(
    settings: dict[str, Any], chosen: type, extra: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(extra)

    assert type(create_scorer(**settings)) is chosen


@pytest.mark.usefixtures("not_installed")
def test_embeddings_without_the_extra_are_refused_when_used_and_name_it() -> None:
    scorer = EmbeddingScorer(model="all-MiniLM-L6-v2")

    with pytest.raises(ConfigurationError, match=r"headroom-integrations\[relevance\]"):
        scorer.score_items(["a"], "b")


@pytest.mark.parametrize("error", [OSError("no such model"), ValueError("bad"), RuntimeError("no such device")])
@pytest.mark.usefixtures("installed")
def test_a_model_that_cannot_be_loaded_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(name: str, device: str | None = None) -> None:
        raise error

    monkeypatch.setattr(sys.modules["sentence_transformers"], "SentenceTransformer", fail)

    with pytest.raises(ConfigurationError) as caught:
        EmbeddingScorer("absent/model").score_items(["a"], "b")

    assert caught.value.details == {"field": "model", "value": "absent/model", "device": None}


def test_a_module_without_a_spec_counts_as_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    library = ModuleType("sentence_transformers")
    library.__spec__ = None
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)

    assert embedding_available()


@pytest.mark.usefixtures("installed")
def test_embedding_scores_are_cosines_within_bounds() -> None:
    scores = EmbeddingScorer().score_items(["banana", "kiwi", "xyz"], "panama")

    assert scores == pytest.approx([1.0, 0.0, 0.0])


@pytest.mark.usefixtures("installed")
def test_a_model_is_loaded_once_and_shared_unless_told_otherwise() -> None:
    for scorer in (EmbeddingScorer("m"), EmbeddingScorer(model_name="m"), EmbeddingScorer("m", cache_model=False)):
        scorer.score("a", "a")
        scorer.score("e", "a")

    assert LetterModel.loaded == [("m", None), ("m", None)]


@pytest.mark.usefixtures("installed")
def test_a_blank_question_loads_nothing() -> None:
    assert EmbeddingScorer("other").score_items(["a"], " ") == [0.0]
    assert LetterModel.loaded == []


def test_two_names_for_the_model_must_not_contradict() -> None:
    assert EmbeddingScorer().model_name == "all-MiniLM-L6-v2"
    with pytest.raises(ConfigurationError, match="contradict"):
        EmbeddingScorer("a", model_name="b")


@pytest.mark.usefixtures("installed")
def test_hybrid_scores_are_the_weighted_sum() -> None:
    items, query = ["banana", "kiwi"], "banana"
    words = BM25Scorer().score_items(items, query)
    meanings = EmbeddingScorer().score_items(items, query)

    scores = HybridScorer(alpha=0.7).score_items(items, query)

    assert scores == pytest.approx([0.7 * w + 0.3 * m for w, m in zip(words, meanings, strict=True)])


@pytest.mark.usefixtures("not_installed")
def test_hybrid_without_embeddings_gives_matches_a_floor() -> None:
    items = ["alpha words", "alpha beta words", "nothing"]

    one, two, none = HybridScorer(alpha=0.5).score_items(items, "alpha beta gamma delta epsilon zeta eta theta iota")

    assert one >= 0.3
    assert two >= 0.5
    assert none == 0.0


@pytest.mark.parametrize(
    ("query", "share"),
    [
        ("plain words", 0.5),
        (f"what of {UUID}", 0.85),
        ("orders 4711 and 4712", 0.75),
        ("order 4711", 0.65),
        ("is db1.example.org up", 0.6),
        ("mail ann@example", 0.6),
    ],
)
def test_the_share_of_words_follows_the_question(query: str, share: float) -> None:
    assert adapted(0.5, query) == share


def test_the_share_of_words_stays_within_bounds() -> None:
    assert (adapted(0.0, "x"), adapted(1.0, UUID)) == (0.3, 0.9)


@pytest.mark.usefixtures("installed")
def test_a_fixed_share_is_kept_where_asked_for() -> None:
    query = f"banana {UUID}"
    words = BM25Scorer().score_items(["banana"], query)
    meanings = EmbeddingScorer().score_items(["banana"], query)

    scores = HybridScorer(alpha=0.1, adaptive=False).score_items(["banana"], query)

    assert scores == pytest.approx([0.1 * words[0] + 0.9 * meanings[0]])


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("alpha", "alone"), [(1.0, BM25Scorer), (0.0, EmbeddingScorer)])
def test_the_ends_of_alpha_are_words_alone_and_meaning_alone(alpha: float, alone: Any) -> None:
    items = ["banana", "kiwi", "panama banana"]

    scores = HybridScorer(alpha=alpha, adaptive=False).score_items(items, "banana")

    assert scores == pytest.approx(alone().score_items(items, "banana"))


@pytest.mark.usefixtures("installed")
def test_a_score_tells_the_share_that_was_used() -> None:
    [score] = HybridScorer(alpha=0.5).score_items(["order 4711"], "order 4711")

    assert score.reason == "0.65 bm25: 2 of 2 terms"
    assert score.matched_terms == ["order", "4711"]


def test_looking_for_host_names_takes_linear_time() -> None:
    assert adapted(0.5, "a-" * 100_000) == 0.5
    assert adapted(0.5, "a." * 100_000 + "!") == 0.5
