"""Format ids, and the fingerprint of the settings that decide bytes (requirement R1).

Same format id, same fingerprint, same messages: same bytes, in every release that supports the id. A format id
includes the defaults of these settings, so the fingerprint is taken over those that differ from their default: a
release that adds a setting leaves every fingerprint as it was, and one that changes a default adds a format id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from headroom.config.fields import default_of, given, leaf_fields, nest
from headroom.config.root import HeadroomConfig
from headroom.config.settings import Settings
from headroom.environment import suggestion
from headroom.errors import ConfigurationError

FORMATS = ("1",)
NEWEST = "1"

DECIDES_BYTES = (
    "model_context_limits",
    "tool_crusher.enabled",
    "tool_crusher.min_tokens_to_crush",
    "tool_crusher.max_array_items",
    "tool_crusher.max_string_length",
    "tool_crusher.max_depth",
    "tool_crusher.preserve_keys",
    "tool_crusher.tool_profiles",
    "smart_crusher.enabled",
    "smart_crusher.min_tokens_to_crush",
    "smart_crusher.max_items_after_crush",
    "smart_crusher.keep_first",
    "smart_crusher.keep_last",
    "smart_crusher.first_fraction",
    "smart_crusher.last_fraction",
    "smart_crusher.relevance_threshold",
    "smart_crusher.relevance_tier",
    "smart_crusher.relevance.scorer_type",
    "smart_crusher.relevance.bm25_k1",
    "smart_crusher.relevance.bm25_b",
    "smart_crusher.relevance.embedding_model",
    "smart_crusher.relevance.hybrid_alpha",
    "smart_crusher.relevance.adaptive_alpha",
    "smart_crusher.relevance.relevance_threshold",
    "smart_crusher.anomaly_std_threshold",
    "smart_crusher.preserve_errors",
    "smart_crusher.preserve_change_points",
    "smart_crusher.min_items_to_analyze",
    "smart_crusher.dedup_identical_items",
    "smart_crusher.use_feedback_hints",
    "smart_crusher.toin_confidence_threshold",
    "cache_aligner.enabled",
    "cache_aligner.extract_dates",
    "cache_aligner.normalize_whitespace",
    "cache_aligner.stable_prefix_min_tokens",
    "cache_aligner.dynamic_patterns",
    "cache_aligner.use_dynamic_detector",
    "cache_aligner.extra_dynamic_labels",
    "cache_aligner.entropy_threshold",
    "cache_aligner.date_patterns",
    "cache_aligner.collapse_blank_lines",
    "cache_aligner.dynamic_tail_separator",
    "rolling_window.enabled",
    "rolling_window.max_tokens",
    "rolling_window.preserve_system",
    "rolling_window.preserve_recent_turns",
    "rolling_window.drop_oldest_first",
    "rolling_window.output_buffer_tokens",
    "rolling_window.min_keep_turns",
    "rolling_window.prefer_drop_tool_outputs",
    "cache_optimizer.enabled",
    "cache_optimizer.auto_detect_provider",
    "cache_optimizer.min_cacheable_tokens",
    "ccr.enabled",
    "ccr.feedback_enabled",
    "ccr.inject_tool",
    "intelligent_context.enabled",
    "intelligent_context.keep_system",
    "intelligent_context.keep_last_turns",
    "intelligent_context.output_buffer_tokens",
    "intelligent_context.use_importance_scoring",
    "intelligent_context.scoring_weights.recency",
    "intelligent_context.scoring_weights.semantic_similarity",
    "intelligent_context.scoring_weights.toin_importance",
    "intelligent_context.scoring_weights.error_indicator",
    "intelligent_context.scoring_weights.forward_reference",
    "intelligent_context.scoring_weights.token_density",
    "intelligent_context.recency_decay_rate",
    "intelligent_context.toin_integration",
    "intelligent_context.toin_confidence_threshold",
    "intelligent_context.compress_threshold",
    "intelligent_context.summarization_enabled",
    "intelligent_context.summarization_model",
    "intelligent_context.summary_max_tokens",
    "intelligent_context.summarize_threshold",
    "content_router_enabled",
    "selection",
    "retrieval",
    "select_above_tokens",
    "target_tokens",
    "min_tokens",
    "max_total_bytes",
    "secret",
    "namespace",
    "tool_profiles",
    "exact_only",
    "dense_logs",
    "references",
    "output",
    "clear_old_results",
    "clearing.keep_results",
    "clearing.above_tokens",
    "clearing.least_tokens",
    "clearing.least_result_tokens",
)

KEEPS_BYTES = (
    "smart_crusher.preserve_fields",
    "smart_crusher.factor_out_constants",
    "smart_crusher.include_summaries",
    "store_url",
    "default_mode",  # whether a text is compressed, not how
    "format",  # stands beside the fingerprint
    "originals",
    "strict",
    "generate_diff_artifact",
    "max_text_bytes",
    "cache_aligner.detection_tiers",
    "cache_optimizer.enable_semantic_cache",
    "cache_optimizer.semantic_cache_similarity",
    "cache_optimizer.semantic_cache_max_entries",
    "cache_optimizer.semantic_cache_ttl_seconds",
    "ccr.store_max_entries",
    "ccr.store_ttl_seconds",
    "ccr.inject_retrieval_marker",
    "ccr.inject_system_instructions",
    "ccr.marker_template",
    "ccr.min_items_to_cache",
    "ccr.page_tokens",
    "ccr.max_rounds",
    "prefix_freeze.enabled",
    "prefix_freeze.min_cached_tokens",
    "prefix_freeze.session_ttl_seconds",
    "prefix_freeze.force_compress_threshold",
    "smart_crusher.uniqueness_threshold",
    "smart_crusher.similarity_threshold",
    "smart_crusher.anchor.anchor_budget_pct",
    "smart_crusher.anchor.min_anchor_slots",
    "smart_crusher.anchor.max_anchor_slots",
    "smart_crusher.anchor.default_front_weight",
    "smart_crusher.anchor.default_back_weight",
    "smart_crusher.anchor.default_middle_weight",
    "smart_crusher.anchor.search_front_weight",
    "smart_crusher.anchor.search_back_weight",
    "smart_crusher.anchor.logs_front_weight",
    "smart_crusher.anchor.logs_back_weight",
    "smart_crusher.anchor.recency_keywords",
    "smart_crusher.anchor.historical_keywords",
    "smart_crusher.anchor.use_information_density",
    "smart_crusher.anchor.candidate_multiplier",
    "smart_crusher.anchor.dedup_identical_items",
)

# These act only when somebody set them, so that setting one to its default changes bytes, too.
ACTS_WHEN_SET = frozenset(
    {
        "smart_crusher.keep_first",
        "smart_crusher.keep_last",
        "smart_crusher.first_fraction",
        "smart_crusher.last_fraction",
        "smart_crusher.max_items_after_crush",
        "smart_crusher.anomaly_std_threshold",
        "rolling_window.max_tokens",
        "rolling_window.preserve_recent_turns",
    }
)

DECIDING = frozenset(DECIDES_BYTES)


def check_format(format_id: str) -> str:
    """`format_id`, if this release can write it.

    Raises:
        ConfigurationError: It cannot; `details` holds `valid`.
    """
    if format_id in FORMATS:
        return format_id
    shown = format_id[:20] if isinstance(format_id, str) else type(format_id).__name__
    text = f"format must be one of {', '.join(FORMATS)}, got {shown!r}"
    raise ConfigurationError(text, field="format", value=shown, valid=list(FORMATS))


def fingerprint(config: HeadroomConfig) -> str:
    """12 hex digits that are equal where the settings that decide bytes are; the secret enters as a hash."""
    settings = deciding_settings(config)
    if secret := config.secret.get_secret_value():
        settings["secret"] = hashlib.sha256(b"headroom secret\0" + secret.encode("utf-8")).hexdigest()
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:12]


def deciding_settings(config: HeadroomConfig) -> dict[str, Any]:
    """What a conversation keeps beside its format id: settings that decide bytes and differ from their default.

    Dotted name to a JSON value. The secret is never among them.
    """
    fields = leaf_fields(HeadroomConfig)
    return {
        name: plain(value)
        for name, value in given(config).items()
        if name in DECIDING and name != "secret" and (name in ACTS_WHEN_SET or value != default_of(*fields[name]))
    }


def keep_settings(config: HeadroomConfig, kept: Mapping[str, Any]) -> HeadroomConfig:
    """A copy of `config` that writes the bytes a conversation began with.

    Args:
        config: Settings of now; those that decide no bytes, and the secret, are taken from here.
        kept: What `deciding_settings` gave then.

    Raises:
        ConfigurationError: `kept` names a setting that this release does not have.
    """
    for name in kept:
        if name not in DECIDING or name == "secret":
            raise ConfigurationError(f"unknown setting {name[:60]!r}{suggestion(name[:60], DECIDES_BYTES)}", field=name)
    ours = {name: value for name, value in given(config).items() if name not in DECIDING or name == "secret"}
    return HeadroomConfig(**nest({**ours, **kept})).model_copy(deep=True)


def plain(value: Any) -> Any:
    """A setting's value as JSON has it, in one order on every machine."""
    if isinstance(value, Settings):
        return {name: plain(inner) for name, inner in given(value).items() if inner != default_of(type(value), name)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value
