from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.catalog.names import candidates


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("openrouter/anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("deepseek/deepseek-r1:free", "deepseek-r1"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
        ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("anthropic.claude-3-sonnet-20240229-v1:0:28k", "claude-3-sonnet"),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-opus-4-8-v1:0", "claude-opus-4-8"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4-20250514"),
        ("claude-opus-4-8@default", "claude-opus-4-8"),
        ("azure/gpt-35-turbo", "gpt-3.5-turbo"),
        ("ft:gpt-4o-2024-08-06:org::id", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
    ],
)
def test_spellings_of_clouds_and_routers_lead_to_the_makers_name(spelling: str, name: str) -> None:
    assert name in candidates(spelling)


def test_the_name_as_given_comes_first() -> None:
    assert next(iter(candidates("openai/GPT-4o"))) == "openai/GPT-4o"


@given(st.text(max_size=60) | st.from_regex(r"[a-z./:@\-0-9]{0,40}"))
def test_any_text_gives_few_and_different_names(text: str) -> None:
    names = list(candidates(text))

    assert len(names) == len(set(names)) <= 12
    assert "" not in names
