"""A tree of elements, and what stands for comments, instructions and the document type."""

from __future__ import annotations

from dataclasses import dataclass, field

COMMENT, INSTRUCTION, DOCTYPE = "!", "?", "!DOCTYPE"  # tags that no element can have
TEXT_TAGS = {COMMENT: ".comment", INSTRUCTION: ".pi", DOCTYPE: ".doctype"}  # tag to key
DECLARATION, TEXT, MARKUP, CHILDREN = ".xml", ".text", ".markup", ".children"  # keys that no name can be
MOST_DEPTH = 100


class XmlError(ValueError):
    """Why a text is not taken for XML: one word, as notes use it."""


@dataclass(slots=True)
class Node:
    """An element, or a comment, instruction or document type; the document itself has the tag "".

    Attributes:
        tag: Name with its prefix, as it stands there.
        attributes: Name to value, in order.
        children: Nodes and texts; blank text between elements is left out where an element holds no other text.
        start: Offset of its first byte in the UTF-8 text; not compared.
        end: Offset behind its last byte; not compared.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict, repr=False)
    children: list[Node | str] = field(default_factory=list, repr=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def text(self) -> str:
        """Its text, where it holds nothing else."""
        return "".join(child for child in self.children if isinstance(child, str))

    @property
    def nodes(self) -> list[Node]:
        """Its children without the texts."""
        return [child for child in self.children if isinstance(child, Node)]


def same_tree(one: Node, other: Node) -> bool:
    """Whether two trees say the same; XML does not order attributes. Without recursion."""
    stack: list[tuple[Node, Node]] = [(one, other)]
    while stack:
        a, b = stack.pop()
        if a.tag != b.tag or a.attributes != b.attributes or len(a.children) != len(b.children):
            return False
        for left, right in zip(a.children, b.children, strict=True):
            if isinstance(left, Node) and isinstance(right, Node):
                stack.append((left, right))
            elif left != right or type(left) is not type(right):
                return False
    return True
