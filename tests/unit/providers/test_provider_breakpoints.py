"""Marks of Anthropic's prompt cache: where they stand, what they never touch, and what they earn."""

from __future__ import annotations

import copy
import json
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.providers import AnthropicProvider, Hinted
from tests.unit.providers.anthropic_cache import AnthropicCache, Usage

MODEL = "claude-sonnet-4-5"  # caches from 1,024 tokens on
MINIMUM = 1024
MARK = {"type": "ephemeral"}
PROVIDER = AnthropicProvider()
Arguments = dict[str, Any]

TOOLS = [
    {"name": f"tool_{n}", "description": "Looks something up. " * 40, "input_schema": {"type": "object"}}
    for n in range(4)
]
SYSTEM = "You are careful and answer briefly. " * 200


def hint(arguments: Arguments, model: str = MODEL) -> Hinted:
    return PROVIDER.cache_hints(arguments, model=model)


def text(words: int, seed: int = 0) -> str:
    random = Random(seed)
    return " ".join(random.choice(("amber", "basin", "cedar", "delta", "ember", "fjord")) for _ in range(words))


def turn(number: int, calls: int, words: int = 60) -> list[dict[str, Any]]:
    """The model calls tools at the same time, and they answer."""
    ids = [f"call_{number}_{n}" for n in range(calls)]
    uses = [{"type": "tool_use", "id": one, "name": "tool_1", "input": {"q": one}} for one in ids]
    said = [{"type": "text", "text": f"Step {number}."}, *uses]
    results = [{"type": "tool_result", "tool_use_id": one, "content": text(words, hash_of(one))} for one in ids]
    return [{"role": "assistant", "content": said}, {"role": "user", "content": results}]


def hash_of(name: str) -> int:
    return sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 1_000_003


def conversation(turns: int, calls: int = 1) -> Arguments:
    messages: list[dict[str, Any]] = [{"role": "user", "content": text(300)}]
    for number in range(turns):
        messages += turn(number, calls)
    return {"model": MODEL, "max_tokens": 100, "system": SYSTEM, "tools": TOOLS, "messages": messages}


def marked(arguments: Any) -> list[str]:
    """Where marks stand: `tools.3`, `system.0`, `messages.2.0`."""
    found = [f"tools.{at}" for at, tool in enumerate(arguments.get("tools") or []) if "cache_control" in tool]
    system = arguments.get("system") or []
    found += [f"system.{at}" for at, one in enumerate(system) if isinstance(one, dict) and "cache_control" in one]
    for number, message in enumerate(arguments["messages"]):
        if isinstance(message["content"], list):
            found += [f"messages.{number}.{at}" for at, b in enumerate(message["content"]) if "cache_control" in b]
    return found


def test_tools_system_and_the_ends_of_the_last_two_requests_are_marked() -> None:
    arguments = conversation(3)

    hinted = hint(arguments)

    assert marked(hinted.arguments) == ["tools.3", "system.0", "messages.4.0", "messages.6.0"]
    assert (hinted.strategy, hinted.breakpoints) == ("breakpoints", 4)
    assert hinted.cacheable_tokens > MINIMUM


def test_before_the_first_answer_nothing_is_marked() -> None:
    arguments = conversation(0)

    assert hint(arguments) == Hinted(arguments)
    assert hint(arguments).arguments is arguments


def test_nothing_of_the_caller_is_changed_and_what_has_no_mark_is_the_same_object() -> None:
    arguments = conversation(3)
    before = copy.deepcopy(arguments)

    hinted = hint(arguments).arguments

    assert arguments == before
    assert hinted is not arguments
    for at in (0, 1, 2, 3, 5):
        assert hinted["messages"][at] is arguments["messages"][at]
    assert hinted["tools"][0] is arguments["tools"][0]


def without_marks(arguments: Any) -> Any:
    """The request as the cache reads it."""
    bare = json.loads(json.dumps(arguments))
    if isinstance(bare.get("system"), list):
        bare["system"] = "".join(block["text"] for block in bare["system"])
    for message in bare["messages"]:
        if isinstance(message["content"], list):
            for block in message["content"]:
                block.pop("cache_control", None)
            if [block["type"] for block in message["content"]] == ["text"]:
                message["content"] = message["content"][0]["text"]
    for tool in bare.get("tools") or []:
        tool.pop("cache_control", None)
    return bare


