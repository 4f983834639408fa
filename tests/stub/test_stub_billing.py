from __future__ import annotations

from typing import Any

import pytest

from tests.stub.billing import Invoice, Prices, bill
from tests.stub.prompt import count

PLAIN = Prices(input=1.0, output=10.0, read=0.1, write=1.25, write_1h=2.0, minimum=1000)
MARK = {"type": "ephemeral"}
LONG = "word " * 3000
MODEL = "claude-sonnet-5"


def chat(*texts: str, **facts: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text} for text in texts], **facts}


def claude(*texts: str, marks: tuple[int, ...] = (), control: Any = MARK) -> dict[str, Any]:
    blocks = [{"type": "text", "text": text} for text in texts]
    for mark in marks:
        blocks[mark]["cache_control"] = control
    return {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": blocks}]}


def claude_bill(*bodies: dict[str, Any], **facts: Any) -> Invoice:
    return bill(bodies, "messages", prices={MODEL: PLAIN}, **facts)


def test_openai_caches_long_prompts_in_steps() -> None:
    first, second = bill([chat(LONG), chat(LONG, "more")], "chat").lines

    assert first.usage.read == 0
    assert second.usage.read == first.usage.prompt // 128 * 128
    assert second.usage.prompt == second.usage.plain + second.usage.read


def test_openai_caches_nothing_short() -> None:
    short = "word " * 1000

    assert bill([chat(short), chat(short)], "chat").usage.read == 0


def test_openais_prefix_ends_at_the_first_changed_token() -> None:
    other = "word " * 2000 + "else " * 1000

    _, second = bill([chat(LONG), chat(other)], "chat").lines

    assert 1900 < second.usage.read <= 2003


def test_tools_and_keys_stand_before_everything() -> None:
    tool = {"type": "function", "function": {"name": "f"}}

    assert bill([chat(LONG), chat(LONG, tools=[tool])], "chat").usage.read == 0
    assert bill([chat(LONG), chat(LONG, prompt_cache_key="b")], "chat").usage.read == 0


@pytest.mark.parametrize(("pause_s", "hits"), [(0, True), (299, True), (301, False)])
def test_caches_forget_after_five_minutes(pause_s: float, hits: bool) -> None:
    body = claude(LONG, marks=(0,))

    assert (claude_bill(body, body, seconds_between=pause_s).usage.read > 0) == hits
    assert (bill([chat(LONG)] * 2, "chat", seconds_between=pause_s).usage.read > 0) == hits


def test_reading_keeps_a_prefix_alive() -> None:
    assert all(share > 0 for share in claude_bill(*[claude(LONG, marks=(0,))] * 5, seconds_between=200).shares_read[1:])


def test_anthropic_caches_only_up_to_breakpoints() -> None:
    bodies = [claude(LONG, "tail"), claude(LONG, "tail"), *[claude(LONG, "tail", marks=(0,))] * 2]

    plain, again, written, read = (line.usage for line in claude_bill(*bodies).lines)

    assert (plain.written, plain.read, again.read) == (0, 0, 0)
    assert written.written == read.read == written.prompt - count("tail")
    assert read.plain == count("tail")


def test_anthropic_finds_a_prefix_up_to_twenty_blocks_before_a_breakpoint() -> None:
    def grown(blocks: int) -> Invoice:
        tail = ["x"] * blocks
        return claude_bill(claude(LONG, marks=(0,)), claude(LONG, *tail, marks=(blocks,)))

    assert grown(19).lines[1].usage.read > 2900
    assert grown(20).lines[1].usage.read == 0


def test_anthropic_writes_nothing_below_the_models_minimum() -> None:
    body = claude("word " * 900, marks=(0,))

    assert claude_bill(body, body).usage.read == claude_bill(body).usage.written == 0


def test_a_longer_life_costs_more_and_lasts() -> None:
    body = claude(LONG, marks=(0,), control={"type": "ephemeral", "ttl": "1h"})

    first, second = claude_bill(body, body, seconds_between=3000).lines

    assert first.usage.written_1h == second.usage.read > 2900
    assert first.input_dollars == pytest.approx(first.usage.prompt * 2.0 / 1e6)


def test_tool_choice_and_thinking_leave_tools_and_system_cached() -> None:
    system = [{"type": "text", "text": LONG, "cache_control": MARK}]
    body = {**claude(LONG, marks=(0,)), "system": system}

    _, same, changed = claude_bill(body, body, {**body, "thinking": {"type": "adaptive"}}).lines

    assert 2900 < changed.usage.read < same.usage.read


def test_an_invoice_adds_up_to_the_token() -> None:
    invoice = claude_bill(claude(LONG, "tail", marks=(0,)), claude(LONG, "tail", marks=(0,)), outputs=[7, 9])

    usage = invoice.usage
    by_hand = (usage.plain * 1.0 + usage.written * 1.25 + usage.read * 0.1 + usage.output * 10.0) / 1e6
    assert usage.output == 16
    assert invoice.dollars == pytest.approx(by_hand)
    assert invoice.shares_read == [0.0, usage.read * 2 / usage.prompt]
