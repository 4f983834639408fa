"""Settings of what keeps a provider's prefix cache warm, and of originals that can be asked for again."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from headroom.config.settings import Settings


def check_pattern(pattern: str) -> str:
    """`pattern`, if it is a regular expression."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        raise ValueError("is not a regular expression") from None
    return pattern


Pattern = Annotated[str, AfterValidator(check_pattern)]
DetectionTier = Literal["regex", "ner", "semantic"]


def default_tiers() -> list[DetectionTier]:
    """The tier that exists."""
    return ["regex"]


class CacheAlignerConfig(Settings):
    """Moves what changes from call to call to the end of the system text.

    Only lines, sentences and pairs `Label: value` move that are nothing but dynamic, and only in the system messages
    that a conversation begins with. Every other byte stays, blanks included, except at the seams.

    Attributes:
        enabled: Move at all, in a client; `CacheAligner` used by hand always does.
        extract_dates: Move dates and times; False moves ids and what is named here only.
        normalize_whitespace: Where a sentence was taken out of a line, leave one blank between those beside it, and
            none at the line's end; False leaves the blanks of both.
        stable_prefix_min_tokens: System texts whose steady part is shorter are left alone; by hand only where this
            was set.
        dynamic_patterns: Further regular expressions of what changes: a line or sentence that is nothing else, or the
            value of a known label. They see 400 characters at most.
        use_dynamic_detector: Look for known labels and values; False moves only what `dynamic_patterns` names.
        detection_tiers: Accepted; only `regex` has an effect.
        extra_dynamic_labels: Further labels whose values change, such as `Store`, whatever they say.
        entropy_threshold: Randomness from which a word behind a known label of ids counts as one, 0 to 1; UUIDs, hex
            and decimal numbers always do.
        date_patterns: Further regular expressions of dates, as values of known labels.
        collapse_blank_lines: Where whole lines were taken out, leave of the blank lines above and below those of the
            longer side; False leaves both.
        dynamic_tail_separator: What stands between the steady text and what was moved, its line feeds included.
            Where it would cost more than the 8 tokens allowed, a blank line does.
    """

    enabled: bool = True
    extract_dates: bool = True
    normalize_whitespace: bool = True
    stable_prefix_min_tokens: int = Field(100, ge=0)
    dynamic_patterns: list[Pattern] = Field(default_factory=list)
    use_dynamic_detector: bool = True
    detection_tiers: list[DetectionTier] = Field(default_factory=default_tiers, min_length=1)
    extra_dynamic_labels: list[str] = Field(default_factory=list)
    entropy_threshold: float = Field(0.7, ge=0, le=1)
    date_patterns: list[Pattern] = Field(default_factory=list)
    collapse_blank_lines: bool = True
    dynamic_tail_separator: str = Field("\n\n---\n[Dynamic Context]\n", min_length=1)


class CacheOptimizerConfig(Settings):
    """Hints to a provider's prefix cache, and answers given again.

    Attributes:
        enabled: Give hints at all.
        auto_detect_provider: Take the provider from the client; where it is off, a client must be given one.
        min_cacheable_tokens: Shorter prefixes get no hint, and a result is not compressed where that would leave the
            prefix up to it shorter and save less than half of it; 0 for models without prompt caching.
        enable_semantic_cache: Answer a question that was asked before from memory.
        semantic_cache_similarity: Likeness from which two questions are the same, 0 to 1.
        semantic_cache_max_entries: Answers kept at most.
        semantic_cache_ttl_seconds: Seconds an answer is kept.
    """

    enabled: bool = True
    auto_detect_provider: bool = True
    min_cacheable_tokens: int = Field(1024, ge=0)
    enable_semantic_cache: bool = False
    semantic_cache_similarity: float = Field(0.95, ge=0, le=1)
    semantic_cache_max_entries: int = Field(1000, ge=1)
    semantic_cache_ttl_seconds: int = Field(300, ge=1)


class CCRConfig(Settings):
    """Originals that can be asked for again (compress, cache, retrieve).

    Attributes:
        enabled: Give originals back at all.
        store_max_entries: Originals kept in memory at most, where `originals` is `memory`; acts only when it was set.
        store_ttl_seconds: Seconds without use after which one of these is gone; acts only when it was set, else half
            an hour.
        inject_retrieval_marker: Accepted, without effect: what is left out is always said.
        feedback_enabled: Count what is asked for again.
        min_items_to_cache: Accepted, without effect: whatever a handle names can be given back.
        inject_tool: Offer the retrieve tool where `retrieval` allows it.
        inject_system_instructions: Accepted, without effect.
        marker_template: Accepted, without effect: the wording is part of the format.
        page_tokens: Tokens of one answer of the retrieve tool at most. At least 100.
        max_rounds: Requests at most that answer retrieve calls within one call of the client. At least 1.
    """

    enabled: bool = True
    store_max_entries: int = Field(1000, ge=1)
    store_ttl_seconds: int = Field(300, ge=1)
    inject_retrieval_marker: bool = True
    feedback_enabled: bool = True
    min_items_to_cache: int = Field(20, ge=0)
    inject_tool: bool = True
    inject_system_instructions: bool = False
    marker_template: str | None = None
    page_tokens: int = Field(4000, ge=100)
    max_rounds: int = Field(3, ge=1)


class PrefixFreezeConfig(Settings):
    """When a prefix stays as it was sent. Accepted, without effect: it always does.

    Attributes:
        enabled: Freeze at all.
        min_cached_tokens: Shorter prefixes are not frozen.
        session_ttl_seconds: Seconds a prefix stays frozen.
        force_compress_threshold: Share of the window from which a frozen prefix is changed after all.
    """

    enabled: bool = True
    min_cached_tokens: int = Field(1024, ge=0)
    session_ttl_seconds: int = Field(600, ge=1)
    force_compress_threshold: float = Field(0.5, ge=0, le=1)
