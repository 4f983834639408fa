"""From a value back to the tree it was made of."""

from __future__ import annotations

from typing import Any

from headroom.compressors.xml_tree.node import CHILDREN, DECLARATION, MARKUP, TEXT, TEXT_TAGS, Node
from headroom.compressors.xml_tree.read import fragment

TAGS = {key: tag for tag, key in TEXT_TAGS.items()}


def tree_of(value: Any) -> Node:
    """The document whose value `value` is.

    Raises:
        ValueError: It is not the value of a document.
    """
    if type(value) is not dict:
        raise ValueError("not the value of a document")
    document = Node("")
    if DECLARATION in value:
        document.attributes[DECLARATION] = value[DECLARATION]
    add_members(document, {key: inner for key, inner in value.items() if key != DECLARATION})
    return document


def node_of(tag: str, value: Any) -> Node:
    """One element."""
    node = Node(tag)
    if type(value) is dict:
        add_members(node, value)
    elif value is not True and value != "":
        node.children.append(text_of(value))
    return node


def add_members(node: Node, members: dict[str, Any]) -> None:
    """Put attributes and children into `node`."""
    for key, value in members.items():
        if key == TEXT:
            node.children.append(text_of(value))
        elif key == MARKUP:
            node.children += fragment(value).children
        elif key == CHILDREN:
            for part in value:
                add_members(node, part)
        elif type(value) not in (dict, list) and key[:1] not in ("<", "."):
            node.attributes[key] = text_of(value)
        else:
            tag = tag_of(key.partition("#")[0])
            node.children += [node_of(tag, inner) for inner in (value if type(value) is list else [value])]


def tag_of(key: str) -> str:
    """The tag that a key stands for."""
    return TAGS.get(key) or (key[1:-1] if key.startswith("<") else key)


def text_of(value: Any) -> str:
    """The text that a scalar was made of.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, str):
        return str(value)
    if type(value) is bool:
        return "true" if value else "false"
    raise ValueError("not the value of a document")
