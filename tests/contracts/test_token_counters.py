"""What every `TokenCounter` must do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.protocols import TokenCounter
from headroom.tokenizers import EstimatingCounter, ScaledCounter, TiktokenCounter, Tokenizer, built_in_counter

COUNTERS: list[TokenCounter] = [
    built_in_counter(),
    TiktokenCounter("cl100k_base"),
    ScaledCounter("claude", 1.35),
    EstimatingCounter(),
    Tokenizer("gpt-4o"),
]
every_counter = pytest.mark.parametrize(
    "counter", COUNTERS, ids=lambda counter: f"{type(counter).__name__}-{counter.name}"
)
TEXTS = st.text(st.characters(), max_size=60) | st.lists(
    st.sampled_from(["word", " ", "\n", "12", '{"a":', "中", "\ud800", "é", "==="]), max_size=30
).map("".join)


@every_counter
def test_it_is_a_token_counter(counter: TokenCounter) -> None:
    assert isinstance(counter, TokenCounter)
    assert counter.name
    assert isinstance(counter.is_exact, bool)


@every_counter
@given(text=TEXTS)
def test_it_counts_any_text_without_raising_and_the_same_twice(counter: TokenCounter, text: str) -> None:
    tokens = counter.count_text(text)

    assert tokens == counter.count_text("".join(list(text)))
    assert (tokens == 0) == (text == "")
    assert tokens <= 6 * len(text)


@every_counter
@settings(max_examples=50)
@given(left=TEXTS, right=TEXTS)
def test_it_is_additive_within_a_few_tokens(counter: TokenCounter, left: str, right: str) -> None:
    apart = counter.count_text(left) + counter.count_text(right)

    assert abs(counter.count_text(left + right) - apart) <= 6


@every_counter
def test_more_of_the_same_costs_in_proportion(counter: TokenCounter) -> None:
    line = '{"id": 4711, "name": "Ann", "status": "failed"}\n'

    once, often = counter.count_text(line), counter.count_text(line * 5000)

    assert often == pytest.approx(5000 * once, rel=0.15)
