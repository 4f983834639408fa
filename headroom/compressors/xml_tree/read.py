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
NOT_ELEMENTS = (COMMENT, INSTRUCTION, DOCTYPE)


def read_xml(text: str, *, with_places: bool = False) -> Node:
    """The document of `text`, or the elements that follow each other in it.

    What XML says is equal is read alike: line ends, quotes, character references, CDATA and plain text, `<a/>` and
    `<a></a>`, blanks within tags. Blank text goes where an element holds elements and no other text.

    Args:
        with_places: Whether nodes say where they stand in the text.

    Raises:
        XmlError: It is not well-formed, declares entities, or nests too deeply.
    """
    body = text.lstrip("\ufeff" + BLANKS)
    if "<!ENTITY" in body or ("<!DOCTYPE" in body and OTHER_ENTITY.search(body)):
        raise XmlError("xml_entities")
    if "xml:space" in body:
        raise XmlError("xml_space")
    lead = len(text[: len(text) - len(body)].encode())
    try:
        return Reading(lead, with_places).read(body)
    except expat.ExpatError as error:
        if error.code != JUNK_AFTER or body.startswith(("<?xml ", "<!DOCTYPE")):
            raise XmlError("not_well_formed") from None
    except UnicodeEncodeError:
        raise XmlError("not_unicode") from None
    found = fragment(body, lead, with_places=with_places)
    if str in map(type, found.children):
        raise XmlError("not_well_formed")  # text beside elements, with no element around it
    return found


def fragment(body: str, lead: int = 0, *, with_places: bool = False) -> Node:
    """Elements that follow each other, or what stands within an element, as a document.

    Raises:
        XmlError: They are not well-formed.
    """
    try:
        (outer,) = Reading(lead - len("<_>"), with_places).read(f"<_>{body}</_>").children
    except (expat.ExpatError, UnicodeEncodeError, ValueError):
        raise XmlError("not_well_formed") from None
    found = Node("")
    if type(outer) is Node:
        found.children = outer.children
    return found


class Reading:
    """One text as it is read.

    Attributes:
        lead: Bytes before the first one that expat sees: blanks and the mark of the byte order.
        with_places: Whether nodes say where they stand.
        open: The elements that are open, the document first.
    """

    def __init__(self, lead: int, with_places: bool) -> None:
        self.lead = lead
        self.with_places = with_places
        self.document = Node("")
        self.open = [self.document]
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = BUFFER_BYTES
        parser.StartElementHandler = self.start_with_place if with_places else self.start
        parser.EndElementHandler = self.end_with_place if with_places else self.end
        parser.CharacterDataHandler = self.data
        parser.CommentHandler = self.comment
        parser.ProcessingInstructionHandler = self.instruction
        parser.XmlDeclHandler = self.declaration
        parser.StartDoctypeDeclHandler = self.doctype

    def read(self, body: str) -> Node:
        """The document.

        Raises:
            XmlError: It nests too deeply, or has a document type with declarations of its own.
        """
        try:
            self.parser.Parse(body, True)
        finally:
            del self.parser  # its handlers are ours: a circle
        return self.document

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        node = Node(tag, attributes)
        opened = self.open
        opened[-1].children.append(node)
        opened.append(node)
        if len(opened) > MOST_DEPTH:
            raise XmlError("nested_too_deeply")

    def end(self, _: str) -> None:
        """An element ends."""
        children = self.open.pop().children
        if len(children) > 1:
            drop_blank_text(children)

    def start_with_place(self, tag: str, attributes: dict[str, str]) -> None:
        """The same, and where."""
        self.start(tag, attributes)
        self.open[-1].start = self.lead + self.parser.CurrentByteIndex

    def end_with_place(self, tag: str) -> None:
        """The same, and where."""
        node = self.open[-1]
        self.end(tag)
        node.end = self.lead + self.parser.CurrentByteIndex

    def data(self, text: str) -> None:
        """Text within an element."""
        children = self.open[-1].children
        if children and type(children[-1]) is str:
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
        words = [name]
        if system_id is not None:
            words += ["SYSTEM" if public_id is None else f"PUBLIC '{public_id}'", f"'{system_id}'"]
        self.leaf(DOCTYPE, " ".join(words))

    def leaf(self, tag: str, text: str) -> None:
        """What holds text and nothing else."""
        node = Node(tag)
        node.children += [text] if text else []
        if self.with_places:
            node.start = self.lead + self.parser.CurrentByteIndex
        self.open[-1].children.append(node)


def drop_blank_text(children: list[Node | str]) -> None:
    """Leave out blank texts, where there are elements and no other text."""
    nodes: list[Node | str] = []
    for child in children:
        if type(child) is Node:
            nodes.append(child)
        elif type(child) is str and child.strip(BLANKS):
            return
    if len(nodes) < len(children) and any(type(node) is Node and node.tag not in NOT_ELEMENTS for node in nodes):
        children[:] = nodes
