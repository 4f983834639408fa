"""Reads JSON that breaks off back, and holds what is shown of it against the original: for tests only."""

from __future__ import annotations

from typing import Any

from headroom.compressors.cut_json import open_cut, read_cut
from headroom.compressors.json_documents import Documents, read_documents
from headroom.compressors.table.compare import same
from tests.shown import check_whole, parts_within, read_shown


class SaidOfCut:
    """What JSON says that breaks off: its whole part as a value, where it breaks off, and the rest to the byte."""

    def __init__(self, documents: Documents, path: str, tail: str) -> None:
        self.documents = documents
        self.place = path, tail

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, SaidOfCut)
        mine, theirs = self.documents, other.documents
        return self.place == other.place and mine.is_series == theirs.is_series and same(mine.value, theirs.value)

    __hash__ = None  # type: ignore[assignment]


def closers(text: str) -> str:
    """The brackets that close those which are open at the end of `text`."""
    waiting: list[str] = []
    in_string = is_escaped = False
    for char in text:
        if in_string:
            in_string = is_escaped or char != '"'
            is_escaped = char == "\\" and not is_escaped
        elif char == '"':
            in_string = True
        elif char in "[{":
            waiting.append("]" if char == "[" else "}")
        elif char in "]}":
            assert waiting.pop() == char
    assert not in_string
    return "".join(reversed(waiting))


def cut_before(text: str) -> SaidOfCut:
    """What a document says that breaks off: read as JSON once its brackets are closed where its rest begins."""
    cut = open_cut(text)
    assert cut
    assert text.endswith(cut.tail)
    whole = text[: len(text) - len(cut.tail)]
    documents = read_documents(whole + closers(whole))
    assert isinstance(documents, Documents)
    value: Any = [documents.value] if cut.is_series and not documents.is_series else documents.value
    return SaidOfCut(Documents(value, cut.is_series), cut.path, cut.tail)


def cut_after(text: str) -> SaidOfCut:
    """The same of a text that was written."""
    cut = read_cut(text)
    return SaidOfCut(Documents(cut.value, cut.is_series), cut.path, cut.tail)


def check_shown_cut(text: str, source: str) -> None:
    """Rows that are shown stand in the original, the others are counted, the rest is shown to the byte."""
    said = cut_before(source)
    body, _, marker = text.rpartition("\n")
    path, tail = said.place
    line = f"--- cut off in {path} ---" if path else "--- cut off ---"
    assert body.endswith(f"\n{line}\n{tail}")
    shown = read_shown(f"{body.removesuffix(tail)[: -len(line) - 2]}\n{marker}")
    check_whole(shown.value, said.documents.value)
    parts = parts_within(shown.value)
    assert shown.total == sum(part.total for part in parts)
    assert shown.missing == shown.total - sum(len(part.items) for part in parts) > 0
