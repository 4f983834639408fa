"""Views of the metrics tables for people who speak SQL: calls as rows with columns, and sums by day, tool and tenant.

Numbers in `v_savings_daily`, `v_by_tool` and `v_by_tenant` are those of `headroom stats`: simulated calls, which send
nothing, are left aside.
"""

from __future__ import annotations

from typing import Literal

from headroom.storage.columns import COLUMNS, Column, default_of

VIEWS = ("v_requests", "v_savings_daily", "v_by_tool", "v_by_tenant")

IN_TABLE = ("request_id", "integration", "model", "mode", "tenant", "thread_id")  # as every database can hold them
POSTGRESQL_TYPES = {
    "text": "text",
    "integer": "bigint",
    "float": "double precision",
    "boolean": "boolean",
    "json": "json",
}

# Sums of calls: name, expression over `v_requests`.
PRICED = "cost_before_usd IS NOT NULL AND cost_after_usd IS NOT NULL"
SUMS = (
    ("requests", "count(*)"),
    *(
        (name, f"CAST(sum({name}) AS BIGINT)")
        for name in (
            "tokens_input_before",
            "tokens_input_after",
            "tokens_saved",
            "tokens_saved_exact",
            "tokens_saved_reachable",
            "tokens_saved_unreachable",
            "overhead_tokens",
            "net_tokens_saved",
        )
    ),
    *(
        (name, f"CAST(coalesce(sum({name}), 0) AS BIGINT)")
        for name in ("tokens_output", "tokens_input_billed", "cached_tokens", "written_tokens")
    ),
    *(
        (name, f"coalesce(sum(CASE WHEN {PRICED} THEN {name} END), 0.0)")
        for name in ("cost_before_usd", "cost_after_usd", "cost_saved_usd", "cost_output_usd")
    ),
    ("requests_with_price", f"sum(CASE WHEN {PRICED} THEN 1 ELSE 0 END)"),
    ("errors", "count(error)"),
    ("duration_ms", "sum(duration_ms)"),
)
TOOL_COLUMNS = (
    "tool",
    "requests",
    "parts",
    "tokens_before",
    "tokens_after",
    "tokens_saved",
    "retrieved_times",
    "retrieved_tokens",
)

# A text that PostgreSQL cannot hold, as JSON escapes it: NUL, and halves of surrogate pairs.
ODD = (
    r"\\u0000|\\ud[89ab][0-9a-f][0-9a-f](?!\\ud[c-f][0-9a-f][0-9a-f])"
    r"|(?<!\\ud[89ab][0-9a-f][0-9a-f])\\ud[c-f][0-9a-f][0-9a-f]"
)


def views(dialect: Literal["sqlite", "postgresql"]) -> dict[str, str]:
    """The query of each view by its name."""
    is_sqlite = dialect == "sqlite"
    return {
        "v_requests": requests_view(sqlite_source() if is_sqlite else postgresql_source()),
        "v_savings_daily": sums_view("day_utc", sqlite_day() if is_sqlite else postgresql_day()),
        "v_by_tool": sqlite_tools() if is_sqlite else postgresql_tools(),
        "v_by_tenant": sums_view("tenant", "coalesce(nullif(tenant, ''), 'unknown')"),
    }


def requests_view(source: str) -> str:
    """One row per call, with the columns of the schema."""
    listed = ", ".join(f"{c.sum_of} AS {c.name}" if c.sum_of else c.name for c in COLUMNS)
    return f"SELECT {listed} FROM ({source}) AS stored"


def sums_view(name: str, expression: str) -> str:
    """Sums of calls by one expression."""
    sums = ", ".join(f"{sum_of} AS {column}" for column, sum_of in SUMS)
    return f"SELECT {expression} AS {name}, {sums} FROM v_requests WHERE mode <> 'simulate' GROUP BY {expression}"


def stored() -> list[Column]:
    """The columns that rows hold."""
    return [column for column in COLUMNS if not column.sum_of]


def literal(column: Column) -> str:
    """What stands for a value that an older row does not have."""
    value = default_of(column)
    if isinstance(value, str):
        return f"'{value}'"
    return "NULL" if value is None else str(int(value))


def sqlite_source() -> str:
    """What rows hold, in SQLite's words."""
    listed = ", ".join(f"{sqlite_value(column)} AS {column.name}" for column in stored())
    return f"SELECT {listed} FROM headroom_requests"


