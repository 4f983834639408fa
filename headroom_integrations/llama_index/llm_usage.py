"""What a provider billed for an answer, and why it ended, as LlamaIndex's integrations pass it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.anthropic_messages import anthropic_usage
from headroom.calls.google_content import google_usage
from headroom.calls.openai_chat import chat_usage
from headroom.calls.sums import listing, summed
from headroom.calls.values import Usage, field_of, number, with_fields

USAGES = ("usage", "usage_metadata")
"""Where a provider's own answer holds its usage."""
PROMPT = ("prompt_tokens", "prompt_eval_count")
OUTPUT = ("completion_tokens", "eval_count")
STOPS = ("delta", "messageStop")
"""Parts of an event of a stream that say why it ends."""
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
ROUNDS = "headroom_rounds"
"""Key beside an answer that lists the usage of each request, where there was more than one."""


def usage_of(response: Any) -> Usage | None:
    """Tokens of a `ChatResponse` as its provider counted them; None where nothing says."""
    raw = getattr(response, "raw", None)
    name = usage_name(raw)
    found = None if name is None else read(field_of(raw, name))
    if found is None and raw is not None:
        found = counted(raw)  # Ollama counts beside the answer
    return found or counted(getattr(response, "additional_kwargs", None) or {})


def usage_name(raw: Any) -> str | None:
    """The field of a provider's answer that holds its usage."""
    return next((name for name in USAGES if field_of(raw, name) is not None), None)


def read(usage: Any) -> Usage | None:
    """Usage in the words of OpenAI (both APIs), Anthropic, Google or Bedrock; None for others, and where all is 0."""
    if number(usage, "prompt_token_count"):
        return google_usage(usage)
    if number(usage, "prompt_tokens"):
        return chat_usage(usage)
    if field_of(usage, "input_tokens_details") is not None:
        return responses_usage(usage)
    if any(number(usage, name) for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")):
        return anthropic_usage(usage)
    return bedrock_usage(usage) if number(usage, "inputTokens") or number(usage, "cacheReadInputTokens") else None


def responses_usage(usage: Any) -> Usage:
    """OpenAI's Responses."""
    cached = number(field_of(usage, "input_tokens_details"), "cached_tokens")
    return Usage(input=number(usage, "input_tokens"), cached=cached, output=number(usage, "output_tokens"), raw=usage)


def bedrock_usage(usage: Any) -> Usage:
    """Bedrock's Converse: what was read or written stands beside the input."""
    cached, written = number(usage, "cacheReadInputTokens"), number(usage, "cacheWriteInputTokens")
    plain, output = number(usage, "inputTokens"), number(usage, "outputTokens")
    return Usage(input=plain + cached + written, cached=cached, written=written, output=output, raw=usage)


def counted(facts: Any) -> Usage | None:
    """Counts without further detail; where the cache is told, it stands beside the prompt (Bedrock)."""
    prompt = next((number(facts, name) for name in PROMPT if number(facts, name)), 0)
    output = next((number(facts, name) for name in OUTPUT if number(facts, name)), 0)
    cached, written = number(facts, "cache_read_input_tokens"), number(facts, "cache_creation_input_tokens")
    whole = prompt + cached + written
    return Usage(input=whole, cached=cached, written=written, output=output) if whole else None


def with_usage(response: Any, rounds: Sequence[Usage]) -> Any:
    """A copy of an answer that says the sums of all rounds, wherever it says a usage, and lists the rounds."""
    more = {**response.additional_kwargs, ROUNDS: [listing(one) for one in rounds]}
    total = sum(rounds, Usage())
    sums = {"prompt_tokens": total.input, "completion_tokens": total.output}
    sums["total_tokens"] = total.input + total.output
    more |= {name: sums[name] for name in COUNTS if name in more}
    update: dict[str, Any] = {"additional_kwargs": more}
    name = usage_name(response.raw)
    if name is not None and (isinstance(response.raw, Mapping) or hasattr(response.raw, "model_copy")):
        update["raw"] = with_fields(response.raw, **{name: summed(field_of(response.raw, name), rounds)})
    return response.model_copy(update=update)


def stop_reason(response: Any) -> str | None:
    """Why an answer ended, in the provider's word and small letters; None where it does not say."""
    raw = response.raw
    places = [raw, *(field_of(raw, name) for name in STOPS), response.message.additional_kwargs]
    for name in ("choices", "candidates"):
        several = field_of(raw, name)
        places += several[:1] if isinstance(several, list) else []
    for place in places:
        for name in ("finish_reason", "stop_reason", "stopReason", "done_reason"):
            found = field_of(place, name)
            text = getattr(found, "name", found)  # Google has an enumeration
            if isinstance(text, str) and text:
                return text.encode("ascii", "replace").lower().decode("ascii")
    status = field_of(raw, "status")  # of Responses: `completed`, `incomplete`
    return status if isinstance(status, str) else None
