"""A tree of elements, and what stands for comments, instructions and the document type."""

from __future__ import annotations

COMMENT, INSTRUCTION, DOCTYPE = "!", "?", "!DOCTYPE"  # tags that no element can have
TEXT_TAGS = {COMMENT: ".comment", INSTRUCTION: ".pi", DOCTYPE: ".doctype"}  # tag to key
DECLARATION, TEXT, MARKUP, CHILDREN = ".xml", ".text", ".markup", ".children"  # keys that no name can be
MOST_DEPTH = 100


class XmlError(ValueError):
    """Why a text is not taken for XML: one word, as notes use it."""


class Node:
    """An element, or a comment, instruction or document type; the document itself has the tag "".

    Attributes:
        tag: Name with its prefix, as it stands there.
        attributes: Name to value, in order.
        children: Nodes and texts; blank text between elements is left out where an element holds no other text.
        start: Offset of its first byte in the text as UTF-8, where it was read with places.
        end: Offset behind its last byte.
    """

    __slots__ = ("attributes", "children", "end", "start", "tag")

    def __init__(self, tag: str, attributes: dict[str, str] | None = None) -> None:
        self.tag = tag
        self.attributes = {} if attributes is None else attributes
        self.children: list[Node | str] = []
        self.start = self.end = 0

    @property
    def text(self) -> str:
        """Its text, where it holds nothing else."""
        return "".join([child for child in self.children if type(child) is str])


def same_trees(left: list[Node | str], right: list[Node | str]) -> bool:
    """Whether two lists of nodes and texts say the same; XML does not order attributes."""
    if list(map(type, left)) != list(map(type, right)):
        return False
    for one, other in zip(left, right, strict=True):
        if type(one) is Node and type(other) is Node:
            if one.tag != other.tag or one.attributes != other.attributes:
                return False
            if not same_trees(one.children, other.children):
                return False
        elif one != other:
            return False
    return True
