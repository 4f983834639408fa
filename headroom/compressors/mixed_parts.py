"""The documents of a mixed text, each by the compressor of its type; everything around them stays to the byte."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from headroom.compressors.json_documents import LEAST_TABLE_CHARS, already_table
from headroom.compressors.limits import unchanged
from headroom.detection import RULES, detect
from headroom.detection.types import ContentType, Probe
from headroom.protocols import Compressor, TokenCounter
from headroom.results import ChangeClass, CompressionResult

Spans = Sequence[tuple[int, int]]

MOST_DEPTH = 3  # of mixed texts within mixed texts
KIND = "mixed"
OWN = (KIND, "json_in_text")
TABLE = re.compile(r"(?:lines)?[\[{]")
TABLE_KIND = "json_array"  # whose compressor writes table text


@runtime_checkable
class MixedExact(Protocol):
    """The compressor of mixed texts, which knows how deep it is."""

    def compress_within(self, text: str, depth: int) -> CompressionResult:
        """The exact form of a document that stands in `depth` others."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a mixed text.

    Attributes:
        start: Index of its first character in the whole text.
        end: Index behind its last.
        compressor: What its type is compressed with; None for none.
        exact: What that made of it.
    """

    start: int
    end: int
    compressor: Compressor | None = field(repr=False)
    exact: CompressionResult = field(repr=False)


def kind_as_whole(text: str) -> str:
    """The type that a text of several parts has as a whole."""
    probe = Probe(text)
    found = next((found for name, rule in RULES if name not in OWN and (found := rule(probe))), None)
    return found.kind.value if found else ContentType.PLAIN_TEXT.value


class Parts:
    """Splits mixed texts and compresses what is in them.

    Args:
        counter: The built-in measure.
        compressors: Content type to compressor, the one for mixed texts among them; may be filled later.
    """

    def __init__(self, *, counter: TokenCounter, compressors: Mapping[str, Compressor]) -> None:
        self.counter = counter
        self.compressors = compressors

    def part(self, text: str, span: tuple[int, int], depth: int) -> Part:
        """The document at `span`, compressed; as it is where that would not be recognised again."""
        inside = text[span[0] : span[1]]
        compressor, exact = self.compressed(inside, depth)
        if exact.change is not None and not self.is_used(exact, compressor):
            exact = unchanged(inside, exact.original_tokens, "not_recognised_again", exact.kind)
        return Part(*span, compressor, exact)

    def compressed(self, inside: str, depth: int) -> tuple[Compressor | None, CompressionResult]:
        """One document by the compressor of its type."""
        kind = kind_of(inside)
        compressor = self.compressors.get(kind)
        if compressor is not None and kind == TABLE_KIND and is_table(inside):
            return compressor, unchanged(inside, self.counter.count_text(inside), "already_compressed", kind)
        if compressor is None or (depth >= MOST_DEPTH and isinstance(compressor, MixedExact)):
            return None, unchanged(inside, self.counter.count_text(inside), f"no_compressor_for_{kind}", kind)
        if isinstance(compressor, MixedExact):
            return compressor, compressor.compress_within(inside, depth + 1)
        return compressor, compressor.compress(inside)

    def is_used(self, exact: CompressionResult, compressor: Compressor | None) -> bool:
        """Whether nothing was left out, and what was made is known again by whatever takes it then."""
        again = self.compressors.get(kind_of(exact.compressed))
        if exact.change not in ("exact", "value_exact", "display") or again is None:
            return False
        return again is compressor or is_ours(again.compress(exact.compressed).reason)

    def whole(self, text: str, tokens: int) -> CompressionResult:
        """`text` by the compressor of the type that it has as a whole."""
        kind = kind_as_whole(text)
        compressor = self.compressors.get(kind)
        return compressor.compress(text) if compressor else unchanged(text, tokens, f"no_compressor_for_{kind}", kind)

    def exact(self, text: str, tokens: int, spans: Spans, depth: int) -> CompressionResult:
        """`text` with each of its documents compressed."""
        parts = [self.part(text, span, depth) for span in spans]
        kept = [part.exact for part in parts if part.exact.change is None]
        odd = next((made.reason for made in kept if is_ours(made.reason)), "")
        if odd or len(kept) == len(parts):
            return unchanged(text, tokens, odd or (kept[0].reason if len(kept) == 1 else "no_gain"), KIND)
        made = joined(text, parts, [part.exact.compressed for part in parts])
        if not reads_back(made, [part.exact.compressed for part in parts]):
            return unchanged(text, tokens, "ambiguous_parts", KIND)
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", KIND)
        change = weakest(parts)
        return CompressionResult(
            compressed=made,
            original_tokens=tokens,
            compressed_tokens=size,
            exact_tokens=size,
            kind=KIND,
            change=change,
            strategy=f"{KIND}+display" if change == "display" else KIND,
        )


def weakest(parts: Sequence[Part]) -> ChangeClass:
    """The class of a text whose parts are of several: the one that promises least."""
    found = {part.exact.change for part in parts}
    return "display" if "display" in found else "value_exact" if "value_exact" in found else "exact"


def kind_of(text: str) -> str:
    """The type of a document; JSON also where it stands as table text already."""
    return TABLE_KIND if is_table(text) else detect(text).kind.value


def is_table(text: str) -> bool:
    """Whether `text` is table text; a line that merely reads as a JSON value is not."""
    return len(text) >= LEAST_TABLE_CHARS and TABLE.match(text) is not None and bool(already_table(text))


def is_ours(reason: str) -> bool:
    """Whether a part was left alone because it reads like something that was compressed."""
    return reason == "already_compressed" or reason.startswith("ambiguous")


def joined(text: str, parts: Sequence[Part], shown: Sequence[str]) -> str:
    """`text` with each part as it is to be shown."""
    pieces, place = [], 0
    for part, made in zip(parts, shown, strict=True):
        pieces += [text[place : part.start], made]
        place = part.end
    return "".join([*pieces, text[place:]])


def reads_back(made: str, shown: Sequence[str]) -> bool:
    """Whether `made` splits into the same parts, and into what stands around them."""
    found = detect(made)
    return found.kind is ContentType.MIXED and [made[a:b] for a, b in found.spans] == list(shown)
