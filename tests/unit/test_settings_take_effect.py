"""Each setting that decides what is sent changes it: one row per setting, with a value that shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headroom.config.fields import leaf_fields, nest
from headroom.config.root import HeadroomConfig
from headroom.formats import DECIDES_BYTES
from tests.engines import new_engine
from tests.samples import ask

ROWS = json.dumps(
    [
        {"id": n, "user": f"user {n % 90}", "size": n * 37 % 991, "state": "failed" if n == 400 else "open"}
        for n in range(600)
    ]
)
QUESTION = "Which rows belong to user 17?"
# Many failures, words that differ in number, and nothing else that stands out.
EVENTS = json.dumps(
    [
        {"id": f"{n * 7919 % 6007:04}", "text": "disk full " * (n % 4 + 1), "error": None if n % 3 else "EIO"}
        for n in range(600)
    ]
)


PLAIN = json.dumps([{"id": f"{n * 7919 % 6007:04}", "text": f"note {n * 31 % 601:03}"} for n in range(600)])


def sent(text: str = ROWS, question: str = QUESTION, **settings: Any) -> Any:
    engine = new_engine(**nest(settings))
    return engine.prepare(ask(text, question), retrieval="tool", model="gpt-4o").messages


def sent_of(text: str, **settings: Any) -> Any:
    return sent(text, "Carry on.", **{"target_tokens": 400, **settings})


# Setting to a value other than its default that shows in a large list of rows.
IN_ROWS: dict[str, Any] = {
    "smart_crusher.enabled": False,
    "smart_crusher.max_items_after_crush": 5,
    "smart_crusher.min_items_to_analyze": 1000,
    "smart_crusher.relevance_threshold": 1.0,
    "content_router_enabled": False,
    "selection": "never",
    "select_above_tokens": 600,
    "target_tokens": 300,
    "min_tokens": 100_000,
    "max_total_bytes": 1000,
    "secret": "other",
    "namespace": "other",
    "tool_profiles": {"*": {"skip_compression": True}},
    "exact_only": True,
    "tool_crusher.enabled": True,
}


IN_PLAIN: dict[str, Any] = {
    "smart_crusher.first_fraction": 0.2,
    "smart_crusher.last_fraction": 0.2,
    "smart_crusher.keep_first": 40,
    "smart_crusher.keep_last": 40,
}


@pytest.mark.parametrize("name", IN_PLAIN)
def test_the_setting_shows_where_nothing_stands_out(name: str) -> None:
    assert sent_of(PLAIN, **{name: IN_PLAIN[name]}) != sent_of(PLAIN)


def test_failures_take_the_room_unless_told_otherwise() -> None:
    assert sent_of(EVENTS, **{"smart_crusher.preserve_errors": False}) != sent_of(EVENTS)


@pytest.mark.parametrize("name", IN_ROWS)
def test_the_setting_shows(name: str) -> None:
    assert sent(**{name: IN_ROWS[name]}) != sent()


def test_the_rows_name_settings_that_decide_bytes() -> None:
    assert {*IN_ROWS, *IN_PLAIN} <= set(DECIDES_BYTES) & set(leaf_fields(HeadroomConfig))
