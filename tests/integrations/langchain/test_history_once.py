from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, trim_messages

from headroom import ConfigurationError, HeadroomConfig, HeadroomMode, count_tokens_messages
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations.langchain.detect import langchain_available
from headroom_integrations.langchain.optimize import optimize_messages
from headroom_integrations.langchain.token_counter import headroom_token_counter
from tests.integrations.langchain.conversations import TEXT, conversation


def test_a_conversation_is_compressed_once_with_its_figures() -> None:
    messages = conversation()

    after, figures = optimize_messages(messages, HeadroomConfig())

    assert [message.id for message in after] == [message.id for message in messages]
    assert [new is old for new, old in zip(after, messages, strict=True)] == [True, True, True, False, True]
    assert figures["tokens_saved"] == figures["tokens_before"] - figures["tokens_after"] > 500
    assert 0 < figures["savings_percent"] < 100
    assert figures["transforms_applied"] == ["router:1"]


@pytest.mark.parametrize(("mode", "count"), [(HeadroomMode.AUDIT, 1), ("audit", 1), (HeadroomMode.SIMULATE, 0)])
def test_audit_and_simulate_change_nothing(mode: Any, count: int, tmp_path: Path) -> None:
    url, messages = f"sqlite:///{tmp_path / 'metrics.db'}", conversation()

    after, figures = optimize_messages(messages, mode=mode, store_url=url)

    assert all(new is old for new, old in zip(after, messages, strict=True))
    assert (figures["tokens_saved"] > 500) == (str(mode) == "simulate")
    flush_recorders()
    rows = open_metrics_store(url).read(limit=None)
    assert [(row.integration, row.mode) for row in rows] == [("langchain.optimize_messages", "audit")] * count


def test_a_wrong_mode_or_setting_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        optimize_messages([], mode="fast")
    with pytest.raises(ConfigurationError):
        optimize_messages([], target_token=1)
    with pytest.raises(ConfigurationError, match="must be a list of messages, got str"):
        optimize_messages("one text")


def test_the_counter_counts_what_would_be_sent() -> None:
    messages = conversation()
    sent, _ = optimize_messages(messages)

    counted, raw = headroom_token_counter(), headroom_token_counter(view=False)

    assert raw(messages) == counted(sent) + raw(messages) - counted(messages)
    assert counted(messages) == raw(sent) < raw(messages) / 2
    assert raw([HumanMessage("Hello")]) == count_tokens_messages([{"role": "user", "content": "Hello"}])
    assert raw(HumanMessage("Hello")) == raw([HumanMessage("Hello")]) == raw([("user", "Hello")])


def test_trimming_keeps_what_fits_once_it_is_compressed() -> None:
    messages = conversation(json.dumps(json.loads(TEXT), indent=1))
    limit = headroom_token_counter()(messages) + 10

    kept = trim_messages(messages, max_tokens=limit, token_counter=headroom_token_counter())
    less = trim_messages(messages, max_tokens=limit, token_counter=headroom_token_counter(view=False))

    assert kept == messages
    assert len(less) < len(messages)


def test_a_wrong_setting_of_the_counter_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        headroom_token_counter(target_token=1)


def test_langchain_is_here() -> None:
    assert langchain_available()
