"""`Engine`, `compress`, `simulate`: what settings and facts of a call do."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import headroom
from headroom import api
from headroom.config import HeadroomConfig
from headroom.engine import Engine
from headroom.errors import ConfigurationError, ValidationError
from tests.engines import TIGHT, new_engine
from tests.samples import Messages, ask

ROWS = json.dumps([{"id": index, "name": f"item-{index}", "state": "open"} for index in range(200)])


def test_later_edits_of_a_config_reach_new_engines_only() -> None:
    config = HeadroomConfig(min_tokens=20)
    engine = Engine(config)
    config.min_tokens = 100_000

    assert engine.prepare(ask(ROWS)).compressed
    assert not Engine(config).prepare(ask(ROWS)).compressed


def test_single_settings_win_over_the_config() -> None:
    assert not Engine(HeadroomConfig(min_tokens=20), min_tokens=100_000).prepare(ask(ROWS)).compressed


def test_facts_of_a_call_win_over_settings() -> None:
    engine = new_engine(retrieval="tool", selection="never")

    assert engine.prepare(ask(ROWS)).ccr_hashes == []
    assert len(engine.prepare(ask(ROWS), selection="reachable").ccr_hashes) == 1


def test_none_as_a_fact_takes_the_setting() -> None:
    engine = new_engine(retrieval="tool")

    assert engine.prepare(ask(ROWS), retrieval=None, selection=None).ccr_hashes != []


@pytest.mark.parametrize(
    "wrong",
    [{"selection": "some"}, {"retrieval": "yes"}, {"format": "0"}, {"tool_profiles": {"x": {"no_such": 1}}}],
)
def test_wrong_facts_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        new_engine().prepare(ask(ROWS), **wrong)

    assert caught.value.details["field"].split(".")[0] == next(iter(wrong))


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises((ConfigurationError, TypeError)):
        new_engine().prepare(ask(ROWS), selektion="always")


def test_an_unknown_argument_of_compress_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigurationError, match="selection"):
        headroom.compress(ask(ROWS), selektion="always")


def test_messages_must_be_a_list() -> None:
    with pytest.raises(ValidationError):
        new_engine().prepare("hello")

    assert new_engine().prepare(()).messages == []


def test_a_profile_skips_the_tools_it_names() -> None:
    engine = new_engine(tool_profiles={"search_*": {"skip_compression": True}})

    assert engine.prepare(ask(ROWS, tool="search_orders")).notes[0].reason == "tool_profile"
    assert engine.prepare(ask(ROWS, tool="list_orders")).compressed


def test_an_explicit_query_is_what_rows_are_chosen_for() -> None:
    messages = ask(ROWS, "Find item-171")

    def shown(**facts: Any) -> str:
        engine = new_engine(select_above_tokens=500)
        return str(engine.prepare(messages, retrieval="tool", **facts).messages[2]["content"])

    assert "item-171" in shown()
    assert "item-93" in shown(query="item-93")
    assert "item-171" not in shown(query="item-93")


def test_a_target_is_filled_and_kept() -> None:
    sizes = [new_engine().prepare(ask(ROWS), target_tokens=target).notes[0].tokens_after for target in (300, 500, 800)]

    assert sizes == sorted(sizes)
    assert all(0.6 * target < size <= 1.2 * target for target, size in zip((300, 500, 800), sizes, strict=True))


def test_more_rows_never_make_a_text_much_smaller() -> None:
    def tokens(count: int) -> int:
        rows = [{"id": index, "name": f"item-{index}", "state": "open"} for index in range(count)]
        return new_engine(select_above_tokens=500).prepare(ask(json.dumps(rows)), retrieval="tool").tokens_after

    sizes = [tokens(count) for count in range(60, 200, 5)]

    assert all(after >= 0.85 * before for before, after in itertools.pairwise(sizes))


def test_threads_share_one_engine_per_settings() -> None:
    api.engines.clear()
    barrier = threading.Barrier(8)

    def engine(_: int) -> int:
        barrier.wait()
        return id(api.engine_for(None, {"min_tokens": 33}))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(engine, range(8)))) == 1


def test_a_changed_environment_makes_a_new_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert headroom.compress(ask(ROWS)).compressed

    monkeypatch.setenv("HEADROOM_MIN_TOKENS", "100000")

    assert not headroom.compress(ask(ROWS)).compressed


def test_the_result_names_format_fingerprint_and_model() -> None:
    result = headroom.compress(ask(ROWS), "gpt-4o-mini", **TIGHT)

    assert (result.format, result.model) == ("1", "gpt-4o-mini")
    assert result.fingerprint == new_engine().resolved.fingerprint


def test_the_notebook_view_shows_figures_and_no_text() -> None:
    html = headroom.compress(ask(ROWS))._repr_html_()

    assert "json_array" in html
    assert "item-7" not in html


def test_anthropic_and_openai_shapes_of_one_result_come_out_alike() -> None:
    call = {"type": "tool_use", "id": "call_1", "name": "search_orders", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "call_1", "content": ROWS}
    anthropic: Messages = [
        {"role": "user", "content": "What is in it?"},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]

    for facts in ({}, {"retrieval": "tool"}):
        one = new_engine().prepare(ask(ROWS), **facts).messages[2]["content"]
        other = new_engine().prepare(anthropic, **facts).messages[2]["content"][0]["content"]
        assert one == other != ROWS


def test_blocks_of_one_result_are_one_document() -> None:
    rows = [{"id": index, "name": f"item-{index}", "state": "open"} for index in range(80)]
    messages = ask("")
    messages[2]["content"] = [{"type": "text", "text": json.dumps(row), "id": f"lc_{row['id']}"} for row in rows]

    result = new_engine().prepare(messages)

    [block] = result.messages[2]["content"]
    assert block["text"].startswith("lines[80")
    assert result.tokens_after < 0.4 * result.tokens_before
    assert len(result.notes) == 1
