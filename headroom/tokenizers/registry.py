"""Which counter a model name gets: one ordered table, first match wins."""

from __future__ import annotations

import re
from functools import cache

from headroom.protocols import TokenCounter
from headroom.tokenizers.scaled import ScaledCounter
from headroom.tokenizers.tiktoken_counter import TiktokenCounter, built_in_counter
from headroom.tokenizers.vocabulary import BUILT_IN, VOCABULARIES

CL100K = "cl100k_base"

# (model names, vocabulary or family, its tokens per o200k_base token). Names are looked at from the start of any
# part between "/", ":" and "." so that `azure/gpt-4o` and `us.anthropic.claude-...` are found.
# Only the first two rows are measured. Anthropic and Google publish no vocabulary: the other factors are cautious
# guesses for budgets (Anthropic spoke of up to 1.35 times as many tokens from Opus 4.7 on, from memory, unverified).
MODELS: tuple[tuple[str, str, float], ...] = (
    (r"gpt-4o|chatgpt-4o|gpt-4\.[1-9]|gpt-[5-9]|gpt-oss|o[1-9](?:-|$)|codex-", BUILT_IN, 1.0),
    (r"gpt-4|gpt-3\.5|gpt-35|text-embedding-(?:3|ada-002)", CL100K, VOCABULARIES[CL100K].factor),
    (r"claude-(?:[1-3]|instant|4-|(?:opus|sonnet|haiku)-4(?:-[0-6](?:-|$)|-\d{8}|@|$))", "claude-4", 1.15),
    (r"claude", "claude", 1.35),
    (r"gemini|gemma", "gemini", 1.1),
    (r"mistral|mixtral|codestral|ministral|llama|meta-llama|qwen|deepseek|command|grok|nova|kimi|glm", "other", 1.15),
)


def vocabulary_of(model: str) -> tuple[str, float]:
    """Vocabulary or family of a model and its tokens per o200k_base token; unknown names get the built-in one.

    >>> vocabulary_of("gpt-4o-mini"), vocabulary_of("azure/gpt-4-turbo")
    (('o200k_base', 1.0), ('cl100k_base', 1.02))
    """
    for names, vocabulary, factor in MODELS:
        if re.search(rf"(?:^|[/:.])(?:{names})", model.lower()):
            return vocabulary, factor
    return BUILT_IN, 1.0


def counter_for(model: str) -> TokenCounter:
    """Counter of a model; the same object for all models of one vocabulary. Loads nothing yet, never the network."""
    return family_counter(*vocabulary_of(model))


@cache
def family_counter(vocabulary: str, factor: float) -> TokenCounter:
    """Counter of a vocabulary or family."""
    if vocabulary == BUILT_IN:
        return built_in_counter()
    return TiktokenCounter(vocabulary) if vocabulary in VOCABULARIES else ScaledCounter(vocabulary, factor)
