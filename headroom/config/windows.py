"""Settings of what is dropped when a conversation no longer fits its window."""

from __future__ import annotations

from pydantic import Field

from headroom.config.settings import Settings, Synonym


class RollingWindowConfig(Settings):
    """The oldest goes first.

    Attributes:
        enabled: Drop at all.
        max_tokens: Tokens that fit; limits only when it was set, else the model's own limit does.
        preserve_system: Never drop system messages; also as `keep_system`.
        preserve_recent_turns: Newest turns that are never dropped; also as `keep_last_turns`.
        drop_oldest_first: Drop in the order in which things were said.
        output_buffer_tokens: Tokens of the model's limit kept free for the answer; 0 keeps none.
        min_keep_turns: Turns that stay whatever their size.
        prefer_drop_tool_outputs: Tool results go before what people and the model said.
    """

    enabled: bool = True
    max_tokens: int = Field(100_000, ge=1)
    preserve_system: bool = True
    preserve_recent_turns: int = Field(5, ge=0)
    drop_oldest_first: bool = True
    output_buffer_tokens: int = Field(4000, ge=0)
    min_keep_turns: int = Field(3, ge=0)
    prefer_drop_tool_outputs: bool = True
    keep_system = Synonym[bool]("preserve_system")
    keep_last_turns = Synonym[int]("preserve_recent_turns")


class ScoringWeights(Settings):
    """What makes a message worth keeping; each at least 0, used as shares of their sum.

    Attributes:
        recency: How new it is.
        semantic_similarity: How close it is to the newest messages.
        toin_importance: How often its like was asked for again.
        error_indicator: Whether it reports an error.
        forward_reference: How often later messages refer to it.
        token_density: How little it repeats itself.
    """

    recency: float = Field(0.20, ge=0)
    semantic_similarity: float = Field(0.20, ge=0)
    toin_importance: float = Field(0.25, ge=0)
    error_indicator: float = Field(0.15, ge=0)
    forward_reference: float = Field(0.15, ge=0)
    token_density: float = Field(0.05, ge=0)

    def normalized(self) -> ScoringWeights:
        """A copy whose weights sum to 1; the defaults when all are 0."""
        weights = {name: getattr(self, name) for name in type(self).model_fields}
        largest = max(weights.values())  # divided by first: neither the sum nor a share can overflow
        if not largest:
            return ScoringWeights()
        shares = {name: weight / largest for name, weight in weights.items()}
        total = sum(shares.values())
        return ScoringWeights(**{name: share / total for name, share in shares.items()})


class IntelligentContextConfig(Settings):
    """The least important goes first.

    Attributes:
        enabled: Use this window in place of the rolling one.
        keep_system: Never drop system messages.
        keep_last_turns: Newest turns that are never dropped.
        output_buffer_tokens: Tokens of the model's limit kept free for the answer; 0 keeps none.
        use_importance_scoring: Score messages; else the oldest goes first.
        scoring_weights: What makes a message worth keeping.
        recency_decay_rate: How fast a message ages: its recency is exp(-rate x messages after it).
        toin_integration: Let retrieval statistics count, where feedback is switched on.
        toin_confidence_threshold: Without effect unless feedback is switched on.
        compress_threshold: Up to this share over the budget, compressing is tried before dropping.
        summarization_enabled: Summarize before dropping; needs a callback.
        summarization_model: Model named to the callback; None leaves it to the callback.
        summary_max_tokens: Size of a summary.
        summarize_threshold: Up to this share over the budget, summarizing is tried before dropping.
    """

    enabled: bool = False
    keep_system: bool = True
    keep_last_turns: int = Field(2, ge=0)
    output_buffer_tokens: int = Field(4000, ge=0)
    use_importance_scoring: bool = True
    scoring_weights: ScoringWeights = Field(default_factory=ScoringWeights)
    recency_decay_rate: float = Field(0.1, ge=0)
    toin_integration: bool = True
    toin_confidence_threshold: float = Field(0.3, ge=0, le=1)
    compress_threshold: float = Field(0.1, ge=0)
    summarization_enabled: bool = False
    summarization_model: str | None = None
    summary_max_tokens: int = Field(500, ge=1)
    summarize_threshold: float = Field(0.25, ge=0)

    def to_rolling_window_config(self) -> RollingWindowConfig:
        """The same protection with the oldest going first."""
        return RollingWindowConfig(
            enabled=self.enabled,
            preserve_system=self.keep_system,
            preserve_recent_turns=self.keep_last_turns,
            output_buffer_tokens=self.output_buffer_tokens,
        )


class ClearingConfig(Settings):
    """When `clear_old_results` takes old tool results out, many at once, and which stay.

    A batch is taken out where what it saves on the calls to come, taken to be half as many as there were, is more
    than writing the prefix anew costs, and that cost is within what was saved before: no conversation becomes dearer
    than it would be raw. `keep_results` and `least_result_tokens` also hold where a window has to make room.

    Attributes:
        keep_results: Newest tool results that are never taken out.
        above_tokens: Smaller conversations are left alone.
        least_tokens: Smallest batch, in tokens that it frees.
        least_result_tokens: Smaller results are left alone.
    """

    keep_results: int = Field(3, ge=0)
    above_tokens: int = Field(3_000, ge=0)
    least_tokens: int = Field(1_000, ge=1)
    least_result_tokens: int = Field(60, ge=0)
