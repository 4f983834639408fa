"""The table of calls as others read it: names, types and meanings of its columns, the same in frames and in SQL.

`SCHEMA_VERSION` goes up when a column is renamed, removed or means something else, not when one is added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from headroom.results import RequestMetrics
from headroom.storage.rows import as_utc, plain

SCHEMA_VERSION = 1

to_json = json.JSONEncoder(default=plain).encode  # made once: `json.dumps` makes one for each value

Kind = Literal["text", "integer", "float", "boolean", "timestamp", "json"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: With its unit: tokens, usd, ms; counts of other things name them.
        kind: What it holds; `json` is JSON text.
        meaning: For people.
        field: Field or property of `RequestMetrics`; "" where it has the column's name.
        sum_of: For SQL: the expression over other columns that gives it; "" where rows hold it.
    """

    name: str
    kind: Kind
    meaning: str
    field: str = ""
    sum_of: str = ""

    def value(self, row: RequestMetrics) -> Any:
        """What the column says of one row."""
        found = getattr(row, self.field or self.name)
        if self.kind == "timestamp":
            return as_utc(found)
        if self.kind == "json":
            return to_json(dict(found) if isinstance(found, Mapping) else list(found))
        return found


COLUMNS = (
    Column("request_id", "text", "Unique per call"),
    Column("timestamp_utc", "timestamp", "When the call began", "timestamp"),
    Column("integration", "text", "Which surface made the call, such as `langchain.middleware`"),
    Column("model", "text", "Model the caller named, or empty"),
    Column("mode", "text", "`audit`, `optimize` or `simulate`"),
    Column("tenant", "text", "Whose call it was"),
    Column("thread_id", "text", "Conversation"),
    Column("run_id", "text", "The framework's id of the run or span"),
    Column("is_stream", "boolean", "Whether the answer came as a stream", "stream"),
    Column("tokens_input_before", "integer", "All message texts as they came, by the built-in measure"),
    Column("tokens_input_after", "integer", "All message texts as they went out, same measure"),
    Column(
        "tokens_saved", "integer", "`tokens_input_before - tokens_input_after`",
        sum_of="tokens_input_before - tokens_input_after",
    ),
    Column("tokens_saved_exact", "integer", "Saved by exact forms and references", "saved_exact"),
    Column("tokens_saved_reachable", "integer", "Left out within the model's reach", "saved_reachable"),
    Column("tokens_saved_unreachable", "integer", "Left out beyond it", "saved_unreachable"),
    Column(
        "overhead_tokens", "integer", "What leaving out cost: `tool_schema_tokens + round_tokens`",
        sum_of="tool_schema_tokens + round_tokens",
    ),
    Column(
        "net_tokens_saved", "integer", "`tokens_saved - overhead_tokens`",
        sum_of="tokens_input_before - tokens_input_after - tool_schema_tokens - round_tokens",
    ),
    Column("tokens_output", "integer", "What the model answered with; empty where not known"),
    Column("tokens_input_billed", "integer", "Input as the provider counted it; empty where not known"),
    Column("cached_tokens", "integer", "Of the billed: read from the provider's cache"),
    Column("written_tokens", "integer", "Of the billed: written to it"),
    Column("cost_before_usd", "float", "Input without headroom; empty where no price is known", "cost_before"),
    Column("cost_after_usd", "float", "Input as sent, same prices", "cost_after"),
    Column(
        "cost_saved_usd", "float", "`cost_before_usd - cost_after_usd`", "cost_saved",
        sum_of="cost_before_usd - cost_after_usd",
    ),
    Column("cost_output_usd", "float", "Output; empty where not known", "cost_output"),
    Column("turns_dropped", "integer", "Turns that a window dropped"),
    Column("tool_units_dropped", "integer", "Tool calls with their results that were dropped"),
    Column("tool_schema_tokens", "integer", "The retrieve tool's schema, where it was offered"),
    Column("retrieve_rounds", "integer", "Requests beyond the first that answered retrieve calls"),
    Column("retrieved_tokens", "integer", "Originals that were given back to the model"),
    Column("round_tokens", "integer", "All tokens of those further requests"),
    Column("cacheable_tokens", "integer", "Prefix that was marked for the provider's cache"),
    Column("breakpoints_inserted", "integer", "Marks that were set for it"),
    Column("is_semantic_cache_hit", "boolean", "Whether the answer came from memory", "semantic_cache_hit"),
    Column("duration_ms", "float", "Time spent in headroom"),
    Column("format", "text", "Format of what was written"),
    Column("fingerprint", "text", "Of the settings"),
    Column("error", "text", "Class name of an error"),
    Column("by_tool", "json", "Tool to `[parts, tokens before, tokens after]`"),
    Column("by_kind", "json", "Content type to `[parts, tokens before, tokens after]`"),
    Column("by_retrieved", "json", "Tool to `[times asked for again, tokens given back]`"),
    Column("skips", "json", "Reason to number of parts that went out as they came"),
    Column("waste_tokens", "json", "Kind of waste to tokens", "waste_signals"),
    Column("block_tokens", "json", "Kind of message to tokens as they came", "block_breakdown"),
    Column("transforms_applied", "json", "Labels of what changed something"),
)  # fmt: skip

PARTS = ("tool", "kind")
PART_COLUMNS = (
    Column("request_id", "text", "The call"),
    Column("timestamp_utc", "timestamp", "When the call began", "timestamp"),
    Column("integration", "text", "Which surface made the call"),
    Column("model", "text", "Model the caller named, or empty"),
    Column("mode", "text", "`audit`, `optimize` or `simulate`"),
    Column("tenant", "text", "Whose call it was"),
    Column("thread_id", "text", "Conversation"),
)
"""What a row of a frame by tool or kind says of its call; then follow the name, and `PART_FIGURES`."""
PART_FIGURES = ("parts", "tokens_before", "tokens_after", "tokens_saved")


def default_of(column: Column) -> Any:
    """What a row says that was written before the column was: the default of the field; of texts, nothing."""
    return None if column.kind in ("text", "timestamp") else column.value(RequestMetrics(request_id=""))
