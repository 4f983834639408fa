"""What stays of a mixed text: what matters of each of its documents, everything around them whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from headroom.compressors.limits import Limits, Selector, filled_by
from headroom.compressors.mixed_parts import Part, joined
from headroom.compressors.mixed_places import for_whole
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

LEAST_TOKENS = 200  # of a part worth shortening


@runtime_checkable
class MixedSelector(Protocol):
    """The compressor of mixed texts, which knows how deep it is."""

    def select_within(
        self, text: str, exact: CompressionResult, limits: Limits, context: str, depth: int
    ) -> CompressionResult:
        """What matters of a document that stands in `depth` others."""
        ...


def select_parts(
    text: str,
    parts: Sequence[Part],
    exact: CompressionResult,
    limits: Limits,
    counter: TokenCounter,
    question: str,
    depth: int,
) -> CompressionResult:
    """Each part with what matters of it; `exact` where that would not be shorter."""
    chosen = chosen_parts(text, parts, exact, limits, question, depth)
    if not any(made.change == "left_out" for made in chosen):
        return exact
    shown = [placed(text, part, made, limits) for part, made in zip(parts, chosen, strict=True)]
    body = joined(text, parts, shown)
    size = counter.count_text(body)
    if size >= exact.compressed_tokens:
        return exact
    return CompressionResult(
        compressed=body,
        original_tokens=exact.original_tokens,
        compressed_tokens=size,
        exact_tokens=exact.compressed_tokens,
        kind=exact.kind,
        change="left_out",
        strategy=f"{exact.strategy or exact.kind}+selection",
        items_total=sum(made.items_total for made in chosen),
        items_kept=sum(made.items_kept for made in chosen),
    )


def chosen_parts(
    text: str, parts: Sequence[Part], exact: CompressionResult, limits: Limits, question: str, depth: int
) -> list[CompressionResult]:
    """What each part becomes; those that can be shortened share the wanted size by their own."""
    wanted = filled_by(exact.compressed_tokens, limits)
    sizes = [part.exact.compressed_tokens if is_long(part) else 0 for part in parts]
    total = max(1, sum(sizes))
    around = max(0, exact.compressed_tokens - total)
    budget = max(wanted - around, wanted // 4)
    chosen = []
    for part, size in zip(parts, sizes, strict=True):
        if not size:
            chosen.append(part.exact)
            continue
        share = max(1, budget * size // total)
        most = None if limits.most_items is None else max(1, limits.most_items * size // total)
        own = replace(
            limits, tokens=share, above_tokens=min(share, limits.above_tokens), most_items=most, is_asked=True
        )
        chosen.append(chosen_part(text[part.start : part.end], part, own, question, depth))
    return chosen


def chosen_part(inside: str, part: Part, limits: Limits, question: str, depth: int) -> CompressionResult:
    """What one part becomes."""
    compressor = part.compressor
    if isinstance(compressor, MixedSelector):
        return compressor.select_within(inside, part.exact, limits, question, depth + 1)
    return (
        compressor.select(inside, part.exact, limits, context=question)
        if isinstance(compressor, Selector)
        else part.exact
    )


def is_long(part: Part) -> bool:
    """Whether a part is worth shortening, and can be."""
    return isinstance(part.compressor, Selector) and part.exact.compressed_tokens >= LEAST_TOKENS


def placed(text: str, part: Part, made: CompressionResult, limits: Limits) -> str:
    """A part as it is shown, with places as they are in the whole text, and its marker on a line of its own."""
    if made.change != "left_out":
        return made.compressed
    first = text.count("\n", 0, part.start) + 1
    shown = for_whole(made.compressed, text[part.start : part.end], made.kind, first, limits.secret)
    return shown if text[part.end : part.end + 1] in ("", "\n", "\r") else f"{shown}\n"