@given(turns=st.integers(0, 5), calls=st.integers(1, 12))
def test_without_its_marks_a_request_says_what_it_said(turns: int, calls: int) -> None:
    arguments = conversation(turns, calls)

    assert without_marks(hint(arguments).arguments) == without_marks(arguments)


def test_a_prefix_below_the_minimum_of_the_model_gets_no_mark() -> None:
    arguments = {**conversation(1), "system": "Be brief.", "tools": []}

    assert hint(arguments).arguments is arguments
    assert marked(hint(arguments, "claude-opus-5").arguments) == ["messages.2.0"]  # it caches from 512 on


def test_a_model_that_is_not_known_to_cache_gets_no_mark() -> None:
    arguments = conversation(3)

    assert hint(arguments, "claude-2.1").arguments is arguments
    assert hint(arguments, "kimi-k2").arguments is arguments


def test_marks_can_be_switched_off() -> None:
    arguments = conversation(3)

    hinted = AnthropicProvider(enable_cache_control=False).cache_hints(arguments, model=MODEL)

    assert hinted == Hinted(arguments)


def test_who_marks_a_message_steers_the_cache_himself() -> None:
    arguments = conversation(3)
    arguments["messages"][2]["content"][0]["cache_control"] = MARK

    assert hint(arguments).arguments is arguments


def test_a_mark_within_a_tool_result_counts_too() -> None:
    arguments = conversation(3)
    arguments["messages"][2]["content"][0]["content"] = [{"type": "text", "text": "here", "cache_control": MARK}]

    assert hint(arguments).arguments is arguments


@pytest.mark.parametrize(
    "automatic", [{"cache_control": MARK}, {"extra_body": {"cache_control": MARK}}], ids=["argument", "extra_body"]
)
def test_automatic_marks_of_anthropic_are_left_to_do_their_work(automatic: Arguments) -> None:
    arguments = {**conversation(3), **automatic}

    assert hint(arguments).arguments is arguments


def test_marks_on_system_and_tools_stay_as_they_are_and_the_ends_are_added() -> None:
    hour = {"type": "ephemeral", "ttl": "1h"}
    arguments = {**conversation(3), "system": [{"type": "text", "text": SYSTEM, "cache_control": hour}]}

    hinted = hint(arguments)

    assert marked(hinted.arguments) == ["system.0", "messages.4.0", "messages.6.0"]
    assert hinted.arguments["system"] is arguments["system"]
    assert hinted.breakpoints == 2


@given(own=st.integers(0, 6), turns=st.integers(1, 4))
def test_there_are_never_more_than_four_marks_of_which_those_of_the_caller_stay(own: int, turns: int) -> None:
    blocks = [{"type": "text", "text": SYSTEM, **({"cache_control": MARK} if at < own else {})} for at in range(6)]
    arguments = {**conversation(turns), "system": blocks}

    hinted = hint(arguments)

    assert len(marked(hinted.arguments)) <= max(4, own)
    assert set(marked(arguments)) <= set(marked(hinted.arguments))
    assert len(marked(hinted.arguments)) == len(marked(arguments)) + hinted.breakpoints


def test_reasoning_and_empty_texts_are_passed_over() -> None:
    arguments = conversation(1)
    arguments["messages"][2]["content"] += [{"type": "text", "text": " \n"}, {"type": "odd"}, {"type": "thinking"}]

    assert marked(hint(arguments).arguments)[-1] == "messages.2.0"


def test_an_answer_that_the_model_is_to_continue_is_not_marked() -> None:
    arguments = conversation(2)
    arguments["messages"].append({"role": "assistant", "content": "The answer is ("})

    assert marked(hint(arguments).arguments)[-2:] == ["messages.2.0", "messages.4.0"]


def test_tools_that_are_loaded_later_carry_no_mark() -> None:
    late = {**TOOLS[0], "name": "late", "defer_loading": True}
    arguments = {**conversation(1), "tools": [*TOOLS, late]}

    assert marked(hint(arguments).arguments)[0] == "tools.3"


