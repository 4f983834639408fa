"""TOML as table text, and where that is still too large, the entries that matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headroom.compressors.json_choice import choose
from headroom.compressors.json_documents import Documents, is_flat_enough
from headroom.compressors.limits import Limits, changed, filled_by, unchanged
from headroom.compressors.table.compare import same
from headroom.compressors.table.decode import decode
from headroom.compressors.table.encode import encode
from headroom.compressors.toml_values import TomlError, read_toml
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

HEADER = "toml"  # stands before the table of a document


class TomlCompressor:
    """Compresses TOML as `toml_values` reads it: numbers and dates keep their text, comments stay.

    Class `value_exact`: what goes are blank lines, the kind of quotes, and how tables are written: `[[package]]` comes
    as rows with columns, dotted keys and headers as objects in objects.
    """

    name = "toml"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        document = read_document(text)
        if isinstance(document, str):
            return unchanged(text, tokens, document, "toml")
        made = verified(document)
        size = self.counter.count_text(made) if made else tokens
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", "toml")
        return changed(made, tokens, size, kind="toml", strategy="toml_table", change="value_exact")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The entries that matter and a line that counts the others; `exact` where nothing can be left out.

        Args:
            exact: What `compress` made of `text`.
        """
        document = read_document(text) if exact.compressed_tokens > limits.above_tokens else ""
        if isinstance(document, str):
            return exact
        limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
        found = choose(Documents(document), exact, limits, counter=self.counter, question=context)
        if found is None:
            return exact
        made = HEADER + found.compressed
        size = self.counter.count_text(made)
        if size >= exact.compressed_tokens:
            return exact
        return replace(found, compressed=made, compressed_tokens=size, strategy="toml_table+selection")


def read_document(text: str) -> dict[str, Any] | str:
    """The document in `text`, or the reason why there is none to compress: one word, as notes use it."""
    if text.startswith(HEADER + "{"):
        return already_toml_table(text)
    try:
        found = read_toml(text)
    except TomlError as error:
        return str(error)
    return found if is_flat_enough(found) else "nested_too_deeply"


def read_toml_table(text: str) -> Any:
    """The document that table text was written from.

    Raises:
        ValueError: `text` is not table text of TOML.
    """
    if not text.startswith(HEADER + "{"):
        raise ValueError("not table text of TOML")
    return decode(text[len(HEADER) :])


def already_toml_table(text: str) -> str:
    """`already_compressed` where `text` is ours (law 9), else the reason why it is no TOML."""
    try:
        value = read_toml_table(text)
    except ValueError:
        return "not_toml"
    return "already_compressed" if HEADER + encode(value) == text else "not_toml"


def verified(document: dict[str, Any]) -> str:
    """The table text, if it reads back as the same value to the last detail; else ""."""
    text = HEADER + encode(document)
    try:
        again = read_toml_table(text)
    except ValueError:
        return ""
    return text if same(again, document) else ""
