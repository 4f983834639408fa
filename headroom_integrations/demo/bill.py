"""The simulated input bill of an agent run under a provider's prefix cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MESSAGE_TOKENS = 4  # what a message costs besides its text


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Prices of input tokens, as multiples of the uncached price, and the shortest prefix that is cached."""

    write: float = 1.25
    read: float = 0.10
    min_tokens: int = 1024


def simulated_bill(
    prompts: Iterable[Sequence[Mapping[str, Any]]],
    count_text: Callable[[str], int],
    *,
    terms: Terms | None = None,
    fixed_tokens: int = 0,
) -> float:
    """Price of all prompts of a run, in uncached input tokens.

    Each prompt is read from the cache as far as it repeats the one before it, message by message, and written to the
    cache from there on. Tool schemas are the same in every variant and not counted, but for `fixed_tokens`.

    Args:
        prompts: What each model call sends, in order.
        count_text: Tokens of a text.
        terms: The provider's; None takes 1.25 to write, 0.10 to read, from 1024 tokens on.
        fixed_tokens: Tokens before the messages of every prompt, such as the schema of an added tool.
    """
    terms = terms or Terms()
    total = 0.0
    before: Sequence[Mapping[str, Any]] | None = None
    for prompt in prompts:
        sizes = [count_text(wire_text(message)) + MESSAGE_TOKENS for message in prompt]
        whole = fixed_tokens + sum(sizes)
        kept = 0 if before is None else fixed_tokens + sum(sizes[: same_length(before, prompt)])
        cached = kept if kept >= terms.min_tokens else 0
        total += cached * terms.read + (whole - cached) * (terms.write if whole >= terms.min_tokens else 1.0)
        before = prompt
    return total


def same_length(before: Sequence[Any], now: Sequence[Any]) -> int:
    """How many messages at the start of both are equal."""
    pairs = zip(before, now, strict=False)
    return next((place for place, (old, new) in enumerate(pairs) if old != new), min(len(before), len(now)))


def wire_text(message: Mapping[str, Any]) -> str:
    """What a provider counts of a message: its text, and names and arguments of its calls."""
    calls = [call.get("function") or {} for call in message.get("tool_calls") or ()]
    named = (f"{call.get('name', '')} {call.get('arguments', '')}" for call in calls)
    return "\n".join([text_of(message.get("content")), *named])


def text_of(content: Any) -> str:
    """Text of a message's content."""
    if isinstance(content, list):
        return "\n".join(str(block.get("text", "")) for block in content if isinstance(block, dict))
    return content if isinstance(content, str) else ""
