"""JSON that is little more than an envelope around one or a few long texts, and how it is written:

    {stdout:<below>,stderr:"",exit_code:0}
    --- stdout ---
    collected 212 items
    ...

The first text begins behind the line that names its place, and ends before the line that names the next one's. Nothing
in it is escaped, so that it can be shown as texts of its type are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.display import displayed
from headroom.compressors.json_lists import Chars, path_text, put
from headroom.compressors.table.compare import same
from headroom.compressors.table.decode import decode_from
from headroom.compressors.table.encode import encode
from headroom.detection.envelopes import BEGIN, BELOW, heading

LEAST_TEXT_CHARS = 400
LEAST_SHARE = 0.6  # of the document's characters that the texts must hold
MOST_TEXTS = 4
MOST_STEPS = 6  # that lead to a text: `result.content[0].text` has four
MOST_ITEMS = 4  # of a list with texts in it; more are rows, of which some can be left out
MOST_PATH_CHARS = 120
# What a text cannot hold bare: control characters beside tabs and ends of lines, lone surrogates, marker lines.
NOT_BARE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]|\r(?!\n)|\[headroom [0-9a-f]{4}: ")
NOT_IN_PATH = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|: ")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A document without its long texts.

    Attributes:
        value: The document with `BELOW` in place of each text.
        paths: Where the texts stand, as people write it, in the order of the document.
        texts: The texts, as a terminal shows them.
        is_displayed: Whether something went that it would not show.
    """

    value: Any = field(repr=False)
    paths: tuple[str, ...]
    texts: tuple[str, ...] = field(repr=False)
    is_displayed: bool = False

    @property
    def head(self) -> str:
        """The JSON around the texts."""
        return encode(self.value)


def open_envelope(value: Any) -> Envelope | None:
    """The long texts of a document and what stands around them; None where it is more than an envelope."""
    longest = sorted(long_texts(value), key=lambda found: -len(found[1]))[:MOST_TEXTS]
    if sum(len(text) for _, text in longest) < LEAST_SHARE * Chars().of(value) or not longest:
        return None
    shown = {path: displayed(text) for path, text in longest}
    found = [(path, text) for path, text in long_texts(value) if path in shown and can_stand_bare(path, shown[path])]
    if not found or has_string(value, BELOW):
        return None
    for path, _ in found:
        value = put(value, path, BELOW)
    paths, texts = tuple(path_text(path) for path, _ in found), tuple(shown[path] for path, _ in found)
    return Envelope(value, paths, texts, any(text != shown[path] for path, text in found))


def long_texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Path and text of each long string; of lists with many items none."""
    if type(value) is str and path and len(value) >= LEAST_TEXT_CHARS:
        yield path, value
    elif len(path) < MOST_STEPS and (type(value) is dict or (type(value) is list and len(value) <= MOST_ITEMS)):
        for step, inner in value.items() if type(value) is dict else enumerate(value):
            yield from long_texts(inner, (*path, step))


def can_stand_bare(path: Path, text: str) -> bool:
    """Whether a text and its path come back from where nothing is escaped."""
    name = path_text(path)
    return len(name) <= MOST_PATH_CHARS and not NOT_IN_PATH.search(name) and not NOT_BARE.search(text)


def has_string(value: Any, wanted: str) -> bool:
    """Whether a string within `value` is `wanted`."""
    return any(found == wanted for found in strings(value))


def strings(value: Any) -> Iterator[str]:
    """All strings within `value`, keys aside."""
    level = [value]
    while level:
        inner = level.pop()
        if type(inner) is str:
            yield inner
        elif isinstance(inner, dict):
            level += inner.values()
        elif isinstance(inner, (list, tuple)):
            level += inner


def write_envelope(head: str, paths: Sequence[str], shown: Sequence[str]) -> str:
    """The text of an envelope whose texts are shown as `shown`."""
    below = [f"{heading(path)}\n{text}" for path, text in zip(paths, shown, strict=True)]
    return "\n".join([head, *below])


def read_envelope(text: str) -> Envelope:
    """What `write_envelope` wrote, the texts as they are shown.

    Raises:
        ValueError: `text` was not written so.
    """
    if BELOW not in text or BEGIN not in text:  # reading tables takes long
        raise ValueError("no envelope: no text below it")
    lines = text.split("\n")
    value, row, at = decode_from(lines, 0)
    if at:
        if at != len(lines[row]):
            raise ValueError("no envelope: its JSON goes on")
        row += 1
    paths = tuple(path_text(path) for path, found in placed_strings(value) if found == BELOW)
    if not 0 < len(paths) <= MOST_TEXTS:
        raise ValueError("no envelope: no texts")
    return Envelope(value, paths, tuple(sections("\n".join(lines[row:]), paths)))


def placed_strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Path and text of each string that can be taken out."""
    if type(value) is str:
        yield path, value
    elif len(path) < MOST_STEPS and type(value) in (dict, list):
        for step, inner in value.items() if type(value) is dict else enumerate(value):
            yield from placed_strings(inner, (*path, step))


def sections(text: str, paths: Sequence[str]) -> Iterator[str]:
    """The texts below the lines that name `paths`.

    Raises:
        ValueError: A line is not there.
    """
    rest = f"\n{text}"
    for place, path in enumerate(paths):
        before, found, rest = rest.partition(f"\n{heading(path)}\n")
        if not found or (place == 0 and before):
            raise ValueError("no envelope: a text is missing")
        if place:
            yield before
    yield rest


def is_read_back(written: str, envelope: Envelope, shown: Sequence[str]) -> bool:
    """Whether reading `written` gives `envelope` with `shown` as its texts."""
    try:
        again = read_envelope(written)
    except ValueError:
        return False
    return again.texts == tuple(shown) and again.paths == envelope.paths and same(again.value, envelope.value)
