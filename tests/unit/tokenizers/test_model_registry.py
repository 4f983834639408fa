import pytest

from headroom.tokenizers.registry import counter_for, vocabulary_of
from headroom.tokenizers.tiktoken_counter import built_in_counter


@pytest.mark.parametrize(
    ("model", "vocabulary"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("chatgpt-4o-latest", "o200k_base"),
        ("gpt-4.1-nano", "o200k_base"),
        ("gpt-5.6", "o200k_base"),
        ("gpt-6", "o200k_base"),
        ("o1", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("openai/o4-mini", "o200k_base"),
        ("ft:gpt-4o-mini:org::id", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-32k-0613", "cl100k_base"),
        ("azure/gpt-4-turbo", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("claude-3-5-sonnet-latest", "claude-4"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-4"),
        ("claude-opus-4-20250514", "claude-4"),
        ("claude-opus-4-7", "claude"),
        ("anthropic/claude-sonnet-5-5", "claude"),
        ("models/gemini-2.5-pro", "gemini"),
        ("mistral-large", "other"),
        ("my-own-model", "o200k_base"),
        ("", "o200k_base"),
    ],
)
def test_a_model_name_leads_to_its_vocabulary(model: str, vocabulary: str) -> None:
    assert vocabulary_of(model)[0] == vocabulary


def test_models_of_one_vocabulary_share_a_counter_and_its_memo() -> None:
    assert counter_for("gpt-4o") is counter_for("o3") is built_in_counter()
    assert counter_for("gpt-4") is counter_for("gpt-3.5-turbo")


def test_what_is_not_published_is_marked_as_an_estimate_and_never_lower() -> None:
    text = "some words that are counted " * 10
    exact = built_in_counter().count_text(text)

    for model in ("claude-opus-5", "gemini-2.5-pro", "mistral-large"):
        counter = counter_for(model)

        assert not counter.is_exact
        assert counter.count_text(text) > exact
