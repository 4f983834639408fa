"""Reads XML with expat; nothing is expanded, fetched or guessed."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from headroom.compressors.xml_tree.node import COMMENT, DECLARATION, DOCTYPE, INSTRUCTION, MOST_DEPTH, Node, XmlError

BLANKS = " \t\r\n"
OTHER_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#[0-9]{1,8}|#x[0-9A-Fa-f]{1,8});)", re.ASCII)
JUNK_AFTER = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
BUFFER_BYTES = 1 << 16


def read_xml(text: str) -> Node:
    """The document of `text`, or the elements that follow each other in it.

    What XML says is equal is read alike: line ends, quotes, character references, CDATA and plain text, `<a/>` and
    `<a></a>`, blanks within tags. Blank text goes where an element holds elements and no other text.

    Raises:
        XmlError: It is not well-formed, declares entities, or nests too deeply.
    """
    body = text.lstrip("\ufeff" + BLANKS)
    if "<!ENTITY" in body or ("<!DOCTYPE" in body and OTHER_ENTITY.search(body)):
        raise XmlError("xml_entities")
    if "xml:space" in body:
        raise XmlError("xml_space")
    lead = len(text) - len(body)
    try:
        return Reading(lead).read(body)
    except expat.ExpatError as error:
        if error.code != JUNK_AFTER or body.startswith(("<?xml ", "<!DOCTYPE")):
            raise XmlError("not_well_formed") from None
    except UnicodeEncodeError:
        raise XmlError("not_unicode") from None
    return fragment(body, lead)


def fragment(body: str, lead: int = 0) -> Node:
    """Elements that follow each other, or what stands within an element.

    Raises:
        XmlError: They are not well-formed.
    """
    reading = Reading(lead - 3)
    try:
        inner = reading.read(f"<_>{body}</_>").children
    except (expat.ExpatError, UnicodeEncodeError):
        raise XmlError("not_well_formed") from None
    if len(inner) != 1 or not isinstance(inner[0], Node):
        raise XmlError("not_well_formed")
    return Node("", {}, inner[0].children)


class Reading:
    """One text as it is read.

    Attributes:
        lead: Bytes before the first one that expat sees; blanks and the mark of the byte order.
        open: The elements that are open, the document first.
    """

    def __init__(self, lead: int) -> None:
        self.lead = lead
        self.document = Node("")
        self.open = [self.document]
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = BUFFER_BYTES
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.CommentHandler = self.comment
        self.parser.ProcessingInstructionHandler = self.instruction
        self.parser.XmlDeclHandler = self.declaration
        self.parser.StartDoctypeDeclHandler = self.doctype

    def read(self, body: str) -> Node:
        """The document.

        Raises:
            XmlError: It nests too deeply, or has a document type with declarations of its own.
        """
        try:
            self.parser.Parse(body, True)
        finally:
            self.parser = None  # type: ignore[assignment]  # its handlers are ours: a circle
        return self.document

    def start(self, tag: str, attributes: list[str]) -> None:
        """An element begins."""
        if len(self.open) > MOST_DEPTH:
            raise XmlError("nested_too_deeply")
        node = Node(tag, dict(zip(attributes[::2], attributes[1::2], strict=True)))
        node.start = self.parser.CurrentByteIndex
        self.open[-1].children.append(node)
        self.open.append(node)

    def end(self, _: str) -> None:
        """An element ends."""
        node = self.open.pop()
        node.end = self.parser.CurrentByteIndex
        if len(node.children) > 1 and str in map(type, node.children):
            drop_blank_text(node)

    def data(self, text: str) -> None:
        """Text within an element."""
        children = self.open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += text
        else:
            children.append(text)

    def comment(self, text: str) -> None:
        """A comment."""
        self.leaf(COMMENT, text)

    def instruction(self, target: str, text: str) -> None:
        """A processing instruction."""
        self.leaf(INSTRUCTION, f"{target} {text}" if text else target)

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        """The XML declaration."""
        words = [version, encoding or "-", {1: "yes", 0: "no"}.get(standalone, "")]
        self.document.attributes[DECLARATION] = " ".join(words).rstrip(" ")

    def doctype(self, name: str, system_id: str | None, public_id: str | None, has_subset: Any) -> None:
        """The document type."""
        if has_subset:
            raise XmlError("xml_entities")
        ids = [f'PUBLIC "{public_id}"' if public_id is not None else "SYSTEM"] if system_id is not None else []
        self.leaf(DOCTYPE, " ".join([name, *ids, *([f"'{system_id}'"] if system_id is not None else [])]))

    def leaf(self, tag: str, text: str) -> None:
        """What holds text and nothing else."""
        self.open[-1].children.append(Node(tag, {}, [text] if text else []))


def drop_blank_text(node: Node) -> None:
    """Leave out blank texts, where the element holds elements and no other text."""
    if not any(isinstance(child, Node) and child.tag not in (COMMENT, INSTRUCTION) for child in node.children):
        return
    if not any(isinstance(child, str) and child.strip(BLANKS) for child in node.children):
        node.children = [child for child in node.children if isinstance(child, Node)]
