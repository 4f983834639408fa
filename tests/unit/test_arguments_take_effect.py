"""Arguments of calls and clients do what they say: plans, budgets, addresses, summaries, measuring alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

import headroom
from headroom import HeadroomClient, OpenAIProvider
from headroom.config import IntelligentContextConfig
from headroom.errors import ConfigurationError
from headroom.hooks import CompressionHooks
from tests.stub.server import StubServer
from tests.window_talks import talk

ROWS = json.dumps([{"id": n, "state": "open", "title": f"issue number {n}"} for n in range(200)], indent=2)
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "You help. Today is 2026-11-20."},
    {"role": "user", "content": "Which?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c", "function": {"name": "list", "arguments": "{}"}}],
    },
    {"role": "tool", "tool_call_id": "c", "content": ROWS},
]
LONG = talk("chat", 30, seed=3)


def test_a_plan_says_what_the_conversation_is_made_of_and_wastes() -> None:
    plan = headroom.simulate(MESSAGES, model="gpt-4o")
    other_day = [{"role": "system", "content": "You help. Today is 2026-11-21."}, *MESSAGES[1:]]

    assert plan.block_breakdown["tool_result"] > 1000
    assert 0 < plan.block_breakdown["system"] < 30
    assert plan.waste_signals.to_dict()["json_bloat_tokens"] > 500
    assert len(plan.stable_prefix_hash) == 16
    assert plan.stable_prefix_hash == headroom.simulate(other_day).stable_prefix_hash
    assert plan.stable_prefix_hash != headroom.simulate(MESSAGES[1:]).stable_prefix_hash
    assert plan.cache_alignment_score < headroom.simulate(MESSAGES[1:]).cache_alignment_score == 100
    assert plan.estimated_savings.startswith("$0.0")
    assert headroom.simulate(MESSAGES, model="nobody-knows-it").estimated_savings == "N/A per request"


@pytest.mark.parametrize("call", [headroom.compress, headroom.simulate])
def test_a_buffer_for_the_answer_needs_a_limit(call: Any) -> None:
    with pytest.raises(ConfigurationError, match="output_buffer_tokens needs model_limit"):
        call(MESSAGES, output_buffer_tokens=100)
    assert call(MESSAGES, output_buffer_tokens=100, model_limit=100_000).tokens_before > 0


@pytest.mark.loopback
def test_a_client_with_another_address_asks_for_hints_with_it() -> None:
    with StubServer([]) as stub:
        client = HeadroomClient(stub.openai(), store_url="memory")
        moved = client.with_options(base_url="https://api.openai.com/v1")
        hints = [
            OpenAIProvider().cache_hints(
                {"model": "gpt-4o", "messages": LONG}, model="gpt-4o", base_url=one.headroom_host.base_url, key="k"
            )
            for one in (client, moved, moved.copy(base_url=stub.url))
        ]

    assert client.headroom_host.base_url.startswith(stub.url)
    assert moved.headroom_host.base_url == "https://api.openai.com/v1/"
    assert [hint.strategy for hint in hints] == [None, "prompt_cache_key", None]


@pytest.mark.loopback
def test_a_clients_summaries_stand_for_what_was_dropped() -> None:
    seen: list[int] = []

    def summarize(messages: list[Any]) -> str:
        seen.append(len(messages))
        return "amber and basin were discussed"

    chosen = IntelligentContextConfig(
        enabled=True, summarization_enabled=True, summarize_threshold=1000.0, output_buffer_tokens=1000
    )
    with StubServer(["Yes."]) as stub:
        client = HeadroomClient(
            stub.openai(),
            default_mode="optimize",
            store_url="memory",
            summarize_fn=summarize,
            intelligent_context=chosen,
            model_context_limits={"gpt-4o": 12_000},
        )
        client.chat.completions.create(model="gpt-4o", messages=LONG)
        sent = json.dumps(stub.bodies[-1])

    assert seen
    assert "amber and basin were discussed" in sent
    with pytest.raises(ConfigurationError, match="summarize_fn"):
        HeadroomClient(stub.openai(), store_url="memory", intelligent_context=chosen)


class Loud(CompressionHooks):
    """Says that it was called."""

    def __init__(self) -> None:
        self.called = False

    def pre_compress(self, messages: Any, context: Any) -> Any:
        self.called = True
        return messages[:1]


@pytest.mark.parametrize(
    "asked",
    [
        {"token_budget": 100},
        {"model_limit": 2000, "output_buffer_tokens": 100},
        {"target_tokens": 10, "selection": "always"},
        {"roles": ["user", "system", "assistant"], "selection": "always"},
        {"keep_turns": 0},
        {"retrieval": "tool"},
        {"rolling_window": {"max_tokens": 100}},
        {"intelligent_context": {"enabled": True}, "token_budget": 100},
        {"cache_aligner": {"enabled": True}},
        {"clear_old_results": True, "clearing": {"keep_results": 0}},
        {"tool_crusher": {"enabled": True}},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_measuring_alone_changes_nothing_whatever_else_is_asked(asked: dict[str, Any]) -> None:
    hooks = Loud()

    result = headroom.compress(MESSAGES, optimize=False, hooks=hooks, **asked)

    assert all(one is other for one, other in zip(result.messages, MESSAGES, strict=True))
    assert result.tokens_before == result.tokens_after > 1000
    assert (result.transforms_applied, result.ccr_hashes, result.warnings, result.turns_dropped) == ([], [], [], 0)
    assert not hooks.called
