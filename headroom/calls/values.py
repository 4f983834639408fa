"""What calls of every API have in common: usage, the model's tool calls, and what was held back of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider counted them.

    Attributes:
        input: All tokens of the prompt, however cached.
        cached: Of these, read from the provider's cache.
        written: Of these, written to it.
        output: Tokens of the answer, reasoning included.
        raw: What the provider said; None for a sum.
    """

    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    raw: Any = field(default=None, repr=False, compare=False)

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input=self.input + other.input,
            cached=self.cached + other.cached,
            written=self.written + other.written,
            output=self.output + other.output,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One tool call within an answer.

    Attributes:
        id: What its result refers to, made different from those of the other calls where a server repeats it; "" for
            a call that a caller's messages are not searched for.
        name: Name of the tool.
        arguments: As JSON text.
        place: Position among the calls (or blocks, or items) of the answer, from 0.
        raw: The call as a plain dict, as the API takes it back.
    """

    id: str
    name: str
    arguments: str = field(default="", repr=False)
    place: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Retrieve calls that were taken out of an answer, and what they were answered with (R25).

    Attributes:
        calls: The calls, by their place.
        answers: Call id to the text that answers it.
    """

    calls: tuple[ModelCall, ...]
    answers: Mapping[str, str] = field(repr=False)

    @property
    def chars(self) -> int:
        """Memory it takes, about."""
        return sum(len(text) for text in self.answers.values()) + 500 * len(self.calls)


def field_of(thing: Any, name: str) -> Any:
    """A field of an SDK object or a dict; None where it has none."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def number(thing: Any, name: str) -> int:
    """A count; 0 where there is none."""
    found = field_of(thing, name)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def names_in(thing: Any) -> list[str]:
    """Names of the fields of an SDK object or a dict; none for anything else."""
    if isinstance(thing, Mapping):
        return list(thing)
    fields = getattr(type(thing), "model_fields", None)
    return [*fields, *(getattr(thing, "model_extra", None) or ())] if isinstance(fields, Mapping) else []


def sound_arguments(text: Any) -> str:
    """Arguments of a call of ours as servers take them back: some refuse a request that holds broken JSON."""
    try:
        return text if isinstance(json.loads(text), dict) else "{}"
    except (TypeError, ValueError, RecursionError):
        return "{}"


OPENAI_CUTS = ("length", "content_filter", "incomplete", "failed", "cancelled")
ANTHROPIC_CUTS = ("max_tokens", "model_context_window_exceeded", "refusal", "pause_turn")
GOOGLE_CUTS = (
    "safety",
    "recitation",
    "language",
    "other",
    "blocklist",
    "prohibited_content",
    "spii",
    "malformed_function_call",
    "unexpected_tool_call",
    "too_many_tool_calls",
    "image_safety",
    "image_prohibited_content",
    "image_recitation",
    "image_other",
    "no_image",
    "continuation",
)
CUT = frozenset((*OPENAI_CUTS, *ANTHROPIC_CUTS, *GOOGLE_CUTS))
"""Why an answer ends where it is not the model that ended it, in small letters; Google writes capitals."""


def is_cut(answer: Any) -> bool:
    """Whether an answer stopped before the model was done with it: then its calls are not to be answered."""
    reasons = [field_of(answer, "stop_reason"), field_of(answer, "status")]
    for name in ("choices", "candidates"):
        several = field_of(answer, name)
        first = several[0] if isinstance(several, (list, tuple)) and several else None
        reasons.append(field_of(first, "finish_reason"))
    return any(isinstance(reason, str) and reason.lower() in CUT for reason in reasons)


def plain_dict(thing: Any, *without: str) -> dict[str, Any]:
    """An SDK object or dict as a dict of its own, as the API takes it back: what was not said is not there."""
    if isinstance(thing, Mapping):
        found = dict(thing)
    else:
        found = dict(thing.model_dump(exclude_unset=True))
    return {name: value for name, value in found.items() if name not in without}


def with_fields(thing: Any, **values: Any) -> Any:
    """A copy of an SDK object or dict with other values; all else is shared."""
    if isinstance(thing, Mapping):
        return {**thing, **values}
    return thing.model_copy(update=values)
