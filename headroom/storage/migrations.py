"""The tables of a store and how they came to be: an ordered list of steps per component."""

from __future__ import annotations

from typing import Literal

from headroom.storage.views import VIEWS, views

Dialect = Literal["sqlite", "postgresql"]
Component = Literal["metrics", "views", "originals"]

VERSIONS = "CREATE TABLE IF NOT EXISTS headroom_schema (component TEXT PRIMARY KEY, version INTEGER NOT NULL)"

BESIDE: dict[Component, Component] = {"metrics": "views"}
"""What is made with a component where that is allowed, and done without where it is not."""

# Step n takes a component from version n to n + 1. A released step is never edited: files made by it exist.
STEPS: dict[Component, tuple[tuple[str, ...], ...]] = {
    "metrics": (
        (
            """CREATE TABLE headroom_requests (
                sequence {serial} PRIMARY KEY,
                request_id TEXT NOT NULL UNIQUE,
                timestamp_us BIGINT NOT NULL,
                model TEXT NOT NULL,
                mode TEXT NOT NULL,
                integration TEXT NOT NULL,
                tenant TEXT,
                thread_id TEXT,
                record TEXT NOT NULL
            )""",
            "CREATE INDEX headroom_requests_time ON headroom_requests (timestamp_us, sequence)",
        ),
    ),
    # Views hold nothing: a change of them is one more step of the same text. They depend on the columns of the table:
    # a step of `metrics` that changes those drops them first.
    "views": (
        (
            *(f"DROP VIEW IF EXISTS {name}" for name in reversed(VIEWS)),
            *(f"CREATE VIEW {name} AS {{{name}}}" for name in VIEWS),
        ),
    ),
    "originals": (
        (
            """CREATE TABLE headroom_originals (
                namespace TEXT NOT NULL,
                handle TEXT NOT NULL,
                digest TEXT NOT NULL,
                tool TEXT,
                content_bytes BIGINT NOT NULL,
                stored_bytes BIGINT NOT NULL,
                created_us BIGINT NOT NULL,
                used_us BIGINT NOT NULL,
                content {blob} NOT NULL,
                PRIMARY KEY (namespace, handle)
            )""",
            "CREATE INDEX headroom_originals_used ON headroom_originals (used_us, stored_bytes)",
        ),
    ),
}

TYPES: dict[Dialect, dict[str, str]] = {
    "sqlite": {"serial": "INTEGER", "blob": "BLOB"},
    "postgresql": {"serial": "BIGSERIAL", "blob": "BYTEA"},
}


def steps(component: Component, dialect: Dialect, *, since: int = 0) -> list[str]:
    """Statements that take `component` from version `since` to the newest, with the version written last."""
    pending = STEPS[component][since:]
    words = {**TYPES[dialect], **views(dialect)}
    statements = [statement.format(**words) for step in pending for statement in step]
    newest = len(STEPS[component])
    return [
        *statements,
        f"INSERT INTO headroom_schema (component, version) VALUES ('{component}', {newest}) "
        f"ON CONFLICT (component) DO UPDATE SET version = {newest}",
    ]


def migration_sql(dialect: Dialect = "postgresql") -> str:
    """All statements that make an empty database ready, for operators who run them with another role."""
    statements = [VERSIONS, *(line for component in STEPS for line in steps(component, dialect))]
    return ";\n".join(statements) + ";\n"
