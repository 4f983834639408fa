"""Reads JSON around long texts back, and holds what is shown of it against the original: for tests only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from headroom.compressors.envelopes import Envelope, open_envelope, read_envelope
from headroom.compressors.json_documents import read_documents
from headroom.compressors.mixed_parts import MixedExact, kind_of
from headroom.compressors.table.compare import same
from headroom.compressors.table.values import parse_json
from headroom.markers import find_markers, write_line
from tests.mixtures import KNOWN
from tests.shown import check_shown
from tests.shown_cut import check_shown_cut

Checks = dict[str, Callable[[str, str], object]]
AT = re.compile(r", at=(\"(?:[^\"\\]|\\.)*\")")


class Said:
    """What an envelope says: equal to another where JSON, paths and texts are the same to the last detail."""

    def __init__(self, envelope: Envelope, texts: tuple[str, ...]) -> None:
        self.envelope = envelope
        self.texts = texts

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Said)
        mine, theirs = self.envelope, other.envelope
        return same(mine.value, theirs.value) and mine.paths == theirs.paths and self.texts == other.texts

    __hash__ = None  # type: ignore[assignment]


def opened(text: str) -> Envelope:
    """The envelope that a document is."""
    found = open_envelope(parse_json(text))
    assert found
    return found


def envelope_before(text: str) -> Said:
    """What a document says, each text as its own compressor writes it."""
    found = opened(text)
    return Said(found, tuple(map(written, found.texts)))


def written(inner: str) -> str:
    """A text of an envelope as its own compressor writes it there."""
    compressor = KNOWN[kind_of(inner)]
    made = compressor.compress_within(inner, 1) if isinstance(compressor, MixedExact) else compressor.compress(inner)
    return made.compressed


def envelope_after(text: str) -> Said:
    """The same of a document that was written."""
    found = read_envelope(text)
    return Said(found, found.texts)


def check_json(text: str, source: str, checks: Checks) -> None:
    """Check shortened JSON, whichever form it has."""
    if read_documents(source) == "json_cut_off":
        check_shown_cut(text, source)
        return
    try:
        shown = read_envelope(text)
    except ValueError:
        check_shown(text, source)
    else:
        check_envelope(shown, source, checks)


def check_envelope(shown: Envelope, source: str, checks: Checks) -> None:
    """The JSON around the texts is whole, and each text is, or is shown in part as the checks of its type say."""
    original = opened(source)
    assert same(shown.value, original.value)
    assert shown.paths == original.paths
    count = 0
    for path, made, inner in zip(shown.paths, shown.texts, original.texts, strict=True):
        if find_markers(made):
            count += 1
            checks[kind_of(inner)](as_its_own(made, path), inner)
        else:
            assert made == written(inner)
    assert count > 0


def as_its_own(made: str, path: str) -> str:
    """A text with its markers as its own compressor writes them."""
    return "\n".join(without_path(line, path) if find_markers(line) else line for line in made.split("\n"))


def without_path(line: str, path: str) -> str:
    """One marker line."""
    body = line.partition(": ")[2][:-1]
    found = AT.search(body)
    assert found
    place: Any = json.loads(found[1])
    assert place == path or place.startswith(f"{path}: ")
    inner = place[len(path) + 2 :]
    own = f", at={json.dumps(inner, ensure_ascii=False)}" if inner else ""
    return write_line(body[: found.start()] + own + body[found.end() :])
