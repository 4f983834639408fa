"""YAML as table text, and where that is still too large, the entries that matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headroom.compressors.json_choice import choose
from headroom.compressors.json_documents import Documents, is_flat_enough
from headroom.compressors.limits import Limits, changed, filled_by, unchanged
from headroom.compressors.table.compare import same
from headroom.compressors.table.decode import decode
from headroom.compressors.table.encode import encode
from headroom.compressors.yaml_values import YamlError, read_yaml
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

HEADER = "yaml"  # stands before the table of a document
SERIES = "yaml documents"  # of several


class YamlCompressor:
    """Compresses YAML as `yaml_values` reads it: scalars keep their text, comments stay; other YAML is left alone.

    Class `value_exact`: what goes are blank lines, indentation, the kind of quotes and of text blocks.
    """

    name = "yaml"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        documents = read_documents(text)
        if isinstance(documents, str):
            return unchanged(text, tokens, documents, "yaml")
        made = verified(documents)
        size = self.counter.count_text(made) if made else tokens
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", "yaml")
        return changed(made, tokens, size, kind="yaml", strategy="yaml_table", change="value_exact")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The entries that matter and a line that counts the others; `exact` where nothing can be left out.

        Args:
            exact: What `compress` made of `text`.
        """
        documents = read_documents(text) if exact.compressed_tokens > limits.above_tokens else ""
        if isinstance(documents, str):
            return exact
        limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
        found = choose(Documents(documents.value), exact, limits, counter=self.counter, question=context)
        if found is None:
            return exact
        made = header_of(documents) + found.compressed
        size = self.counter.count_text(made)
        if size >= exact.compressed_tokens:
            return exact
        return replace(found, compressed=made, compressed_tokens=size, strategy="yaml_table+selection")


def read_documents(text: str) -> Documents | str:
    """The documents of `text`, or the reason why there are none to compress: one word, as notes use it."""
    if text.startswith((HEADER + "{", HEADER + "[", SERIES + "[")):
        return already_yaml_table(text)
    try:
        found = read_yaml(text)
    except YamlError as error:
        return str(error)
    documents = Documents(found, is_series=True) if len(found) > 1 else Documents(found[0])
    return documents if is_flat_enough(documents.value) else "nested_too_deeply"


def header_of(documents: Documents) -> str:
    """What stands before the table of `documents`."""
    return SERIES if documents.is_series else HEADER


def read_yaml_table(text: str) -> Documents:
    """The documents that table text was written from.

    Raises:
        ValueError: `text` is not table text of YAML.
    """
    for header in (SERIES, HEADER):
        if text.startswith((header + "[", header + "{")):
            return Documents(decode(text[len(header) :]), is_series=header == SERIES)
    raise ValueError("not table text of YAML")


def already_yaml_table(text: str) -> str:
    """`already_compressed` where `text` is ours (law 9), else the reason why it is no YAML."""
    try:
        documents = read_yaml_table(text)
    except ValueError:
        return "not_yaml"
    return "already_compressed" if header_of(documents) + encode(documents.value) == text else "not_yaml"


def verified(documents: Documents) -> str:
    """The table text, if it reads back as the same value to the last detail; else ""."""
    text = header_of(documents) + encode(documents.value)
    try:
        again: Any = read_yaml_table(text)
    except ValueError:
        return ""
    return text if again.is_series == documents.is_series and same(again.value, documents.value) else ""
