"""Texts that hold documents: each becomes shorter by its own type, everything around them stays to the byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from headroom.compressors.json_documents import (
    LEAD,
    Documents,
    already_table,
    ends_within_line,
    read_documents,
    table_at,
)
from headroom.compressors.limits import Limits, changed, unchanged
from headroom.compressors.mixed_choice import select_parts
from headroom.compressors.mixed_parts import KIND, Parts, is_ours
from headroom.compressors.table.compare import same
from headroom.detection import detect
from headroom.detection.mixtures import mixed
from headroom.detection.types import ContentType, Detection, Probe
from headroom.protocols import Compressor, TokenCounter
from headroom.results import CompressionResult

JSON_KIND = "json_in_text"
WHOLE_TOO = ("sections", "fences")

MOST_MISSES = 64  # lines that look like a table and are none; each may be read far


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text: JSON, or what stands around it.

    Attributes:
        text: The stretch as it stands; for JSON that was split off, its table text.
        documents: What the JSON says; None for other text.
    """

    text: str = field(repr=False)
    documents: Documents | None = None


def split(text: str, spans: Sequence[tuple[int, int]]) -> list[Segment]:
    """`text` cut at `spans`, with the JSON there as table text.

    A span counts only where nothing but a label stands before it in its line; text may follow it in its last line
    where its table text does not end with a row.
    """
    found, place = [], 0
    for start, end in spans:
        documents = read_documents(text[start:end]) if starts_line(text, start) else ""
        made = documents.table_text() if isinstance(documents, Documents) else ""
        if isinstance(documents, Documents) and (ends_line(text, end) or ends_within_line(made)):
            found += [Segment(text[place:start]), Segment(made, documents)]
            place = end
    return [segment for segment in [*found, Segment(text[place:])] if segment.text]


def starts_line(text: str, place: int) -> bool:
    """Whether a line begins at `place`, or nothing but a label stands before it."""
    lead = LEAD.match(text, text.rfind("\n", 0, place) + 1)
    return lead is not None and lead.end() == place


def ends_line(text: str, place: int) -> bool:
    """Whether a line ends at `place`."""
    return place == len(text) or text[place] == "\n"


def read_mixed(text: str) -> list[Segment]:
    """The segments of a text that `MixedCompressor` wrote: tables read back, everything else as it stands."""
    found: list[Segment] = []
    lines = text.split("\n")
    start = row = misses = 0
    while row < len(lines) and misses < MOST_MISSES:
        table = table_at(lines, row)
        if table is None:
            misses += LEAD.match(lines[row]) is not None
            row += 1
            continue
        found.append(Segment("\n".join([*lines[start:row], lines[row][: table.at]])))
        found.append(Segment(table.text, table.documents))
        start = row = table.row
        if table.end:
            lines[row] = lines[row][table.end :]
            row += 1
        elif row < len(lines):
            lines[row] = "\n" + lines[row]
    if start < len(lines):
        found.append(Segment("\n".join(lines[start:])))
    return [segment for segment in found if segment.text]


