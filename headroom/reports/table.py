"""The ledger as a table: one row per call, units in the names. `TABLE_VERSION` changes when a column does.

Text cells are made visible (`wording.shown`), and one that a spreadsheet would run as a formula begins with `'`.
Columns that end in `_json` hold a JSON object: by tool and content type `[parts, tokens before, tokens after]`, by tool
asked for again `[times asked, tokens given back]`, else a number by name.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from headroom.reports.windows import as_utc
from headroom.reports.wording import shown
from headroom.results import RequestMetrics

TABLE_VERSION = 1
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection

Cell = str | int | float | None

COLUMNS: tuple[tuple[str, Callable[[RequestMetrics], Any]], ...] = (
    ("table_version", lambda row: TABLE_VERSION),
    ("request_id", lambda row: row.request_id),
    (
        "timestamp_utc",
        lambda row: as_utc(row.timestamp).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z",
    ),
    ("model", lambda row: row.model),
    ("integration", lambda row: row.integration),
    ("mode", lambda row: row.mode),
    ("tenant", lambda row: row.tenant),
    ("thread_id", lambda row: row.thread_id),
    ("run_id", lambda row: row.run_id),
    ("is_stream", lambda row: row.stream),
    ("error_class", lambda row: row.error),
    ("input_before_tokens", lambda row: row.tokens_input_before),
    ("input_after_tokens", lambda row: row.tokens_input_after),
    ("saved_tokens", lambda row: row.tokens_saved),
    ("saved_exact_tokens", lambda row: row.saved_exact),
    ("saved_reachable_tokens", lambda row: row.saved_reachable),
    ("saved_unreachable_tokens", lambda row: row.saved_unreachable),
    ("tool_schema_tokens", lambda row: row.tool_schema_tokens),
    ("retrieve_rounds_count", lambda row: row.retrieve_rounds),
    ("retrieved_tokens", lambda row: row.retrieved_tokens),
    ("retrieve_rounds_tokens", lambda row: row.round_tokens),
    ("net_saved_tokens", lambda row: row.net_tokens_saved),
    ("turns_dropped_count", lambda row: row.turns_dropped),
    ("tool_units_dropped_count", lambda row: row.tool_units_dropped),
    ("billed_input_tokens", lambda row: row.tokens_input_billed),
    ("billed_read_tokens", lambda row: row.cached_tokens),
    ("billed_written_tokens", lambda row: row.written_tokens),
    ("output_tokens", lambda row: row.tokens_output),
    ("input_before_usd", lambda row: row.cost_before),
    ("input_after_usd", lambda row: row.cost_after),
    ("output_usd", lambda row: row.cost_output),
    ("cache_optimizer", lambda row: row.cache_optimizer_used),
    ("cache_optimizer_strategy", lambda row: row.cache_optimizer_strategy),
    ("cacheable_tokens", lambda row: row.cacheable_tokens),
    ("breakpoints_inserted_count", lambda row: row.breakpoints_inserted),
    ("is_semantic_cache_hit", lambda row: row.semantic_cache_hit),
    ("cache_alignment_percent", lambda row: row.cache_alignment_score),
    ("stable_prefix_hash", lambda row: row.stable_prefix_hash),
    ("messages_hash", lambda row: row.messages_hash),
    ("headroom_ms", lambda row: row.duration_ms),
    ("format", lambda row: row.format),
    ("fingerprint", lambda row: row.fingerprint),
    ("transforms", lambda row: " ".join(row.transforms_applied)),
    ("by_tool_json", lambda row: row.by_tool),
    ("by_kind_json", lambda row: row.by_kind),
    ("by_retrieved_json", lambda row: row.by_retrieved),
    ("skips_json", lambda row: row.skips),
    ("waste_tokens_json", lambda row: row.waste_signals),
    ("block_tokens_json", lambda row: row.block_breakdown),
)


def as_csv(rows: Iterable[RequestMetrics]) -> str:
    """CSV as RFC 4180 has it, oldest first; simulated calls are in it, with `mode`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([name for name, _ in COLUMNS])
    ordered = sorted(rows, key=lambda row: (as_utc(row.timestamp), row.request_id))
    writer.writerows([cell(value(row)) for _, value in COLUMNS] for row in ordered)
    return out.getvalue()


def cell(value: Any) -> Cell:
    """One value as it stands in a file: empty for None, `true` and `false`, JSON for mappings."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return shown(json.dumps(dict(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True))
    text = shown(value)
    return f"'{text}" if str(value).startswith(FORMULA) else text
