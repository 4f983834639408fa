"""Settings of how one tool result is shortened: rows, fields, tools, relevance."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from headroom.config.settings import Settings, Synonym
from headroom.errors import ConfigurationError

ScorerType = Literal["bm25", "embedding", "hybrid"]
Output = Literal["text", "json", "minified"]


class RelevanceScorerConfig(Settings):
    """How well a row fits the question.

    Attributes:
        scorer_type: `bm25` (words, no dependency), `embedding` (meaning) or `hybrid` (both); also as `tier`.
        bm25_k1: How soon repeating a word stops counting. At least 0.
        bm25_b: How far long rows are held back, 0 (not at all) to 1 (fully).
        embedding_model: Model of the embedding; None takes the scorer's own.
        hybrid_alpha: Share of the words in `hybrid`: 1 is words alone, 0 is meaning alone.
        adaptive_alpha: Let ids and long numbers in the question raise the share of the words.
        relevance_threshold: Score from which a row counts as matching, 0 to 1.
    """

    scorer_type: ScorerType = "bm25"
    bm25_k1: float = Field(1.5, ge=0)
    bm25_b: float = Field(0.75, ge=0, le=1)
    embedding_model: str | None = None
    hybrid_alpha: float = Field(0.5, ge=0, le=1)
    adaptive_alpha: bool = True
    relevance_threshold: float = Field(0.3, ge=0, le=1)
    tier = Synonym[ScorerType]("scorer_type")


class AnchorConfig(Settings):
    """Rows kept for where they stand. Accepted, without effect: rows are chosen by what they say.

    Attributes:
        anchor_budget_pct: Share of the rows, 0 to 1.
        min_anchor_slots: Rows at least.
        max_anchor_slots: Rows at most.
        default_front_weight: Share from the beginning, 0 to 1.
        default_back_weight: Share from the end, 0 to 1.
        default_middle_weight: Share from between, 0 to 1.
        search_front_weight: Share from the beginning of search results.
        search_back_weight: Share from the end of search results.
        logs_front_weight: Share from the beginning of logs.
        logs_back_weight: Share from the end of logs.
        recency_keywords: Words of a question about the newest rows.
        historical_keywords: Words of a question about the oldest rows.
        use_information_density: Prefer rows that say more.
        candidate_multiplier: Candidates looked at per row kept. At least 1.
        dedup_identical_items: Count equal rows once.
    """

    anchor_budget_pct: float = Field(0.25, ge=0, le=1)
    min_anchor_slots: int = Field(3, ge=0)
    max_anchor_slots: int = Field(12, ge=0)
    default_front_weight: float = Field(0.5, ge=0, le=1)
    default_back_weight: float = Field(0.4, ge=0, le=1)
    default_middle_weight: float = Field(0.1, ge=0, le=1)
    search_front_weight: float = Field(0.75, ge=0, le=1)
    search_back_weight: float = Field(0.15, ge=0, le=1)
    logs_front_weight: float = Field(0.15, ge=0, le=1)
    logs_back_weight: float = Field(0.75, ge=0, le=1)
    recency_keywords: list[str] = Field(default_factory=list)
    historical_keywords: list[str] = Field(default_factory=list)
    use_information_density: bool = True
    candidate_multiplier: int = Field(3, ge=1)
    dedup_identical_items: bool = True


ENDS = frozenset({"keep_first", "keep_last", "first_fraction", "last_fraction"})


class SmartCrusherConfig(Settings):
    """Which rows of a list stay when it is too large.

    Attributes:
        enabled: Shorten lists at all.
        min_tokens_to_crush: Lists are shortened when they have strictly more tokens than this.
        max_items_after_crush: Rows kept at most, errors and matches aside. Cuts in `SmartCrusher.crush()` and in a
            pipeline built by hand; elsewhere only when it was set.
        keep_first: Rows kept from the beginning; before all but errors where it was set.
        keep_last: Rows kept from the end.
        first_fraction: Share kept from the beginning on top of `keep_first`, 0 to 1.
        last_fraction: Share kept from the end on top of `keep_last`, 0 to 1.
        relevance_threshold: Score from which a row counts as matching the question, 0 to 1.
        relevance_tier: How rows are scored; the same as `relevance.scorer_type`.
        relevance: Numbers of the scorer.
        anomaly_std_threshold: Standard deviations from the mean that make a number an outlier; acts only when it was
            set. Also as `variance_threshold`.
        preserve_errors: Keep every row that reports an error.
        preserve_change_points: Keep the rows around a change of level.
        preserve_fields: Fields whose values are kept as they are.
        min_items_to_analyze: Shorter lists are left alone.
        dedup_identical_items: Of equal rows one stays before all others, its twins only where there is room.
        factor_out_constants: Say fields that are equal in all rows once.
        include_summaries: Say in words what was left out.
        anchor: Accepted, without effect.
        uniqueness_threshold: Accepted, without effect.
        similarity_threshold: Accepted, without effect.
        use_feedback_hints: Without effect unless feedback is switched on.
        toin_confidence_threshold: Without effect unless feedback is switched on.
    """

    enabled: bool = True
    min_tokens_to_crush: int = Field(200, ge=0)
    max_items_after_crush: int = Field(50, ge=1)
    keep_first: int = Field(3, ge=0)
    keep_last: int = Field(2, ge=0)
    first_fraction: float = Field(0.0, ge=0, le=1)
    last_fraction: float = Field(0.0, ge=0, le=1)
    relevance_threshold: float = Field(0.3, ge=0, le=1)
    relevance_tier: ScorerType = "bm25"
    relevance: RelevanceScorerConfig = Field(default_factory=RelevanceScorerConfig)
    anomaly_std_threshold: float = Field(2.0, gt=0)
    preserve_errors: bool = True
    preserve_change_points: bool = True
    preserve_fields: list[str] = Field(default_factory=list)
    min_items_to_analyze: int = Field(5, ge=0)
    dedup_identical_items: bool = True
    factor_out_constants: bool = False
    include_summaries: bool = False
    anchor: AnchorConfig = Field(default_factory=AnchorConfig)
    uniqueness_threshold: float = Field(0.1, ge=0, le=1)
    similarity_threshold: float = Field(0.8, ge=0, le=1)
    use_feedback_hints: bool = True
    toin_confidence_threshold: float = Field(0.3, ge=0, le=1)
    variance_threshold = Synonym[float]("anomaly_std_threshold")

    @property
    def ends_were_set(self) -> bool:
        """Whether the caller said how many rows of both ends stay: then they come before all but errors."""
        return not ENDS.isdisjoint(self.model_fields_set)

    def scorer_config(self) -> RelevanceScorerConfig:
        """A copy of `relevance` in which `relevance_tier` and `relevance_threshold` are taken in.

        Of two spellings of one setting the one that is not at its default counts.

        Raises:
            ConfigurationError: Both spellings are given, and they differ.
        """
        merged = self.relevance.model_copy(deep=True)
        pairs = (("scorer_type", "relevance_tier"), ("relevance_threshold", "relevance_threshold"))
        for name, ours in pairs:
            value, default = getattr(self, ours), RelevanceScorerConfig.model_fields[name].default
            if value not in (default, getattr(merged, name)):
                if getattr(merged, name) != default:
                    raise two_values(ours, name, value)
                setattr(merged, name, value)
        return merged


def two_values(ours: str, name: str, value: Any) -> ConfigurationError:
    """The error for one setting that was given twice."""
    text = f"smart_crusher.{ours} and smart_crusher.relevance.{name} are one setting and were given two values"
    return ConfigurationError(text, field=f"smart_crusher.{ours}", value=value)


class ToolProfile(Settings):
    """How the results of one tool are treated; what is None is as configured for all.

    Attributes:
        skip_compression: Leave them as they are.
        exact_only: Only forms that decode to the same bytes, from the text alone.
        edits: Whether an agent edits from them: then bytes stay, apart from repeats that are named instead. None goes
            by the tool's name.
        references: Name what an earlier message showed instead of saying it again.
        outline: Show source code as an outline; needs the extra `code`, and a place where leaving out is allowed.
        dense_logs: Write logs shorter by saying dates and common prefixes once; then a time or id no longer stands
            whole in its line.
        question_blind: Choose what stays without the question, by what is unusual alone.
        max_items_after_crush: Rows kept at most, errors and matches aside. At least 1.
        target_tokens: Size that a selection fills; errors and matches may exceed it. At least 1.
        max_tokens: Hard ceiling of one result, marker included, whatever else the profile says. At least 100.
        output: What becomes of results that are JSON: `text`, `json` or `minified`, as `HeadroomConfig.output` says.
    """

    skip_compression: bool = False
    exact_only: bool | None = None
    edits: bool | None = None
    references: bool | None = None
    outline: bool = False
    dense_logs: bool | None = None
    question_blind: bool = False
    max_items_after_crush: int | None = Field(None, ge=1)
    target_tokens: int | None = Field(None, ge=1)
    max_tokens: int | None = Field(None, ge=100)
    output: Output | None = None


def default_preserve_keys() -> set[str]:
    """Keys whose values the tool crusher never shortens."""
    return {"error", "status", "code", "id", "message", "name", "type"}


class ToolCrusherProfile(Settings):
    """Limits of one tool; what is None is as configured for all.

    Attributes:
        skip_compression: Leave its results as they are.
        min_tokens_to_crush: Results are shortened when they have strictly more tokens than this.
        max_array_items: Rows kept at most; also as `max_items_after_crush`.
        max_string_length: Characters of a string kept at most.
        max_depth: Levels kept at most.
        preserve_keys: Keys whose values are never shortened.
    """

    skip_compression: bool = False
    min_tokens_to_crush: int | None = Field(None, ge=0)
    max_array_items: int | None = Field(None, ge=1)
    max_string_length: int | None = Field(None, ge=1)
    max_depth: int | None = Field(None, ge=1)
    preserve_keys: set[str] | None = None
    max_items_after_crush = Synonym[int | None]("max_array_items")


class ToolCrusherConfig(Settings):
    """Limits by position and length for tool results that are JSON; off unless asked for.

    Rows and values that report an error, and what the question names, stay beyond every limit.

    Attributes:
        enabled: Apply them at all. `ToolCrusher` used by hand is off only where this was set to false.
        min_tokens_to_crush: Results are shortened when they have strictly more tokens than this.
        max_array_items: Rows kept at most, the first ones.
        max_string_length: Characters of a string kept at most, the first ones.
        max_depth: Levels of lists and objects kept at most.
        preserve_keys: Keys whose values are never shortened.
        tool_profiles: Tool name or glob to its own limits.
    """

    enabled: bool = False
    min_tokens_to_crush: int = Field(500, ge=0)
    max_array_items: int = Field(10, ge=1)
    max_string_length: int = Field(1000, ge=1)
    max_depth: int = Field(5, ge=1)
    preserve_keys: set[str] = Field(default_factory=default_preserve_keys)
    tool_profiles: dict[str, ToolCrusherProfile] = Field(default_factory=dict)


class ReadLifecycleConfig(Settings):
    """What happens to file reads that were repeated or edited since. Accepted, without effect.

    Attributes:
        enabled: Treat them at all.
        compress_stale: Shorten reads of files that were edited since.
        compress_superseded: Shorten reads of files that were read again.
        min_size_bytes: Shorter reads are left alone.
    """

    enabled: bool = True
    compress_stale: bool = True
    compress_superseded: bool = False
    min_size_bytes: int = Field(512, ge=0)


class CompressionProfile(Settings):
    """How many rows to keep, as a factor. Accepted, without effect: use `target_tokens` and `tool_profiles`.

    Attributes:
        bias: More than 1 keeps more, less keeps fewer.
        min_k: Rows at least.
        max_k: Rows at most; None is no limit.
    """

    bias: float = Field(1.0, gt=0)
    min_k: int = Field(3, ge=0)
    max_k: int | None = Field(None, ge=1)

    @classmethod
    def preset(cls, name: Literal["conservative", "moderate", "aggressive"]) -> CompressionProfile:
        """A documented profile.

        Raises:
            ConfigurationError: There is none of that name.
        """
        if name not in PRESETS:
            raise ConfigurationError(f"profile must be one of {', '.join(PRESETS)}", field="profile", value=name)
        return cls(**PRESETS[name])


PRESETS: dict[str, dict[str, Any]] = {
    "conservative": {"bias": 1.5, "min_k": 5},
    "moderate": {"bias": 1.0},
    "aggressive": {"bias": 0.7},
}
