"""JSON among lines of something else: the JSON becomes table text, everything around it stays to the byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.compressors.json_documents import (
    LEAD,
    Documents,
    already_table,
    ends_within_line,
    read_documents,
    table_at,
)
from headroom.compressors.table.compare import same
from headroom.detection import detect
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

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
    """Compresses the JSON within a text; used only where reading the result gives back every segment."""

    name = "mixed"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """`text` with the JSON in it as table text."""
        tokens = self.counter.count_text(text)
        made, reason = rewritten(text)
        size = tokens if reason else self.counter.count_text(made)
        if size >= tokens:
            return CompressionResult(
                compressed=text,
                original_tokens=tokens,
                compressed_tokens=tokens,
                exact_tokens=tokens,
                kind="json_in_text",
                reason=reason or "no_gain",
            )
        return CompressionResult(
            compressed=made,
            original_tokens=tokens,
            compressed_tokens=size,
            exact_tokens=size,
            kind="json_in_text",
            change="value_exact",
            strategy="table_in_text",
        )


def rewritten(text: str) -> tuple[str, str]:
    """`text` with its JSON as table text, and the reason why that cannot be used, or ""."""
    if already_table(text):
        return text, "already_compressed"
    segments = split(text, detect(text).spans)
    if not any(segment.documents for segment in segments):
        return text, "json_within_lines"
    made = "".join(segment.text for segment in segments)
    again = split(made, detect(made).spans)
    if not same_segments(segments, read_mixed(made)) or any(segment.documents for segment in again):
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
