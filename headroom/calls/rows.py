"""What the ledger says of a call beside what was done to its messages: usage, dollars, rounds, hints."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headroom.calls.values import Usage
from headroom.catalog import estimate_cost
from headroom.messages import Message, texts_of
from headroom.results import CompressResult
from headroom.retrieval.tool import schema_tokens
from headroom.retrieval.tracker import by_retrieved
from headroom.transforms.contain import contain
from headroom.waste import block_breakdown, cache_alignment_score, measure_waste, stable_prefix_hash

if TYPE_CHECKING:
    from headroom.calls.call import Call

NOTHING_BILLED = {  # an estimate would show dollars saved where nothing came
    "cost_before": None,
    "cost_after": None,
    "tool_schema_tokens": 0,
    "cacheable_tokens": 0,
    "breakpoints_inserted": 0,
}
MESSAGE_TOKENS = 4  # around each message, about
LEAST_FACTOR, MOST_FACTOR = 0.5, 2.0  # of the provider's tokens to ours; beyond, the count is of something else


def is_unbilled(call: Call, error: str | None) -> bool:
    """Whether a call has failed and nothing is known to have been billed."""
    return error is not None and not call.rounds


def row_facts(call: Call, error: str | None) -> dict[str, Any]:
    """Fields of `RequestMetrics`."""
    result, total = call.result(), sum(call.rounds, Usage())
    is_known = bool(call.rounds) and len(call.rounds) == call.answered_rounds
    schema = schema_tokens(call.shape.tool_shape) if call.offers else 0
    further = sum(call.rounds[1:], Usage())
    return {
        **call.controls.labels,
        "stream": call.stream,
        "error": error or next((fault.removeprefix("failed_") for fault in call.faults), None),
        "tokens_output": total.output if is_known else None,
        "tokens_input_billed": total.input if is_known else None,
        "cached_tokens": total.cached if is_known else None,
        "written_tokens": total.written if is_known else None,
        "tool_schema_tokens": schema,
        "retrieve_rounds": max(call.answered_rounds - 1, 0),
        "retrieved_tokens": sum(answer.tokens for answer in call.given_back),
        "round_tokens": further.input + further.output if is_known else 0,
        "by_retrieved": by_retrieved(call.given_back),
        "semantic_cache_hit": call.from_cache,
        "duration_ms": 1000 * call.seconds,
        **dollars(call, result, schema),
        **waste_facts(call),
        **hint_facts(call),
        **(NOTHING_BILLED if is_unbilled(call, error) else {}),
    }


def waste_facts(call: Call) -> dict[str, Any]:
    """What the conversation is made of and wastes, as the caller gave it; each text is looked at once."""
    conversation = call.prepared.conversation if call.prepared else call.shape.conversation(call.given)
    engine = call.host.engine
    with contain("waste"):
        views = list(map(engine.pipeline.reader.read, conversation or []))
        return {
            "block_breakdown": {**block_breakdown(views, engine.counter), **tools_breakdown(call)},
            "waste_signals": measure_waste(views, counter=engine.counter).to_dict(),
            "stable_prefix_hash": stable_prefix_hash(views),
            "cache_alignment_score": cache_alignment_score(views),
            "messages_hash": messages_hash(views, engine.config.secret.get_secret_value()),
        }
    return {}


def tools_breakdown(call: Call) -> dict[str, int]:
    """Tokens of the caller's tools, where there are any."""
    tokens = call.prepared.tools_tokens if call.prepared else 0
    return {"tools": tokens} if tokens else {}


def messages_hash(views: Sequence[Message], secret: str) -> str:
    """16 hex digits over lengths and both ends of all texts: equal for equal conversations, and quick."""
    found = hmac.new(secret.encode("utf-8", "surrogatepass") or b"headroom", digestmod="sha256")
    for view in views:
        for text in texts_of(view):
            found.update(f"{view.role}\0{len(text)}\0{text[:64]}\0{text[-64:]}\0".encode("utf-8", "surrogatepass"))
    return found.hexdigest()[:16]


def dollars(call: Call, result: CompressResult, schema: int) -> dict[str, float | None]:
    """Cost before, after and of the output.

    Before is a counterfactual: the first request with the saved tokens in it and without our tool, of which as large
    a share was read from and written to the cache as of the request that was sent.
    """
    if call.from_cache:
        whole = cost(result.model, Usage(input=result.tokens_before))
        return {"cost_before": whole, "cost_after": None if whole is None else 0.0, "cost_output": 0.0}
    if not call.rounds or not call.rounds[0].input or len(call.rounds) != call.answered_rounds:
        return {}
    first, total = call.rounds[0], sum(call.rounds, Usage())
    saved = (result.tokens_before - result.tokens_after) * factor(first, result, call) - schema
    share = max(1 + saved / first.input, 0.0)
    scaled = Usage(input=round(first.input * share), cached=round(first.cached * share))
    scaled = Usage(input=scaled.input, cached=scaled.cached, written=round(first.written * share))
    after = sums([cost(result.model, Usage(input=u.input, cached=u.cached, written=u.written)) for u in call.rounds])
    return {
        "cost_before": cost(result.model, scaled),
        "cost_after": after,
        "cost_output": cost(result.model, Usage(output=total.output)),
    }


def factor(first: Usage, result: CompressResult, call: Call) -> float:
    """The provider's tokens per one of ours, seen in the request that was sent."""
    tools = call.prepared.tools_tokens if call.prepared else 0
    ours = result.tokens_after + MESSAGE_TOKENS * len(result.messages) + tools
    return min(max(first.input / ours, LEAST_FACTOR), MOST_FACTOR) if ours else 1.0


def cost(model: str, usage: Usage) -> float | None:
    """Dollars of some tokens; None where no price is known."""
    if not model:
        return None
    return estimate_cost(usage.input, usage.output, model, cached_tokens=usage.cached, written_tokens=usage.written)


def sums(amounts: Sequence[float | None]) -> float | None:
    """Their sum; None where one is not known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def hint_facts(call: Call) -> dict[str, Any]:
    """What the cache was told."""
    hinted = call.prepared.hinted if call.prepared else None
    if hinted is None or not hinted.strategy:
        return {}
    return {
        "cache_optimizer_used": getattr(call.host.optimizer, "name", type(call.host.optimizer).__name__),
        "cache_optimizer_strategy": hinted.strategy,
        "cacheable_tokens": hinted.cacheable_tokens,
        "breakpoints_inserted": hinted.breakpoints,
    }
