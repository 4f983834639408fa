"""XML as table text, and where that is still too large, the elements that matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headroom.compressors.json_choice import choose
from headroom.compressors.json_documents import Documents, is_flat_enough
from headroom.compressors.limits import Limits, changed, filled_by, unchanged
from headroom.compressors.table.decode import decode
from headroom.compressors.table.encode import encode
from headroom.compressors.xml_tree import Form, Node, XmlError, read_xml, says, value_of_document
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

MOST_RUNS = 200  # of elements that take turns within an element; as keys of their own they cannot be left out
HEADER = "xml"  # stands before the table of a document


class XmlCompressor:
    """Compresses XML: every element and attribute, comment and instruction, in order, as table text.

    Class `value_exact`: what an XML parser reports stays to the last detail. Not kept is what none reports: quotes and
    blanks within tags, how characters are escaped, CDATA or not, and blank text between elements where an element
    holds elements and no other text. Entities of a document type are never expanded; such texts stay as they came.
    """

    name = "xml"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        found = read_value(text)
        if isinstance(found, str):
            return unchanged(text, tokens, found, "xml")
        made = verified(*found)
        if not made:
            return unchanged(text, tokens, "ambiguous_xml", "xml")
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", "xml")
        return changed(made, tokens, size, kind="xml", strategy="xml_table", change="value_exact")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The elements that matter and a line that counts the others; `exact` where nothing can be left out.

        Args:
            exact: What `compress` made of `text`.
        """
        read = read_value(text) if exact.compressed_tokens > limits.above_tokens else ""
        if isinstance(read, str) or not says(*read[:2]):
            return exact
        limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
        found = choose(Documents(read[0]), exact, limits, counter=self.counter, question=context)
        if found is None:
            return exact
        made = HEADER + found.compressed
        size = self.counter.count_text(made)
        if size >= exact.compressed_tokens:
            return exact
        return replace(found, compressed=made, compressed_tokens=size, strategy="xml_table+selection")


def read_value(text: str) -> tuple[dict[str, Any], Node, Form] | str:
    """The XML in `text` as a value, as a tree and as its form, or the reason why there is none, as notes use it."""
    if text.startswith(HEADER):
        return already_xml_table(text)
    try:
        tree = read_xml(text)
        form = Form(tree)
        value = value_of_document(tree, form)
    except XmlError as error:
        return str(error)
    return (value, tree, form) if is_flat_enough(value) else "nested_too_deeply"


def read_xml_table(text: str) -> Any:
    """The value that table text was written from.

    Raises:
        ValueError: `text` is not table text of XML.
    """
    if not text.startswith(HEADER):
        raise ValueError("not table text of XML")
    return decode(text[len(HEADER) :])


def already_xml_table(text: str) -> str:
    """`already_compressed` where `text` is ours (law 9), else the reason why it is no XML."""
    try:
        value = read_xml_table(text)
    except ValueError:
        return "not_xml"
    return "already_compressed" if HEADER + encode(value) == text else "not_xml"


def verified(value: dict[str, Any], tree: Node, form: Form) -> str:
    """The table text, if what it reads back as says what the document says; else ""."""
    text = shortest(value, tree, form)
    try:
        return text if says(read_xml_table(text), tree) else ""
    except ValueError:
        return ""


def shortest(value: dict[str, Any], tree: Node, form: Form) -> str:
    """The table text of a document, or of the same document with elements that take turns told as keys."""
    text = HEADER + encode(value)
    if not form.has_many_runs:
        return text
    form.most_runs = MOST_RUNS
    other = value_of_document(tree, form)
    return min(text, HEADER + encode(other), key=len)
