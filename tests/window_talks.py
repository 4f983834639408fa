"""Agents' conversations in the shapes of three interfaces, with results large enough for windows to matter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from headroom.messages import read_messages
from tests.samples import Messages

WORDS = [
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "jetty",
    "knoll",
    "ledge",
    "mango",
    "north",
    "ocean",
    "plaza",
]


class WordCounter:
    """One token per word."""

    name = "words"
    is_exact = True

    def count_text(self, text: str) -> int:
        """Words of a text."""
        return len(text.split(" ")) if text else 0


def words(random: Random, count: int) -> str:
    """A text of so many words that says nothing twice."""
    return " ".join(f"{random.choice(WORDS)}{random.randrange(10_000)}" for _ in range(count))


def chat_round(calls: list[tuple[str, str, str]], turn: int) -> Messages:
    """OpenAI chat completions."""
    made = [
        {"id": call_id, "type": "function", "function": {"name": "lookup", "arguments": arguments}}
        for call_id, arguments, _ in calls
    ]
    answers = [{"role": "tool", "tool_call_id": call_id, "content": text} for call_id, _, text in calls]
    return [{"role": "assistant", "content": None, "tool_calls": made}, *answers]


def anthropic_round(calls: list[tuple[str, str, str]], turn: int) -> Messages:
    """Anthropic messages; every second turn the user says something beside the results."""
    made = [
        {"type": "tool_use", "id": call_id, "name": "lookup", "input": json.loads(arguments)}
        for call_id, arguments, _ in calls
    ]
    answers: list[dict[str, Any]] = [
        {"type": "tool_result", "tool_use_id": call_id, "content": text} for call_id, _, text in calls
    ]
    beside = [{"type": "text", "text": f"Go on with turn {turn}."}] if turn % 2 else []
    thinking = {"type": "thinking", "thinking": "Look it up.", "signature": "c2ln"}
    return [{"role": "assistant", "content": [thinking, *made]}, {"role": "user", "content": answers + beside}]


def responses_round(calls: list[tuple[str, str, str]], turn: int) -> Messages:
    """OpenAI Responses items, a reasoning item before the calls."""
    made = [
        {"type": "function_call", "call_id": call_id, "name": "lookup", "arguments": arguments}
        for call_id, arguments, _ in calls
    ]
    answers = [{"type": "function_call_output", "call_id": call_id, "output": text} for call_id, _, text in calls]
    return [{"type": "reasoning", "id": f"rs_{turn}", "summary": [], "encrypted_content": "c2ln"}, *made, *answers]


ROUNDS: dict[str, Callable[[list[tuple[str, str, str]], int], Messages]] = {
    "chat": chat_round,
    "anthropic": anthropic_round,
    "responses": responses_round,
}


def talk(shape: str, turns: int, seed: int = 0, *, same_ids: bool = False, result_words: int = 120) -> Messages:
    """A conversation of so many turns, the last of which waits for an answer.

    Args:
        same_ids: Whether each turn names its calls alike, as some gateways do.
        result_words: Words of a tool result, about.
    """
    random = Random(seed)
    messages: Messages = [] if shape == "anthropic" else [{"role": "system", "content": "You are a helpful agent."}]
    for turn in range(turns):
        messages.append({"role": "user", "content": f"Turn {turn}: {words(random, 8)}"})
        for step in range(random.randrange(3)):
            prefix = "call" if same_ids else f"call_{turn}"
            calls = [
                (f"{prefix}_{step}_{n}", json.dumps({"t": turn}), words(random, random.randrange(2 * result_words)))
                for n in range(random.randrange(1, 3))
            ]
            messages += ROUNDS[shape](calls, turn)
        messages.append({"role": "assistant", "content": f"Answer {turn}: {words(random, 12)}"})
    return [*messages, {"role": "user", "content": "What did we decide?"}]


def unmatched(messages: Messages) -> Counter[tuple[str, str]]:
    """Calls without an answer behind them and answers without a call before them, by id."""
    waiting: Counter[str] = Counter()
    orphans: Counter[tuple[str, str]] = Counter()
    for view in read_messages(messages):
        for part in {part.tool_call_id: part for part in view.parts if part.kind == "tool_result"}.values():
            call_id = part.tool_call_id or ""
            if waiting[call_id]:
                waiting[call_id] -= 1
            else:
                orphans["answer", call_id] += 1
        waiting.update(call.id or "" for call in view.tool_calls)
    return orphans + Counter({("call", call_id): count for call_id, count in waiting.items()})


def said(messages: Messages) -> list[str]:
    """What users and the model said, in order; not what tools answered."""
    return [part.text for view in read_messages(messages) for part in view.parts if part.kind == "text"]


def call_points(messages: Messages) -> list[int]:
    """The lengths at which the model was called, the whole conversation last."""
    made = [m.get("role") == "assistant" or m.get("type") in ("reasoning", "function_call") for m in messages]
    return [k for k in range(1, len(messages)) if made[k] and not made[k - 1]] + [len(messages)]
