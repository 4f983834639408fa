"""The calls of a recorded run, what their input costs under a provider's prefix cache, and what each could read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from headroom import count_tokens_text
from headroom_integrations.demo.bill import Terms, simulated_bill, wire_text
from headroom_integrations.notebook.ways import LEAST_CHARS, stands_in

Messages = Sequence[Mapping[str, Any]]


def model_calls(messages: Messages) -> list[list[Mapping[str, Any]]]:
    """The prompts of a recorded run: what stood before each answer of the model."""
    return [
        list(messages[:place]) for place, message in enumerate(messages) if place and message["role"] == "assistant"
    ]


def prompt_tokens(prompt: Messages) -> int:
    """Tokens of a prompt: texts, and names and arguments of calls, as o200k_base counts them, and 4 per message."""
    return sum(count_tokens_text(wire_text(message)) + 4 for message in prompt)


def input_bill(
    prompts: Iterable[Messages],
    *,
    write: float = 1.25,
    read: float = 0.10,
    least_tokens: int = 1024,
    fixed_tokens: int = 0,
    dollars_per_million: float | None = None,
) -> float:
    """What the input of all calls costs, in uncached tokens, or in dollars where a price is given.

    Each prompt is read from the cache as far as it repeats the one before it, message by message, and written to it
    from there on.

    Args:
        prompts: What each call sends, in order.
        write: Price of a token written to the cache, as a multiple of the uncached price.
        read: Price of a token read from it.
        least_tokens: Shortest prefix that is cached.
        fixed_tokens: Tokens before the messages of every prompt, such as the schema of an added tool.
        dollars_per_million: Uncached price of a million input tokens.
    """
    terms = Terms(write=write, read=read, min_tokens=least_tokens)
    units = simulated_bill(prompts, count_tokens_text, terms=terms, fixed_tokens=fixed_tokens)
    return units if dollars_per_million is None else units * dollars_per_million / 1_000_000


def facts_kept(messages: Messages, policy: Callable[[Messages], Messages]) -> float | None:
    """Of what the model copied from tool results into later calls: the share that it could still read then, 0 to 100.

    These are the strings among the arguments of its calls that stand in an earlier tool result.

    Args:
        messages: The run as it was.
        policy: What makes a prompt of the messages before a call.
    """
    kept = []
    for place, message in enumerate(messages):
        if needed := copied(message, messages[:place]):
            shown = "\n".join(wire_text(one) for one in policy(messages[:place]))
            kept += [stands_in(shown, string) for string in needed]
    return 100 * sum(kept) / len(kept) if kept else None


def copied(message: Mapping[str, Any], before: Messages) -> list[str]:
    """Strings of a message's calls that stand in an earlier tool result, and not in what a person said."""
    results = "\n".join(wire_text(one) for one in before if one["role"] == "tool")
    said = "\n".join(wire_text(one) for one in before if one["role"] == "user")
    strings = (
        text
        for call in message.get("tool_calls") or ()
        for text in strings_of(json.loads(call["function"]["arguments"] or "{}"))
    )
    return [text for text in strings if len(text) >= LEAST_CHARS and stands_in(results, text) and text not in said]


def strings_of(value: Any) -> Iterable[str]:
    """All strings within a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings_of(one)
