"""What the events of a call say of its usage: at its end, or in pieces on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from headroom.calls.values import field_of, number
from headroom_integrations._observed import Reply, Usage
from headroom_integrations.llama_index.llm_usage import usage_name, usage_of

BEGINS = "message"
"""Field of the first piece of an Anthropic stream that holds the usage of the prompt."""
DETAILS = ("completion_tokens_details", "output_tokens_details")
MODELS = ("model", "model_name", "model_id")
NEVER = Reply()


def reply_of(response: Any) -> Reply:
    """What one answer, or one piece of it, says of usage and model."""
    if response is None:
        return NEVER
    raw = getattr(response, "raw", None)
    found, within = usage_of(response), field_of(raw, BEGINS)
    if found is None and usage_name(within) is not None:
        found = usage_of(Piece(within))
    return Reply(usage=as_usage(found) or output_only(raw), model=model_of(raw) or model_of(within))


def as_usage(found: Any) -> Usage | None:
    """Usage as observers count it, with the thinking among the output."""
    if found is None:
        return None
    reasoning = reasoning_of(found.raw)
    return Usage(
        input=found.input, output=found.output, cached=found.cached, written=found.written, reasoning=reasoning
    )


def output_only(raw: Any) -> Usage | None:
    """What the last pieces of an Anthropic stream say, where they say nothing of the prompt."""
    output = number(field_of(raw, "usage"), "output_tokens")
    return Usage(output=output) if output else None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer, as if it were one."""

    raw: Any
    additional_kwargs: Any = None


def reasoning_of(usage: Any) -> int:
    """Tokens of thinking among those of the output."""
    within = max((number(field_of(usage, name), "reasoning_tokens") for name in DETAILS), default=0)
    return within or number(usage, "thoughts_token_count")


def model_of(facts: Any) -> str:
    """Name of the model that an answer or the settings of a model say, or ""."""
    found = next((field_of(facts, name) for name in MODELS if isinstance(field_of(facts, name), str)), "")
    return found if isinstance(found, str) else ""


@dataclass(slots=True)
class StreamUsage:
    """The usage of a stream: pieces may say it at the end, at both ends, or again and again as sums."""

    reply: Reply = NEVER

    def add(self, piece: Reply) -> None:
        """One more piece."""
        self.reply = self.with_last(piece)

    def with_last(self, piece: Reply) -> Reply:
        """All pieces and another one: the largest of each figure."""
        model = piece.model or self.reply.model
        if piece.usage is None or self.reply.usage is None:
            return replace(piece, usage=piece.usage or self.reply.usage, model=model)
        both = (piece.usage, self.reply.usage)
        largest = {name: max(getattr(one, name) for one in both) for name in FIGURES}
        return replace(piece, usage=Usage(**largest), model=model)


FIGURES: Mapping[str, Any] = Usage.__dataclass_fields__
