"""What the demo measures: a real chain over every model call of a run, with exact forms and with the retrieve tool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from headroom.api import retrieve
from headroom.errors import ValidationError
from headroom.results import CompressResult, Note
from headroom_integrations.demo.bill import simulated_bill, text_of

TOOL_TOKENS = 120  # ceiling of the retrieve tool's schema (law 2), paid in every call
SHOWN_TARGET_TOKENS = 250  # for runs without a result above `select_above_tokens`


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to compress a run.

    Attributes:
        result: What was done to the whole conversation.
        saved: Saved tokens of the whole conversation: `exact`, `reachable`, `unreachable`.
        bill: Simulated input bill of all model calls, in uncached input tokens.
        target_tokens: The limit that was set, or None.
    """

    result: CompressResult = field(repr=False)
    saved: dict[str, int]
    bill: float
    target_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """One original that was asked for again."""

    handle: str
    tool: str
    tokens: int
    is_identical: bool
    marker: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything the demo shows.

    Attributes:
        calls: Model calls of the run.
        bill_before: Its simulated input bill as it was.
        largest_exact_tokens: Size of the largest tool result after exact forms.
        select_above_tokens: Size from which leaving out starts by itself.
    """

    calls: int
    bill_before: float
    exact: Variant
    offered: Variant
    largest_exact_tokens: int
    select_above_tokens: int
    retrieved: Retrieved | None


def measure(messages: list[dict[str, Any]], store_url: str) -> Figures:
    """Send every model call of a run through a chain, and simulate the bill.

    Args:
        messages: The run, in OpenAI's shape.
        store_url: Where the rows of the calls with exact forms go.
    """
    from headroom_integrations import HeadroomCompressor

    step = HeadroomCompressor(store_url=store_url)
    counter = step.engine.counter
    prompts = [messages[:place] for place in call_places(messages)]
    exact = variant(prompts, messages, step)
    limit = step.engine.config.select_above_tokens
    largest = max((note.tokens_exact for note in exact.result.notes), default=0)
    target = None if largest > limit else SHOWN_TARGET_TOKENS
    offering = HeadroomCompressor(store_url="memory://demo", retrieval="tool", target_tokens=target)
    offered = variant(prompts, messages, offering, fixed_tokens=TOOL_TOKENS)
    return Figures(
        calls=len(prompts),
        bill_before=simulated_bill(prompts, counter.count_text),
        exact=exact,
        offered=offered,
        largest_exact_tokens=largest,
        select_above_tokens=limit,
        retrieved=retrieved(offered.result, messages, counter.count_text),
    )


def call_places(messages: Sequence[dict[str, Any]]) -> list[int]:
    """Positions of the model's answers: each was made from what stands before it."""
    return [place for place, message in enumerate(messages) if place and message.get("role") == "assistant"]


def variant(
    prompts: Sequence[list[dict[str, Any]]], messages: list[dict[str, Any]], step: Any, fixed_tokens: int = 0
) -> Variant:
    """All calls of the run through `load | step`, as a chain has them."""
    from langchain_core.runnables import RunnableLambda

    chain = RunnableLambda(load) | step
    sent = [with_contents(prompt, chain.invoke(prompt)) for prompt in prompts]
    result = step.simulate(load(messages))
    bill = simulated_bill(sent, step.engine.counter.count_text, fixed_tokens=fixed_tokens)
    return Variant(result=result, saved=result.savings_by_reach, bill=bill, target_tokens=step.target_tokens)


def load(prompt: Sequence[dict[str, Any]]) -> list[Any]:
    """Messages as LangChain has them.

    Raises:
        ValidationError: LangChain does not take one of them.
    """
    from langchain_core.messages import convert_to_messages

    try:
        return list(convert_to_messages([{**message, "content": message.get("content") or ""} for message in prompt]))
    except (ValueError, KeyError, TypeError, NotImplementedError) as error:
        name = type(error).__name__
        raise ValidationError(f"LangChain cannot read these messages: {name}", field="conversation") from None


def with_contents(prompt: Sequence[dict[str, Any]], sent: Sequence[Any]) -> list[dict[str, Any]]:
    """`prompt` with the contents that LangChain's messages have now."""
    return [{**old, "content": new.content} for old, new in zip(prompt, sent, strict=True)]


def retrieved(
    result: CompressResult, messages: list[dict[str, Any]], count_text: Callable[[str], int]
) -> Retrieved | None:
    """The largest original of which something was left out, asked for again; None where nothing was."""
    left_out = [note for note in result.notes if note.handle]
    if not left_out:
        return None
    note = max(left_out, key=lambda note: note.tokens_before)
    original = text_of(messages[note.message_index].get("content"))
    back = retrieve(str(note.handle), messages=messages).text
    marker = text_of(result.messages[note.message_index]["content"]).rpartition("\n")[2]
    return Retrieved(
        handle=str(note.handle),
        tool=note.tool or "",
        tokens=count_text(back),
        is_identical=back == original,
        marker=marker,
    )


def as_json(figures: Figures) -> dict[str, Any]:
    """All figures without texts."""
    return {
        "model_calls": figures.calls,
        "bill_before": round(figures.bill_before, 1),
        "largest_exact_tokens": figures.largest_exact_tokens,
        "select_above_tokens": figures.select_above_tokens,
        "exact": variant_json(figures.exact),
        "retrieve_tool_offered": variant_json(figures.offered),
        "retrieved": figures.retrieved
        and {
            "handle": figures.retrieved.handle,
            "tokens": figures.retrieved.tokens,
            "identical": figures.retrieved.is_identical,
        },
    }


def variant_json(variant: Variant) -> dict[str, Any]:
    """One variant without texts."""
    return {
        "tokens_before": variant.result.tokens_before,
        "tokens_after": variant.result.tokens_after,
        "saved": variant.saved,
        "bill": round(variant.bill, 1),
        "target_tokens": variant.target_tokens,
        "tool_messages": [note_json(note) for note in variant.result.notes],
    }


def note_json(note: Note) -> dict[str, Any]:
    """One note, with what was saved."""
    return {**asdict(note), "tokens_saved": note.tokens_saved}