def sqlite_value(column: Column) -> str:
    """One value of a record."""
    if column.name in IN_TABLE:
        return column.name
    if column.kind == "timestamp":
        seconds = "strftime('%Y-%m-%dT%H:%M:%S', (timestamp_us - {0}) / 1000000, 'unixepoch')"
        rest = "((timestamp_us % 1000000 + 1000000) % 1000000)"  # also of times before 1970
        return f"{seconds.format(rest)} || '.' || substr(printf('%06d', {rest}), 1, 6) || 'Z'"
    found = f"json_extract(record, '$.{column.field or column.name}')"
    if column.kind == "text":
        return readable(found)
    return found if literal(column) == "NULL" else f"coalesce({found}, {literal(column)})"


def readable(text: str) -> str:
    """A text, or `?` where it holds half of a surrogate pair, which no driver would hand out."""
    return f"CASE WHEN hex({text}) GLOB '*ED[AB]*' THEN '?' ELSE {text} END"


def sqlite_day() -> str:
    """The day of a call."""
    return "substr(timestamp_utc, 1, 10)"


def sqlite_tools() -> str:
    """Sums by tool, what was asked for again beside them."""
    calls = (
        f"SELECT {readable('part.key')} AS tool, count(DISTINCT request_id) AS requests, "
        "sum(json_extract(part.value, '$[0]')) AS parts, sum(json_extract(part.value, '$[1]')) AS tokens_before, "
        "sum(json_extract(part.value, '$[2]')) AS tokens_after "
        "FROM v_requests, json_each(by_tool) AS part WHERE mode <> 'simulate' GROUP BY 1"
    )
    asked = (
        f"SELECT {readable('part.key')} AS tool, sum(json_extract(part.value, '$[0]')) AS times, "
        "sum(json_extract(part.value, '$[1]')) AS tokens "
        "FROM v_requests, json_each(by_retrieved) AS part WHERE mode <> 'simulate' GROUP BY 1"
    )
    return tools_view(calls, asked)


def tools_view(calls: str, asked: str) -> str:
    """Both sums in one row per tool."""
    return (
        "SELECT calls.tool, calls.requests, calls.parts, calls.tokens_before, calls.tokens_after, "
        "calls.tokens_before - calls.tokens_after AS tokens_saved, coalesce(asked.times, 0) AS retrieved_times, "
        "coalesce(asked.tokens, 0) AS retrieved_tokens "
        f"FROM ({calls}) AS calls LEFT JOIN ({asked}) AS asked ON asked.tool = calls.tool"
    )


def postgresql_source() -> str:
    """What rows hold, in PostgreSQL's words; each record is read once."""
    listed = ", ".join(f"{postgresql_value(column)} AS {column.name}" for column in stored())
    fields = ", ".join(
        f"{column.field or column.name} {POSTGRESQL_TYPES[column.kind]}"
        for column in stored()
        if column.name not in IN_TABLE and column.kind != "timestamp"
    )
    clean = rf"CASE WHEN strpos(record, '\u') > 0 THEN regexp_replace(record, '{ODD}', '\\ufffd', 'g') ELSE record END"
    return f"SELECT {listed} FROM headroom_requests AS q, LATERAL json_to_record(({clean})::json) AS r({fields})"


def postgresql_value(column: Column) -> str:
    """One value of a record."""
    if column.name in IN_TABLE:
        return f"q.{column.name}"
    if column.kind == "timestamp":
        return "timestamptz 'epoch' + q.timestamp_us * interval '1 microsecond'"
    found = f"r.{column.field or column.name}"
    if column.kind == "boolean":
        return f"coalesce({found}, false)"
    return found if literal(column) == "NULL" else f"coalesce({found}, {literal(column)})"


def postgresql_day() -> str:
    """The day of a call."""
    return "(timestamp_utc AT TIME ZONE 'UTC')::date"


def postgresql_tools() -> str:
    """Sums by tool, what was asked for again beside them."""
    calls = (
        "SELECT part.key AS tool, count(DISTINCT request_id) AS requests, "
        "sum((part.value ->> 0)::bigint)::bigint AS parts, sum((part.value ->> 1)::bigint)::bigint AS tokens_before, "
        "sum((part.value ->> 2)::bigint)::bigint AS tokens_after "
        "FROM v_requests, LATERAL json_each(by_tool) AS part WHERE mode <> 'simulate' GROUP BY part.key"
    )
    asked = (
        "SELECT part.key AS tool, sum((part.value ->> 0)::bigint)::bigint AS times, "
        "sum((part.value ->> 1)::bigint)::bigint AS tokens "
        "FROM v_requests, LATERAL json_each(by_retrieved) AS part WHERE mode <> 'simulate' GROUP BY part.key"
    )
    return tools_view(calls, asked)
