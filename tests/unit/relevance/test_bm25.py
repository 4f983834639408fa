import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import ConfigurationError
from headroom.relevance.bm25 import BM25Scorer, find_matches, plain_bm25
from headroom.relevance.letters import fold
from headroom.relevance.postings import postings, rarest_terms
from headroom.relevance.score import RelevanceScore
from headroom.relevance.tokens import CAMEL, WHOLE, is_boundary, query_terms, terms

PIECES = [
    "user",
    "User",
    "USER",
    "Id",
    "id",
    "_",
    "-",
    ".",
    "/",
    " ",
    "\n",
    "7",
    "42",
    "天",
    "é",
    "É",
    '"',
    "HTTPServer",
    "a",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
ORDERS = [
    json.dumps(
        {"id": n, "userName": ["ann", "bob"][n % 2], "status": ["ok", "late", "failed"][n % 3], "ref": f"ORD-{n:05d}"}
    )
    for n in range(300)
]


def counted_one_by_one(item: str, term: str) -> int:
    """Occurrences of `term` between boundaries, tried at every place."""
    count, place, folded = 0, 0, fold(item)
    while place + len(term) <= len(item):
        end = place + len(term)
        if folded[place:end] == term and is_boundary(item, place) and is_boundary(item, end):
            count, place = count + 1, end
        else:
            place += 1
    return count


@given(items=st.lists(TEXTS, max_size=5), query=TEXTS)
def test_the_search_finds_what_trying_every_place_finds(items: list[str], query: str) -> None:
    wanted = query_terms(query)

    found = postings(items, wanted)

    for term, held in zip(wanted, found, strict=True):
        assert held == {n: count for n, item in enumerate(items) if (count := counted_one_by_one(item, term))}


@given(items=st.lists(TEXTS, min_size=1, max_size=5), query=TEXTS)
def test_scores_are_those_of_the_formula_written_out(items: list[str], query: str) -> None:
    import math

    mean = sum(map(len, items)) / len(items) or 1.0
    expected = [0.0] * len(items)
    for term in query_terms(query):
        counts = [counted_one_by_one(item, term) for item in items]
        n = sum(map(bool, counts))
        weight = math.log(1 + (len(items) - n + 0.5) / (n + 0.5))
        for number, count in enumerate(counts):
            expected[number] += weight * count * 2.5 / (count + 1.5 * (0.25 + 0.75 * len(items[number]) / mean))

    assert plain_bm25(items, find_matches(items, query)) == pytest.approx(expected, abs=1e-9)


@given(TEXTS)
def test_every_term_of_a_text_is_found_in_it(text: str) -> None:
    assert all(postings([text], terms(text)))


def test_a_term_is_found_as_whole_part_or_piece_but_not_within_a_word() -> None:
    items = ["user", "userId", "my-user", "superuser", "users", "USER", "userid"]

    assert list(postings(items, ["user"])[0]) == [0, 1, 2, 5]


def test_the_last_capital_of_a_word_is_no_term_of_its_own() -> None:
    assert postings(["USER!", "USERS", "USERName"], ["use", "r"]) == [{}, {}]


def test_matches_never_span_two_items() -> None:
    assert postings(["order", "17"], ["order 17", "order"]) == [{}, {0: 1}]


def test_the_reference_example() -> None:
    scores = BM25Scorer().score_items(items=["item 1", "item 2"], query="search query")

    assert scores == [0.0, 0.0]


def test_a_full_match_is_near_one_and_no_match_is_nothing() -> None:
    full, half, none = BM25Scorer().score_items(["gateway timeout", "timeout", "fine"], "gateway timeout")

    assert full > 0.9
    assert 0.1 < half < 0.6
    assert none == 0.0


def test_a_long_full_match_is_still_near_one() -> None:
    scores = BM25Scorer().score_items(
        ["gateway timeout " + "and more text " * 50, "timeout", "fine"], "gateway timeout"
    )

    assert scores[0] > 0.89


def test_a_score_says_what_it_rests_on_without_content() -> None:
    score = BM25Scorer().score("order ORD-00017 is late", "ord-00017 secret")

    assert score.matched_terms == ["ord-00017", "ord", "00017"]
    assert score.reason == "bm25: 3 of 4 terms"
    assert "00017" not in repr(score)


def test_batch_and_single_agree_with_items() -> None:
    scorer = BM25Scorer()

    assert scorer.score_batch(ORDERS[:3], "late") == scorer.score_items(ORDERS[:3], "late")
    assert scorer.score("late", "late") == scorer.score_items(["late"], "late")[0]


def test_plain_scores_are_a_share_of_the_largest_one() -> None:
    items = ["gateway timeout", "fine", "fine", "fine"]
    plain = plain_bm25(items, find_matches(items, "gateway timeout"))

    scores = BM25Scorer(normalize_score=False, max_score=5.0).score_items(items, "gateway timeout")

    assert scores == pytest.approx([score / 5 for score in plain])


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"k1": -1}, "k1"),
        ({"k1": float("nan")}, "k1"),
        ({"k1": float("inf")}, "k1"),
        ({"k1": "1.5"}, "k1"),
        ({"k1": 0, "variant": "okapi"}, "k1"),
        ({"b": 1.5}, "b"),
        ({"b": True}, "b"),
        ({"max_score": 0}, "max_score"),
        ({"variant": "bm26"}, "variant"),
        ({"variant": ["okapi"]}, "variant"),
    ],
)
def test_bad_settings_are_refused_by_name(settings: dict[str, object], field: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        BM25Scorer(**settings)  # type: ignore[arg-type]

    assert caught.value.details["field"] == field


def test_without_k1_repetition_does_not_count() -> None:
    items = ["late late late ok", "late good good ok"]

    one, other = BM25Scorer(k1=0).score_items(items, "late")

    assert one == other > BM25Scorer(k1=1.5).score_items(items, "late")[1]


def test_ranking_agrees_with_rank_bm25() -> None:
    from rank_bm25 import BM25Okapi

    ranker = BM25Okapi([terms(order) for order in ORDERS])
    for query in ("ORD-00017", "bob 00123", "userName 00200 failed"):
        ours = BM25Scorer().score_items(ORDERS, query)
        theirs = ranker.get_scores(query_terms(query))

        assert best(ours) == best(theirs)


def best(scores: Sequence[float]) -> int:
    return max(range(len(scores)), key=scores.__getitem__)


@pytest.mark.parametrize("variant", ["okapi", "l", "plus"])
def test_variants_find_the_same_best_item(variant: str) -> None:
    scores = BM25Scorer(variant=variant).score_items(ORDERS, "ORD-00017")

    assert best(scores) == 17
    assert scores[17] > 0.9
    assert min(scores) >= 0.0


def test_a_variant_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rank_bm25", None)

    with pytest.raises(ConfigurationError, match=r"headroom-integrations\[relevance\]"):
        BM25Scorer(variant="okapi")


def test_it_needs_neither_numpy_nor_rank_bm25() -> None:
    program = (
        "import sys\n"
        "for name in ('numpy', 'rank_bm25', 'sentence_transformers'): sys.modules[name] = None\n"
        "from headroom.relevance import BM25Scorer, create_scorer\n"
        "scores = create_scorer().score_items(['a b', 'c d'], 'c')\n"
        "sys.exit(not scores[1] > scores[0] == 0)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_rarest_terms_come_with_the_items_that_hold_them() -> None:
    assert rarest_terms("the status of bob's order ORD-00017", ORDERS) == [("ord-00017", [17]), ("00017", [17])]
    assert rarest_terms("nothing of this", ORDERS) == []
    assert rarest_terms("late", []) == []


def calls_in(work: Callable[[], object]) -> int:
    """Functions that are called, C ones too: a measure of work that does not hang on the machine."""
    found = [0]

    def count(frame: object, event: str, argument: object) -> None:
        found[0] += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found[0]


def test_ten_thousand_rows_are_scored_with_a_fraction_of_the_work_of_tokenising_them() -> None:
    shuffled = random.Random(7).sample(ORDERS * 34, 10_000)

    scoring = calls_in(lambda: plain_bm25(shuffled, find_matches(shuffled, "which order of bob, ORD-00017, is late?")))
    tokenising = calls_in(lambda: [terms(order) for order in shuffled])

    assert scoring < tokenising / 2


def test_hostile_texts_are_scored_alike() -> None:
    for unit in ("a-", "aA", "A", "a.", "_", "é", "天"):
        text = unit * 100_000
        one, other = BM25Scorer().score_items([text, text], "a " + unit * 20)

        assert one == other
        assert len(terms(text)) <= len(text)


def test_a_score_survives_copying_and_compares_as_a_number() -> None:
    import copy
    import pickle

    score = RelevanceScore(1.7, "why", ["a"])

    assert score == score.score == 1.0
    for twin in (copy.deepcopy(score), pickle.loads(pickle.dumps(score))):
        assert (twin, twin.reason, twin.matched_terms) == (1.0, "why", ["a"])


def test_camel_and_whole_patterns_agree_on_edges() -> None:
    assert CAMEL.split("aBC") == ["a", "BC"]
    assert WHOLE.findall("a--b") == ["a", "b"]