class MixedCompressor:
    """Compresses texts that hold documents; used only where reading the result gives back every part.

    JSON among lines of something else becomes table text (`json_in_text`, class `value_exact`). Wrapped output,
    sections and fenced blocks (`mixed`) go to the compressors of their types; the class is the weakest of theirs.

    Args:
        counter: The built-in measure.
        compressors: Content type to compressor; None knows JSON in text only.
    """

    name = KIND

    def __init__(self, *, counter: TokenCounter, compressors: Mapping[str, Compressor] | None = None) -> None:
        self.counter = counter
        self.parts = Parts(counter=counter, compressors={} if compressors is None else compressors)

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """`text` with the documents in it in their exact forms."""
        return self.compress_within(text, 0)

    def compress_within(self, text: str, depth: int) -> CompressionResult:
        """The same for a document that stands in `depth` others."""
        tokens = self.counter.count_text(text)
        found = detect(text)
        if found.kind is ContentType.MIXED:
            by_parts = self.parts.exact(text, tokens, found.spans, depth)
            if found.reason not in WHOLE_TOO or is_ours(by_parts.reason):
                return by_parts
            return shorter_of(self.parts.whole(text, tokens), by_parts)
        if not found.spans:
            is_known = any(segment.documents for segment in read_mixed(text))
            known = unchanged(text, tokens, "already_compressed", JSON_KIND)
            return known if is_known else self.parts.whole(text, tokens)
        whole = self.json_only(text, tokens, found)
        other = mixed(Probe(text))
        if not other or len(other.spans) < 2:
            return whole
        return shorter_of(whole, self.parts.exact(text, tokens, other.spans, depth))

    def json_only(self, text: str, tokens: int, found: Detection) -> CompressionResult:
        """`text` with the JSON in it as table text."""
        made, reason = rewritten(text, found)
        if reason:
            return unchanged(text, tokens, reason, JSON_KIND)
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", JSON_KIND)
        return changed(made, tokens, size, kind=JSON_KIND, strategy="table_in_text", change="value_exact")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """What matters of each document, with a line that counts the rest; what stands around them stays whole.

        Args:
            exact: What `compress` made of `text`.
        """
        return self.select_within(text, exact, limits, context, 0)

    def select_within(
        self, text: str, exact: CompressionResult, limits: Limits, context: str, depth: int
    ) -> CompressionResult:
        """The same for a document that stands in `depth` others."""
        if exact.compressed_tokens <= limits.above_tokens or is_ours(exact.reason):
            return exact
        parts = [self.parts.part(text, span, depth) for span in spans_of(text, exact.kind)]
        return select_parts(text, parts, exact, limits, self.counter, context, depth)


def shorter_of(whole: CompressionResult, by_parts: CompressionResult) -> CompressionResult:
    """A text as a whole or by its parts; as it came where one of them reads like something that was compressed."""
    if is_ours(by_parts.reason) or is_ours(whole.reason):
        return by_parts if is_ours(by_parts.reason) else whole
    is_better = by_parts.change is not None and by_parts.compressed_tokens <= whole.compressed_tokens
    return by_parts if is_better else whole


def spans_of(text: str, kind: str) -> Sequence[tuple[int, int]]:
    """Places of the documents in `text`; JSON only where it may stand as table text."""
    if kind == JSON_KIND:
        return [span for span in detect(text).spans if starts_line(text, span[0])]
    found = mixed(Probe(text))
    return found.spans if found else ()


def rewritten(text: str, found: Detection) -> tuple[str, str]:
    """`text` with its JSON as table text, and the reason why that cannot be used, or ""."""
    if already_table(text):
        return text, "already_compressed"
    segments = split(text, found.spans)
    if not any(segment.documents for segment in segments):
        return text, "json_within_lines"
    made = "".join(segment.text for segment in segments)
    seen = detect(made)
    again = split(made, seen.spans if seen.kind is ContentType.JSON_IN_TEXT else ())
    is_known = seen.kind in (ContentType.JSON_IN_TEXT, ContentType.MIXED)
    if not is_known or not same_segments(segments, read_mixed(made)) or any(segment.documents for segment in again):
        return text, "ambiguous_with_table_text"
    return made, ""


def same_segments(wanted: Sequence[Segment], found: Sequence[Segment]) -> bool:
    """Whether both lists say the same, JSON by value and everything else by byte."""
    if len(wanted) != len(found):
        return False
    for one, other in zip(wanted, found, strict=True):
        if (one.documents is None) != (other.documents is None):
            return False
        if one.documents is None or other.documents is None:
            if one.text != other.text:
                return False
        elif one.documents.is_series != other.documents.is_series or not same(
            one.documents.value, other.documents.value
        ):
            return False
    return True
