"""Settings that are kept and have no effect: the list, and the one warning about each."""

from __future__ import annotations

from typing import Any

from headroom.environment import warn_once

FEEDBACK = "it acts only where feedback is switched on"

ACCEPTED_ONLY: dict[str, str] = {
    "SmartCrusherConfig.preserve_fields": "rows stay or go whole; the values of those that stay are never changed",
    "SmartCrusherConfig.uniqueness_threshold": "rows are chosen by how rare they are, without a threshold",
    "SmartCrusherConfig.similarity_threshold": "near duplicates are found by fingerprint, without a threshold",
    "SmartCrusherConfig.use_feedback_hints": FEEDBACK,
    "SmartCrusherConfig.factor_out_constants": "tables always say constant columns once",
    "SmartCrusherConfig.include_summaries": "the marker line always says what all rows have in common",
    "SmartCrusherConfig.toin_confidence_threshold": FEEDBACK,
    "IntelligentContextConfig.toin_confidence_threshold": FEEDBACK,
    "AnchorConfig.*": "rows are chosen by what they say, not by where they stand",
    "PrefixFreezeConfig.*": "a prefix once sent is never changed, whatever its size or age",
    "ReadLifecycleConfig.*": "a file read again becomes a reference; what was sent stays as it was sent",
    "CompressionProfile.*": "use target_tokens and tool_profiles",
    "CacheAlignerConfig.detection_tiers": "only the regex tier exists, and it is always used",
    "CCRConfig.marker_template": "the wording of markers is part of the format",
    "CCRConfig.inject_retrieval_marker": "what is left out is always said in place",
    "CCRConfig.inject_system_instructions": "the system text is never added to; markers explain themselves",
    "CCRConfig.min_items_to_cache": "whatever a handle names can be given back, however short",
    "LogCompressorConfig.max_stack_trace_lines": "a trace is kept whole or left out",
    "CodeCompressorConfig.fallback_to_llmlingua": "there is no learned compressor",
    "ContentRouterConfig.enable_kompress": "there is no learned compressor",
    "ContentRouterConfig.enable_image": "images go out untouched",
    "ContentRouterConfig.mixed_content_threshold": "mixed texts are divided by rules of their own",
    "ContentRouterConfig.min_section_tokens": "mixed texts are divided by rules of their own",
    "ContentRouterConfig.protect_recent_code": "code stays as it is unless outlines are asked for",
    "ContentRouterConfig.protect_analysis_context": "what is said later decides nothing about earlier results",
    "ContentRouterConfig.min_ratio": "every gain counts",
    "HeadroomConfig.max_text_bytes": "texts up to max_total_bytes are compressed whole",
    "HeadroomConfig.generate_diff_artifact": "the notes of a result say what was changed",
}
"""`Class.field`, or `Class.*` for all its fields, to why it has no effect."""


def reason_without_effect(owner: str, name: str) -> str | None:
    """Why the field `name` of the class `owner` has no effect; None when it has one."""
    return ACCEPTED_ONLY.get(f"{owner}.{name}") or ACCEPTED_ONLY.get(f"{owner}.*")


def warn_if_without_effect(owner: str, name: str, value: Any, default: Any) -> None:
    """Once per process and field: a value other than the default changes nothing."""
    reason = reason_without_effect(owner, name)
    if reason and value != default:
        warn_once(f"{owner}.{name}", f"{owner}.{name} is kept and has no effect: {reason}")
