"""`RequestMetrics`: one row of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from headroom.results.values import savings_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMetrics:
    """One row of the ledger: what one call cost and saved. Holds no content.

    Attributes:
        request_id: Unique per call.
        timestamp: When the call began, in UTC.
        model: Model the caller named.
        integration: Which surface made the call: `compress`, `langchain.runnable`, ...
        mode: `audit`, `optimize` or `simulate`.
        tokens_input_before: Tokens of all message texts as they came, by the built-in measure.
        tokens_input_after: Tokens of all message texts as they went out, same measure.
        tokens_output: Tokens the model answered with, over all rounds of the call; None where not known.
        stream: Whether the answer came as a stream.
        tokens_input_billed: Input tokens that the provider counted, over all rounds, however cached; None where not
            known.
        cached_tokens: Of these, read from the provider's cache.
        written_tokens: Of these, written to it.
        saved_exact: Tokens saved by exact forms and references.
        saved_reachable: Tokens left out within the model's reach.
        saved_unreachable: Tokens left out beyond it.
        turns_dropped: Turns that a window dropped.
        tool_units_dropped: Tool calls with their results that a window dropped or clearing took out.
        tool_schema_tokens: Tokens of the retrieve tool's schema in one request; 0 where it was not offered.
        retrieve_rounds: Requests beyond the first that answered the model's retrieve calls.
        retrieved_tokens: Tokens of originals that were given back to the model.
        round_tokens: All tokens of those further requests, input and output.
        by_retrieved: Tool name to `[times asked, tokens given back]`.
        cost_before: Dollars the input would have cost without headroom: uncached where the answer brought no usage,
            else with as large a share read from and written to the cache as was; None where no price is known.
        cost_after: Dollars of the input as sent, all rounds, same prices; None where no price is known.
        cost_output: Dollars of the output; None where it or its price is not known.
        block_breakdown: Kind of content (`system`, `user`, `assistant`, `tool_call`, `tool_result`, `tools`) to tokens
            as they came.
        waste_signals: Kind of waste to tokens, as `WasteSignals.to_dict()`.
        stable_prefix_hash: 16 hex digits over the system text without what changes from day to day.
        cache_alignment_score: 100 where nothing in the system text changes from day to day, 10 less per such place.
        cache_optimizer_used: Name of what gave hints to the provider's cache, or None.
        cache_optimizer_strategy: What it did, such as `breakpoints`, or None.
        cacheable_tokens: Tokens of the prefix it marked.
        breakpoints_inserted: Marks it set.
        semantic_cache_hit: Whether the answer came from memory and nothing was sent.
        messages_hash: Keyed hash of the conversation as it came, 16 hex digits; tells equal requests, not their text.
        transforms_applied: Labels of the transforms that changed something.
        by_kind: Content type to `[parts, tokens before, tokens after]`; `turns` is what a window dropped, `put_back`
            the retrieve calls and answers that were taken out of a mixed answer and are sent again: tokens that the
            caller's messages do not hold, `[1, 0, tokens]`, counted against what was saved within the model's reach.
        by_tool: Tool name to `[parts, tokens before, tokens after]`.
        skips: Reason to number of parts.
        duration_ms: Time spent in headroom, for people; never part of a decision.
        error: Class name of an error, or None; never its text.
    """

    request_id: str
    timestamp: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    model: str = ""
    integration: str = "compress"
    mode: str = "optimize"
    stream: bool = False
    tokens_input_before: int = 0
    tokens_input_after: int = 0
    tokens_output: int | None = None
    tokens_input_billed: int | None = None
    cached_tokens: int | None = None
    written_tokens: int | None = None
    saved_exact: int = 0
    saved_reachable: int = 0
    saved_unreachable: int = 0
    cost_before: float | None = None
    cost_after: float | None = None
    cost_output: float | None = None
    turns_dropped: int = 0
    tool_units_dropped: int = 0
    tool_schema_tokens: int = 0
    retrieve_rounds: int = 0
    retrieved_tokens: int = 0
    round_tokens: int = 0
    by_retrieved: Mapping[str, list[int]] = field(default_factory=dict)
    block_breakdown: Mapping[str, int] = field(default_factory=dict)
    waste_signals: Mapping[str, int] = field(default_factory=dict)
    stable_prefix_hash: str = ""
    cache_alignment_score: float | None = None
    cache_optimizer_used: str | None = None
    cache_optimizer_strategy: str | None = None
    cacheable_tokens: int = 0
    breakpoints_inserted: int = 0
    semantic_cache_hit: bool = False
    messages_hash: str = ""
    transforms_applied: list[str] = field(default_factory=list)
    by_kind: Mapping[str, list[int]] = field(default_factory=dict)
    by_tool: Mapping[str, list[int]] = field(default_factory=dict)
    skips: Mapping[str, int] = field(default_factory=dict)
    duration_ms: float = 0.0
    format: str = "1"
    fingerprint: str = ""
    run_id: str | None = None
    thread_id: str | None = None
    tenant: str | None = None
    error: str | None = None

    @property
    def tokens_saved(self) -> int:
        """`tokens_input_before - tokens_input_after`."""
        return self.tokens_input_before - self.tokens_input_after

    @property
    def cost_saved(self) -> float | None:
        """`cost_before - cost_after`, in dollars; None where one is not known."""
        return None if self.cost_before is None or self.cost_after is None else self.cost_before - self.cost_after

    @property
    def overhead_tokens(self) -> int:
        """What leaving out cost: the retrieve tool's schema, and all tokens of the rounds that gave originals back."""
        return self.tool_schema_tokens + self.round_tokens

    @property
    def net_tokens_saved(self) -> int:
        """`tokens_saved - overhead_tokens`; may be negative."""
        return self.tokens_saved - self.overhead_tokens

    @property
    def estimated_cache_hit(self) -> bool:
        """Whether the provider read a part of the prompt from its cache."""
        return bool(self.cached_tokens)

    @property
    def estimated_savings_percent(self) -> float:
        """Share of the input's cost that was saved, 0 to 100; of its tokens where no price is known."""
        if self.cost_before and self.cost_after is not None:
            return savings_percent(self.cost_after, self.cost_before)
        return savings_percent(self.tokens_input_after, self.tokens_input_before)
