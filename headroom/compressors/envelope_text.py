"""Envelopes: the texts in them become shorter by their own types; the JSON around them stands above as table text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from headroom.compressors.envelopes import Envelope, is_read_back, open_envelope, write_envelope
from headroom.compressors.json_documents import Documents
from headroom.compressors.limits import Limits
from headroom.compressors.mixed_choice import chosen_parts
from headroom.compressors.mixed_parts import MOST_DEPTH, Part, Parts, is_ours, weakest
from headroom.compressors.mixed_places import BODY, PREFIX_CHARS
from headroom.markers import find_markers, write_line
from headroom.protocols import Compressor, TokenCounter
from headroom.results import CompressionResult

STRATEGY = "envelope"
INNER = ": "  # between the place of a text and a place within it, in what a marker says
HEADING_TOKENS = 12
LINES_PER_HEADING = 16  # so many line ends cost more escaped than a heading does


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope with its texts compressed.

    Attributes:
        envelope: The document and its texts.
        source: The texts, one behind the other.
        parts: Where each stands in `source`, and what became of it.
    """

    envelope: Envelope
    source: str = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)

    @property
    def shown(self) -> list[str]:
        """The texts as they are shown where nothing is left out."""
        return [part.exact.compressed for part in self.parts]

    @property
    def is_surely_shorter(self) -> bool:
        """Whether the table of the whole document need not be tried."""
        saved = sum(part.exact.original_tokens - part.exact.compressed_tokens for part in self.parts)
        room = len(self.parts)
        return saved > HEADING_TOKENS * room or self.source.count("\n") > LINES_PER_HEADING * room

    @property
    def may_be_shorter(self) -> bool:
        """Whether anything was saved in a text, or it holds what JSON escapes."""
        is_changed = self.envelope.is_displayed or any(part.exact.change for part in self.parts)
        return is_changed or any(mark in self.source for mark in '\n\t"\\')

    @property
    def strategy(self) -> str:
        """What its exact form is called."""
        is_displayed = self.envelope.is_displayed or weakest(self.parts) == "display"
        return f"{STRATEGY}+display" if is_displayed else STRATEGY


class Envelopes:
    """Compresses documents that are little more than envelopes.

    Args:
        counter: The built-in measure.
        compressors: Content type to compressor, may be filled later; None compresses no envelope.
    """

    def __init__(self, *, counter: TokenCounter, compressors: Mapping[str, Compressor] | None) -> None:
        self.counter = counter
        self.parts = None if compressors is None else Parts(counter=counter, compressors=compressors)

    def opened(self, documents: Documents, depth: int) -> Opened | None:
        """The envelope that `documents` is, with its texts compressed; None where it is none.

        Args:
            depth: Number of documents around it.
        """
        if self.parts is None or documents.is_series or depth >= MOST_DEPTH:
            return None
        envelope = open_envelope(documents.value)
        if envelope is None:
            return None
        parts, source = [], "".join(envelope.texts)
        start = 0
        for text in envelope.texts:
            parts.append(self.parts.part(source, (start, start + len(text)), depth))
            start += len(text)
        return None if any(is_ours(part.exact.reason) for part in parts) else Opened(envelope, source, tuple(parts))

    def written(self, opened: Opened) -> str:
        """The text of an envelope, if it reads back the same; else ""."""
        text = write_envelope(opened.envelope.head, opened.envelope.paths, opened.shown)
        return text if is_read_back(text, opened.envelope, opened.shown) else ""

    def select(
        self, opened: Opened, exact: CompressionResult, limits: Limits, question: str, depth: int
    ) -> CompressionResult | None:
        """What matters of each text, with a line that counts the rest; None where that is not shorter."""
        head = opened.envelope.head
        whole = self.counter.count_text(head) + sum(part.exact.compressed_tokens for part in opened.parts)
        own = replace(exact, compressed_tokens=min(whole, exact.original_tokens))
        chosen = chosen_parts(opened.source, opened.parts, own, limits, question, depth)
        if not any(made.change == "left_out" for made in chosen):
            return None
        shown = [placed(made, path, limits.secret) for made, path in zip(chosen, opened.envelope.paths, strict=True)]
        text = write_envelope(head, opened.envelope.paths, shown)
        size = self.counter.count_text(text)
        if size >= exact.compressed_tokens or not is_read_back(text, opened.envelope, shown):
            return None
        return CompressionResult(
            compressed=text,
            original_tokens=exact.original_tokens,
            compressed_tokens=size,
            exact_tokens=exact.compressed_tokens,
            kind=exact.kind,
            change="left_out",
            strategy=f"{STRATEGY}+selection",
            items_total=sum(made.items_total for made in chosen),
            items_kept=sum(made.items_kept for made in chosen),
        )


def placed(made: CompressionResult, path: str, secret: str) -> str:
    """A text of an envelope as it is shown, its markers naming the place at which it stands."""
    if made.change != "left_out":
        return made.compressed
    return "\n".join(placed_line(line, path, secret) for line in made.compressed.split("\n"))


def placed_line(line: str, path: str, secret: str) -> str:
    """One line of it."""
    marker = find_markers(line, secret=secret) if line.startswith("[headroom ") else []
    if not marker or marker[0].end != len(line):
        return line
    body = line[PREFIX_CHARS:-1]
    read = BODY.match(body)
    if not read:
        return line
    inner = json.loads(read["at"]) if read["at"] else ""
    place = f"{path}{INNER}{inner}" if inner else path
    return write_line(
        f"{body[: read.end('way')]}, at={json.dumps(place, ensure_ascii=False)}{body[read.end() :]}", secret=secret
    )
