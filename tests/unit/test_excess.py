"""A budget that is not kept is told, with what would change it."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

import headroom
from headroom.documents import fitted
from headroom.engine import Engine
from headroom.tokenizers import built_in_counter, messages_tokens
from headroom_integrations import HeadroomCompressor, _shared
from tests.integrations.langchain.conversations import conversation
from tests.window_talks import talk

LONG = talk("chat", 30, seed=3)
OFF: dict[str, Any] = {"rolling_window": {"enabled": False}}


@pytest.mark.parametrize(
    "limit",
    [{"token_budget": 900}, {"model_limit": 1900, "output_buffer_tokens": 1000}],
    ids=lambda limit: next(iter(limit)),
)
def test_without_a_window_what_does_not_fit_is_told(limit: dict[str, int]) -> None:
    result = headroom.compress(LONG, **limit, **OFF)

    size = messages_tokens(result.messages, built_in_counter())
    (warning,) = result.warnings
    assert size > 900
    assert warning.startswith(f"{size} tokens do not fit into 900: both windows are off")
    for way in ("rolling_window", "intelligent_context", "target_tokens", "max_tokens", "larger budget"):
        assert way in warning


def test_what_fits_has_no_warning() -> None:
    assert headroom.compress(LONG, token_budget=10**6, **OFF).warnings == []
    assert headroom.compress(LONG, **OFF).warnings == []
    small = headroom.compress(LONG, token_budget=3000, rolling_window={"preserve_recent_turns": 1, "min_keep_turns": 1})
    assert small.warnings == []
    assert messages_tokens(small.messages, built_in_counter()) <= 3000


def test_the_window_says_it_once_where_it_is_on() -> None:
    (warning,) = headroom.compress(LONG, token_budget=100).warnings

    assert "of what is always kept do not fit into 100" in warning


def test_measuring_alone_says_nothing() -> None:
    assert headroom.compress(LONG, token_budget=900, optimize=False, **OFF).warnings == []


def test_one_message_of_langchain_says_that_it_has_no_turns(caplog: pytest.LogCaptureFixture) -> None:
    _shared.said.clear()
    message = conversation(json.dumps([{"id": n, "text": f"row {n * 7919 % 997}"} for n in range(200)]))[3]
    step = HeadroomCompressor(token_budget=20, store_url="memory")

    with caplog.at_level(logging.INFO, "headroom"):
        step.invoke(message)

    assert "tokens do not fit into 20: these messages are no conversation" in caplog.text
    assert "row 7" not in caplog.text


def test_documents_of_no_question_that_stay_too_large_say_so() -> None:
    engine = Engine(store_url="memory")
    views = [{"role": "tool", "content": f"{n * 7919 % 997:09d}" * 40} for n in range(4)]
    request = engine.request(is_conversation=False)

    done = fitted(engine, views, [""] * 4, request, engine.pipeline.run(views, request), 5)

    (warning,) = done.warnings
    assert f"{done.tokens_after} tokens do not fit into 5: without a question no sentences are chosen" in warning
