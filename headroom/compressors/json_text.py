"""JSON: as a table that says everything, and where that is still too large, as the rows that matter."""

from __future__ import annotations

from dataclasses import replace

from headroom.compressors.json_choice import choose
from headroom.compressors.json_documents import Documents, read_documents, read_table
from headroom.compressors.limits import Limits, filled_by, unchanged
from headroom.compressors.table.compare import same
from headroom.compressors.table.values import dump_json
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

SHORT_TOKENS = 2000  # below it the plain form without blanks is tried as well


class JsonCompressor:
    """Compresses JSON documents and series of them.

    The exact form is the table text of `table/encode`, read back and compared before it is used; class
    `value_exact`: number text, key order, repeated keys, absent and null are kept, blanks between values are not.
    """

    name = "json"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        documents = read_documents(text)
        if isinstance(documents, str):
            return unchanged(text, tokens, documents)
        return self.exact(text, tokens, documents)

    def exact(self, text: str, tokens: int, documents: Documents) -> CompressionResult:
        """The shortest of the exact forms."""
        candidates = [table] if (table := verified(documents)) else []
        if tokens < SHORT_TOKENS or not candidates:
            candidates += [] if documents.is_series else [dump_json(documents.value)]
        sizes = {form: self.counter.count_text(form) for form in candidates}
        best = min(candidates, key=lambda form: sizes[form], default=text)
        if sizes.get(best, tokens) >= tokens:
            return unchanged(text, tokens, "no_gain", kind_of(documents))
        return CompressionResult(
            compressed=best,
            original_tokens=tokens,
            compressed_tokens=sizes[best],
            exact_tokens=sizes[best],
            kind=kind_of(documents),
            change="value_exact",
            strategy="table" if best == table else "compact",
        )

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The rows that matter and a line that counts the others; `exact` where it fits or nothing can be left out.

        Args:
            exact: What `compress` made of `text`.
        """
        if exact.compressed_tokens <= limits.above_tokens:
            return exact
        documents = read_documents(text)
        if isinstance(documents, str):
            return exact
        limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
        return choose(documents, exact, limits, counter=self.counter, question=context) or exact


def verified(documents: Documents) -> str:
    """The table text, if it reads back as the same value to the last detail; else ""."""
    text = documents.table_text()
    try:
        again = read_table(text)
    except ValueError:
        return ""
    return text if again.is_series == documents.is_series and same(again.value, documents.value) else ""


def kind_of(documents: Documents) -> str:
    """Content type as notes name it."""
    if documents.is_series:
        return "json_lines"
    return "json_array" if isinstance(documents.value, list) else "json_object"
