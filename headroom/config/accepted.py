"""Settings that are kept and have no effect: the list, and the one warning about each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headroom.environment import warn_once

FEEDBACK = "it acts only where feedback is switched on"

ACCEPTED_ONLY: dict[str, str] = {
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


LATER = {
    "tool_crusher.": "limits by position and length",
    "ccr.": "the retrieve tool inside the client",
    "smart_crusher.dedup_identical_items": "counting equal rows once",
    "max_text_bytes": "cutting long texts into pieces; all up to max_total_bytes are compressed whole",
}
"""Beginning of a dotted name to what will read it; this release keeps the setting and does not act on it."""


def warn_of_later(names: Iterable[str]) -> None:
    """Once per process and setting: it was set, and nothing of this release acts on it."""
    for name in names:
        for beginning, reader in LATER.items():
            if name.startswith(beginning):
                warn_once(name, f"{name} was set and has no effect yet; it is for {reader}, in a later release")
