"""JSON: as a table that says everything, and where that is still too large, as the rows that matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from headroom.compressors.cut_json import is_read_back, open_cut, read_cut
from headroom.compressors.envelope_text import Envelopes
from headroom.compressors.envelopes import read_envelope
from headroom.compressors.json_choice import choose
from headroom.compressors.json_documents import Documents, read_documents, read_table
from headroom.compressors.limits import Limits, changed, filled_by, unchanged
from headroom.compressors.table.compare import same
from headroom.compressors.table.values import dump_json
from headroom.protocols import Compressor, TokenCounter
from headroom.results import CompressionResult

CUT_KIND = "json_truncated"
SHORT_TOKENS = 2000  # below it the plain form without blanks is tried as well


class JsonCompressor:
    """Compresses JSON documents and series of them.

    The exact form is the table text of `table/encode`, read back and compared before it is used; class
    `value_exact`: number text, key order, repeated keys, absent and null are kept, blanks between values are not.
    Where one or a few long texts are nearly all of a document, they stand below it, each as its own type is compressed.

    Args:
        counter: The built-in measure.
        compressors: Content type to compressor, for long texts within JSON; None leaves them in it.
    """

    name = "json"

    def __init__(self, *, counter: TokenCounter, compressors: Mapping[str, Compressor] | None = None) -> None:
        self.counter = counter
        self.envelopes = Envelopes(counter=counter, compressors=compressors)

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return self.compress_within(text, 0)

    def compress_within(self, text: str, depth: int) -> CompressionResult:
        """The same for a document that stands in `depth` others."""
        tokens = self.counter.count_text(text)
        documents = read_documents(text)
        if documents == "json_cut_off":
            return self.cut_off(text, tokens)
        if isinstance(documents, str):
            return unchanged(text, tokens, "already_compressed" if is_ours(text) else documents)
        return self.exact(text, tokens, documents, depth)

    def cut_off(self, text: str, tokens: int) -> CompressionResult:
        """What is whole of JSON that breaks off as a table, the rest as it came."""
        if is_ours(text):
            return unchanged(text, tokens, "already_compressed")
        cut = open_cut(text)
        made = cut.text() if cut else ""
        if not cut or not is_read_back(made, cut):
            return unchanged(text, tokens, "json_cut_off")
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "json_cut_off", CUT_KIND)
        return changed(made, tokens, size, kind=CUT_KIND, strategy="cut_off", change="value_exact")

    def exact(self, text: str, tokens: int, documents: Documents, depth: int = 0) -> CompressionResult:
        """The shortest of the exact forms."""
        forms = self.forms(tokens, documents, depth)
        sizes = {name: self.counter.count_text(form) for name, form in forms.items()}
        best = min(forms, key=lambda name: sizes[name], default="")
        if sizes.get(best, tokens) >= tokens:
            return unchanged(text, tokens, "no_gain", kind_of(documents))
        return CompressionResult(
            compressed=forms[best],
            original_tokens=tokens,
            compressed_tokens=sizes[best],
            exact_tokens=sizes[best],
            kind=kind_of(documents),
            change="display" if best.endswith("display") else "value_exact",
            strategy=best,
        )

    def forms(self, tokens: int, documents: Documents, depth: int) -> dict[str, str]:
        """Strategy to exact form; those that cannot be the shortest are left aside."""
        forms = {}
        opened = self.envelopes.opened(documents, depth)
        if opened and opened.may_be_shorter and (enveloped := self.envelopes.written(opened)):
            forms[opened.strategy] = enveloped
            if opened.is_surely_shorter:
                return forms
        if table := verified(documents):
            forms["table"] = table
        if (tokens < SHORT_TOKENS or not table) and not documents.is_series:
            forms["compact"] = dump_json(documents.value)
        return forms

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The rows that matter and a line that counts the others; `exact` where it fits or nothing can be left out.

        Args:
            exact: What `compress` made of `text`.
        """
        return self.select_within(text, exact, limits, context, 0)

    def select_within(
        self, text: str, exact: CompressionResult, limits: Limits, context: str, depth: int
    ) -> CompressionResult:
        """The same for a document that stands in `depth` others."""
        if exact.compressed_tokens <= limits.above_tokens:
            return exact
        documents = read_documents(text)
        if documents == "json_cut_off" and not is_ours(text) and (cut := open_cut(text)):
            limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
            made = choose(cut, exact, limits, counter=self.counter, question=context)
            return replace(made, strategy="cut_off+selection") if made else exact
        if isinstance(documents, str):
            return exact
        if opened := self.envelopes.opened(documents, depth):
            made = self.envelopes.select(opened, exact, limits, context, depth)
            if made:
                return made
        limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
        return choose(documents, exact, limits, counter=self.counter, question=context) or exact


def is_ours(text: str) -> bool:
    """Whether `text` is JSON with other text below it, as this library writes it."""
    for read in (read_envelope, read_cut):
        try:
            read(text)
        except ValueError:
            continue
        return True
    return False


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
