"""Six scores, each by itself, and their weighted sum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.config import IntelligentContextConfig, ScoringWeights
from headroom.messages import read_messages
from headroom.transforms.importance import (
    PARTS,
    MessageScorer,
    error_indicator,
    forward_reference,
    literals,
    recency,
    semantic_similarity,
    toin_importance,
    token_density,
    whole_text,
)
from tests.samples import Messages, ask
from tests.strategies import conversations


class Asked:
    """Statistics in which one tool's results were asked for again."""

    def importance(self, tool_name: str) -> float:
        """1 for that tool."""
        return 1.0 if tool_name == "fetch" else 0.0


@given(messages=conversations(), rate=st.floats(0, 5))
def test_all_scores_are_shares(messages: Messages, rate: float) -> None:
    scores = MessageScorer(IntelligentContextConfig(recency_decay_rate=rate), toin=Asked()).score(messages)

    assert [score.message_index for score in scores] == list(range(len(messages)))
    assert all(0 <= value <= 1 for score in scores for value in (score.total, *score.parts.values()))
    assert tuple(scores[0].parts) == PARTS == tuple(ScoringWeights.model_fields)


@pytest.mark.parametrize("part", PARTS)
def test_a_single_weight_makes_the_total_that_score(part: str) -> None:
    weights = ScoringWeights(**{name: float(name == part) for name in PARTS})
    config = IntelligentContextConfig(scoring_weights=weights)

    for score in MessageScorer(config, toin=Asked()).score(ask("order 1007 failed: timeout", "Find order 1007")):
        assert score.total == round(score.parts[part], 9)


def test_newer_is_more() -> None:
    assert recency(0, 0.1) > recency(1, 0.1) > recency(50, 0.1) > 0
    assert recency(99, 0) == 1
    assert recency(10**6, 1) == 0


def test_what_shares_rare_words_with_the_newest_turn_is_closer() -> None:
    near, far, none = semantic_similarity(["the refund of invoice 77", "the refund", "hello"], "refund invoice 77?")

    assert near > far > none == 0


def test_a_reported_error_counts() -> None:
    views = read_messages(ask("ok, 0 errors")) + read_messages(ask("Traceback (most recent call last)"))

    assert [error_indicator(view) for view in views if view.role == "tool"] == [0.0, 1.0]
    assert error_indicator(read_messages([{"role": "user", "content": "it failed"}])[0]) == 0, "users may say so"


def test_what_is_used_later_counts_where_it_was_shown_first() -> None:
    views = read_messages(
        [
            {"role": "tool", "tool_call_id": "a", "content": "src/app.py and src/db.py"},
            {"role": "tool", "tool_call_id": "b", "content": "src/app.py again"},
            {"role": "assistant", "content": "I edit src/app.py."},
            {"role": "user", "content": "and src/db.py!"},
        ]
    )

    assert forward_reference(views, list(map(whole_text, views))) == [2 / 3, 0, 0, 0]


def test_repetition_is_less() -> None:
    assert token_density("a b c d") == 1
    assert token_density("a a a a") == 0.25
    assert token_density("") == token_density("...") == 0


def test_literals_are_what_is_copied_to_the_letter() -> None:
    assert literals("see src/app.py:12, then 10.0.0.7 or plain words") == ("src/app.py:12", "10.0.0.7")


def test_statistics_count_for_calls_and_results_of_a_tool() -> None:
    views = read_messages(ask("rows", tool="fetch"))

    assert toin_importance(views, Asked())[-2:] == [1.0, 1.0]
    assert toin_importance(views, None) == [0.0] * len(views)


def test_without_statistics_their_weight_goes_to_the_others() -> None:
    scorer = MessageScorer()

    assert scorer.weights["toin_importance"] == 0
    assert sum(scorer.weights.values()) == pytest.approx(1)
    assert scorer.weights["recency"] == pytest.approx(0.2 / 0.75)
    assert MessageScorer(IntelligentContextConfig(toin_integration=False), toin=Asked()).weights == scorer.weights


def test_a_turn_is_worth_what_its_best_messages_are() -> None:
    scorer = MessageScorer()
    scores = scorer.score(ask("Traceback: refused", "Find order 1007"))

    together = scorer.together(scores)

    assert together.error_indicator == 1
    assert together.total >= max(score.total for score in scores)