def test_blocks_of_the_sdk_are_read_and_never_changed() -> None:
    types = pytest.importorskip("anthropic.types")
    arguments = conversation(2)
    said = types.TextBlock(type="text", text="Done.", citations=None)
    arguments["messages"][3] = {"role": "assistant", "content": [said]}

    hinted = hint(arguments).arguments

    assert hinted["messages"][3]["content"][0] is said
    assert marked(hint(arguments).arguments | {"messages": [hinted["messages"][4]]})[-1] == "messages.0.0"


ODD = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "text", "cache_control", "tools", "defer_loading"]),
            inner | st.sampled_from(["assistant", "user", "text", "tool_result"]),
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(messages=ODD, system=ODD, tools=ODD)
def test_odd_arguments_never_raise(messages: Any, system: Any, tools: Any) -> None:
    answered = [{"role": "assistant", "content": SYSTEM}, {"role": "user", "content": messages}]
    for given_messages in (messages, answered):
        arguments = {"messages": given_messages, "system": system, "tools": tools}
        before = repr(arguments)

        hint(arguments)

        assert repr(arguments) == before


# What it earns: runs against the cache as it is documented.


def careful(arguments: Arguments) -> Arguments:
    """What the documentation shows: a mark on the system text and one on the newest block, from the first call on."""
    messages = copy.deepcopy(arguments["messages"])
    if isinstance(messages[-1]["content"], str):
        messages[-1]["content"] = [{"type": "text", "text": messages[-1]["content"]}]
    messages[-1]["content"][-1]["cache_control"] = MARK
    return {**arguments, "system": [{"type": "text", "text": SYSTEM, "cache_control": MARK}], "messages": messages}


def run(calls_by_turn: list[int]) -> tuple[list[Usage], list[Usage], list[Usage]]:
    """The bills of a conversation with our marks, with those of a careful user, and with none."""
    ours, his, none = (AnthropicCache(MINIMUM) for _ in range(3))
    arguments = conversation(0)
    bills: tuple[list[Usage], list[Usage], list[Usage]] = ([], [], [])
    for number, calls in enumerate([0, *calls_by_turn]):
        arguments = {**arguments, "messages": arguments["messages"] + (turn(number, calls) if calls else [])}
        bills[0].append(ours.send(hint(arguments).arguments))
        bills[1].append(his.send(careful(arguments)))
        bills[2].append(none.send(arguments))
    return bills


def share(bills: list[Usage]) -> float:
    return sum(bill.read for bill in bills) / sum(bill.total for bill in bills)


def test_over_40_turns_each_call_reads_at_least_what_a_careful_user_reads() -> None:
    ours, his, _ = run([1] * 40)

    assert ours[0].written == 0  # nothing is paid for before the model has answered
    assert all(mine.share_read >= other.share_read for mine, other in zip(ours[2:], his[2:], strict=True))
    assert share(ours) > 0.9


def test_with_many_parallel_calls_a_careful_user_reads_his_system_text_only_and_we_read_all() -> None:
    ours, his, none = run([12] * 40)

    assert all(mine.share_read >= other.share_read for mine, other in zip(ours[2:], his[2:], strict=True))
    assert share(his) < 0.2
    assert share(ours) > 0.9
    assert sum(bill.cost for bill in ours) < 0.2 * sum(bill.cost for bill in none)
    assert sum(bill.cost for bill in ours) < 0.2 * sum(bill.cost for bill in his)


@given(st.lists(st.integers(1, 15), min_size=2, max_size=8))
def test_each_call_reads_all_that_the_one_before_it_sent(calls_by_turn: list[int]) -> None:
    ours, _, _ = run(calls_by_turn)

    for before, after in pairwise(ours[1:]):
        assert after.read == before.total


def test_a_newest_message_that_is_decorated_in_each_call_costs_no_more_than_that_message() -> None:
    cache = AnthropicCache(MINIMUM)
    bills = []
    for turns in range(1, 12):
        arguments = conversation(turns, 3)
        arguments["messages"][-1]["content"].append({"type": "text", "text": f"Reminder {turns}: be brief."})
        bills.append(cache.send(hint(arguments).arguments))

    for before, after in pairwise(bills[1:]):
        assert after.read > 0.75 * before.total


def test_a_conversation_of_one_call_costs_what_it_would_without_us() -> None:
    arguments = conversation(0)

    bill = AnthropicCache(MINIMUM).send(hint(arguments).arguments)

    assert bill.cost == bill.total == bill.plain
