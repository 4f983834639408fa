"""JSON that stays valid JSON, for programs that parse what a tool answered (requirement R23)."""

from __future__ import annotations

from headroom.compressors.json_documents import Documents, read_documents
from headroom.compressors.json_rows import as_rows, restored, series_as_rows
from headroom.compressors.json_rows.decode import restored_series
from headroom.compressors.json_text import kind_of
from headroom.compressors.limits import changed, unchanged
from headroom.compressors.table.compare import same
from headroom.compressors.table.values import dump_json, parse_json
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

ROWS = "json_rows"
MINIFIED = "json_without_blanks"
UNREAD = ("mostly_brackets", "nested_too_deeply")  # JSON that is not worth reading
CLEARLY = 0.8  # of the minified form: rows with so few characters have fewer tokens, too, and only they are counted


class KeptJsonCompressor:
    """Compresses JSON documents and series of them into JSON, class `value_exact`; it leaves nothing out.

    Args:
        counter: The built-in measure.
        rows: Whether lists of like objects may stand as columns and rows, which `headroom.loads` reads back and which
            are used only where that gives the same value to the last detail; else blanks go and nothing more.
    """

    name = "json_kept"

    def __init__(self, *, counter: TokenCounter, rows: bool) -> None:
        self.counter = counter
        self.rows = rows

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The shortest form of `text` that is JSON."""
        tokens = self.counter.count_text(text)
        found = read_documents(text)
        if isinstance(found, str):
            return unchanged(text, tokens, found)
        kind = kind_of(found)
        if is_rows(text, found):
            return unchanged(text, tokens, "already_compressed", kind)
        forms = self.forms(found)
        sizes = {name: self.counter.count_text(form) for name, form in forms.items()}
        best = min(forms, key=lambda name: sizes[name])
        if sizes[best] >= tokens:
            return unchanged(text, tokens, "no_gain", kind)
        return changed(forms[best], tokens, sizes[best], kind=kind, strategy=best, change="value_exact")

    def forms(self, documents: Documents) -> dict[str, str]:
        """Strategy to form; the minified one is left aside where it cannot be the shortest."""
        minified = minified_text(documents)
        rows = rows_text(documents) if self.rows else ""
        if not rows or len(rows) >= len(minified) or not reads_back(rows, documents):
            return {MINIFIED: minified}
        return {ROWS: rows} if len(rows) < CLEARLY * len(minified) else {ROWS: rows, MINIFIED: minified}


def is_json(text: str) -> bool:
    """Whether a text is an object, a list, or several of them, and nothing else; what nests too deeply counts, too."""
    return isinstance(found := read_documents(text), Documents) or found in UNREAD


def minified_text(documents: Documents) -> str:
    """The documents without blanks; one a line where there are several."""
    return "\n".join(map(dump_json, documents.value)) if documents.is_series else dump_json(documents.value)


def rows_text(documents: Documents) -> str:
    """The documents with columns and rows; "" for a series of unlike documents."""
    if not documents.is_series:
        return dump_json(as_rows(documents.value))
    made = series_as_rows(documents.value)
    return "\n".join(map(dump_json, made)) if made else ""


def reads_back(rows: str, documents: Documents) -> bool:
    """Whether rows give the same value again."""
    try:
        made = read_documents(rows) if documents.is_series else Documents(parse_json(rows))
        if isinstance(made, str) or made.is_series != documents.is_series:
            return False
        return same(value_of(made), documents.value)
    except ValueError:
        return False


def value_of(documents: Documents) -> object:
    """The value with columns and rows read back."""
    return restored_series(documents.value) if documents.is_series else restored(documents.value)


def is_rows(text: str, documents: Documents) -> bool:
    """Whether `text` was written here (law 9): read back and written again it is the same text."""
    if '"headroom":1,"columns":' not in text:
        return False
    try:
        value = value_of(documents)
    except ValueError:
        return False
    return not same(value, documents.value) and rows_text(Documents(value, documents.is_series)) == text
